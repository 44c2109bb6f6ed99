"""What `discover` lists against what isnsadm and we have registered with isnsd, for every security word."""

import json
import subprocess

from harness import isns
from harness.discovery import HBA
from harness.isns_lab import Lab, differences, not_found, target, unequal
from peers.isnsd import Isnsd

NEEDS = ("isnsd", "isnsadm")
PEERS = ()

# ISAKMP SA payloads: AES-CBC-128, SHA2-256, PSK, group 14; ESP with AES-CBC-128, HMAC-SHA1-96, transport.
_PHASE1 = bytes.fromhex("00000030000000010000000100000024010100010000001c01010000"
                        "80010007800e00808002000480030001" "8004000e")
_PHASE2 = bytes.fromhex("0000003400000001000000010000002801030401000000000000001c010c0000"
                        "80040002800600808005000280010001" "80020e10")


def run(network, _peer_class, options, folder):
    return Lab(network, Isnsd, options, folder).run([
        ("isnsadm shows the bitmaps that we register", _shown_by_isnsadm, {}),
        ("all 128 security words", _all_words, {}),
        ("two portals with different bitmaps", _two_portals, {}),
        ("portals with and without a bitmap", _no_bitmap, {}),
        ("portals as isnsadm writes them", _of_isnsadm, {}),
        ("proposals of portals and of the entity", _proposals, {}),
        ("IPv6 portals, asked over IPv6", _ipv6, {}),
        ("other TCP ports", _other_ports, {}),
        ("a portal of the array that does not lead to the target", _groups, {}),
        ("several targets, without --target", _all_targets, {}),
        ("a name in capitals", _capitals, {}),
        ("four hundred portals, more than isnsd answers at once", _many_portals, {}),
        ("a hundred targets, more than isnsd answers at once", _many_targets, {}),
        ("a target that does not exist", _unknown, {}),
        ("a target of another discovery domain", _other_domain, {}),
        ("nothing is visible without a domain", _no_domain, {"default_domain": False}),
    ])


def _shown_by_isnsadm(_lab, server):
    """Needs nothing of ours: shows that the harness registers what it says."""
    array = target(*(isns.Portal(f"10.1.{word >> 6}.{word & 63}", word) for word in range(128)),
                   isns.Portal("fd00:1::1", 0x57), isns.Portal("10.1.9.1"))
    server.register(array)
    return unequal(server.bitmaps(array.name), {f"{p.address}:{p.port}": p.bitmap for p in array.portals})


def _all_words(lab, server):
    arrays = [target(*(isns.Portal(f"10.1.{n}.{word}", word) for word in range(16 * n, 16 * n + 16)), number=n)
              for n in range(8)]
    for array in arrays:
        server.register(array)
    found = lab.discover()
    complaints = differences(found, arrays)
    for portal in found.portals():
        complaints += _other_plan(lab, portal)
    return complaints[:5]


def _other_plan(lab, portal):
    """`explain` says of the word what `discover` says of the portal."""
    done = subprocess.run([lab.tool, "explain", f"0x{portal.bitmap:02x}", "--json"], capture_output=True,
                          text=True, timeout=10)
    explained = json.loads(done.stdout)["outcome"]
    return [] if portal.outcome == explained else [f"0x{portal.bitmap:02x}: {portal.outcome}, not {explained}"]


def _two_portals(lab, server):
    array = target(isns.Portal("10.1.0.1", 0x17), isns.Portal("10.1.0.2", 0x4b), alias="two")
    server.register(array)
    return differences(lab.discover("--target", array.name), [array])


def _no_bitmap(lab, server):
    array = target(isns.Portal("10.1.0.1", 0x17), isns.Portal("10.1.0.2"), isns.Portal("10.1.0.3", 0))
    server.register(array)
    return differences(lab.discover("--target", array.name), [array])


def _of_isnsadm(lab, server):
    """isnsadm writes IPv4 addresses without the ffff of RFC 4171 section 6.3.1."""
    array = target(isns.Portal("10.1.0.1"), isns.Portal("10.1.0.2"))
    server.adm("--register", f"entity={array.entity}", f"target={array.name}", "portal=10.1.0.1:3260",
               "portal=10.1.0.2:3260/tcp,portal-name=second", source=array.name)
    return differences(lab.discover("--target", array.name), [array])


