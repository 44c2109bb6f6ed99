#!/usr/bin/env python3
"""`iscsi-ike serve` under logins of every sort for a long time: its memory stays flat, and no descriptor is left open.

  soak.py --tool build/trust/ike/tool/iscsi-ike --result FILE --minutes 60

Over loopback, without root. Rounds follow each other: HBAs that log in again and again and say goodbye, HBAs that
vanish without a word, HBAs with a wrong key. SAs live for seconds, so that they are renewed, too. Exit status: 0 all
bars held, 1 not, 77 this machine cannot.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flood"))
from victim import Victim  # noqa: E402  (its folder is named above; it needs that of the harness)

MIB = 1 << 20
MAIN, AGGRESSIVE, PFS = "0x27", "0x2b", "0x37"
HBAS = 100
RATE = 100  # logins a second

# What serve may have grown by when all is over, however long that took: the slope of the line that fits its memory best,
# from the end of the warm-up on, times that time. A finished exchange is kept for a minute, so a warm-up is longer; a
# run that is too short for one only sees what leaks by the megabyte.
MOST_GROWTH = 1 * MIB
MOST_GROWTH_COLD = 4 * MIB
WARM_UP = 75  # seconds; of shorter runs a half


class Here:
    """This machine as it is."""

    @staticmethod
    def inside(command):
        return [*command]


def main():
    options = _parse()
    if not os.path.exists(options.tool):
        print(f"serve_soak: skipped: needs {options.tool}, which is not built")
        return 77
    folder = tempfile.mkdtemp(prefix="soak")
    try:
        result = Soak(options, folder).run()
    finally:
        shutil.rmtree(folder)
    if options.result:
        with open(options.result, "w") as file:
            json.dump(result, file, indent=1)
    print(f"serve_soak: {result['count']} logins, {result['failures']} bars failed")
    return 1 if result["failures"] else 0


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True, help="our command-line tool")
    parser.add_argument("--minutes", type=float, default=3, help="how long HBAs log in")
    parser.add_argument("--round", type=int, default=5, help="seconds that each sort of them does")
    parser.add_argument("--result", help="JSON file to write")
    parser.add_argument("--samples", help="file for memory and descriptors over time")
    options = parser.parse_args()
    options.tool = os.path.abspath(options.tool)
    return options


class Soak:
    def __init__(self, options, folder):
        self._options, self._folder = options, folder
        self._key = self._key_file("key", "correct horse battery staple")
        self._wrong = self._key_file("wrong", "a key that nobody else has")
        self.broken = []  # bars, in words
        self._logins = self._established = self._refused = 0

    def run(self):
        began = time.monotonic()
        with Victim(Here, self._serve(), self._folder) as self._victim:
            self._portal = self._where()
            self._begun = time.monotonic()
            self._over = self._begun + 60 * self._options.minutes
            while time.monotonic() < self._over and not self.broken:
                self._round()
            self._demand(self._victim.alive(), "serve has died")
            samples = list(self._victim.samples)
            status, summary = self._victim.finish()
        self._demand(status == 0, f"serve ended with {status}")
        told = summary.get("established", 0)
        self._demand(told >= self._established, f"serve tells of {told} sessions, {self._established} HBAs have one")
        figures = self._judge(samples)
        for text in self.broken:
            print(f"serve_soak: {text}")
        print("serve_soak: " + ", ".join(f"{name} {value:g}" for name, value in figures.items()))
        return {"name": "serve_soak", "count": self._logins, "failures": len(self.broken),
                "seconds": round(time.monotonic() - began, 1), "figures": figures}

    def _key_file(self, name, key):
        path = os.path.join(self._folder, name)
        with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(key)
        return path

    def _serve(self):
        return [self._options.tool, "serve", "--local", "127.0.0.1:0", "--flags", "0x2f", "--key-file", self._key,
                "--json", "--quiet", "--dpd", "3", "--dpd-tries", "2", "--timeout", "10", "--ike-lifetime", "12",
                "--esp-lifetime", "6"]

    def _where(self):
        """The endpoint that serve has taken."""
        for line in self._victim.said().splitlines():
            if line.startswith("{"):
                return json.loads(line)["listening"][0]
        raise RuntimeError("serve does not tell where it listens")

    def _round(self):
        for sort in (self._faithful, self._vanishing, self._strangers):
            if time.monotonic() < self._over:
                sort()

    def _faithful(self):
        """They log in again and again, and end all in the end."""
        self._expect_all(self._log_in(self._key, []))

    def _vanishing(self):
        """They leave without a Delete: serve has to ask, and to give up."""
        self._expect_all(self._log_in(self._key, ["--keep"]))

    def _strangers(self):
        told = self._log_in(self._wrong, ["--timeout", "2"])
        self._refused += told["failed"]
        self._demand(told["established"] == 0, "a wrong key is as good as the right one")

    def _expect_all(self, told):
        self._established += told["established"]
        self._demand(told["failed"] == 0, f"{told['failed']} logins have failed")
        self._demand(told["established"] > 0, "nobody could log in")

    def _log_in(self, key, more):
        command = [self._options.tool, "load", "--portal", self._portal, "--local", "127.1.0.0:0", "--hbas", str(HBAS),
                   "--addresses", str(HBAS), "--mix", f"{MAIN}=3;{AGGRESSIVE}=1;{PFS}=1", "--key-file", key, "--rate",
                   str(RATE), "--duration", str(self._options.round), "--json", "--quiet", *more]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=self._options.round + 60)
        if not done.stdout:
            raise RuntimeError("load: " + done.stderr.strip())
        told = json.loads(done.stdout)["logins"]
        self._logins += told["started"]
        return told

    def _judge(self, samples):
        lasted = samples[-1][0] - self._begun
        warm = self._begun + min(WARM_UP, lasted / 2)
        steady = [sample for sample in samples if sample[0] >= warm]
        times, sizes = [at for at, _, _ in steady], [size for _, size, _ in steady]
        slope = statistics.linear_regression(times, sizes).slope
        growth = slope * (times[-1] - times[0])
        most = MOST_GROWTH if lasted >= 2 * WARM_UP else MOST_GROWTH_COLD
        self._demand(growth <= most, f"its memory grew by {growth / MIB:.2f} MiB in {times[-1] - times[0]:.0f} s")
        opened, left = steady[0][2], steady[-1][2]
        self._demand(left <= opened, f"it had {opened} descriptors open, and has {left} now")
        if self._options.samples:
            with open(self._options.samples, "w") as file:
                for at, size, descriptors in samples:
                    print(f"{at - self._begun:.2f} {size / MIB:.3f} {descriptors}", file=file)
        return {"logins": self._logins, "established": self._established, "refused": self._refused,
                "minutes": round(lasted / 60, 2), "rss_at_warm_up_mib": round(sizes[0] / MIB, 2),
                "rss_most_mib": round(max(sizes) / MIB, 2), "rss_growth_mib": round(growth / MIB, 3),
                "rss_slope_kib_a_minute": round(slope * 60 / 1024, 2), "descriptors": left}

    def _demand(self, holds, text):
        if not holds:
            self.broken.append(text)


if __name__ == "__main__":
    sys.exit(main())
