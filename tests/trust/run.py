#!/usr/bin/env python3
"""Runs campaigns one after the other and writes what they found into one list.

  run.py --campaigns FOLDER --results FILE NAME...

FOLDER/NAME holds the words of a command, one a line. Each is run with --result FILE, where it leaves an object
{"name", "count", "failures", "seconds", "figures"} or a list of such. Ends with 1 when anything failed.

A command in FOLDER/NAME.needs says whether this machine can run the campaign (0) or why not (77). All of them are asked
first, and with --needs nothing else is done: nobody waits for the one campaign that cannot be run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

MEMBERS = {"name": str, "count": int, "failures": int, "seconds": (int, float), "figures": dict}


def main():
    options = _parse()
    lacking = _lacking(options)
    if lacking:
        print(f"trust: this machine cannot run {', '.join(lacking)} (tests/trust/README.md); nothing was run", file=sys.stderr)
        return 1
    if options.needs:
        return 0
    results, troubles = [], []
    for name in options.names:
        found, trouble = _run(options, name)
        results += found
        troubles += trouble
        _write(options.results, results)
    failures = sum(r["failures"] for r in results) + len(troubles)
    for trouble in troubles:
        print(f"trust: {trouble}", file=sys.stderr)
    for r in results:
        print(f"trust: {r['name']}: {r['count']} run, {r['failures']} failed, {r['seconds']:.1f} s")
    print(f"trust: {sum(r['count'] for r in results)} in {len(results)} campaigns, {failures} failed; {options.results}")
    return 1 if failures or not results else 0


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", required=True, help="folder with one command a file")
    parser.add_argument("--results", help="JSON file to write")
    parser.add_argument("--needs", action="store_true", help="only say what cannot be run here")
    parser.add_argument("names", nargs="*", help="campaigns, in this order")
    options = parser.parse_args()
    if not options.results and not options.needs:
        parser.error("--results is missing")
    return options


def _lacking(options):
    """The campaigns that this machine cannot run; each reason is printed, once."""
    answers = {}
    lacking = []
    for name in options.names:
        path = os.path.join(options.campaigns, name + ".needs")
        if not os.path.exists(path):
            continue
        command = tuple(_words(path))
        if command not in answers:
            answers[command] = subprocess.call(command, stdin=subprocess.DEVNULL)
        if answers[command] != 0:
            lacking.append(name)
    return lacking


def _words(path):
    with open(path) as file:
        return file.read().splitlines()


def _run(options, name):
    """What a campaign found, and what is wrong with it beside that."""
    command = _words(os.path.join(options.campaigns, name))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "result.json")
        print(f"trust: {name} ...", flush=True)
        code = subprocess.call(command + ["--result", path], stdin=subprocess.DEVNULL)
        if code == 77:
            return [], [f"{name}: not run, for what it needs is not there"]
        try:
            with open(path) as file:
                found = json.load(file)
        except (OSError, ValueError) as error:
            return [], [f"{name}: ended with {code} and left no result: {error}"]
    found = found if isinstance(found, list) else [found]
    wrong = [f"{name}: {text}" for result in found for text in _faults(result)]
    if wrong:
        return [], wrong
    if code != 0 and not any(result["failures"] for result in found):
        return found, [f"{name}: ended with {code}, but counts no failure"]
    return found, []


def _faults(result):
    for member, kind in MEMBERS.items():
        value = result.get(member)
        if not isinstance(value, kind) or isinstance(value, bool):
            yield f"no usable '{member}' in its result"
    if result.get("count") == 0:
        yield "nothing was run"


def _write(path, results):
    with open(path, "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
