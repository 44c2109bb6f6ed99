#!/usr/bin/env python3
"""Runs a GoogleTest program and leaves its counts as the result of a campaign.

  gtest_result.py --name NAME --result FILE -- PROGRAM [ARGUMENT]...

A test that recorded the property `cases` counts as so many; properties `figure_...` become figures.
Exit status: 0 tests ran and none failed, 77 all were skipped, 1 anything else: none was run, too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="name of the campaign")
    parser.add_argument("--result", required=True, help="JSON file to write")
    parser.add_argument("command", nargs="+", help="program and arguments")
    # Whatever stands behind the command's own -- is the program's; --result may come after it.
    own, command = _split(sys.argv[1:])
    options = parser.parse_args(own + ["--"] + command)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "gtest.json")
        code = subprocess.call(options.command + [f"--gtest_output=json:{path}", "--gtest_brief=1"],
                               stdin=subprocess.DEVNULL)
        try:
            with open(path) as file:
                report = json.load(file)
        except (OSError, ValueError) as error:
            print(f"{options.name}: ended with {code} and left no report: {error}", file=sys.stderr)
            return 1
    run = [test for suite in report["testsuites"] for test in suite["testsuite"] if test["status"] == "RUN"]
    skipped = [test for test in run if test.get("result") == "SKIPPED"]
    properties = {}
    for test in run:
        for key, value in test.items():
            if key.startswith("figure_"):
                properties[key.removeprefix("figure_")] = float(value)
    result = {
        "name": options.name,
        "count": sum(int(test.get("cases", 1)) for test in run if test not in skipped),
        "failures": report["failures"],
        "seconds": float(report["time"].removesuffix("s")),
        "figures": properties,
    }
    with open(options.result, "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    print(f"{options.name}: {result['count']} run, {result['failures']} failed")
    if not run:
        print(f"{options.name}: no test has such a name", file=sys.stderr)
        return 1
    if len(skipped) == len(run):
        return 77
    return 0 if code == 0 and not result["failures"] else 1


def _split(words):
    at = words.index("--")
    command = words[at + 1:]
    own = words[:at]
    if "--result" in command:  # put behind everything by whoever runs campaigns
        place = command.index("--result")
        own += command[place:place + 2]
        del command[place:place + 2]
    return own, command


if __name__ == "__main__":
    sys.exit(main())
