"""NATs between the ends: a namespace in front of one or of each, which masquerades it and keeps no port as it
was."""

import socket
import struct
from dataclasses import replace

from .network import Host, Network, give_addresses, link

# Addresses of an end behind its NAT, of the NAT inside, and outside.
_PLANS = {"ours": ("192.168.77.1", "192.168.77.254", "10.9.0.254"),
          "theirs": ("192.168.78.1", "192.168.78.254", "10.9.0.253")}

_RULES = """
table ip nat {{
  chain leave {{
    type nat hook postrouting priority srcnat
    oifname "outside" masquerade random
  }}
  chain enter {{
    type nat hook prerouting priority dstnat
    {forward}
  }}
}}
"""

_NETLINK_NETFILTER = 12
_CONNTRACK_DELETE = 1 << 8 | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
_REQUEST_ACK = 5


class NatNetwork(Network):
    """The ends that `inside` names ("ours", "theirs") have private addresses, from which they can start;
    those in `forwarded` can be reached too, at their NAT's ports 500 and 4500. IPv4 only."""

    def __init__(self, inside, forwarded=()):
        super().__init__()
        self._forwarded = forwarded
        self.routers = {}
        for end in inside:
            private, _, outside = _PLANS[end]
            self.routers[end] = Host(f"{self._prefix}-nat-{end}", outside, "")
            setattr(self, end, replace(getattr(self, end), ipv4=private, outside_ipv4=outside))

    def hosts(self):
        return [*super().hosts(), *self.routers.values()]

    def _connect(self):
        public = []  # host and device of both ends of the link between the NATs
        for end in ("ours", "theirs"):
            host, router = getattr(self, end), self.routers.get(end)
            public.append((router, "outside") if router else (host, "veth0"))
            if router:
                link(host, "veth0", router, "inside")
        link(*public[0], *public[1])
        for host, device in public:
            give_addresses(host, device, f"{host.ipv4}/24")
        for end, router in self.routers.items():
            private, gateway, _ = _PLANS[end]
            give_addresses(getattr(self, end), "veth0", f"{private}/24")
            give_addresses(router, "inside", f"{gateway}/24")
            getattr(self, end).run("ip", "route", "add", "default", "via", gateway)
            forward = f'iifname "outside" udp dport {{ 500, 4500 }} dnat to {private}'
            router.run("nft", _RULES.format(forward=forward if end in self._forwarded else ""))
            router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def forget(self, end):
        """The NAT of an end drops every mapping, as one that was restarted: what the end sends next gets
        another port."""
        message = struct.pack("=IHHIIBBH", 20, _CONNTRACK_DELETE, _REQUEST_ACK, 1, 0, socket.AF_INET, 0, 0)
        with self.routers[end].socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as netfilter:
            netfilter.send(message)
            error = struct.unpack("=i", netfilter.recv(4096)[16:20])[0]
        if error:
            raise OSError(-error, "dropping the mappings of a NAT")
