"""A NAT between the ends: a third namespace that masquerades one of them, and keeps no port as it was."""

from dataclasses import replace

from .network import Host, Network, give_addresses, link

_INSIDE, _GATEWAY, _OUTSIDE = "192.168.77.1", "192.168.77.254", "10.9.0.254"

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


class NatNetwork(Network):
    """`inside` ("ours" or "theirs") has a private address, from which it can start; with `forwarded` the
    NAT lets others start too, at its own ports 500 and 4500. IPv4 only."""

    def __init__(self, inside, forwarded=False):
        super().__init__()
        self.router = Host(f"{self._prefix}-nat", _OUTSIDE, "")
        self._inside, self._forwarded = inside, forwarded
        hidden = replace(getattr(self, inside), ipv4=_INSIDE, outside_ipv4=_OUTSIDE)
        setattr(self, inside, hidden)

    def hosts(self):
        return [*super().hosts(), self.router]

    def _connect(self):
        hidden, public = self.ours, self.theirs
        if self._inside == "theirs":
            hidden, public = public, hidden
        link(hidden, "veth0", self.router, "inside")
        link(public, "veth0", self.router, "outside")
        give_addresses(hidden, "veth0", f"{_INSIDE}/24")
        give_addresses(public, "veth0", f"{public.ipv4}/24")
        give_addresses(self.router, "inside", f"{_GATEWAY}/24")
        give_addresses(self.router, "outside", f"{_OUTSIDE}/24")
        hidden.run("ip", "route", "add", "default", "via", _GATEWAY)
        forward = f'iifname "outside" udp dport {{ 500, 4500 }} dnat to {_INSIDE}'
        self.router.run("nft", _RULES.format(forward=forward if self._forwarded else ""))
        self.router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def forget(self):
        """Drops every mapping, as a NAT that was restarted."""
        self.router.run("sh", "-c", "nft flush ruleset")
