"""A real NAT between the ends, which gives other ports: in front of either end and of both, with either end
starting; and one that both pretend. The peer also against itself, which shows that the NAT is right whatever
our own end does."""

import os
from itertools import product

from harness.case import Case, Result, show
from harness.nat import NatNetwork
from harness.scene import play
from harness.settings import Settings
from harness.tool import Tool

from .self_check import between_daemons

NEEDS = ("nft",)
PEERS = None

# Who is behind a NAT, whose NAT forwards ports 500 and 4500, who starts.
_PLACES = ((("ours",), (), "initiator"), (("theirs",), ("theirs",), "initiator"),
           (("theirs",), (), "responder"), (("ours",), ("ours",), "responder"),
           (("ours", "theirs"), ("theirs",), "initiator"), (("ours", "theirs"), ("ours",), "responder"))
_WHO = {("ours",): "we are", ("theirs",): "the peer is", ("ours", "theirs"): "both are"}
_FOUND = {("ours",): "local", ("theirs",): "remote", ("ours", "theirs"): "both"}


def run(network, peer_class, options, folder):
    results = []
    for number, (inside, forwarded, role) in enumerate(_PLACES):
        where = os.path.join(folder, str(number))
        os.makedirs(where)
        with NatNetwork(inside, forwarded) as natted, peer_class(natted, where, options.shim) as peer:
            cases = [c for c in _cases(inside, role) if options.only in c.name]
            results += _daemons_alone(natted, peer_class, peer, cases, options, where)
            results += play(((case, finds(_FOUND[inside])) for case in cases), peer,
                            Tool(options.tool, natted, where))
    with peer_class(network, folder, options.shim) as peer:
        forced = ((case, finds("both")) for case in _forced())
        return results + play(forced, peer, Tool(options.tool, network, folder), options.only)


def _cases(inside, role):
    for port, exchange, mode in product((4500, 500), ("main", "aggressive"), ("tunnel", "transport")):
        yield _case(f"{_WHO[inside]} behind a NAT, from port {port} on", exchange, mode, role=role, port=port)


def _forced():
    """No NAT, but both ends say that there is one."""
    for role, exchange, mode in product(("initiator", "responder"), ("main", "aggressive"), ("tunnel", "transport")):
        yield _case("a NAT forced by both", exchange, mode, role=role, encapsulate=True,
                    our_options=("--nat", "force"))


def _case(name, exchange, mode, **settings):
    inner = {"our_selector": "10.91.0.1/32", "their_selector": "10.92.0.1/32"} if mode == "tunnel" else {}
    return Case(f"{name}, {exchange}, {mode}",
                Settings(exchange=exchange, encapsulation=mode, our_id="fqdn:hba.example",
                         their_id="fqdn:array.example", **inner, **settings), patience=4)


def finds(where):
    """We say where the NAT is, and that ESP goes in UDP."""
    def act(scene):
        outcome = scene.ours.outcome
        found, in_udp = outcome["phase1"]["nat"], outcome["children"][0]["udp_encapsulated"]
        return [] if (found, in_udp) == (where, True) else [
            f"we tell of a NAT '{found}', not '{where}', and ESP in UDP: {in_udp}"]
    return act


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
