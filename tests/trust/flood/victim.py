"""`iscsi-ike serve` under watch: its memory, its descriptors, its processor time, its end."""

import json
import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "interop"))
from harness import process  # noqa: E402  (its folder is named above)

_STEP = 0.25  # seconds between two looks at it
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Victim:
    """`with Victim(host, command, folder) as victim:` runs until the end of the block, or until `finish`."""

    def __init__(self, host, command, folder):
        self._said = os.path.join(folder, "serve.out")
        self._host, self._command = host, command
        self.samples = []  # (time, octets resident, open descriptors)
        self._over = threading.Event()
        self._peak_counted = False

    def __enter__(self):
        with open(self._said, "w") as output:
            self._process = process.start(self._host, self._command, output)
        ready = process.wait_until(lambda: "ready" in self.said() or not self.alive(), 10)
        if not ready or not self.alive():
            self.__exit__()
            raise RuntimeError("serve did not start: " + self.said().strip())
        self.pid = self._process.pid
        self._watch = threading.Thread(target=self._sample, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        process.stop(self._process, signal.SIGKILL)

    def alive(self):
        return self._process.poll() is None

    def said(self):
        with open(self._said, errors="replace") as file:
            return file.read()

    def resident(self):
        """Octets of memory in use now."""
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * _PAGE

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def processor_time(self):
        """Seconds that it has had a processor so far, and seconds that it has waited for one."""
        had = waited = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as file:
                words = file.read().split()
            had, waited = had + int(words[0]), waited + int(words[1])
        return had / 1e9, waited / 1e9

    def forget_peak(self):
        """Has the system count the most octets resident from now on, where it can."""
        try:
            with open(f"/proc/{self.pid}/clear_refs", "w") as file:
                file.write("5")
        except OSError:
            return  # then the samples are all there is
        self._peak_counted = True

    def peak(self, since):
        """Most octets resident since then: of the samples, and of what the system has counted since `forget_peak`."""
        return max([size for at, size, _ in self.samples if at >= since] + [self._counted_peak()])

    def _counted_peak(self):
        if not self._peak_counted:
            return 0
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))

    def counters(self):
        """What it has counted so far, as an administrator asks for it; {} when it does not tell."""
        before = len(self._summaries())
        self._process.send_signal(signal.SIGUSR1)
        told = process.wait_until(lambda: self._summaries()[before:] or not self.alive(), 10)
        return told[-1] if isinstance(told, list) else {}

    def finish(self):
        """Ends it as an administrator would. Returns (exit status, its summary or {})."""
        self._over.set()
        self._watch.join()
        status = process.stop(self._process, signal.SIGTERM, patience=30)
        return status, ([{}] + self._summaries())[-1]

    def _summaries(self):
        """All that it has told so far, the last line only when it is whole."""
        lines = self.said().rpartition("\n")[0].splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [one for one in told if one.get("event") == "summary"]

    def _sample(self):
        while not self._over.wait(_STEP):
            try:
                self.samples.append((time.monotonic(), self.resident(), self.descriptors()))
            except OSError:
                return  # it is no more; whoever asks next is told
