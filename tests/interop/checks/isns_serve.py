"""What isnsd has of our `serve --isns`: by isnsadm, by `discover` and by the octets that went there."""

import json
import os
import signal
import socket
import subprocess
import time

from harness import isns, process
from harness.isns_fake import FakeServer
from harness.isns_lab import RELAY_PORT, Lab, differences, target, unequal
from harness.isns_relay import Relay
from harness.isns_serving import KEY, NAME, Serving
from peers.isnsd import Isnsd

NEEDS = ("isnsd", "isnsadm")
PEERS = ()

_US = ("--local", "10.9.0.1")
_HERE = target(isns.Portal("10.9.0.1", 0x27))
_EVERYWHERE = ("--local", "0.0.0.0:500")
_NEIGHBOUR = "iqn.2026-01.example.array:neighbour"


def run(network, _peer_class, options, folder):
    return Lab(network, Isnsd, options, folder).run([
        ("registered until SIGTERM", lambda lab, server: _until(lab, server, signal.SIGTERM), {}),
        ("registered until SIGINT", lambda lab, server: _until(lab, server, signal.SIGINT), {}),
        ("proposals", _proposals, {}),
        ("no phase-2 proposals without main mode", _aggressive_proposals, {}),
        ("every security word that has a plan", _all_words, {}),
        ("four hundred portals, more than one request holds", _many, {}),
        ("every request of serve is one that isnsd takes", _requests, {}),
        ("the server is killed and comes back", _killed, {}),
        ("the server comes later than we", _late, {}),
        ("a registration that is short-lived stays", _short_lived, {"period": 4}),
        ("somebody else deregisters us", _pushed_out, {"period": 4}),
        ("we are killed and come back", _we_are_killed, {}),
        ("a target beside ours that no domain of ours has", _hidden_neighbour, {"default_domain": False}),
        ("the server hangs at the end", _frozen, {}),
        ("the link is cut at the end", _cut, {}),
        ("nobody answers for the server's name", _no_name, {}),
    ])


def _gone(lab, server):
    """isnsadm and a client of our own find nothing any more."""
    left = server.bitmaps(NAME)
    return ([f"isnsadm still shows {left}"] if left else []) + (
        ["isnsadm still shows the node"] if NAME in server.nodes("iqn.2026-01.example.hba:two") else []) + (
        ["discover still lists it"] if lab.discover().targets() else [])


def _until(lab, server, how):
    wanted = target(isns.Portal("10.9.0.1", 0x57, port=860), isns.Portal("fd00:9::1", 0x57, port=33))
    portals = ("--isns-portal", "10.9.0.1:860", "--isns-portal", "[fd00:9::1]:33")
    with Serving(lab, *_US, "--local", "fd00:9::1", *portals, "--isns-entity", "array.example", "--isns-alias",
                 "north", settings=("--flags", "0x57")) as ours:
        complaints = ours.becomes("registered")
        complaints += unequal(server.bitmaps(NAME), {"10.9.0.1:860": 0x57, "fd00:9::1:33": 0x57})
        complaints += differences(lab.discover("--target", NAME), [wanted])
        shown = server.adm("--list", "nodes", source=NAME) + server.adm("--list", "entities", source=NAME)
        complaints += [f"isnsadm shows no {text}" for text in ('"north"', '"array.example"') if text not in shown]
        complaints += ours.stop(how)
        return complaints + ours.becomes("registered", "deregistered") + _gone(lab, server)


def _suites(lab):
    return {portal.address: portal.suites for portal in lab.discover("--target", NAME).portals()}


def _proposals(lab, _server):
    suites = ("--ike", "aes256-sha384-ecp384,aes128-sha256-modp2048", "--esp", "aes256gcm16-esn,aes128-sha1")
    with Serving(lab, *_US, "--isns-proposals", settings=("--flags", "0x27", *suites)) as ours:
        complaints = ours.becomes("registered") + differences(lab.discover(), [_HERE])
        return complaints + unequal(_suites(lab), {"10.9.0.1": {
            "phase1": ["aes256-sha384-ecp384", "aes128-sha256-modp2048"],
            "phase2": ["aes256gcm16-esn", "aes128-sha1"]}})


