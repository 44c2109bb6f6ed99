"""The peer against itself: shows that namespaces, shim, configuration and the reading of keys are right,
whatever our own end does."""

from cases import GROUPS
from harness import process
from harness.case import Result, show

NEEDS = ()
PEERS = None  # any


def run(network, peer_class, options, folder):
    results = []
    with peer_class(network, folder, options.shim) as responder, \
            peer_class(network, folder, options.shim, host=network.ours) as initiator:
        for exchange in ("main", "aggressive"):
            for case in GROUPS[f"{exchange}-initiator"]:
                complaints = between_daemons(case, initiator, responder)
                results.append(Result(peer_class.name, "none", f"self: {case.name}", "established",
                                      "fail" if complaints else "pass", "; ".join(complaints)))
                show(results[-1])
    return results


def between_daemons(case, initiator, responder):
    """Configures two daemons for their sides; returns complaints when they do not come together."""
    responder.load(case.ours)
    initiator.load(case.ours)
    marks = initiator.mark(), responder.mark()
    if not initiator.initiate(case.patience):
        return ["no child SA"]

    def differences():
        return responder.differences(initiator.keys_since(marks[0]), marks[1])

    process.wait_until(lambda: not differences(), 2)
    complaints = differences()
    initiator.clear()
    responder.clear()
    return complaints
