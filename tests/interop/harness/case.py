"""A case: both ends' settings and what must come of them; and how it is run."""

import re
from dataclasses import dataclass
from typing import Optional

from . import keys, process
from .settings import Settings


@dataclass(frozen=True)
class Established:
    """Phase 1 and the child are up at both ends, and every key is the same."""

    text = "established"


@dataclass(frozen=True)
class Fails:
    """Our end fails with `code` (of ike/errors.def; or a last event's name) and a text with `we_say`,
    the tool exits with `exit_status` when it connects, and the peer's log has a line with
    `peer_says`. Both are regular expressions."""

    code: str
    peer_says: str
    we_say: str = ""
    exit_status: int = 4

    @property
    def text(self):
        return self.code


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


def run_case(case, peer, tool):
    """Runs a case; returns its Result and the tool's Run (None when that did not even start)."""
    peer.load(case.theirs or case.ours)
    mark = peer.mark()
    run = None
    try:
        start = tool.connect if case.ours.role == "initiator" else tool.serve
        with start(case.ours, case.patience) as ours:
            peer_is_up = None
            if case.ours.role == "responder":
                peer_is_up = peer.initiate(case.patience)
            ours.wait_for_outcome(case.patience + 5)
            wanted = isinstance(case.expected, Established)
            if wanted:  # the peer's log may lag behind
                process.wait_until(
                    lambda: not keys.differences(ours.keys(), peer.keys_since(mark)), 2)
            run = ours.stop()
        judge = _judge_success if wanted else _judge_failure
        complaints = judge(case, run, peer, mark, peer_is_up) + _leaks(case.ours, run)
    except Exception as error:  # a broken case must not end the others
        complaints = [f"{type(error).__name__}: {error}"]
    finally:
        peer.clear()
    result = Result(peer.name, case.ours.role, case.name, case.expected.text,
                    "fail" if complaints else "pass", "; ".join(complaints))
    return result, run


def _judge_success(case, run, peer, mark, peer_is_up):
    complaints = []
    if not run.established:
        return [run.story]
    if run.exit_status != 0:
        complaints.append(f"established, but exit status {run.exit_status}")
    if peer_is_up is False:
        complaints.append("the peer says that the child is not up")
    complaints += keys.differences(run.keys, peer.keys_since(mark))
    # The initiator's wishes are what is negotiated; identities are the same for both.
    asked = case.ours if case.ours.role == "initiator" else case.theirs or case.ours
    complaints += _wrong_facts(asked, run.outcome)
    if not process.wait_until(lambda: peer.was_deleted_since(mark), 2):
        complaints.append("our Deletes have not reached the peer")
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


def _judge_failure(case, run, peer, mark, peer_is_up):
    expected = case.expected
    complaints = []
    if run.established:
        return ["established"]
    if run.end != expected.code or not _says(run.story, expected.we_say):
        complaints.append(run.story)
    if case.ours.role == "initiator" and run.exit_status != expected.exit_status:
        complaints.append(f"exit status {run.exit_status}, not {expected.exit_status}")
    if peer_is_up:
        complaints.append("the peer says that the child is up")
    said = process.wait_until(lambda: _says(peer.log_since(mark), expected.peer_says), 3)
    if not said:
        complaints.append(f"the peer's log has no line with '{expected.peer_says}'")
    return complaints


def _says(log, pattern):
    return re.search(pattern, log)
