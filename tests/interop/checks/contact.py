"""Crashes and repetitions: INITIAL-CONTACT of either end, and a Delete that comes twice."""

from harness import process
from harness.case import Case, Established
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool
from harness.wire import Recorder, send

NEEDS = ()
PEERS = None


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        return play(_scenes(network, peer, tool), peer, tool, options.only)


def _scenes(network, peer, tool):
    def crash(case):
        """Leaves SAs at the peer that nobody has any more."""
        peer.load(case.ours)
        with tool.connect(case.ours, case.patience) as ours:
            ours.wait_for_outcome(case.patience)

    def repeated(delete, event):
        """What the peer sends for `delete` comes a second time, octet by octet."""
        def act(scene):
            with Recorder(network.ours) as recorder:
                delete()
                complaints = scene.we_tell(event)
                sent = list(recorder.datagrams())
            told = scene.count(event)
            for datagram in sent:
                send(network.theirs, datagram)
            refused = scene.we_say("message ID already used: a replay|no session has these cookies")
            return complaints + refused + ([] if scene.count(event) == told else [f"we tell {event} again"])
        return act

    for role in ("initiator", "responder"):
        def case(name, expected=Established(), **settings):
            return Case(name, Settings(role=role, **settings), expected, patience=5)

        if role == "initiator":
            for exchange in ("main", "aggressive"):
                yield case(f"we come back after a crash, {exchange}", exchange=exchange), old_is_gone, crash
        # Not with aggressive mode, which must not carry it (RFC 2407 section 4.6.3): neither peer sends it then.
        yield case("the peer comes back after a crash", initial_contact=True), peer_comes_back
        yield (case("the peer's Delete of the child comes twice"),
               repeated(peer.delete_child, "child_deleted"))
        yield (case("the peer's Delete of the ISAKMP SA comes twice", Established(we_delete=False)),
               repeated(peer.delete_ike, "session_closed"))


def old_is_gone(scene):
    """strongSwan, which heeds INITIAL-CONTACT in MM5 alone, takes ten seconds to drop the duplicate."""
    return scene.peer_logs("INITIAL-CONTACT received", since=scene.before) + scene.peer_has(1, 1, patience=15)


def peer_comes_back(scene):
    """It begins anew, with INITIAL-CONTACT; the session of its former life goes, and no other."""
    scene.peer.restart()
    complaints = [] if scene.peer.initiate(5) else ["the peer cannot come back"]
    complaints += scene.we_tell("session_closed") + scene.we_tell("child_closed")
    return complaints + ([] if scene.count("session_closed") == 1 else ["we close the new session too"])
