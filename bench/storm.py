#!/usr/bin/env python3
"""A login storm over loopback UDP: whole negotiations, two processes on one core, CPU of both ends counted.

  storm.py --tool build/bench/ike/tool/iscsi-ike --json storm.json
  storm.py --tool .. --json peer.json --peer strongswan --shim ../libxfrm_shim.so   (root, Debian's strongSwan)

Each figure: HELD sessions that are there before, then logins of HBAs that were not there before, 64 at a
time, each with an address of its own; once more with one address for all, and --segment. Nothing is deleted while it is measured. Exit status: 0 all done, 1 not,
77 this machine cannot (the reason is printed).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "interop"))
from harness import requirements  # noqa: E402  (its folder is named above)
from storm_ends import PEERS, Place, StormFailed, key_file, run_load  # noqa: E402
from suites import SUITES  # noqa: E402

LATENCY_SUITE = "modp2048"
LATENCY_LOADS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)  # of what the closed loop reaches


def main():
    options = _parse()
    why = _missing(options)
    if why:
        print(f"storm: {options.peer} skipped: {why}")
        return requirements.SKIPPED
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # all that is started inherits it
    folder = tempfile.mkdtemp(prefix="storm")
    figures, good = [], True
    try:
        with Place() as place:
            for suite in options.suites:
                for pfs in (False, True):
                    # Each HBA with an address of its own; then all behind one, as two daemons have it.
                    for options.segment in (False, True) if options.peer == "iscsi-ike" else (False,):
                        good &= _measure(figures, place, folder, options, suite, pfs)
            options.segment = False
            if options.peer == "iscsi-ike" and LATENCY_SUITE in options.suites:
                good &= _measure_latency(figures, place, folder, options)
    finally:
        shutil.rmtree(folder)
        with open(options.json, "w") as file:
            json.dump(figures, file, indent=1)
    return 0 if good else 1


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True, help="our command-line tool")
    parser.add_argument("--json", required=True, help="file for the figures")
    parser.add_argument("--peer", choices=PEERS, default="iscsi-ike", help="who is the target portal")
    parser.add_argument("--shim", help="the library made of tests/interop/xfrm_shim.c, for strongSwan")
    parser.add_argument("--suites", default=",".join(SUITES), help="some of " + ", ".join(SUITES))
    parser.add_argument("--seconds", type=int, default=2, help="that a run takes")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--held", type=int, default=400, help="sessions that are there before")
    options = parser.parse_args()
    options.segment = False
    options.tool = os.path.abspath(options.tool)
    options.shim = options.shim and os.path.abspath(options.shim)
    options.suites = [suite for suite in options.suites.split(",") if suite]
    if not set(options.suites) <= set(SUITES):
        parser.error("suites are " + ", ".join(SUITES))
    return options


def _missing(options):
    """Returns why this machine cannot run it, or None."""
    if not os.path.exists(options.tool):
        return f"needs {options.tool}, which is not built"
    return PEERS[options.peer].missing(options)


def _measure(figures, place, folder, options, suite, pfs):
    """Appends the median run of a suite, by CPU of both ends. False: no run came to an end."""
    runs = []
    for number in range(options.runs):
        try:
            runs.append(_run(place, folder, options, suite, pfs, {}))
        except (StormFailed, RuntimeError, OSError, subprocess.TimeoutExpired) as trouble:
            print(f"storm: {options.peer} {suite}{' pfs' if pfs else ''}, run {number + 1}: {trouble}")
    if not runs:
        return False
    median = statistics.median_low(run["cpu_us"] for run in runs)
    figures.append(next(run for run in runs if run["cpu_us"] == median))
    _show(figures[-1])
    return True


def _measure_latency(figures, place, folder, options):
    """Appends runs of an open loop, which begins logins by the clock."""
    reached = next((f["rate"] for f in figures if f["group"] == LATENCY_SUITE and not f["pfs"] and f["addresses"] == "each"), None)
    if not reached:
        return False
    for share in LATENCY_LOADS:
        rate = max(1, int(share * reached))
        try:
            figures.append(_run(place, folder, options, LATENCY_SUITE, False, {"rate": rate}))
        except (StormFailed, RuntimeError, OSError, subprocess.TimeoutExpired) as trouble:
            print(f"storm: at {rate} logins a second: {trouble}")
            return False
        _show(figures[-1])
    return True


def _run(place, folder, options, suite, pfs, loop):
    """One run against a portal that is started for it."""
    key = key_file(folder)
    with PEERS[options.peer](options, place, folder, key, SUITES[suite], pfs) as portal:
        hold = {"hbas": options.held, "logins": options.held, "first": "127.1.0.0"}
        run_load(options, place, key, SUITES[suite], pfs, portal, hold)
        # More than can log in during that time, so that each HBA does once.
        hbas = loop.get("rate", 15000 if suite == "curve25519" else 10000) * options.seconds
        wanted = {"hbas": hbas, "logins": hbas, "first": "127.2.0.0", "seconds": options.seconds, **loop}
        result = run_load(options, place, key, SUITES[suite], pfs, portal, wanted)
    cpu = result["cpu_us_per_login"]
    return {
        "peer": options.peer, "addresses": "one" if options.segment else "each", "group": suite, "suite": SUITES[suite], "pfs": pfs, "held": options.held,
        "loop": result["loop"], "wanted_rate": loop.get("rate"), "rate": result["rate"],
        "seconds": result["seconds"], "logins": result["logins"]["established"],
        "failed": result["logins"]["failed"], "unfinished": result["logins"]["unfinished"],
        "cpu_us": cpu["own"] + cpu["peer"], "cpu_us_initiator": cpu["own"], "cpu_us_responder": cpu["peer"],
        "latency_us": result["latency_us"]["from_intended"],
    }


def _show(figure):
    latency = figure["latency_us"]
    print(f"storm: {figure['peer']} {figure['suite']}{' pfs' if figure['pfs'] else ''}"
          f"{', one address' if figure['addresses'] == 'one' else ''}"
          f"{' open loop' if figure['wanted_rate'] else ''}: {figure['cpu_us']:.0f} us of both ends"
          f" ({figure['cpu_us_initiator']:.0f} + {figure['cpu_us_responder']:.0f}), {figure['rate']:.0f} a second,"
          f" p50 {latency['p50'] / 1000:.2f} ms, p99 {latency['p99'] / 1000:.2f} ms,"
          f" {figure['failed']} failed", flush=True)


if __name__ == "__main__":
    sys.exit(main())