def _proposals(lab, server):
    """Its own proposals go before those of the entity (section 6.2.9)."""
    own = isns.Portal("10.1.0.1", 0x17, phase1=_PHASE1.replace(b"\x80\x0e\x00\x80", b"\x80\x0e\x01\x00"),
                      phase2=_PHASE2)
    array = target(own, isns.Portal("10.1.0.2", 0x17), phase1=_PHASE1)
    server.register(array)
    found = lab.discover("--target", array.name)
    complaints = differences(found, [array])
    wanted = {"10.1.0.1": {"phase1": ["aes256-sha256-modp2048"], "phase2": ["aes128-sha1"]},
              "10.1.0.2": {"phase1": ["aes128-sha256-modp2048"], "phase2": []}}
    return complaints + unequal({portal.address: portal.suites for portal in found.portals()}, wanted)


def _ipv6(lab, server):
    array = target(isns.Portal("fd00:9::2", 0x47), isns.Portal("2001:db8::1", 0x17, port=3261))
    server.register(array)
    found = lab.discover("--target", array.name, server=f"[{lab.network.theirs.ipv6}]")
    return differences(found, [array])


def _other_ports(lab, server):
    array = target(isns.Portal("10.1.0.1", 0x17, port=860), isns.Portal("10.1.0.1", 0x2b, port=65535))
    server.register(array)
    return differences(lab.discover("--target", array.name), [array])


def _groups(lab, server):
    """A group without a tag means that a portal does not lead to the target (section 3.4)."""
    both = (isns.Portal("10.1.0.1", 0x17), isns.Portal("10.1.0.2", 0x2b))
    array = target(*both, groups={"10.1.0.2": None})
    with server.client() as client:
        client.register(array)
    return differences(lab.discover("--target", array.name), [target(both[0])])


def _all_targets(lab, server):
    arrays = [target(isns.Portal(f"10.1.{n}.1", 0x17), isns.Portal(f"10.1.{n}.2", 0x27), number=n)
              for n in range(5)]
    for array in arrays:
        server.register(array)
    return differences(lab.discover(), arrays)


def _capitals(lab, server):
    """isnsd compares names as they are; RFC 3722 wants them in small letters."""
    array = target(isns.Portal("10.1.0.1", 0x17))
    server.register(array)
    return differences(lab.discover("--target", array.name.upper()), [array])


def _many_portals(lab, server):
    array = target(*(isns.Portal(f"10.1.{n >> 7}.{n & 127}", n & 127) for n in range(400)))
    server.register(array)
    with server.client() as client:  # else the check shows nothing
        status, _ = client.call(isns.QUERY, HBA, isns.attribute(isns.NODE, array.name), b"".join(
            isns.attribute(tag) for tag in (isns.ADDRESS, isns.TCP_PORT, isns.BITMAP)))
    complaints = [] if status == isns.INTERNAL_ERROR else [f"isnsd has room for it all: status {status}"]
    return complaints + differences(lab.discover("--target", array.name), [array])


def _many_targets(lab, server):
    arrays = [target(*(isns.Portal(f"10.1.{n}.{p}", (n + p) & 127) for p in (1, 2)), number=n)
              for n in range(100)]
    with server.client() as client:
        for array in arrays:
            client.register(array)
    return differences(lab.discover(), arrays)


def _unknown(lab, server):
    array = target(isns.Portal("10.1.0.1", 0x17))
    server.register(array)
    name = "iqn.2026-01.example.array:none"
    complaints = not_found(lab.discover("--target", name), name)
    return complaints + (["it stays registered"] if HBA in server.nodes(array.name) else [])


def _other_domain(lab, server):
    here, there = target(isns.Portal("10.1.0.1", 0x17)), target(isns.Portal("10.1.0.2", 0x2b), number=2)
    for array in (here, there):
        server.register(array)
    server.domain("ours", HBA, here.name)
    return (differences(lab.discover(), [here]) +
            not_found(lab.discover("--target", there.name), there.name) +
            differences(lab.discover(initiator="iqn.2026-01.example.hba:two"), [there]))


def _no_domain(lab, server):
    array = target(isns.Portal("10.1.0.1", 0x17))
    server.register(array)
    return not_found(lab.discover("--target", array.name), array.name)
