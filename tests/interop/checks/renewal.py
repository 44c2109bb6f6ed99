"""Lifetimes that end: we renew a child and phase 1, the child lives on, and nothing piles up; what both ends
say of lifetimes."""

from harness import keys
from harness.case import Case, Established
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ()
PEERS = None

# The end that began the SA renews it when 85 to 90 % of this are over, the other one when it is 92 to 95 %.
_SECONDS = 6


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        return play(_scenes(), peer, tool, options.only)


def _scenes():
    child, phase1 = ("--esp-lifetime", str(_SECONDS)), ("--ike-lifetime", str(_SECONDS))
    for role in ("initiator", "responder"):
        def case(name, *our_options, **settings):
            return Case(name, Settings(role=role, our_options=our_options, **settings), Established(), patience=5)

        yield case("we rekey the child", *child), child_followed
        if role == "initiator":
            yield case("we rekey the child with PFS", *child, pfs=True), child_followed
        yield case("we renew phase 1, main", *phase1), phase1_followed
        yield case("we renew phase 1, aggressive", *phase1, exchange="aggressive"), phase1_followed
        lifetimes = "--ike-lifetime", "3000", "--esp-lifetime", "1800,100000"
        if role == "initiator":
            yield case("we offer lifetimes, in kilobytes too", *lifetimes), lifetime_offered
        else:
            # In main mode ours is on the heels of MM6, and strongSwan's threads may take it first and drop it.
            yield (case("our lifetimes are shorter, in kilobytes too", *lifetimes, exchange="aggressive"),
                   lifetime_told)


def child_followed(scene):
    """A second child with keys of its own is there before the first one ends: at both ends the same second
    ends it, and the one whose Delete is first on its way tells the other."""
    second = {"we_started": True, "child": 2}
    ends = "child_closed", "child_deleted"
    complaints = scene.we_tell("child_established", patience=8) + scene.we_never_tell(*ends)
    return (complaints + scene.same_keys(keys.CHILD, scene.begin, **second)
            + scene.other_keys(keys.CHILD, **second)
            + scene.we_tell_one_of(*ends) + scene.peer_has(1, 1))


def phase1_followed(scene):
    """A second phase 1 takes the child over, which goes on; then the first one is deleted."""
    second = {"we_started": True, "session": 2}
    complaints = scene.we_tell("phase1_established", patience=8) + scene.we_never_tell("session_closed")
    return (complaints + scene.same_keys(keys.PHASE1, scene.begin, **second)
            + scene.other_keys(keys.PHASE1, **second)
            + scene.we_tell("session_replaced") + scene.we_tell("session_closed") + scene.peer_has(1, 1)
            + scene.we_never_tell("child_established", "child_closed", "child_deleted"))


def lifetime_told(scene):
    """RESPONDER-LIFETIME (RFC 2407 section 4.6.3.1) for both phases, and what is in force at our end."""
    outcome = scene.ours.outcome
    return (_lifetimes(outcome, 3000, 1800, 100000) + scene.we_say(r"NOTIFY RESPONDER-LIFETIME", times=2)
            + scene.peer_logs("RESPONDER-LIFETIME received", times=2, since=scene.before))


def lifetime_offered(scene):
    return _lifetimes(scene.ours.outcome, 3000, 1800, 100000)


def _lifetimes(outcome, phase1_seconds, seconds, kilobytes):
    got = outcome["phase1"]["lifetime"]["seconds"], *outcome["children"][0]["lifetime"].values()
    wanted = (phase1_seconds, seconds, kilobytes)
    return [] if got == wanted else [f"the lifetimes are {got}, not {wanted}"]
