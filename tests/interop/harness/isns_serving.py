"""Our `serve --isns` as a test runs it."""

import itertools
import json
import os
import signal
import time

from . import process
from .isns_lab import target

KEY = "pJ7-two-and-twenty-Kq0"
NAME = target().name


class Serving:
    """`with Serving(lab, arguments) as ours:` is a serve at our host from its ready line on. `settings` are
    what it serves; `server` is where it registers."""

    _count = itertools.count(1)

    def __init__(self, lab, *arguments, settings=("--flags", "0x27"), server=None):
        self._host = lab.network.ours
        name = os.path.join(lab.folder, f"serve-{next(Serving._count)}")
        self._out, self._errors, self._key = f"{name}.out", f"{name}.err", f"{name}.key"
        self._command = [lab.tool, "serve", "--json", *settings, "--isns", server or lab.address,
                         "--isns-target", NAME, *arguments]
        if "--config" not in settings:
            self._command += ["--key-file", self._key]

    def __enter__(self):
        with open(self._key, "w", opener=lambda p, f: os.open(p, f, 0o600)) as key:
            key.write(KEY)
        with open(self._out, "w") as out, open(self._errors, "w") as errors:
            self._process = process.start_apart(self._host, self._command, out, errors)
        if not process.wait_until(lambda: self.lines() or self._process.poll() is not None, 10) or not self.lines():
            self.__exit__()
            raise RuntimeError(f"serve did not start: {self.errors()}")
        return self

    def __exit__(self, *_):
        process.stop(self._process, signal.SIGKILL)

    def lines(self):
        """The objects that it has printed so far."""
        with open(self._out, errors="replace") as out:
            return [json.loads(line) for line in out if line.endswith("\n")]

    def errors(self):
        with open(self._errors, errors="replace") as errors:
            return errors.read()

    def states(self):
        """What it has told of its registration."""
        return [line["state"] for line in self.lines() if line["event"] == "isns"]

    def becomes(self, *states, patience=10.0):
        """Complaints unless it tells just these states in time."""
        process.wait_until(lambda: len(self.states()) >= len(states), patience)
        return [] if self.states() == list(states) else [f"states {self.states()}: {self.errors().strip()}"]

    def kill(self):
        process.stop(self._process, signal.SIGKILL)

    def stop(self, how=signal.SIGTERM, within=1.0):
        """Ends it; complaints when that takes longer or goes wrong."""
        began = time.monotonic()
        status = process.stop(self._process, how, 15)
        seconds = time.monotonic() - began
        return ([] if status == 0 else [f"exit status {status}: {self.errors()}"]) + (
            [] if seconds <= within else [f"the end takes {seconds:.1f} s"])
