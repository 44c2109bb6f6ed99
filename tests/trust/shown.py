#!/usr/bin/env python3
"""Runs the tests that show a defence, by the names that SECURITY.md gives them.

  tests/trust/shown.py BUILD NAME...        (build/dev 'Attack.HalfOpenFlood' trust_rules flood_main)

BUILD is a folder in which all tests are built. NAME is a filter of GoogleTest, a test of ctest, a campaign (at its full
size), a program under tests/trust, or a preset, which builds in a folder of its own. Ends with 0 only when each NAME
stands for something that ran and passed.
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
GOOGLETEST = ("trust_attacks", "trust_rules", "trust_secrets", "trust_shortage")


def main():
    if len(sys.argv) < 3 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    build, *names = sys.argv[1:]
    bad = 0
    for name in names:
        commands = _commands(build, name)
        if not commands:
            print(f"shown: nothing in {build} is called {name}", file=sys.stderr)
        elif all([_passes(command) for command in commands]):
            continue
        else:
            print(f"shown: {name}: FAILED, or not run", file=sys.stderr)
        bad += 1
    return 1 if bad else 0


def _commands(build, name):
    """What is to be run for a name."""
    campaigns = os.path.join(build, "tests/trust/campaigns")
    if os.path.isfile(os.path.join(campaigns, name)):
        return [[sys.executable, "-B", os.path.join(HERE, "run.py"), "--campaigns", campaigns,
                 "--results", os.path.join(build, "shown.json"), name]]
    if name in _of_ctest(build):
        return [["ctest", "--test-dir", build, "-R", f"^{re.escape(name)}$", "--no-tests=error", "--output-on-failure"]]
    if name in _presets():
        return [["cmake", "-E", "chdir", ROOT, "cmake", "--workflow", "--preset", name]]
    programs = list(_programs(build))
    named = [program for program in programs if os.path.basename(program) == name]
    if named:
        return [named[:1]]
    return [[sys.executable, "-B", os.path.join(HERE, "gtest_result.py"), "--name", name, "--result", os.devnull, "--",
             program, f"--gtest_filter={name}"] for program in programs if _has(program, name)]


def _of_ctest(build):
    told = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True)
    return {test["name"] for test in json.loads(told.stdout)["tests"]}


def _presets():
    with open(os.path.join(ROOT, "CMakePresets.json")) as file:
        return {preset["name"] for preset in json.load(file)["workflowPresets"]}


def _programs(build):
    """Those under tests."""
    for folder, _, names in sorted(os.walk(os.path.join(build, "tests"))):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.startswith(("test_", "trust_")) or name.endswith("_test"):
                if os.access(path, os.X_OK):
                    yield path


def _has(program, name):
    base = os.path.basename(program)
    if base.startswith("trust_") and base not in GOOGLETEST:
        return False
    listed = subprocess.run([program, "--gtest_list_tests", f"--gtest_filter={name}"], check=True, capture_output=True,
                            text=True).stdout
    return any(line.startswith("  ") for line in listed.splitlines())


def _passes(command):
    print("shown:", " ".join(command), flush=True)
    ran = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    skipped = False
    for line in ran.stdout:
        print(line, end="", flush=True)
        skipped = skipped or "(Skipped)" in line  # ctest's word, which ends with 0
    return ran.wait() == 0 and not (skipped and command[0] == "ctest")


if __name__ == "__main__":
    sys.exit(main())
