"""Both ends at once: the peer is frozen until our first message waits for it, and then does the same by itself.
Nothing may be lost by that, and nothing may pile up."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from harness import process
from harness.case import Case, Established, Result, show
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ()
PEERS = None

_SECONDS, _ROUNDS = 6, 2
_CHILDREN = 3  # that the peer starts at once


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        results = play(_scenes(peer), peer, tool, options.only)
        for case, act in _own_begins():
            if options.only in case.name:
                results.append(_connect(case, act, peer, tool))
                show(results[-1])
    return results


def _scenes(peer):
    for role in ("initiator", "responder"):
        def case(name, *our_options, **settings):
            return Case(name, Settings(role=role, our_options=our_options, **settings), Established(), patience=5)

        yield case("both rekey the child at once", "--esp-lifetime", str(_SECONDS)), both_rekey
        if role == "initiator":
            # A timer of its own, which holds for every new SA, only where there is no other way.
            seconds = 0 if peer.renews_on_request else 2
            yield (case("both renew phase 1 at once", "--ike-lifetime", str(_SECONDS), ike_rekey=seconds), both_renew)
        yield case("the peer starts several children at once"), several_children


def _own_begins():
    """Cases that are more than one child from the start: what is done until there is an outcome."""
    for exchange in ("main", "aggressive"):
        yield Case(f"both begin at once, {exchange}", Settings(exchange=exchange), patience=8), _both_begin
        ports = tuple(word for port in range(_CHILDREN) for word in ("--source-port", str(40001 + port)))
        yield (Case(f"we start a child for each TCP connection, {exchange}",
                    Settings(exchange=exchange, our_options=ports), patience=8), _each_has_its_child)


@contextmanager
def frozen(peer, *acts):
    """The peer is frozen inside, and has `acts` to do as soon as it goes on."""
    peer.freeze()
    with ThreadPoolExecutor(max(len(acts), 1)) as beside:
        try:
            for act in acts:
                beside.submit(act)
            yield
        finally:
            peer.thaw()


def both_rekey(scene):
    """At the end of each round the peer has no more than the old child and the new one of either end. One that
    takes our new child first may leave it at that."""
    complaints = []
    for number in range(_ROUNDS):
        with frozen(scene.peer, scene.peer.rekey_child):
            complaints += scene.we_say(r"QM1 \|", scene.says(r"QM1 \|") + 1, 8)
        complaints += scene.we_tell("child_established", number + 1)
        scene.ours.wait_for_quiet(0.5)
        complaints += scene.peer_has_at_most(1, 3)
    return complaints


def both_renew(scene):
    """The same with phase 1; the one child of the begin stays all the time. What either end has begun lives on until
    we renew it, and then one of two goes, whichever the cookies say: of the four that two rounds leave, every time
    about half."""
    complaints = []
    acts = [scene.peer.rekey_ike] if scene.peer.renews_on_request else []
    for number in range(_ROUNDS):
        with frozen(scene.peer, *acts):
            complaints += scene.we_say(r"MM1 \|", scene.says(r"MM1 \|") + 1, 8)
        complaints += scene.we_tell("phase1_established", 2 * number + 2)
        scene.ours.wait_for_quiet(0.5)
    complaints += scene.peer_has_at_most(2, 1, 40)
    return complaints + scene.we_never_tell("child_deleted", "child_closed")


def several_children(scene):
    """Quick modes side by side: every one comes to its end, with the same SPIs at both ends."""
    starts = [lambda: scene.peer.initiate(5)] * _CHILDREN
    with frozen(scene.peer, *starts):
        pass
    complaints = scene.we_tell("child_established", _CHILDREN)
    spis = re.findall(r'0x(\w{8})"|SPIs +0x(\w{8}) \(in\), 0x(\w{8}) \(out\)', scene.ours.said())
    return complaints + _unlisted(scene.peer, {spi for found in spis for spi in found if spi})


def _both_begin(case, peer, ours):
    """`connect` answers nobody before it has a session of its own; then the peer may have one too."""
    with frozen(peer, lambda: peer.initiate(case.patience)):
        process.wait_until(lambda: re.search("[MA]M1", ours.said()), 5)
    ours.wait_for_outcome(case.patience)
    ours.wait_for_quiet(1)
    return []


def _each_has_its_child(case, peer, ours):
    """Several children of one session, each with selectors of its own."""
    ours.wait_for_outcome(case.patience)
    found = [child["selectors"]["local"].split()[-1] for child in ours.outcome.get("children", ())]
    wanted = [str(40001 + port) for port in range(_CHILDREN)]
    return [] if sorted(found) == wanted else [f"children for the ports {found}, not {wanted}"]


def _connect(case, act, peer, tool):
    """Every child that we have then is one of the peer's, and our Deletes end them all."""
    peer.load(case.ours)
    with tool.connect(case.ours, case.patience) as ours:
        complaints = act(case, peer, ours)
        children = ours.outcome.get("children") or ()
        spis = {child[name][2:] for child in children for name in ("spi_in", "spi_out")}
        complaints += _unlisted(peer, spis) if spis else ["no child"]
        run = ours.stop()
    if not process.wait_until(lambda: peer.sas() == (0, 0), 3):
        complaints.append(f"after our Deletes the peer still has {peer.sas()} ISAKMP SAs and children")
    peer.clear()
    if run.exit_status:
        complaints.append(run.story)
    return Result(peer.name, "initiator", case.name, "established", "fail" if complaints else "pass",
                  "; ".join(complaints))


def _unlisted(peer, spis):
    """Complaints about SPIs that the peer does not list."""
    all_there = process.wait_until(lambda: spis <= peer.spis(), 3)
    return [] if all_there else [f"the peer has no SA with the SPIs {spis - peer.spis()}"]
