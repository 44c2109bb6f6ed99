"""strongSwan: charon-systemd, run by hand in a private folder, steered by swanctl."""

import os
import re
import signal
import subprocess

from harness import process, requirements
from harness.peer import Peer

# What is loaded: crypto, the kernel's netlink, and the control socket; no 'updown', 'resolve' or
# 'bypass-lan', which would touch the machine.
_PLUGINS = ("random nonce openssl aes sha1 sha2 md5 hmac xcbc cmac kdf gmp curve25519 gcrypt {kernel} "
            "socket-default vici")

# ike = 4 and chd = 4 print every derived key.
_STRONGSWAN_CONF = """
charon-systemd {{
  load = {plugins}
  install_routes = no
  install_virtual_ip = no
  retransmit_tries = 2
  retransmit_timeout = 0.7
  retransmit_base = 1.4
  fragment_size = {fragment_size}
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  journal {{ default = -1 }}
  filelog {{
    log {{
      path = {folder}/charon.log
      flush_line = yes
      ike_name = yes
      default = 1
      ike = 4
      chd = 4
      cfg = 2
      enc = 1
    }}
  }}
}}
swanctl {{ load = random }}
{more}
"""

_AGGRESSIVE = "charon-systemd { i_dont_care_about_security_and_use_aggressive_mode_psk = yes }"

_SWANCTL_CONF = """
connections {{
  c {{
    version = 1
    local_addrs = {local}
    remote_addrs = {remote}
    local_port = {port}
    remote_port = {port}
    proposals = {ike}
    aggressive = {aggressive}
    encap = {encapsulate}
    dpd_delay = {dpd}s
    dpd_timeout = {dpd_timeout}s
    fragmentation = {fragments}
    unique = {unique}
    mobike = no
    {ike_rekey}
    local {{
      auth = psk
      id = {local_id}
    }}
    remote {{
      auth = psk
      id = {remote_id}
    }}
    children {{
      k {{
        mode = {mode}
        esp_proposals = {esp}
        local_ts = {local_ts}
        remote_ts = {remote_ts}
        {child_rekey}
      }}
    }}
  }}
}}
secrets {{
  ike-c {{
    secret = 0x{key}
  }}
}}
"""

# Our names for the keys that the log shows as "NAME => N bytes".
_LOGGED = {
    "SKEYID": "SKEYID", "SKEYID_d": "SKEYID_d", "SKEYID_a": "SKEYID_a", "SKEYID_e": "SKEYID_e",
    "encryption key Ka": "Ka", "initial IV": "initial_IV",
    "encryption initiator key": "initiator_encryption",
    "integrity initiator key": "initiator_integrity",
    "encryption responder key": "responder_encryption",
    "integrity responder key": "responder_integrity",
}


