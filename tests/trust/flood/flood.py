#!/usr/bin/env python3
"""Floods `iscsi-ike serve` while honest HBAs log in, and judges what became of both.

  flood.py --tool build/trust/ike/tool/iscsi-ike --flooder build/trust/tests/trust/flood/flooder --result FILE \\
      KIND:RATE:SECONDS...
  flood.py --needs

KIND is one of `flooder`'s; RATE is first messages a second, 0: as fast as it can. serve has one processor for itself, the
flood and the honest HBAs have another. HBAs log in ten times a second, in main mode, all through. Exit status: 0 all bars
held, 1 not, 77 this machine cannot (the reason is printed); --needs asks for that alone, before anything is built.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from flood_network import HBAS, OTHER_HBAS, VICTIM, FloodNetwork
from victim import Victim

from harness import process, requirements  # flood_network has named its folder

KEY = "correct horse battery staple"
MAIN, AGGRESSIVE, MAIN_OR_AGGRESSIVE = "0x27", "0x2b", "0x2f"
LOGINS_A_SECOND = 10
LEAD = 1  # seconds of flood before the first login that counts
MIB = 1 << 20

# What must hold, by kind and by whether the rate is bounded. At an unlimited rate the processor is spent by the
# datagrams themselves: then serve has to live, to keep its memory, and to be back at once.
MOST_MEMORY = 64 * MIB  # above idle
DRAINED = 8 * MIB  # above idle is idle again
DRAIN_TIME = 60  # seconds
COMPLETED = 99.0  # percent of the honest logins, in time
IN_TIME = 1  # seconds
REACHED = 0.95  # of the flood's rate

# What serve answers in aggressive mode to those who never come back: so many, and so many more a second (its defaults).
AGGRESSIVE_AT_ONCE, AGGRESSIVE_RATE = 1024, 100

# Floods that come from where they say, and what such a one must at least have done: MM3 a second.
REAL = ("real", "real-ecp")
FEWEST_THIRDS = 100
# What serve needs to be told for a kind, before the words of --serve: in real-ecp it takes the costlier group first, of
# which the HBAs have none.
SERVE_WORDS = {"real-ecp": ["--ike", "aes128-sha256-ecp384,aes128-sha256-modp2048"]}

# Where other work may take the processors away for seconds (--busy), speed shows nothing.
BUSY_IN_TIME = 15  # seconds
BUSY_REACHED = 0.25


def main():
    options = _parse()
    why = _missing(options)
    if why:
        print(f"flood: skipped: {why}")
        return requirements.SKIPPED
    if options.needs:
        return 0
    results = []
    with _FirstInLine():
        for flood in options.floods:
            folder = tempfile.mkdtemp(prefix="flood")
            try:
                results.append(Flooding(options, flood, folder).run())
            finally:
                shutil.rmtree(folder)
            if options.result:
                with open(options.result, "w") as file:
                    json.dump(results, file, indent=1)
    failures = sum(result["failures"] for result in results)
    sent = sum(result["count"] for result in results)
    print(f"flood: {sent} datagrams in {len(results)} floods, {failures} bars failed")
    return 1 if failures else 0


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--needs", action="store_true", help="only say whether this machine can run floods")
    parser.add_argument("--tool", help="our command-line tool")
    parser.add_argument("--flooder", help="the program that floods")
    parser.add_argument("--result", help="JSON file to write")
    parser.add_argument("--serve", default="", help="further words for serve")
    parser.add_argument("--settle", type=float, default=DRAIN_TIME, help="seconds it has to be idle again")
    parser.add_argument("--busy", action="store_true", help="the machine has other work too: be patient")
    parser.add_argument("--samples", help="file for its memory over time")
    parser.add_argument("floods", nargs="*", type=_flood, metavar="KIND:RATE:SECONDS")
    options = parser.parse_args()
    if options.needs:
        return options
    if not (options.tool and options.flooder and options.floods):
        parser.error("--tool, --flooder and a flood are needed")
    options.tool, options.flooder = os.path.abspath(options.tool), os.path.abspath(options.flooder)
    return options


def _flood(text):
    kind, rate, seconds = text.split(":")
    return kind, int(rate), float(seconds)


def _missing(options):
    """Returns why this machine cannot run it, or None."""
    for program in () if options.needs else (options.tool, options.flooder):
        if not os.path.exists(program):
            return f"needs {program}, which is not built"
    if len(os.sched_getaffinity(0)) < 2:
        return "needs two processors, one for serve alone"
    return requirements.missing(["taskset", "nice"], [])


class Flooding:
    """One flood of one serve."""

    def __init__(self, options, flood, folder):
        self._options = options
        self._kind, self._rate, self._seconds = flood
        self._folder = folder
        self._in_time, self._reached = (BUSY_IN_TIME, BUSY_REACHED) if options.busy else (IN_TIME, REACHED)
        self._key = os.path.join(folder, "key")
        with open(self._key, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(KEY)
        processors = sorted(os.sched_getaffinity(0))
        self._own, self._others = processors[0], processors[1]
        self.name = f"flood.{self._kind}" + ("" if self._rate else "-unlimited")
        self._logins = 0  # of honest HBAs
        self.broken = []  # bars, in words
        self.figures = {}

    def run(self):
        began = time.monotonic()
        with FloodNetwork() as self._net, Victim(self._net.victim, self._serve(), self._folder) as self._victim:
            self._before()
            sent = self._flood()
            self._after()
        for text in self.broken:
            print(f"{self.name}: {text}", flush=True)
        result = {"name": self.name, "count": sent, "failures": len(self.broken),
                  "seconds": round(time.monotonic() - began, 1), "figures": self.figures}
        print(f"{self.name}: " + ", ".join(f"{name} {value:g}" for name, value in self.figures.items()), flush=True)
        return result

    def _serve(self):
        word = MAIN_OR_AGGRESSIVE if self._kind == "aggressive" else MAIN
        return _on(self._own, -20, [self._options.tool, "serve", "--local", VICTIM, "--flags", word, "--key-file",
                                    self._key, "--json", "--quiet", *SERVE_WORDS.get(self._kind, []),
                                    *self._options.serve.split()])

    def _before(self):
        """Some logins to warm up, and what it is like when idle."""
        warm = self._log_in(30)
        self._demand(warm["established"] == 30, "not even before the flood can all HBAs log in")
        idle = self._victim.counters()
        self._demand(idle.get("half_open") == 0 and idle.get("sessions") == warm["established"],
                     f"idle, it has {idle.get('sessions')} sessions and {idle.get('half_open')} half open")
        if self._kind == "replay":
            self._record()
        time.sleep(0.5)
        self._idle = self._victim.resident()
        self.figures["rss_idle_mib"] = round(self._idle / MIB, 2)

    def _record(self):
        """A login for the flood to repeat."""
        self._pcap = os.path.join(self._folder, "login.pcapng")
        command = [self._options.tool, "connect", "--portal", VICTIM, "--local", f"{HBAS}:0", "--flags", MAIN,
                   "--key-file", self._key, "--pcap", self._pcap]
        subprocess.run(self._net.honest.inside(command), check=True, stdout=subprocess.DEVNULL)

    def _flood(self):
        """The flood, with honest logins in it. Returns the number of datagrams sent."""
        honest = int(LOGINS_A_SECOND * max(1, self._seconds - 3 * LEAD))
        octets_before, received_before = self._net.flooded(), self._net.received()
        self._victim.forget_peak()
        processor_before, begun = self._victim.processor_time(), time.monotonic()
        with open(os.path.join(self._folder, "flooder"), "w+") as told:
            flooder = process.start(self._net.attacker, self._flooder(), told)
            time.sleep(LEAD)
            logins = self._begin_logins(honest)
            others = self._begin_logins(honest, AGGRESSIVE, OTHER_HBAS) if self._kind == "aggressive" else None
            flooder.wait(self._seconds + 30)
            self._over = time.monotonic()
            told.seek(0)
            sent = json.loads(told.read())
        lasted = self._over - begun
        self._spent, self._waited = ((after - before) / lasted for before, after in
                                     zip(processor_before, self._victim.processor_time()))
        octets = [after - before for before, after in zip(octets_before, self._net.flooded())]
        received = {name: value - received_before[name] for name, value in self._net.received().items()}
        self._begun = begun
        self._note_flood(sent, received, octets)
        if self._kind in REAL:
            self._note_thirds(sent)
        self._note_logins(self._end_logins(logins, honest))
        if others:  # they may fail: how many do is told
            made = self._end_logins(others, honest)
            self.figures["aggressive_logins_in_time_percent"] = round(100 * made["in_time"] / honest, 2)
        return sent["sent"]

    def _flooder(self):
        command = [self._options.flooder, "--kind", self._kind, "--to", VICTIM, "--rate", str(self._rate), "--seconds",
                   str(self._seconds)]
        if self._kind == "replay":
            command += ["--pcap", self._pcap, "--also", HBAS]
        return _on(self._others, -19, command)

    def _note_flood(self, sent, received, octets):
        taken, lost = received["InDatagrams"], received["RcvbufErrors"]
        self.figures.update({
            "sent": sent["sent"], "sent_per_second": round(sent["rate"]),
            "taken_per_second": round(taken / sent["seconds"]),
            "lost_percent": round(100 * lost / max(1, taken + lost), 2),
            "serve_cpu_percent": round(100 * self._spent, 1),
            "serve_waits_for_cpu_percent": round(100 * self._waited, 1),
            "octets_in": octets[0], "octets_out": octets[1],
            "amplification": round(octets[1] / max(1, octets[0]), 4),
        })
        self._demand(sent["firsts"] >= self._reached * self._rate * self._seconds, "the flood did not reach its rate")
        self._demand(taken + lost >= self._reached * sent["sent"], "the flood did not reach the victim")
        # Even of the shortest MM1, whose answer can leave nothing out: in a crowd one of 64 gets none.
        self._demand(octets[1] < octets[0], "answers amplify, or are no smaller than what they answer")

    def _note_thirds(self, sent):
        self.figures["thirds_per_second"] = round(sent["thirds"] / sent["seconds"])
        self._demand(sent["thirds"] >= FEWEST_THIRDS * self._seconds, "the flood hardly got beyond MM2")

    def _note_logins(self, logins):
        wanted = logins["wanted"]
        good = 100 * logins["in_time"] / wanted
        self.figures.update({"logins": wanted, "logins_established": logins["established"],
                             "logins_in_time_percent": round(good, 2),
                             "login_p99_ms": logins["p99"], "login_slowest_ms": logins["max"]})
        if self._rate:
            self._demand(good >= COMPLETED, f"only {good:.2f} % of the honest logins were done in time")

    def _after(self):
        """Whether all is as before: every login succeeds, and the memory goes back."""
        alive = self._victim.alive()
        self._demand(alive, "serve has died")
        if not alive:
            return
        after = self._log_in(2 * LOGINS_A_SECOND)
        self.figures["logins_after_in_time"] = after["in_time"]
        self._demand(after["in_time"] == after["wanted"], "logins right after the flood do not all succeed in time")
        self._settle()
        peak = self._victim.peak(self._begun) - self._idle
        self.figures["rss_peak_above_idle_mib"] = round(peak / MIB, 2)
        self._demand(peak <= MOST_MEMORY, f"its memory grew by {peak / MIB:.1f} MiB")
        status, summary = self._victim.finish()
        self._demand(status == 0, f"serve ended with {status}")
        self._demand(bool(summary), "serve told no summary")
        for name, value in _numbers(summary):
            self.figures[f"serve_{name}"] = value
        self._judge_counters(summary)
        if self._options.samples:
            with open(self._options.samples, "a") as file:
                for at, size, _ in self._victim.samples:
                    print(f"{self.name} {at - self._begun:.2f} {size / MIB:.2f}", file=file)

    def _judge_counters(self, summary):
        """Whether serve has told of what it did: none of these floods is one that it could answer all of."""
        sent = self.figures["sent"]
        ration = AGGRESSIVE_AT_ONCE + AGGRESSIVE_RATE * (self._seconds + 1)
        if self._kind == "aggressive" and sent > 2 * ration:
            self._demand(summary.get("aggressive_withheld", 0) > 0, "no aggressive mode was withheld beyond the ration")
        if self._kind in REAL:
            self._demand(summary.get("sources_verified", 0) > self._logins, "nobody of the flood has come back")

    def _settle(self):
        patience = self._over + self._options.settle - time.monotonic()
        process.wait_until(self._is_idle, patience, 0.25)
        left = self._victim.resident() - self._idle
        counters = self._victim.counters()
        over = self._sessions_left_over(counters)
        self.figures["sessions_left_over"] = over
        self._demand(self._drained(counters), f"{self._options.settle:.0f} s later {counters.get('half_open')} are half open "
                     f"and {over} of {counters.get('sessions')} sessions are of no honest HBA")
        self.figures["seconds_to_idle"] = round(time.monotonic() - self._over, 1)
        self.figures["rss_left_above_idle_mib"] = round(left / MIB, 2)
        self._demand(left <= DRAINED, f"{self._options.settle:.0f} s later {left / MIB:.1f} MiB are still held")

    def _is_idle(self):
        return self._victim.resident() <= self._idle + DRAINED and self._drained(self._victim.counters())

    def _drained(self, counters):
        """Whether nothing is half open, and nobody but honest HBAs has a session."""
        return counters.get("half_open") == 0 and self._sessions_left_over(counters) == 0

    def _sessions_left_over(self, counters):
        """Those that no honest HBA has. These leave one behind with each login, until serve asks after them."""
        return max(0, counters.get("sessions", 0) - self._logins)

    def _log_in(self, logins):
        return self._end_logins(self._begin_logins(logins), logins)

    def _begin_logins(self, logins, word=MAIN, first=HBAS):
        """Honest logins at their rate, of HBAs at addresses from `first` on."""
        self._logins += logins
        command = [self._options.tool, "load", "--portal", VICTIM, "--local", f"{first}:0", "--addresses", "200", "--hbas",
                   "200", "--flags", word, "--key-file", self._key, "--rate", str(LOGINS_A_SECOND), "--logins",
                   str(logins), "--timeout", "20", "--json", "--quiet", "--keep"]
        return process.start_piped(self._net.honest, _on(self._others, -20, command), subprocess.DEVNULL)

    def _end_logins(self, load, wanted):
        """What became of them: {wanted, established, in_time, p99, max}; times in ms from when each should have begun."""
        said, _ = load.communicate(timeout=wanted / LOGINS_A_SECOND + 60)
        if not said:
            raise RuntimeError(f"load told nothing, and ended with {load.returncode}")
        told = json.loads(said)
        latency = told["latency_us"]["from_intended"]
        return {"wanted": wanted, "established": told["logins"]["established"],
                "in_time": sum(count for upper, count in told["histogram"] if upper <= self._in_time * 1_000_000),
                "p99": (latency["p99"] or 0) / 1000, "max": (latency["max"] or 0) / 1000}

    def _demand(self, holds, text):
        if not holds:
            self.broken.append(text)


class _FirstInLine:
    """What is started here comes before what else this machine does. Where the kernel shares processors out among
    terminals first (autogroup), niceness alone counts for nothing."""

    _PATH = "/proc/self/autogroup"

    def __enter__(self):
        self._niceness = self._read()
        if self._niceness is not None:
            self._write("-20")

    def __exit__(self, *_):
        if self._niceness is not None:
            self._write(self._niceness)

    def _read(self):
        """The niceness so far, or None where there are no groups: the file may be missing, or be there and empty."""
        try:
            with open(self._PATH) as file:
                words = file.read().split()
        except OSError:
            return None
        return words[-1] if words else None

    def _write(self, niceness):
        try:
            with open(self._PATH, "w") as file:
                file.write(niceness)
        except OSError as error:  # root of a container may be nobody here
            print(f"flood: cannot come first: {error.strerror}", flush=True)


def _on(processor, niceness, command):
    """Runs on one processor, before what else this machine does, as far as this machine lets us."""
    return ["nice", "-n", str(niceness), "taskset", "-c", str(processor), *command]


def _numbers(summary):
    return ((name, value) for name, value in summary.items() if isinstance(value, int) and not isinstance(value, bool))


if __name__ == "__main__":
    sys.exit(main())
