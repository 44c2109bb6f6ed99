"""The keys carry traffic: a daemon with ESP of its own on one side, a small ESP in Python with our KEYMAT on
the other, and a ping that goes through the tunnel and comes back."""

import re
from itertools import product

from harness import keys, process
from harness.case import Case, Result, run_case, show
from harness.settings import Settings
from harness.tool import Tool
from harness.tunnel import Ends, Tunnel, write_capture
from peers.strongswan import UserlandStrongSwan

from .codec import read_by_tshark

NEEDS = ("python:cryptography", "tshark", "/dev/net/tun",
         "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so")
PEERS = ("strongswan",)

SUITES = ("aes128-sha1", "aes128-sha256", "aes256-sha512", "aes128gcm16", "aes256gcm16", "3des-sha1",
          "null-sha1", "null-sha256")
_OUR_INNER, _THEIR_INNER = "10.91.0.1", "10.92.0.1"


def run(network, _peer_class, options, folder):
    network.add_address(network.ours, _OUR_INNER)
    network.add_address(network.theirs, _THEIR_INNER)
    results = []
    for name, check in _checks(network, folder, options):
        if options.only not in name:
            continue
        results.append(check(name))
        show(results[-1])
    return results


def _checks(network, folder, options):
    tool = Tool(options.tool, network, folder)
    with UserlandStrongSwan(network, folder, None) as peer:
        for suite in SUITES:
            yield (f"echo, {suite}, keys of a daemon",
                   lambda name, suite=suite: _keys_of_a_daemon(name, network, folder, peer, suite))
        for role, port in product(("initiator", "responder"), (4500, 500)):
            for suite in SUITES:
                yield (f"echo, {suite}, our keys as {role} from port {port} on, before and after a rekey",
                       lambda name, r=role, p=port, s=suite: _our_keys(
                           name, network, peer, tool, _settings(s, role=r, port=p)))


def _settings(suite, **changes):
    return Settings(**{"encapsulation": "tunnel", "encapsulate": True, "esp": suite,
                       "our_selector": f"{_OUR_INNER}/32", "their_selector": f"{_THEIR_INNER}/32",
                       **changes})


def _one_way(suite, keys, sender, spi):
    from harness import esp
    found = [bytes.fromhex(keys.get(f"{sender}_{part}", "")) for part in ("encryption", "integrity")]
    return esp.OneWay(spi, esp.transform(suite, *found))


def _keys_of_a_daemon(name, network, folder, peer, suite):
    """Shows that the tunnel and its harness are right, whatever our tool does: a second daemon negotiates
    and dies, and Python carries on with its keys."""
    settings = _settings(suite)
    complaints = ["no child SA"]
    with UserlandStrongSwan(network, folder, None, host=network.ours) as daemon:
        daemon.load(settings)
        peer.load(settings)
        mark, peer_mark = daemon.mark(), peer.mark()
        spis = None
        if daemon.initiate(10):  # the last message may be on its way to the peer still
            process.wait_until(lambda: _spis(peer.log_since(peer_mark)), 2)
            spis = process.wait_until(lambda: _spis(daemon.log_since(mark)), 2)
            keys = daemon.keys_since(mark)
    if spis:
        sas = _one_way(suite, keys, "responder", spis[0]), _one_way(suite, keys, "initiator", spis[1])
        with Tunnel(network.ours, _ends(network), *sas) as tunnel:
            complaints = ping(tunnel)
    peer.clear()
    return Result("strongswan", "none", name, "echo", "fail" if complaints else "pass",
                  "; ".join(complaints))


def _our_keys(name, network, peer, tool, settings):
    """Our tool negotiates and stays; beside it, Python has the keys that it derived, and after a rekey by
    the peer the second ones."""

    suite = settings.esp

    def both_ways(we_started, child):
        found = tool.keys(we_started, child)
        we, they = ("initiator", "responder") if we_started else ("responder", "initiator")
        if _sizes(found) != _sizes(tool.keys(settings.role == "initiator")):
            return None  # not written yet, or not all of it
        return [_one_way(suite, found, end, int(found[f"{end}_SPI"], 16)) for end in (they, we)]

    def echo(_ours):
        with Tunnel(network.ours, _ends(network), *both_ways(settings.role == "initiator", 1)) as tunnel:
            complaints = ping(tunnel)
            peer.rekey_child()
            second = process.wait_until(lambda: both_ways(False, 2), 3)
            if second:
                tunnel.switch(*second)
                complaints += ping(tunnel, (4, 5, 6))
            else:
                complaints.append("no second child")
        write_capture(tool.file("echo.pcap"), tunnel.packets)
        with open(tool.file("esp.keys")) as lines:
            wanted = [(kind, str(n), end) for n in range(1, 7)
                      for kind, end in (("8", _OUR_INNER), ("0", _THEIR_INNER))]
            return complaints or read_by_tshark(tool.file("echo.pcap"), lines.read().splitlines(), wanted)

    result, _ = run_case(Case(name, settings, patience=4), peer, tool, echo)
    return result


def _sizes(found):
    return [len(found.get(name, "")) for name in keys.CHILD]


def _spis(log):
    found = re.search("established with SPIs ([0-9a-f]{8})_i ([0-9a-f]{8})_o", log)
    return tuple(int(spi, 16) for spi in found.groups()) if found else None


def _ends(network):
    return Ends(network.ours.ipv4, network.theirs.ipv4, _OUR_INNER, _THEIR_INNER)


def ping(tunnel, numbers=(1, 2, 3)):
    """Echoes of sizes that need different paddings; returns complaints."""
    lost = [n for n in numbers if not tunnel.ping(octets=53 * n, number=n)]
    return ([f"no reply to the echoes {lost}"] if lost else []) + tunnel.refused