def _aggressive_proposals(lab, _server):
    suites = ("--ike", "aes128-sha1-modp2048", "--esp", "aes128-sha1")
    with Serving(lab, *_US, "--isns-proposals", settings=("--flags", "0x2b", *suites)) as ours:
        complaints = ours.becomes("registered")
        complaints += [] if "no phase-2 proposals" in ours.errors() else ["there is no warning"]
        return complaints + unequal(_suites(lab), {"10.9.0.1": {"phase1": ["aes128-sha1-modp2048"],
                                                                "phase2": []}})


def _config(lab, portals):
    path = os.path.join(lab.folder, "portals.json")
    with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        json.dump({"portals": [{"address": portal.address, "socket": portal.port, "securityBitmap": portal.bitmap,
                                "key": f"text:{KEY}"} for portal in portals]}, file)
    return ("--config", path)


def _all_words(lab, server):
    """A config with a portal for each word: those are registered that `explain` has a plan for."""
    portals = [isns.Portal(f"10.1.0.{word}", word) for word in range(128)]
    planned = []
    for portal in portals:
        done = subprocess.run([lab.tool, "explain", f"0x{portal.bitmap:02x}", "--role", "responder", "--json"],
                              capture_output=True, text=True, timeout=10)
        if json.loads(done.stdout)["outcome"] == "plan":
            planned.append(portal)
    with Serving(lab, *_EVERYWHERE, settings=_config(lab, portals)) as ours:
        complaints = ours.becomes("registered") + differences(lab.discover(), [target(*planned)])
        if not 0 < len(planned) < 128:
            complaints.append(f"{len(planned)} words have a plan")
        return complaints + ours.stop() + _gone(lab, server)


def _many(lab, server):
    portals = [isns.Portal(f"10.1.{n >> 7}.{n & 127}", 0x27) for n in range(400)]
    named = [text for portal in portals for text in ("--isns-portal", portal.address)]
    with Serving(lab, *_US, *named) as ours:
        complaints = ours.becomes("registered") + differences(lab.discover("--target", NAME), [target(*portals)])
        return complaints + ours.stop() + _gone(lab, server)


def _requests(lab, server):
    relay = Relay(lab.network.theirs)
    with FakeServer(lab.network.theirs, relay, RELAY_PORT) as fake:
        with Serving(lab, *_US, "--isns-proposals", server=f"{lab.address}:{RELAY_PORT}") as ours:
            complaints = ours.becomes("registered") + ours.stop()
    requests = [pdu for pdu in relay.heard if pdu.flags & isns.CLIENT]
    complaints += [complaint for pdu in requests for complaint in pdu.complaints]
    if [pdu.function for pdu in requests] != [isns.QUERY, isns.REGISTER, isns.DEREGISTER]:
        complaints.append(f"it asks {[pdu.function for pdu in requests]}")
    return complaints + list(fake.complaints) + _gone(lab, server)


def _killed(lab, server):
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        server.kill()
        complaints += ours.becomes("registered", "failed")
        server.start()
        complaints += [] if not server.bitmaps(NAME) else ["the server has not forgotten us"]
        complaints += ours.becomes("registered", "failed", "registered", patience=15)
        complaints += differences(lab.discover(), [_HERE])
        return complaints + ours.stop() + _gone(lab, server)


def _late(lab, server):
    server.kill()
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("failed")
        time.sleep(6)  # it has tried in vain again, and says nothing of that
        server.start()
        complaints += ours.becomes("failed", "registered", patience=20)
        return complaints + differences(lab.discover(), [_HERE]) + ours.stop() + _gone(lab, server)


