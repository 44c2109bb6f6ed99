"""A case: both ends' settings and what must come of them; and how it is run."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Optional

from . import process
from .settings import Settings


@dataclass(frozen=True)
class Established:
    """Phase 1 and the child are up at both ends, as asked for, and every key is the same."""

    instead: dict = field(default_factory=dict)  # members of Settings that come out otherwise
    we_delete: bool = True  # in the end; not when the peer has done it before, or is gone
    exit_status: int = 0  # of the tool, in the end
    complaint: str = ""  # of a peer's deviation: what then goes wrong (a regular expression)

    text = "established"


@dataclass(frozen=True)
class Fails:
    """Our end fails with `code` (of ike/errors.def; or a last event's name) and a text with `we_say`, a
    regular expression; the tool exits with `exit_status` when it connects; and the peer's log says
    `peer_says`, which is the name of one of the peer's phrases (or, in a peer's own file, a regular
    expression; empty: it says nothing)."""

    code: str
    peer_says: str
    we_say: str = ""
    exit_status: int = 4

    @property
    def text(self):
        return self.code


@dataclass(frozen=True)
class Unloadable:
    """The peer does not even take such a configuration, and says so with `peer_says`."""

    peer_says: str

    text = "the peer takes no such configuration"


@dataclass(frozen=True)
class Deviation:
    """In cases whose "role: name" has `where` (a regular expression) this peer does something else than is
    expected of every peer. When it does just that, the case counts as explained, by `why`."""

    where: str
    expected: object
    why: str


@dataclass(frozen=True)
class Case:
    name: str
    ours: Settings
    expected: object = Established()
    theirs: Optional[Settings] = None  # None: the same
    patience: float = 10  # seconds that either end may take


@dataclass(frozen=True)
class Result:
    """A row of the matrix."""

    peer: str
    role: str
    case: str
    expected: str
    result: str  # pass, explained, fail
    why: str


def show(result):
    """Tells of a result at once; runs can be long."""
    print(f"{result.result:9} {result.case}: {result.why or result.expected}", flush=True)


def run_case(case, peer, tool, during=None):
    """Runs a case; returns its Result and the tool's Run (None when that did not even start). `during` is
    called with our running end while the SAs are up, and returns complaints."""
    deviation = next((d for d in peer.deviations
                      if re.search(d.where, f"{case.ours.role}: {case.name}")), None)
    expected = deviation.expected if deviation else case.expected
    run = None
    try:
        run, complaints = _run(case, expected, peer, tool, during)
    except Exception as error:  # a broken case must not end the others
        complaints = [f"{type(error).__name__}: {error}"]
    finally:
        peer.clear()
    verdict = "fail" if complaints else "explained" if deviation else "pass"
    why = "; ".join(complaints) or (deviation.why if deviation else "")
    return Result(peer.name, case.ours.role, case.name, case.expected.text, verdict, why), run


def _run(case, expected, peer, tool, during):
    """Runs a case; returns the tool's Run and what is wrong with it."""
    theirs = case.theirs or case.ours
    if isinstance(expected, Unloadable):
        return None, _judge_unloadable(theirs, expected, peer)
    mark = peer.mark()
    peer.load(theirs)
    start = tool.connect if case.ours.role == "initiator" else tool.serve
    wanted = isinstance(expected, Established)
    judge = _judge_success if wanted else _judge_failure
    with ThreadPoolExecutor(1) as beside, start(case.ours, case.patience) as ours:
        initiated = None
        if case.ours.role == "responder":
            initiated = beside.submit(peer.initiate, case.patience)
        ours.wait_for_outcome(case.patience + 5)
        if wanted:  # the peer's log may lag behind
            process.wait_until(lambda: not peer.differences(ours.keys(), mark), 2)
            peer_is_up = not initiated or initiated.result()
        complaints = during(ours) if during and ours.outcome.get("children") else []
        if wanted and expected.complaint:
            found = re.search(expected.complaint, "; ".join(complaints))
            complaints = [] if found else [f"nothing is wrong with '{expected.complaint}'", *complaints]
        run = ours.stop()
        complaints += judge(case, expected, run, peer, mark)
        if not wanted:
            peer.clear()  # so that it gives up at once
            peer_is_up = initiated and initiated.result()
    if bool(peer_is_up) != wanted:
        complaints.append(f"the peer says that the child is {'up' if peer_is_up else 'not up'}")
    return run, complaints + _leaks(case.ours, run)


def _judge_unloadable(theirs, expected, peer):
    try:
        peer.load(theirs)
    except RuntimeError as refusal:
        return [] if re.search(expected.peer_says, str(refusal)) else [f"the peer says: {refusal}"]
    return ["the peer takes the configuration"]


def _judge_success(case, expected, run, peer, mark):
    complaints = []
    if not run.established:
        return [run.story]
    if run.exit_status != expected.exit_status:
        complaints.append(f"established, but exit status {run.exit_status}, not {expected.exit_status}")
    complaints += peer.differences(run.keys, mark)
    # The initiator's wishes are what is negotiated; identities are the same for both.
    asked = case.ours if case.ours.role == "initiator" else case.theirs or case.ours
    complaints += _wrong_facts(replace(asked, **expected.instead), run.outcome)
    if expected.we_delete and not process.wait_until(lambda: peer.was_deleted_since(mark), 2):
        complaints.append("our Deletes have not reached the peer")
    if expected.we_delete and not process.wait_until(lambda: peer.sas() == (0, 0), 2):
        complaints.append(f"after our Deletes the peer still has {peer.sas()} ISAKMP SAs and children")
    return complaints


def _leaks(settings, run):
    """Keys belong into key files and nowhere else, however verbose the tool is."""
    said = (run.stdout + run.stderr).lower()
    secrets = {**run.keys, "pre-shared key": settings.key.lower(),
               "pre-shared key in hex": settings.key.encode().hex()}
    # The SPIs of the list are no secrets; of a key, its first eight octets would give it away.
    return [f"{name} is in the output" for name, secret in secrets.items()
            if len(secret) > 8 and secret[:16] in said]


def _wrong_facts(settings, outcome):
    """What the tool tells of the SA against what was asked for."""
    phase1, child = outcome["phase1"], outcome["children"][0]
    wanted = {
        "exchange": (phase1["exchange"], settings.exchange),
        "role": (phase1["role"], settings.role),
        "phase-1 suite": (phase1["suite"], settings.ike),
        "own identity": (phase1["identities"]["local"], settings.our_id),
        "peer's identity": (phase1["identities"]["remote"], settings.their_id),
        "mode": (child["mode"], settings.encapsulation),
        "ESP suite": (child["suite"], settings.esp),
        "PFS group": (child["pfs_group"], settings.group if settings.pfs else None),
    }
    return [f"{what} is {got}, not {want}" for what, (got, want) in wanted.items() if got != want]


def _judge_failure(case, expected, run, peer, mark):
    complaints = []
    if run.established:
        return ["established"]
    if run.end != expected.code or not re.search(expected.we_say, run.story):
        complaints.append(run.story)
    if case.ours.role == "initiator" and run.exit_status != expected.exit_status:
        complaints.append(f"exit status {run.exit_status}, not {expected.exit_status}")
    pattern = peer.phrases.get(expected.peer_says, expected.peer_says)
    if not process.wait_until(lambda: re.search(pattern, peer.log_since(mark)), 3):
        complaints.append(f"the peer's log has no line with '{pattern}'")
    return complaints
