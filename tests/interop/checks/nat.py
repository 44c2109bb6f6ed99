"""A real NAT between the ends, which gives other ports: at each end, with either end starting. The peer also
against itself, which shows that the NAT is right whatever our own end does."""

import os
from itertools import product

from harness.case import Case, Result, run_case, show
from harness.nat import NatNetwork
from harness.settings import Settings
from harness.tool import Tool

from .self_check import between_daemons

NEEDS = ("nft",)
PEERS = None

# Who is behind the NAT, whether it forwards ports 500 and 4500, who starts.
_PLACES = (("ours", False, "initiator"), ("theirs", True, "initiator"),
           ("theirs", False, "responder"), ("ours", True, "responder"))


def run(_network, peer_class, options, folder):
    results = []
    for number, (inside, forwarded, role) in enumerate(_PLACES):
        where = os.path.join(folder, str(number))
        os.makedirs(where)
        with NatNetwork(inside, forwarded) as network, \
                peer_class(network, where, options.shim) as peer:
            cases = [c for c in _cases(inside, role) if options.only in c.name]
            results += _daemons_alone(network, peer_class, peer, cases, options, where)
            tool = Tool(options.tool, network, where)
            floats = tool.takes_natt()
            for case in cases:
                if case.ours.port == 500 and not floats:
                    print(f"not run: {case.name}: our tool opens no other port")
                    continue
                result, _ = run_case(case, peer, tool)
                results.append(result)
                show(result)
    return results


def _cases(inside, role):
    behind = "we are" if inside == "ours" else "the peer is"
    for port, exchange, mode in product((4500, 500), ("main", "aggressive"), ("tunnel", "transport")):
        inner = {"our_selector": "10.91.0.1/32", "their_selector": "10.92.0.1/32"}
        yield Case(f"{behind} behind a NAT, from port {port} on, {exchange}, {mode}",
                   Settings(role=role, port=port, exchange=exchange, encapsulation=mode, our_id="fqdn:hba.example",
                            their_id="fqdn:array.example", **(inner if mode == "tunnel" else {})),
                   patience=4)


def _daemons_alone(network, peer_class, peer, cases, options, where):
    results = []
    with peer_class(network, where, options.shim, host=network.ours) as stand_in:
        for case in cases:
            ends = (stand_in, peer) if case.ours.role == "initiator" else (peer, stand_in)
            complaints = between_daemons(case, *ends)
            results.append(Result(peer.name, "none", f"self, {case.ours.role}: {case.name}", "established",
                                  "fail" if complaints else "pass", "; ".join(complaints)))
            show(results[-1])
    return results
