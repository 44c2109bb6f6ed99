"""A NAT that gives another port in the middle of a session (RFC 3947 section 7): whoever proves to be the peer
is followed to its new port, nobody else."""

import os
from dataclasses import replace

from harness.case import Case
from harness.nat import NatNetwork
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool
from harness.wire import Recorder, send

NEEDS = ("nft",)
PEERS = None

_ANSWER = r"NOTIFY R-U-THERE-ACK \("
_MESSAGE_ID = 4 + 20  # behind the marker and the cookies
_ELSEWHERE = 4599  # a port of the peer's host where no daemon is


def run(_network, peer_class, options, folder):
    results = []
    for number, (end, role) in enumerate(((e, r) for e in ("theirs", "ours") for r in ("initiator", "responder"))):
        where = os.path.join(folder, str(number))
        os.makedirs(where)
        reached = "theirs" if role == "initiator" else "ours"
        with NatNetwork((end,), (end,) if end == reached else ()) as network, \
                peer_class(network, where, options.shim) as peer:
            results += play(_scenes(network, end, role), peer, Tool(options.tool, network, where), options.only)
    return results


def _scenes(network, end, role):
    def case(name, exchange, **settings):
        return Case(f"{name}, {exchange}", Settings(role=role, exchange=exchange, our_id="fqdn:hba.example",
                                                    their_id="fqdn:array.example", **settings), patience=5)

    def fresh(_case):
        """Mappings of the case before would be in the way."""
        network.forget(end)

    for exchange in ("main", "aggressive"):
        if end == "theirs":
            yield case("the peer gets another port and asks from there", exchange, dpd=1), follows(network), fresh
        else:
            yield (case("we get another port and ask from there", exchange, our_options=("--dpd", "1")),
                   is_followed(network), fresh)
    if end == "theirs":
        yield case("a forged message comes from elsewhere", "main", dpd=1), stays(network, forged=True), fresh
        yield case("a message comes again from elsewhere", "main", dpd=1), stays(network, forged=False), fresh


def follows(network):
    def act(scene):
        """The peer's next question comes from a new port; our answer reaches it there."""
        network.forget("theirs")
        mark = scene.peer.mark()
        return (scene.we_tell("peer_moved") + scene.peer_logs("DPD acknowledged", since=mark)
                + scene.we_never_tell("session_closed", "child_deleted"))
    return act


def is_followed(network):
    def act(scene):
        """Our next question comes from a new port, and an answer comes back to it."""
        def ports():
            return {datagram.source_port for datagram in recorder.datagrams()}

        with Recorder(network.theirs) as recorder:
            complaints = scene.we_say(_ANSWER)
            old = ports()
            network.forget("ours")
            complaints += scene.we_say(_ANSWER, times=scene.says(_ANSWER) + 2)
            return complaints + ([] if ports() - old else [f"the NAT kept the ports {old}"])
    return act


def stays(network, forged):
    def act(scene):
        """What the peer really sent comes once more, through the NAT from another port; or with another message
        ID, which nobody but the peer could have encrypted."""
        with Recorder(network.routers["theirs"]) as recorder:
            asked = scene.peer_logs("DPD acknowledged")
            mine = [d for d in recorder.datagrams() if d.source == network.theirs.ipv4 and len(d.octets) > 32]
        if not mine:
            return asked + ["nothing was recorded"]
        octets = mine[-1].octets
        if forged:
            octets = octets[:_MESSAGE_ID] + bytes((octets[_MESSAGE_ID] ^ 1,)) + octets[_MESSAGE_ID + 1:]
        with Recorder(network.ours) as recorder:
            send(network.theirs, replace(mine[-1], source_port=_ELSEWHERE, octets=octets))
            refused = scene.we_say("does not verify" if forged else "message ID already used: a replay")
            came = {d.source_port for d in recorder.datagrams() if d.octets == octets}
        at = int(scene.ours.outcome["phase1"]["endpoints"]["remote"].rpartition(":")[2])
        if not came or at in came:
            refused.append(f"the message came from the ports {came}, the peer is at {at}")
        mark = scene.peer.mark()
        return (asked + refused + scene.peer_logs("DPD acknowledged", since=mark)
                + scene.we_never_tell("peer_moved", "session_closed"))
    return act
