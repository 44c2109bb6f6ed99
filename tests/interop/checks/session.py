"""What follows after a child SA is up, at the peer's will: it asks whether we live, rekeys, deletes."""

from harness import keys
from harness.case import Case, Established
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ()
PEERS = None


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        return play(_scenes(peer, tool), peer, tool, options.only)


def _scenes(peer, tool):
    for role in ("initiator", "responder"):
        def case(name, expected=Established(), role=role, **settings):
            return Case(name, Settings(role=role, **settings), expected, patience=5)

        yield case("the peer asks whether we live (DPD)", dpd=1), answers_questions
        yield case("the peer deletes the child"), child_deleted
        yield (case("the peer deletes the ISAKMP SA", Established(we_delete=False)),
               session_closed)
        yield case("the peer rekeys the child"), rekeyed
        yield case("the peer rekeys the child with PFS", pfs=True), rekeyed
        yield case("the peer rekeys phase 1", ike_rekey=3), phase1_again


def answers_questions(scene):
    return scene.peer_logs("DPD acknowledged", times=2)


def child_deleted(scene):
    scene.peer.delete_child()
    return scene.we_tell("child_deleted")


def session_closed(scene):
    scene.peer.delete_ike()
    return scene.we_tell("session_closed")


def phase1_again(scene):
    """The peer's lifetime of phase 1 ends; the child must live on."""
    return scene.we_tell("phase1_established", patience=10) + scene.we_never_tell("child_deleted")


def rekeyed(scene):
    """The second child has keys of its own, and the same at both ends."""
    second = {"we_started": False, "child": 2}
    mark = scene.peer.mark()
    scene.peer.rekey_child()
    return scene.same_keys(keys.CHILD, mark, **second) + scene.other_keys(keys.CHILD, **second)
