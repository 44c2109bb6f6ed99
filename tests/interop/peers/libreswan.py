"""libreswan: pluto, run by hand in a private folder, steered by whack.

Debian's package conflicts with strongSwan's, so that one machine cannot install both: where pluto is not
installed, the package is fetched with apt-get and unpacked below the build folder.
"""

import fcntl
import os
import re
import signal
import subprocess

from harness import keys, process
from harness.peer import Peer

from . import libreswan_conf
from .libreswan_deviations import DEVIATIONS

_INSTALLED = "/usr/libexec/ipsec"

class Libreswan(Peer):
    name = "libreswan"
    programs = ("certutil",)
    shown_keys = ("initial_IV", *keys.CHILD)
    renews_on_request = False  # "cannot force rekey of IKEv1 connection"

    phrases = {
        "cannot read MM5": r"probable authentication failure \(mismatch of preshared secrets\?\)",
        "repeats AM2": "retransmitting in response to duplicate packet; already STATE_AGGR_R1",
        "repeats MM5": "STATE_MAIN_I3: retransmission",
        "HASH_R is wrong": "received Hash Payload does not match computed value",
        "no common phase-1 proposal": "no acceptable Oakley Transform",
        "no common phase-2 proposal": "no acceptable Proposal in IPsec SA|"
                                      "require PFS but Quick I1 SA specifies no GROUP_DESCRIPTION",
        "no such child": "because no connection is known for",
        "main mode is not allowed": "initial Main Mode message received but no connection",
        "aggressive mode is not allowed": "initial Aggressive Mode message from .* but no .* connection",
        "unknown identity": "Peer ID .* mismatched on first found connection",
        "our identity is wrong": "Peer ID .* mismatched on first found connection",
        "phase 1 is up": "IKE SA established",
        "NO-PROPOSAL-CHOSEN received": "received and ignored notification payload: NO_PROPOSAL_CHOSEN",
        "INVALID-ID-INFORMATION received":
            "received and ignored notification payload: INVALID_ID_INFORMATION",
        "an error received": "received and ignored notification payload",
        "INITIAL-CONTACT received": "informational payload IPSEC_INITIAL_CONTACT",
        "RESPONDER-LIFETIME received": "(processing|ignoring) informational (payload )?IPSEC_RESPONDER_LIFETIME",
        "DPD acknowledged": "DPD: R_U_THERE_ACK, seqno received",
        "DPD answered": "DPD: received R_U_THERE seq",
        "fragments joined": r"received IKE fragment id '\d+', number '\d+'\(last\)",
        "fragments sent": r"sending IKE fragment id '\d+', number '2'",
    }
    deviations = DEVIATIONS

    _programs = _INSTALLED  # folder of pluto, whack and addconn

    @classmethod
    def missing(cls, cache):
        if not os.path.exists(f"{_INSTALLED}/pluto"):
            cls._programs = f"{cache}/libreswan/usr/libexec/ipsec"
            why = _unpack(cache)
            if why:
                return why
        linked = subprocess.run(["ldd", f"{cls._programs}/pluto"], capture_output=True, text=True)
        lost = re.findall(r"(\S+) => not found", linked.stdout)
        return f"needs {', '.join(lost)}, which libreswan is linked to" if lost else None

    def __init__(self, network, folder, shim, host=None):
        self._network = network
        self._host = host or network.theirs
        self._shim = shim
        self._folder = os.path.join(folder, self._host.namespace)
        self._log = f"{self._folder}/pluto.log"
        self._control = f"{self._folder}/pluto.ctl"
        self._names, self._has_files = ["c"], False
        for name in ("nss", "d/policies", "cores"):
            os.makedirs(f"{self._folder}/{name}")

    def __enter__(self):
        subprocess.run(["certutil", "-N", "-d", f"sql:{self._folder}/nss", "--empty-password"],
                       check=True, capture_output=True)
        self._write("ipsec.conf", libreswan_conf.SETUP)
        self._write("secrets", "")
        self._start()
        return self

    def _start(self):
        pluto = [f"{self._programs}/pluto", "--nofork", "--stderrlog", "--rundir", self._folder,
                 "--config", f"{self._folder}/ipsec.conf", "--secretsfile", f"{self._folder}/secrets",
                 "--ipsecdir", f"{self._folder}/d", "--nssdir", f"{self._folder}/nss",
                 "--dumpdir", f"{self._folder}/cores", "--no-dnssec", "--nhelpers", "0"]
        # pluto looks for its helpers at one place only; the mount is visible to this process alone.
        command = ["env", f"LD_PRELOAD={self._shim}", *pluto]
        if self._programs != _INSTALLED:
            libexec = os.path.dirname(self._programs)
            command = ["sh", "-c", f'mount --bind "{libexec}" /usr/libexec && exec "$@"', "sh", *command]
        with open(self._log, "a") as output:
            self._daemon = process.start(self._host, command, output)
        ready = process.wait_until(
            lambda: self._daemon.poll() is not None or self._whack("--listen") is not None, 20, 0.1)
        if not ready or self._daemon.poll() is not None:
            self.__exit__()
            raise RuntimeError("pluto did not start; see " + self._folder)

    def __exit__(self, *_):
        # By force: its SAs and policies vanish with the namespace.
        self._daemon.kill()
        self._daemon.wait()

    def _write(self, name, text):
        with open(f"{self._folder}/{name}", "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)

    def _run(self, program, *arguments, patience=30):
        """Runs a helper of pluto; returns its output, or None when it says no."""
        try:
            done = subprocess.run([f"{self._programs}/{program}", "--ctlsocket", self._control, *arguments],
                                  capture_output=True, text=True, timeout=patience)
        except subprocess.TimeoutExpired as late:
            self.last_output = str(late)
            return None
        self.last_output = done.stdout + done.stderr
        return self.last_output if done.returncode == 0 else None

    def _whack(self, *arguments, patience=30):
        return self._run("whack", "--rundir", self._folder, *arguments, patience=patience)

    def load(self, settings):
        """Like the log, the configuration is seen from the peer: its left is `their` of the settings
        (unless this daemon stands in for us)."""
        hosts = self._network.ours, self._network.theirs
        conf, secrets = libreswan_conf.of(settings, hosts, 0 if self._host is hosts[0] else 1)
        self._write("ipsec.conf", conf)
        self._write("secrets", secrets)
        self._load()

    def load_files(self, folder):
        """Around them stands what keeps the daemon from touching the machine. What they say of the daemon itself
        has to be enough for it: it is started with the first."""
        with open(f"{folder}/ipsec.conf") as conf:
            self._names = re.findall(r"^conn (\S+)$", conf.read(), re.MULTILINE)
        with open(f"{folder}/ipsec.secrets") as secrets:
            self._write("secrets", secrets.read())
        self._write("ipsec.conf", libreswan_conf.around(f"{folder}/ipsec.conf"))
        if self._has_files:
            self._load()
        else:
            self._has_files = True
            self.restart()
            self._whack("--debug", "base", "--debug", "crypt", "--debug", "private")  # as in SETUP

    def _load(self):
        self._whack("--rereadsecrets")
        self._loaded = mark = self.mark()
        said = []
        for name in self._names:
            self._run("addconn", "--config", f"{self._folder}/ipsec.conf", name)
            said.append(self.last_output.strip())
        said += re.findall(r"failed to add connection: .*", self.log_since(mark))
        status = self._whack("--status") or ""
        if any(f'"{name}":' not in status for name in self._names):
            raise RuntimeError("addconn: " + "; ".join(said))

    def initiate(self, patience):
        self._whack("--name", self._names[0], "--initiate", patience=patience)
        return "IPsec SA established" in self.last_output

    def clear(self):
        for name in self._names:
            self._whack("--name", name, "--delete")

    def _delete(self, what):
        """Deletes the last state that the log says this of; it may be about to."""
        found = process.wait_until(lambda: re.findall(rf'"c" #(\d+): {what}', self.log_since(self._loaded)), 3)
        self._whack("--deletestate", found[-1] if found else "0")

    def delete_child(self):
        self._delete("IPsec SA established")

    def delete_ike(self):
        self._delete("IKE SA established")

    def rekey_child(self):
        self._whack("--name", "c", "--initiate", patience=5)

    def sas(self):
        states = self._whack("--showstates") or ""
        return states.count("(IKE SA established)"), states.count("(IPsec SA established)")

    def spis(self):
        listed = re.findall(r" esp\.(\w+)@", self._whack("--showstates") or "")
        return {spi.zfill(8) for spi in listed}

    def restart(self):
        self.__exit__()
        os.unlink(self._control)
        self._start()
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

    def differences(self, ours, mark, names=keys.PHASE1 + keys.CHILD):
        shown = self.keys_since(mark)
        if "initial_IV" in ours and "initial_IV" in shown:  # the log has the hash that it is the begin of
            shown["initial_IV"] = shown["initial_IV"][:len(ours["initial_IV"])]
        return keys.differences(ours, shown, [name for name in names if name in self.shown_keys])

    def was_deleted_since(self, mark):
        return re.search(r"deleting state \(STATE_(MAIN|AGGR)_", self.log_since(mark)) is not None


def _unpack(cache):
    """Fetches and unpacks the package once for all groups. Returns why that is not possible, or None."""
    os.makedirs(cache, exist_ok=True)
    with open(f"{cache}/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(f"{cache}/libreswan/usr/libexec/ipsec/pluto"):
            return None
        unpack = "rm -rf new && dpkg-deb -x libreswan_*.deb new && mv new libreswan"
        for command in (["apt-get", "-qq", "download", "libreswan"], ["sh", "-c", unpack]):
            try:
                done = subprocess.run(command, cwd=cache, capture_output=True, text=True, timeout=120)
            except (OSError, subprocess.TimeoutExpired) as error:
                return f"needs libreswan: {error}"
            if done.returncode != 0:
                said = done.stderr.strip().splitlines() or ["no reason given"]
                return f"needs libreswan, which '{command[0]}' does not give: {said[-1]}"
    return None


# Whose key it is, stands below it: "add_sa() level=0 outbound ..".
_LOGGED = {"ESP enckey:": "encryption", "ESP authkey:": "integrity"}


def _read_keys(log):
    """Reads the hexadecimal lines below each name; the first of each kind."""
    found = {}
    peer_started = False
    part, pending = None, {}
    for line in log.splitlines():
        if ": initiating Quick Mode" in line or ": responding to Quick Mode" in line:
            peer_started = ": initiating" in line
        text = line.partition("| ")[2]
        dump = re.match(r" +((?:[0-9a-f]{2} {1,2}){1,16})", text)
        if dump and part:
            pending[part] = pending.get(part, "") + dump[1].replace(" ", "")
            continue
        part = _LOGGED.get(text)
        if re.match(r"new IV hash \S+ final length", text):
            part = "initial_IV"
        direction = re.search(r"add_sa\(\) level=\d+ (in|out)bound", text)
        if direction:
            sender = "initiator" if peer_started == (direction[1] == "out") else "responder"
            for name in ("encryption", "integrity"):
                if name in pending:
                    found.setdefault(f"{sender}_{name}", pending.pop(name))
    if "initial_IV" in pending:
        found["initial_IV"] = pending["initial_IV"]
    return found
