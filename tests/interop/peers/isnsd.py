"""isnsd, the iSNS server of open-isns, run by hand with its database in memory, and its second client, isnsadm.

isnsadm has no word for the security bitmap and the proposals (tags 27, 28, 29 and 11): nodes, portals and
domains are registered with it, those with PDUs of our own. It shows the bitmap all the same."""

import os
import re
import signal
import subprocess

from harness import isns, process, requirements

_ISNSD_CONF = """
SourceName = {server}
BindAddress = [::]:{port}
PIDFile = {folder}/pid
ControlSocket = {folder}/ctl
DefaultDiscoveryDomain = {default_domain}
RegistrationPeriod = {period}
Security = 0
SLPRegister = 0
"""

_ISNSADM_CONF = """
SourceName = {source}
ServerAddress = 127.0.0.1:{port}
ControlSocket = {folder}/ctl
Security = 0
"""

# What isnsadm calls the bits of a bitmap.
BITS = {"bitmap valid": 0x01, "ipsec enabled": 0x02, "main mode enabled": 0x04,
        "aggressive mode enabled": 0x08, "pfs enabled": 0x10, "transport mode preferred": 0x20,
        "tunnel mode preferred": 0x40}


class Isnsd:
    """A server at network.theirs: `with Isnsd(network, folder) as server:`. With `default_domain` nodes that
    are in no discovery domain see each other. `period` seconds after its last word a node is forgotten; 0:
    never."""

    def __init__(self, network, folder, default_domain=True, period=0, port=isns.PORT):
        self.host = network.theirs
        self.port = port
        self._folder = os.path.join(folder, "isnsd")
        self._log = os.path.join(self._folder, "log")
        self._settings = {"server": "iqn.2026-01.example.isns:server", "port": port, "folder": self._folder,
                          "default_domain": int(default_domain), "period": period}

    def __enter__(self):
        self.start()
        return self

    def start(self):
        """Starts it, again after `kill`; it has then forgotten everything."""
        os.makedirs(self._folder, exist_ok=True)
        conf = self._write("isnsd.conf", _ISNSD_CONF.format(**self._settings))
        with open(self._log, "w") as log:
            self._process = process.start(
                self.host, [requirements.find("isnsd"), "-f", "-d", "message", "-c", conf], log)
        if not process.wait_until(self._listens, 5):
            self.__exit__()
            raise RuntimeError(f"isnsd does not listen: {self.log().strip()}")

    def __exit__(self, *_):
        self.thaw()
        process.stop(self._process)

    def _listens(self):
        if self._process.poll() is not None:
            return False
        try:
            with isns.Client(self.host, "::1", self.port):
                return True
        except OSError:
            return False

    def _write(self, name, text):
        path = os.path.join(self._folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def log(self):
        with open(self._log, errors="replace") as log:
            return log.read()

    def has_crashed(self):
        """Whether it has ended, and not by `kill`."""
        return self._process.poll() not in (None, -signal.SIGKILL)

    def kill(self):
        process.stop(self._process, signal.SIGKILL)

    def freeze(self):
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    def client(self):
        """A client of our own at the server's host."""
        return isns.Client(self.host, "::1", self.port)

    def adm(self, *arguments, source="isns.control"):
        """Runs isnsadm as the node `source`; returns what it says."""
        conf = self._write("isnsadm.conf", _ISNSADM_CONF.format(source=source, **self._settings))
        command = [requirements.find("isnsadm"), "-c", conf, *arguments]
        done = subprocess.run(self.host.inside(command), capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(f"isnsadm {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def register(self, target):
        """Registers a target with isnsadm, then tells of its bitmaps and proposals."""
        name = f"target={target.name}" + (f",alias={target.alias}" if target.alias else "")
        for at in range(0, len(target.portals), 50):  # a request of more than 8 KiB ends the connection
            portals = target.portals[at:at + 50]
            self.adm("--register", f"entity={target.entity}", name,
                     *(f"portal={_endpoint(portal)}" for portal in portals), source=target.name)
            with self.client() as client:
                client.register(target, portals)

    def domain(self, name, *members):
        """Makes a discovery domain; its members see each other, and no longer those that are in none."""
        self.adm("--local", "--dd-register", f"dd-name={name}",
                 *(f"member-name={member}" for member in members))

    def nodes(self, source):
        """The names of the nodes that a node sees, by isnsadm."""
        return re.findall(r': iSCSI name = "(.*)"', self.adm("--list", "nodes", source=source))

    def bitmaps(self, source):
        """The bitmap, as isnsadm reads it, of every portal that a node sees: by "ADDRESS:PORT"; None without
        one."""
        found = {}
        for text in self.adm("--list", "portals", source=source).split("Object ")[1:]:
            shown = dict(re.findall(r"^\s+[0-9a-f]{4}\s+\w+\s*: (.*?) = (.*)$", text, re.MULTILINE))
            words = shown.get("Portal security bitmap")
            value = None if words is None else sum(BITS[w] for w in words.split(", ") if w in BITS)
            found[f"{shown['Portal IP address']}:{shown['Portal TCP/UDP port'].partition('/')[0]}"] = value
        return found


def _endpoint(portal):
    """A portal for isnsadm, which writes plain IPv4 addresses as ::192.0.2.1, without ffff."""
    where = portal.address if ":" in portal.address else f"::ffff:{portal.address}"
    return f"[{where}]:{portal.port}/tcp"