class StrongSwan(Peer):
    name = "strongswan"
    programs = ("charon-systemd", "swanctl")
    kernel = "kernel-netlink"
    phrases = {
        "cannot read MM5": "decryption failed",
        "repeats AM2": "sending retransmit 1 of response",
        "repeats MM5": "sending retransmit 1 of request message ID 0",
        "HASH_R is wrong": "calculated HASH does not match HASH payload",
        "no common phase-1 proposal": "no proposal found",
        "no common phase-2 proposal": "no matching proposal found",
        "no such child": "no matching CHILD_SA config found",
        "main mode is not allowed": "none allows pre-shared key authentication using Main Mode",
        "aggressive mode is not allowed":
            "none allows pre-shared key authentication using Aggressive Mode",
        "unknown identity": "no peer config found",
        "our identity is wrong": "IDir .* does not match",
        "phase 1 is up": "IKE_SA .* established",
        "NO-PROPOSAL-CHOSEN received": "received NO_PROPOSAL_CHOSEN error notify",
        "INVALID-ID-INFORMATION received": "received INVALID_ID_INFORMATION error notify",
        "an error received": "received .* error notify",
        "INITIAL-CONTACT received": r"N\(INITIAL_CONTACT\)",
        "RESPONDER-LIFETIME received": r"parsed .* N\(\(24576\)\)",
        "DPD acknowledged": r"parsed INFORMATIONAL_V1 request \d+ \[ HASH N\(DPD_ACK\) \]",
        "DPD answered": r"generating INFORMATIONAL_V1 request \d+ \[ HASH N\(DPD_ACK\) \]",
        "fragments joined": "reassembled fragmented IKE message",
        "fragments sent": r"splitting IKE message \(\d+ bytes\) into \d+ fragments",
    }

    def __init__(self, network, folder, shim, host=None):
        self._network = network
        self._host = host or network.theirs
        self._shim = shim
        self._folder = os.path.join(folder, self._host.namespace)
        os.makedirs(self._folder, exist_ok=True)
        self._log = os.path.join(self._folder, "charon.log")
        self._environment = dict(os.environ, STRONGSWAN_CONF=f"{self._folder}/strongswan.conf")
        self._connections, self._child = ["c"], "k"
        self._configure(1280)

    def __enter__(self):
        environment = dict(self._environment, **({"LD_PRELOAD": self._shim} if self._shim else {}))
        with open(f"{self._folder}/stdout", "w") as output:
            self._daemon = process.start(
                self._host, [requirements.find("charon-systemd")], output, environment)
        ready = process.wait_until(
            lambda: self._daemon.poll() is not None or self._swanctl("--stats") is not None, 10)
        if not ready or self._daemon.poll() is not None:
            self.__exit__()
            raise RuntimeError("charon did not start; see " + self._folder)
        return self

    def _configure(self, fragment_size, more=_AGGRESSIVE):
        self._fragment_size, self._more = fragment_size, more
        plugins = _PLUGINS.format(kernel=self.kernel)
        with open(f"{self._folder}/strongswan.conf", "w") as conf:
            conf.write(_STRONGSWAN_CONF.format(folder=self._folder, plugins=plugins,
                                               fragment_size=fragment_size, more=more))

    def __exit__(self, *_):
        # By force: its SAs and policies vanish with the namespace.
        self._daemon.kill()
        self._daemon.wait()

    def _swanctl(self, *arguments, patience=30):
        """Runs swanctl; returns its output, or None when it says no."""
        done = subprocess.run(
            [requirements.find("swanctl"), *arguments, "--uri", f"unix://{self._folder}/vici"],
            env=self._environment, capture_output=True, text=True, timeout=patience)
        self.last_output = done.stdout + done.stderr
        return self.last_output if done.returncode == 0 else None

    def load(self, settings):
        """Both `load` and the log are seen from the peer: its local end is `their` of the settings
        (unless this daemon stands in for us)."""
        we = self._host is self._network.ours
        ours, theirs = self._network.ours, self._network.theirs
        ids = _identity(settings.our_id), _identity(settings.their_id)
        addresses = ours.address(settings.family), theirs.address(settings.family)
        seen = ours.seen(settings.family), theirs.seen(settings.family)
        selectors = [_selector(s) for s in settings.selectors(*addresses)]
        if seen != addresses:  # host to host means whatever addresses the hosts have, at either side of a NAT
            selectors = [s if given else "dynamic" + s[s.index("["):] for s, given in
                         zip(selectors, (settings.our_selector, settings.their_selector))]
        mine, other = (0, 1) if we else (1, 0)
        text = _SWANCTL_CONF.format(
            local=addresses[mine], remote=seen[other],
            local_id=ids[mine], remote_id=ids[other], port=settings.port,
            local_ts=selectors[mine], remote_ts=selectors[other],
            ike=settings.ike, aggressive="yes" if settings.exchange == "aggressive" else "no",
            mode=settings.encapsulation, esp=_esp(settings), key=settings.key.encode().hex(),
            encapsulate="yes" if settings.encapsulate else "no", fragments=settings.fragments,
            dpd=settings.dpd, dpd_timeout=3 * settings.dpd, unique=settings.unique,
            ike_rekey=_rekey(settings.ike_rekey), child_rekey=_rekey(settings.child_rekey))
        fragment_size = 300 if settings.fragments == "force" else 1280
        if fragment_size != self._fragment_size:
            self._configure(fragment_size)
            self._swanctl("--reload-settings")
        with open(f"{self._folder}/swanctl.conf", "w") as conf:
            conf.write(text)
        self._load()

    def load_files(self, folder):
        more = f"include {folder}/strongswan-*.conf"
        with open(f"{folder}/swanctl.conf") as conf:
            text = conf.read()
        self._connections = re.findall(r"^  (iscsi\S*) {$", text, re.MULTILINE)
        self._child = re.search(r"^      (iscsi\S*) {$", text, re.MULTILINE)[1]
        self._configure(self._fragment_size, more)
        self._swanctl("--reload-settings")
        os.replace(f"{folder}/swanctl.conf", f"{self._folder}/swanctl.conf")
        self._load()

    def _load(self):
        for what in (("--load-creds", "--clear"), ("--load-conns",)):
            if self._swanctl(*what, "--file", f"{self._folder}/swanctl.conf") is None:
                raise RuntimeError(f"swanctl {what[0]}: {self.last_output}")

    def initiate(self, patience):
        return self._swanctl("--initiate", "--child", self._child, "--timeout", str(patience)) is not None

    def clear(self):
        for connection in self._connections:
            self._swanctl("--terminate", "--ike", connection, "--force", "--timeout", "1")

    def delete_child(self):
        self._swanctl("--terminate", "--child", "k", "--timeout", "1")

    def delete_ike(self):
        self._swanctl("--terminate", "--ike", "c", "--timeout", "1")

    def rekey_child(self):
        self._swanctl("--rekey", "--child", "k")

    def rekey_ike(self):
        self._swanctl("--rekey", "--ike", "c")

    def sas(self):
        listed = self._swanctl("--list-sas") or ""
        return listed.count(", ESTABLISHED, "), listed.count(", INSTALLED, ")

    def spis(self):
        return set(re.findall(r"^ +(?:in|out) +(\w{8}),", self._swanctl("--list-sas") or "", re.MULTILINE))

    def restart(self):
        self.__exit__()
        self.__enter__()
        self._load()

    def freeze(self):
        self._daemon.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._daemon.send_signal(signal.SIGCONT)

    def mark(self):
        return os.path.getsize(self._log)

    def log_since(self, mark):
        with open(self._log, errors="replace") as log:
            log.seek(mark)
            return log.read()

    def keys_since(self, mark):
        return _read_keys(self.log_since(mark))

    def was_deleted_since(self, mark):
        return "received DELETE for IKE_SA" in self.log_since(mark)


