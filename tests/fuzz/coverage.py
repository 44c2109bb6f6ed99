#!/usr/bin/env python3
"""Lines of ike/wire and ike/core that unit tests, simulations and the fuzz corpora run.

  coverage.py --source FOLDER --profiles FOLDER --llvm-cov P --llvm-profdata P PROGRAMS

Runs each PROGRAM or PROGRAM=CORPUS in the lines of that file, which was built with -fprofile-instr-generate -fcoverage-mapping (preset coverage): a test as it is, a
fuzz target on its corpus. Prints a table, and with --uncovered every line that nobody ran. Ends with 1 when a test fails,
or when fewer than 95 % of the lines of wire or of core were run. Why the others were not: coverage.md.
"""

import argparse
import collections
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import sys

DUE = {"ike/wire": 95.0, "ike/core": 95.0}  # percent
SHOWN = ["policy", "ike/wire", "ike/core", "ike/trace"]


def main():
    options = _parse()
    shutil.rmtree(options.profiles, ignore_errors=True)
    os.makedirs(options.profiles)
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        failed = [name for name in pool.map(lambda p: _run(options, p), options.programs) if name]
    lines = _lines(options)
    short = _report(options, lines)
    for name in failed:
        print(f"coverage: {name} failed", file=sys.stderr)
    return 1 if failed or short else 0


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", required=True, help="root of the tree")
    parser.add_argument("--profiles", required=True, help="folder that is made anew")
    parser.add_argument("--llvm-cov", required=True)
    parser.add_argument("--llvm-profdata", required=True)
    parser.add_argument("--uncovered", action="store_true", help="list every line of wire and core that was not run")
    parser.add_argument("programs", metavar="PROGRAMS")
    options = parser.parse_args()
    with open(options.programs) as file:
        options.programs = file.read().splitlines()
    return options


def _run(options, program):
    """The program's name when it failed."""
    path, _, corpus = program.partition("=")
    name = os.path.basename(path)
    words = [path] + ([corpus] if corpus else ["--gtest_brief=1"])
    environment = dict(os.environ, LLVM_PROFILE_FILE=os.path.join(options.profiles, name + ".profraw"))
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"coverage: {name}: {(done.stdout.strip().splitlines() or ['nothing said'])[-1]}", flush=True)
    if done.returncode == 0:
        return None
    print(done.stdout, file=sys.stderr)
    return name


def _lines(options):
    """{file: {line: times}} of what was instrumented."""
    merged = os.path.join(options.profiles, "all.profdata")
    raw = glob.glob(os.path.join(options.profiles, "*.profraw"))
    subprocess.run([options.llvm_profdata, "merge", "-sparse", "-o", merged] + raw, check=True)
    found = collections.defaultdict(lambda: collections.defaultdict(int))
    for program in options.programs:  # each by itself: together, unused copies of inline functions hide used ones
        path = program.partition("=")[0]
        told = subprocess.run([options.llvm_cov, "export", "-format=lcov", "-instr-profile", merged, path],
                              check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        file = None
        for line in told.splitlines():
            kind, _, rest = line.partition(":")
            if kind == "SF":
                file = os.path.relpath(rest, options.source)
            elif kind == "DA":
                number, times = rest.split(",")[:2]
                found[file][int(number)] = max(found[file][int(number)], int(times))
    return found


def _report(options, lines):
    """Prints the table; the folders that fall short."""
    short = []
    print(f"{'folder':<12}{'files':>7}{'lines':>8}{'run':>8}{'percent':>9}")
    for folder in SHOWN:
        files = {f: c for f, c in lines.items() if os.path.dirname(f) == folder}
        known = sum(len(c) for c in files.values())
        run = sum(1 for c in files.values() for times in c.values() if times)
        percent = 100.0 * run / known if known else 0.0
        print(f"{folder:<12}{len(files):>7}{known:>8}{run:>8}{percent:>8.2f}%")
        if percent < DUE.get(folder, 0.0):
            short.append(folder)
            print(f"coverage: {folder}: {percent:.2f} % of lines, {DUE[folder]} % are due", file=sys.stderr)
    for file in sorted(lines) if options.uncovered else []:
        missed = [n for n, times in sorted(lines[file].items()) if not times]
        if missed and os.path.dirname(file) in DUE:
            print(f"{file}: {' '.join(map(str, missed))}")
    result = {f: {"lines": len(c), "run": sum(1 for t in c.values() if t)} for f, c in sorted(lines.items())}
    with open(os.path.join(options.profiles, "coverage.json"), "w") as file:
        json.dump(result, file, indent=1)
    return short


if __name__ == "__main__":
    sys.exit(main())
