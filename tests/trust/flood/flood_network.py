"""Three network namespaces: the victim, the flood, and honest HBAs, each of the two on a link of its own to the victim.

The victim has one address, which both write to, so that both meet at the same sockets; what is flooded is told from what
is honest by the counters of the two links. Answers to spoofed sources leave by the flood's link, where they vanish.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "interop"))
from harness import network  # noqa: E402  (its folder is named above)
from harness.network import Host, Network  # noqa: E402

VICTIM = "10.77.0.1"
HBAS, OTHER_HBAS = "10.78.1.1", "10.78.2.1"  # the first of them
_HBA_NET = "10.78.0.0/16"
_ETHERNET = 14  # octets of a frame's header, which the counters of a link have in


class FloodNetwork(Network):
    def __init__(self):
        super().__init__()
        self.victim = Host(f"{self._prefix}-victim", VICTIM, "")
        self.attacker = Host(f"{self._prefix}-flood", "10.77.1.2", "")
        self.honest = Host(f"{self._prefix}-hbas", "10.77.2.2", "")

    def hosts(self):
        return [self.victim, self.attacker, self.honest]

    def _connect(self):
        for host in self.hosts():
            _prepare(host)
        network.link(self.victim, "flood0", self.attacker, "flood0")
        network.link(self.victim, "hbas0", self.honest, "hbas0")
        self.victim.run("ip", "addr", "add", f"{VICTIM}/32", "dev", "lo")
        self.attacker.run("ip", "addr", "add", f"{self.attacker.ipv4}/32", "dev", "lo")
        self.honest.run("ip", "addr", "add", f"{self.honest.ipv4}/32", "dev", "lo")
        # Every address of the HBAs is the host's own.
        self.honest.run("ip", "route", "add", "local", _HBA_NET, "dev", "lo")
        _lead(self.victim, "default", "flood0", "10.77.1.2", self.attacker)
        _lead(self.victim, _HBA_NET, "hbas0", self.honest.ipv4, self.honest)
        _lead(self.attacker, VICTIM, "flood0", "10.77.1.1", self.victim)
        _lead(self.honest, VICTIM, "hbas0", "10.77.2.1", self.victim)

    def flooded(self):
        """IPv4 octets that the flood's link has carried so far: to the victim, from it."""
        words = _device_line(self.victim, "flood0")
        received, frames_in, sent, frames_out = (int(words[i]) for i in (0, 1, 8, 9))
        return received - _ETHERNET * frames_in, sent - _ETHERNET * frames_out

    def received(self):
        """What UDP has made of it so far: {"InDatagrams", "RcvbufErrors", ...}."""
        lines = [line.split() for line in self.victim.run("cat", "/proc/net/snmp").splitlines()]
        names, values = (line[1:] for line in lines if line[0] == "Udp:")
        return dict(zip(names, map(int, values)))


def _prepare(host):
    """No filter of sources, and nothing that speaks by itself."""
    for family, name, value in (("ipv4", "rp_filter", 0), ("ipv6", "disable_ipv6", 1)):
        for device in ("all", "default"):
            host.run("sh", "-c", f"echo {value} > /proc/sys/net/{family}/conf/{device}/{name}")


def _lead(host, to, device, gateway, other):
    """A route over the link to `other`, whose hardware address is told, so that nobody asks for it."""
    hardware = other.run("cat", f"/sys/class/net/{device}/address").strip()
    host.run("ip", "neigh", "replace", gateway, "lladdr", hardware, "dev", device, "nud", "permanent")
    host.run("ip", "route", "add", to, "via", gateway, "dev", device, "onlink")


def _device_line(host, device):
    for line in host.run("cat", "/proc/net/dev").splitlines():
        name, _, counters = line.partition(":")
        if name.strip() == device:
            return counters.split()
    raise RuntimeError(f"{host.namespace} has no {device}")
