"""Dead peer detection by us (RFC 3706): a peer that answers is kept; one that has lost the network, or hangs,
is reported, and given up as `serve` and `connect` promise it."""

from harness.case import Case, Established, Fails
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ("nft",)
PEERS = None

_ASK = ("--dpd", "1", "--dpd-tries", "1")
_ASK_TWICE = ("--dpd", "1", "--dpd-tries", "2")
_QUESTION, _ANSWER = r"NOTIFY R-U-THERE \(", r"NOTIFY R-U-THERE-ACK \("


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        return play(_scenes(network), peer, tool, options.only)


def _scenes(network):
    def cut_off(scene):
        network.theirs.cut()
        try:
            return _gone(scene)
        finally:
            network.theirs.mend()

    def cut_for_a_moment(scene):
        """Shorter than it takes to lose faith: the first question is lost, another is answered."""
        network.theirs.cut()
        complaints = scene.we_say(_QUESTION, scene.says(_QUESTION) + 1)
        network.theirs.mend()
        complaints += scene.we_say(_ANSWER, scene.says(_ANSWER) + 1)
        if scene.says(_QUESTION) <= scene.says(_ANSWER):
            complaints.append("no question was lost")
        return complaints + scene.we_never_tell("peer_unresponsive")

    for role in ("initiator", "responder"):
        def case(name, expected=Established(), ask=_ASK, **settings):
            return Case(name, Settings(role=role, our_options=ask, **settings), expected, patience=5)

        gone = Established(we_delete=False, exit_status=5 if role == "initiator" else 0)
        yield case("we ask, the peer answers"), _answered
        if role == "initiator":
            yield case("we ask, the peer answers, aggressive", exchange="aggressive"), _answered
            yield case("we ask while the peer is cut off for a moment", ask=_ASK_TWICE), cut_for_a_moment
        yield case("we ask, the peer is cut off", gone), cut_off
        yield case("we ask, the peer hangs", gone), _hangs
        if role == "initiator":
            network.theirs.cut()
            yield Case("the peer is cut off before we begin", Settings(),
                       Fails("NO_RESPONSE", "", "nothing of this negotiation came back", 5), patience=2), None
            network.theirs.mend()


def _answered(scene):
    """Both ends see both messages, twice."""
    return (scene.peer_logs("DPD answered", times=2) + scene.we_say(_QUESTION, times=2)
            + scene.we_say(_ANSWER, times=2) + scene.we_never_tell("peer_unresponsive"))


def _hangs(scene):
    scene.peer.freeze()
    try:
        return _gone(scene)
    finally:
        scene.peer.thaw()


def _gone(scene):
    """`connect` has nobody left to hold on to and ends, `serve` closes the session and goes on."""
    complaints = scene.we_tell("peer_unresponsive", patience=8)
    if scene.ours.we_started:
        return complaints + ([] if scene.ours.ended(5) else ["connect goes on"])
    return complaints + scene.we_tell("session_closed") + (["serve ends"] if scene.ours.ended(0.1) else [])
