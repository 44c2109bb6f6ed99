#!/usr/bin/env python3
"""run.py and gtest_result.py notice what was not run: with campaigns and a GoogleTest program made up here."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LEAVES = 'import sys; open(sys.argv[-1], "w").write(\'{"name": "n", "count": %d, "failures": 0, "seconds": 1, "figures": {}}\')'
# A program that leaves the report of GoogleTest with one test of this kind; of none where there is no kind.
PROGRAM = """#!/bin/sh
for word; do case $word in --gtest_output=json:*) path=${{word#*json:}} ;; esac; done
echo '{{"failures": 0, "time": "1s", "testsuites": [{{"testsuite": [{test}]}}]}}' > "$path"
"""


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self._folder = folder.name
        self._results = self._path("results.json")

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _campaign(self, name, count, needs=None):
        self._write(name, [sys.executable, "-c", LEAVES % count])
        if needs is not None:
            self._write(name + ".needs", [sys.executable, "-c", f"raise SystemExit({needs})"])

    def _write(self, name, words):
        with open(self._path(name), "w") as file:
            file.write("\n".join(words) + "\n")

    def _run(self, *names):
        return _ended("run.py", "--campaigns", self._folder, "--results", self._results, *names)

    def test_runs_what_can_be_run(self):
        self._campaign("good", 1, needs=0)
        self.assertEqual(self._run("good"), 0)
        self.assertTrue(os.path.exists(self._results))

    def test_runs_nothing_where_one_cannot_be_run(self):
        self._campaign("good", 1)
        self._campaign("needy", 1, needs=77)
        self.assertEqual(self._run("good", "needy"), 1)
        self.assertFalse(os.path.exists(self._results))
        self.assertEqual(_ended("run.py", "--campaigns", self._folder, "--needs", "good", "needy"), 1)
        self.assertEqual(_ended("run.py", "--campaigns", self._folder, "--needs", "good"), 0)

    def test_a_count_of_nothing_is_a_failure(self):
        self._campaign("empty", 0)
        self.assertEqual(self._run("empty"), 1)

    def test_a_filter_that_matches_nothing_is_a_failure(self):
        self.assertEqual(self._googletest(""), 1)
        self.assertEqual(self._googletest('{"status": "NOTRUN"}'), 1)

    def test_nothing_but_skipped_tests_is_skipped(self):
        self.assertEqual(self._googletest('{"status": "RUN", "result": "SKIPPED"}'), 77)
        self.assertEqual(self._googletest('{"status": "RUN", "result": "COMPLETED"}'), 0)

    def _googletest(self, test):
        program = self._path("program")
        with open(program, "w") as file:
            file.write(PROGRAM.format(test=test))
        os.chmod(program, 0o755)
        return _ended("gtest_result.py", "--name", "n", "--result", self._results, "--", program)


def _ended(script, *words):
    return subprocess.run([sys.executable, "-B", os.path.join(HERE, script), *words], capture_output=True, check=False).returncode


if __name__ == "__main__":
    unittest.main()