class UserlandStrongSwan(StrongSwan):
    """strongSwan with ESP of its own, in a TUN device: it carries packets on any kernel. It knows tunnel
    mode in UDP alone, and no extended sequence numbers."""

    kernel = "kernel-libipsec kernel-netlink"  # of two, the first is taken

    def __init__(self, network, folder, _shim, host=None):
        super().__init__(network, folder, None, host)


def _identity(identity):
    """charon tells the types apart by their form, given a prefix where it might guess wrong."""
    kind, _, value = identity.partition(":")
    return {"fqdn": f"@{value}", "user_fqdn": f'"userfqdn:{value}"'}.get(kind, value)


def _rekey(seconds):
    """To the second: without the random time that spreads the rekeys of many SAs."""
    return f"rekey_time = {seconds}s\n    rand_time = 0s\n    over_time = 60s" if seconds else ""


def _selector(selector):
    """"10.9.0.1/32 tcp 3260" -> "10.9.0.1/32[tcp/3260]"."""
    address, *rest = selector.split()
    return f"{address}[{'/'.join(rest)}]" if rest else address


def _esp(settings):
    """A group in an ESP proposal turns PFS on; it goes before the extended sequence numbers."""
    parts = settings.esp.split("-")
    tail = [p for p in parts if p in ("esn", "noesn")]
    head = [p for p in parts if p not in tail]
    return "-".join(head + ([settings.group] if settings.pfs else []) + tail)


def _read_keys(log):
    """Reads "NAME => N bytes @ .." and the lines of sixteen octets below it; the first of each name."""
    keys = {}
    lines = iter(log.splitlines())
    for line in lines:
        found = re.search(r"(?:<[^>]*>) (.*) => (\d+) bytes", line)
        if not found or found[1] not in _LOGGED:
            continue
        size, octets = int(found[2]), ""
        while len(octets) < 2 * size:
            dump = re.search(r"\d+: ((?:[0-9A-F]{2} ?){1,16})", next(lines, "0: 00"))
            octets += dump[1].replace(" ", "").lower() if dump else "00"
        keys.setdefault(_LOGGED[found[1]], octets)
    return keys
