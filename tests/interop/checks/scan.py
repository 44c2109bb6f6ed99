"""ike-scan, what an auditor would use, against `serve`: it decodes what we answer, and psk-crack recovers a
weak key from our HASH_R. We warn of just that."""

import os
import re
import subprocess

from harness.case import Result, show
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ("ike-scan", "psk-crack")
PEERS = ()

# How ike-scan writes a transform and how it shows it: cipher[/bits], hash, authentication, group.
_TRANSFORMS = {
    "aes128-sha1-modp2048": ("7/128,2,1,14", "Enc=AES KeyLength=128 Hash=SHA1 Group=14:modp2048"),
    "3des-sha1-modp1024": ("5,2,1,2", "Enc=3DES Hash=SHA1 Group=2:modp1024"),
    "aes256-sha256-modp3072": ("7/256,4,1,15", "Enc=AES KeyLength=256 Hash=SHA2-256 Group=15:modp3072"),
    "aes192-sha512-modp1536": ("7/192,6,1,5", "Enc=AES KeyLength=192 Hash=SHA2-512 Group=5:modp1536"),
}
_WEAK_KEY = "letmein"
_DICTIONARY = ("password", "iscsi", _WEAK_KEY, "storage")


def run(network, _peer_class, options, folder):
    scanner = _Scanner(network, Tool(options.tool, network, folder))
    results = []
    for name, check in _checks(folder):
        if options.only in name:
            complaints = [c for c in check(scanner) if c]
            results.append(Result("ike-scan", "responder", name, "decoded",
                                  "fail" if complaints else "pass", "; ".join(complaints)))
            show(results[-1])
    return results


def _checks(folder):
    for suite in _TRANSFORMS:
        yield f"main mode, {suite}", lambda s, suite=suite: _handshake(s, suite)
    yield "main mode, our choice of four transforms", _choice
    yield "main mode, nothing in common", _refusal
    yield "main mode, transforms with MD5, DES and RSA first", _strangers
    for identity in ("ipv4:10.9.0.1", "fqdn:array.example", "user_fqdn:array@targets.example"):
        yield f"aggressive mode, {identity}", lambda s, identity=identity: _aggressive(s, identity)
    yield "psk-crack finds a weak key, we warn", lambda s: _crack(s, folder)
    yield "psk-crack does not find a strong key, we do not warn", lambda s: _strong(s, folder)


class _Scanner:
    """ike-scan in the peer's namespace, and our `serve` in ours."""

    def __init__(self, network, tool):
        self._network = network
        self._tool = tool

    def scan(self, settings, *arguments):
        """Returns what ike-scan says, and the tool's Run."""
        with self._tool.serve(settings, 5) as ours:
            command = ["ike-scan", "--multiline", *arguments, self._network.ours.ipv4]
            done = subprocess.run(self._network.theirs.inside(command), capture_output=True, text=True,
                                  timeout=30)
            run = ours.stop()
        return done.stdout + done.stderr, run

    def scan_aggressive(self, settings, psk_file):
        transform, _ = _TRANSFORMS[settings.ike]
        return self.scan(settings, "--aggressive", f"--trans={transform}", "--dhgroup=14",
                         "--id=hba.example", "--idtype=2", f"--pskcrack={psk_file}")


def _serving(**changes):
    return Settings(**{"role": "responder", "ike": "aes128-sha1-modp2048", **changes})


def _shows(said, *wanted):
    return [f"ike-scan shows no '{text}' but: {' '.join(said.split())}" for text in wanted
            if text not in said]


def _shows_transform(said, suite):
    found = re.search(r"SA=\((.*)\)", said)
    shown = found[1].split() if found else []
    wanted = _TRANSFORMS[suite][1].split() + ["Auth=PSK", "LifeType=Seconds"]
    return [f"ike-scan shows no {word} but {shown}" for word in wanted if word not in shown]


def _handshake(scanner, suite):
    said, _ = scanner.scan(_serving(ike=suite), f"--trans={_TRANSFORMS[suite][0]}")
    return _shows(said, "Main Mode Handshake returned") + _shows_transform(said, suite)


def _choice(scanner):
    offers = [f"--trans={transform}" for transform, _ in _TRANSFORMS.values()]
    wanted = "aes256-sha256-modp3072"
    said, _ = scanner.scan(_serving(ike=wanted), *offers)
    return _shows(said, "Main Mode Handshake returned") + _shows_transform(said, wanted)


def _refusal(scanner):
    said, run = scanner.scan(_serving(), "--trans=7/256,4,1,15")
    return _shows(said, "Notify message 14 (NO-PROPOSAL-CHOSEN)") + [
        None if "NO_PHASE1_PROPOSAL" in run.stdout else "serve does not tell of the refusal"]


def _strangers(scanner):
    offers = [f"--trans={t}" for t in ("1,1,1,1", "7/128,2,3,14", "65001,2,1,14", "7/128,2,1,14")]
    said, _ = scanner.scan(_serving(), *offers)
    return _shows(said, "Main Mode Handshake returned") + _shows_transform(said, "aes128-sha1-modp2048")


def _aggressive(scanner, identity):
    settings = _serving(exchange="aggressive", our_id=identity)
    kind, _, value = identity.partition(":")
    said, _ = scanner.scan_aggressive(settings, os.devnull)
    shown = {"ipv4": "ID_IPV4_ADDR", "fqdn": "ID_FQDN", "user_fqdn": "ID_USER_FQDN"}[kind]
    return _shows(said, "Aggressive Mode Handshake returned", "KeyExchange(256 bytes)", "Nonce(32 bytes)",
                  f"ID(Type={shown}, Value={value})",
                  "Hash(20 bytes)") + _shows_transform(said, settings.ike)


def _psk_crack(folder, psk_file):
    dictionary = os.path.join(folder, "dictionary")
    with open(dictionary, "w") as words:
        words.write("\n".join(_DICTIONARY) + "\n")
    return subprocess.run(["psk-crack", f"--dictionary={dictionary}", psk_file], capture_output=True,
                          text=True, timeout=30).stdout


def _crack(scanner, folder):
    psk_file = os.path.join(folder, "weak.psk")
    _, run = scanner.scan_aggressive(_serving(exchange="aggressive", key=_WEAK_KEY), psk_file)
    said = _psk_crack(folder, psk_file)
    everything = run.stdout + run.stderr
    return [
        None if f'key "{_WEAK_KEY}" matches SHA1 hash' in said else f"psk-crack says: {said}",
        *(None if re.search(rf"\b{code}\b", everything) else f"no {code} from serve"
          for code in ("WEAK_KEY", "AGGRESSIVE_WEAK_KEY")),
        None if re.search("about \\d+ bits", everything) else "serve does not say how weak",
        "the key is in the output" if _WEAK_KEY in everything else None]


def _strong(scanner, folder):
    psk_file = os.path.join(folder, "strong.psk")
    strong = "Zq4.vN8e_Kd1-Yt7pLw0!xRb"
    _, run = scanner.scan_aggressive(_serving(exchange="aggressive", key=strong), psk_file)
    said = _psk_crack(folder, psk_file)
    return [None if "no match found" in said else f"psk-crack says: {said}",
            "WEAK_KEY from serve" if "WEAK_KEY" in run.stdout + run.stderr else None]
