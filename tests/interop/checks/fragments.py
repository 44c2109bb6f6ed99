"""IKE fragmentation ([MS-IKEE] section 2.2.3.1), in both directions."""

from harness.case import Case, Established, Fails
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ()
PEERS = None

# Long public values, and a limit that quick mode without PFS exceeds too.
_LONG, _SHORT_DATAGRAMS = "aes128-sha256-modp6144", ("--fragment-above", "160")


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        return play(_scenes(), peer, tool, options.only)


def _scenes():
    for role in ("initiator", "responder"):
        def case(name, expected=Established(), role=role, **settings):
            return Case(name, Settings(role=role, ike=_LONG, **settings), expected, patience=5)

        for exchange in ("main", "aggressive"):
            yield (case(f"we send fragments, {exchange}", exchange=exchange, our_options=_SHORT_DATAGRAMS),
                   joined)
            yield (case(f"we send fragments to a peer that wants none, {exchange}", exchange=exchange,
                        our_options=_SHORT_DATAGRAMS, fragments="no"), left_whole)
        yield case("both send fragments, PFS", pfs=True, our_options=_SHORT_DATAGRAMS, fragments="force"), both
        yield case("the peer sends fragments, main", fragments="force"), cut
        if role == "initiator":
            yield case("the peer sends fragments, aggressive", exchange="aggressive", fragments="force"), cut
        else:
            # Pieces of a first message would have to be held before there is any session.
            yield (case("the peer sends its first message in fragments, aggressive",
                        Fails("MALFORMED", "fragments sent", "AM1 must not carry FRAGMENT"),
                        exchange="aggressive", fragments="force"), None)


def joined(scene):
    """A message of phase 1 and one of quick mode; AM3, our last of aggressive mode, fits into one datagram."""
    phase1 = scene.ours.outcome["phase1"]
    times = 1 if (phase1["exchange"], phase1["role"]) == ("aggressive", "initiator") else 2
    return scene.peer_logs("fragments joined", times, since=scene.before)


def left_whole(scene):
    """Only who has announced it gets fragments; keys and the child prove that the long messages came."""
    return ["the peer's log has fragments"] if not scene.peer_logs("fragments joined", since=scene.before,
                                                                  patience=0) else []


def cut(scene):
    return scene.peer_logs("fragments sent", since=scene.before)


def both(scene):
    return joined(scene) + cut(scene)
