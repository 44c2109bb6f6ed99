"""What follows after a child SA is up: the peer asks whether we live, rekeys, deletes, sends fragments."""

import re

from harness import keys, process
from harness.case import Case, Established, Fails, run_case, show
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ()
PEERS = None

_CHILD_DELETED = r'child SA 1 deleted by the peer|"event":"child_deleted"'
_SESSION_CLOSED = r'phase 1 of session 1 closed, by peer|"event":"session_closed","session":1'
_PHASE1_AGAIN = r'phase 1 of session 2 established|"event":"phase1_established","session":2'


def run(network, peer_class, options, folder):
    results = []
    tool = Tool(options.tool, network, folder)
    with peer_class(network, folder, options.shim) as peer:
        for case, act, *before in _cases(peer, tool):
            if options.only not in case.name:
                continue
            for preparation in before:
                preparation(case)
            mark = peer.mark()
            during = (lambda ours, act=act: act(ours, mark)) if act else None
            result, _ = run_case(case, peer, tool, during)
            results.append(result)
            show(result)
    return results


def _cases(peer, tool):
    acts = _Acts(peer, tool)
    for role in ("initiator", "responder"):
        def case(name, expected=Established(), role=role, **settings):
            return Case(name, Settings(role=role, **settings), expected, patience=5)

        yield case("the peer asks whether we live (DPD)", dpd=1), acts.answers_questions
        yield case("the peer deletes the child"), acts.child_deleted
        yield (case("the peer deletes the ISAKMP SA", Established(we_delete=False)),
               acts.session_closed)
        yield case("the peer rekeys the child"), acts.rekeyed
        yield case("the peer rekeys the child with PFS", pfs=True), acts.rekeyed
        if role == "responder":  # `connect` listens to no new phase 1
            yield case("the peer rekeys phase 1", ike_rekey=3), acts.phase1_again
        if role == "initiator":
            yield case("we come back after a crash"), acts.old_is_gone, acts.crash
        fragments = {"fragments": "force", "ike": "aes128-sha256-modp6144"}
        yield case("the peer sends fragments, main", **fragments), acts.fragments_came
        if role == "initiator":
            yield (case("the peer sends fragments, aggressive", exchange="aggressive", **fragments),
                   acts.fragments_came)
        else:
            # Pieces of a first message would have to be held before there is any session.
            yield (case("the peer sends its first message in fragments, aggressive",
                        Fails("MALFORMED", "fragments sent", "AM1 must not carry FRAGMENT"),
                        exchange="aggressive", **fragments), None)


class _Acts:
    """What is done while the SAs are up; each returns complaints. The log counts from `mark`."""

    def __init__(self, peer, tool):
        self._peer = peer
        self._tool = tool

    def _logs(self, phrase, mark, times=1, patience=5.0):
        pattern = self._peer.phrases[phrase]
        found = process.wait_until(
            lambda: len(re.findall(pattern, self._peer.log_since(mark))) >= times, patience, 0.05)
        return [] if found else [f"the peer's log has no {times} lines with '{pattern}'"]

    @staticmethod
    def _tells(ours, pattern, patience=3.0):
        found = process.wait_until(lambda: re.search(pattern, ours.said()), patience)
        return [] if found else [f"we do not tell '{pattern}'"]

    def answers_questions(self, ours, mark):
        return self._logs("DPD acknowledged", mark, times=2)

    def child_deleted(self, ours, mark):
        self._peer.delete_child()
        return self._tells(ours, _CHILD_DELETED)

    def session_closed(self, ours, mark):
        self._peer.delete_ike()
        return self._tells(ours, _SESSION_CLOSED)

    def crash(self, case):
        """Leaves SAs at the peer that nobody has any more."""
        self._peer.load(case.ours)
        with self._tool.connect(case.ours, case.patience) as ours:
            ours.wait_for_outcome(case.patience)

    def old_is_gone(self, ours, mark):
        return self._logs("INITIAL-CONTACT received", mark)

    def phase1_again(self, ours, mark):
        """The peer's lifetime of phase 1 ends; the child must live on."""
        return self._tells(ours, _PHASE1_AGAIN, 10) + (
            ["the child is gone"] if re.search(_CHILD_DELETED, ours.said()) else [])

    def fragments_came(self, ours, mark):
        return self._logs("fragments sent", mark)

    def rekeyed(self, ours, mark):
        """The second child has keys of its own, and the same at both ends."""
        first, mark = ours.keys(), self._peer.mark()
        self._peer.rekey_child()

        def differences():
            second = self._tool.keys(we_started=False, child=2)
            return keys.differences(second, self._peer.keys_since(mark), keys.CHILD)

        process.wait_until(lambda: not differences(), 3)
        second = self._tool.keys(we_started=False, child=2)
        same = [name for name in keys.CHILD if name in first and first[name] == second.get(name)]
        return differences() + [f"the second {name} is the first one" for name in same]