def _short_lived(lab, server):
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        time.sleep(9)
        complaints += ours.becomes("registered") + differences(lab.discover(), [_HERE])
        return complaints + ours.stop() + _gone(lab, server)


def _pushed_out(lab, server):
    """Anybody may deregister anything: we notice when we ask for ourselves, every two seconds here."""
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        with server.client() as client:
            client.call(isns.DEREGISTER, NAME, b"", isns.attribute(isns.NODE, NAME))
        complaints += ours.becomes("registered", "registered")
        return complaints + differences(lab.discover(), [_HERE]) + ours.stop()


def _we_are_killed(lab, server):
    """What we left is taken over, and taken back: nothing of it is there beside what is new."""
    suites = ("--flags", "0x27", "--ike", "aes256-sha384-modp3072")
    with Serving(lab, *_US, "--local", "fd00:9::1", "--isns-proposals", settings=suites) as first:
        complaints = first.becomes("registered")
        first.kill()
    left = _suites(lab)
    if set(left) != {"10.9.0.1", "fd00:9::1"} or left["10.9.0.1"]["phase1"] != ["aes256-sha384-modp3072"]:
        complaints.append(f"what was killed has left {left}")
    with Serving(lab, *_US, settings=("--flags", "0x4b", "--ike", "aes128-sha256-modp2048")) as ours:
        complaints += ours.becomes("registered")
        complaints += differences(lab.discover(), [target(isns.Portal("10.9.0.1", 0x4b))])
        complaints += unequal(_suites(lab), {"10.9.0.1": {"phase1": [], "phase2": []}})
        return complaints + ours.stop() + _gone(lab, server)


def _hidden_neighbour(lab, server):
    """isnsd does not show it to us, and it is in our entity: it stays, whoever had registered us before."""
    for name, address in ((NAME, "10.9.0.1"), (_NEIGHBOUR, "10.9.0.7")):
        with server.client() as client:
            client.register(isns.Target(name, (isns.Portal(address, 0x07),), "shared.example"))

    def gone():
        return ([] if _NEIGHBOUR in server.nodes(_NEIGHBOUR) else ["the neighbour is gone"]) + (
            [] if "10.9.0.7:3260" in server.bitmaps(_NEIGHBOUR) else ["the neighbour's portal is gone"])

    complaints = gone() + (["the neighbour is shown to us"] if _NEIGHBOUR in server.nodes(NAME) else [])
    with Serving(lab, *_US, "--isns-entity", "shared.example") as ours:
        complaints += ours.becomes("registered") + gone()
        complaints += unequal(server.bitmaps(NAME), {"10.9.0.1:3260": 0x27, "10.9.0.7:3260": 0x07})
        return complaints + ours.stop() + gone()


def _held_up(ours):
    """The end of a serve whose server does not answer: after three seconds."""
    complaints = ours.stop(within=4.0) + ours.becomes("registered", "failed")
    return complaints + ([] if "no deregistration within 3 s" in ours.errors() else [ours.errors()])


def _frozen(lab, server):
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        server.freeze()
        try:
            return complaints + _held_up(ours)
        finally:
            server.thaw()


def _cut(lab, server):
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        server.host.cut()
        try:
            return complaints + _held_up(ours)
        finally:
            server.host.mend()


def _no_name(lab, _server):
    """A name server that keeps silent: glibc waits for it for ten seconds, the end of serve does not."""
    folder = f"/etc/netns/{lab.network.ours.namespace}"
    os.makedirs(folder)
    try:
        with open(os.path.join(folder, "resolv.conf"), "w") as file:
            file.write("nameserver 10.9.0.1\n")
        with lab.network.ours.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("10.9.0.1", 53))
            silent.settimeout(5)
            with Serving(lab, *_US, server="isns.example") as ours:
                silent.recv(512)
                return ours.becomes() + ours.stop()
    finally:
        os.unlink(os.path.join(folder, "resolv.conf"))
        os.rmdir(folder)
