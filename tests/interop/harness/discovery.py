"""Our `discover` as a test runs it, and what it says in one form for all checks."""

import itertools
import json
import os
import re
import signal
import time
from dataclasses import dataclass

from . import process

HBA = "iqn.2026-01.example.hba:one"


@dataclass
class Discovery:
    """What came of a run. `seconds` is how long it took, `peak` its memory in KiB at the most."""

    exit_status: int
    stdout: str
    stderr: str
    seconds: float
    peak: int
    hung: bool

    @property
    def document(self):
        """The object of --json; None when there is none."""
        try:
            found = json.loads(self.stdout)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def targets(self):
        return [target["name"] for target in self._targets()]

    def portals(self, target=None):
        """Those that lead to a target, or to any."""
        return [_portal(portal) for each in self._targets() if target in (None, each["name"])
                for portal in each["portals"]]

    def _targets(self):
        return (self.document or {}).get("targets", [])

    @property
    def errors(self):
        """Standard error without warnings."""
        return [line for line in self.stderr.splitlines() if "warning: " not in line]

    @property
    def has_one_error(self):
        """Whether it says in one line what is wrong, and where."""
        return len(self.errors) == 1 and re.fullmatch("iscsi-ike: .+: .+", self.errors[0]) is not None

    @property
    def story(self):
        return f"exit status {self.exit_status}: {' '.join(self.errors) or self.stdout.strip()[:200]}"


@dataclass(frozen=True)
class Listed:
    """A portal that was listed. `outcome` is what `explain` says of its word; `suites` are those of its
    proposals, by phase."""

    address: str
    port: int
    bitmap: int
    outcome: str
    suites: dict


def _portal(member):
    word = member["bitmap"]
    suites = {phase: [offer["suite"] for offer in (member[f"{phase}_proposals"] or {"offers": []})["offers"]]
              for phase in ("phase1", "phase2")}
    return Listed(member["address"], member["port"], None if word is None else int(word, 16),
                  member["plan"]["outcome"], suites)


class Discoverer:
    """The tool at a host."""

    def __init__(self, tool, host, folder):
        self._tool = tool
        self._host = host
        self._folder = folder

    def start(self, server, *arguments, initiator=HBA, timeout=5, as_json=True):
        """Starts a run; `Running.finish` gives what came of it."""
        command = [self._tool, "discover", "--isns", server, "--initiator", initiator,
                   "--timeout", str(timeout), *(["--json"] if as_json else []), *arguments]
        return _Running(self._host, command, self._folder)

    def run(self, server, *arguments, patience=20, **options):
        return self.start(server, *arguments, **options).finish(patience)


class _Running:
    _count = itertools.count(1)  # runs may be side by side

    def __init__(self, host, command, folder):
        name = os.path.join(folder, f"discover-{next(_Running._count)}")
        self._out, self._errors = f"{name}.out", f"{name}.err"
        self._began = time.monotonic()
        self._peak = 0
        with open(self._out, "w") as out, open(self._errors, "w") as errors:
            self._process = process.start_apart(host, command, out, errors)

    def finish(self, patience=20):
        """Waits for the end; a run that has none in time is killed."""
        hung = not process.wait_until(self._ended, patience)
        status = process.stop(self._process, signal.SIGKILL)
        seconds = time.monotonic() - self._began
        with open(self._out, errors="replace") as out, open(self._errors, errors="replace") as errors:
            return Discovery(status, out.read(), errors.read(), seconds, self._peak, hung)

    def _ended(self):
        try:
            with open(f"/proc/{self._process.pid}/status") as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        self._peak = max(self._peak, int(line.split()[1]))
        except OSError:
            pass
        return self._process.poll() is not None
