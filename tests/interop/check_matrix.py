#!/usr/bin/env python3
"""Checks the record of a run, matrix.json: that scripts can rely on its form, and that it is whole.

  check_matrix.py RESULTS

Exit status: 0 as it must be, 1 not, 77 there is none, or not all of the peers have run.
"""

import json
import os
import sys
from collections import Counter

from harness import matrix, requirements
from peers import ALL


def main():
    path = os.path.join(sys.argv[1], "matrix.json")
    if not os.path.exists(path):
        print(f"skipped: no {path}: no interop test has run")
        return requirements.SKIPPED
    with open(path) as file:
        rows = json.load(file)
    complaints = matrix.complaints(rows)
    for complaint in complaints:
        print(complaint)
    if complaints:
        return 1
    counts = Counter((row["peer"], row["result"]) for row in rows)
    for peer in ALL:
        print(f"{peer}: " + ", ".join(f"{counts[peer, kind]} {kind}" for kind in matrix.KINDS))
    lost = [peer for peer in ALL if not any(row["peer"] == peer for row in rows)]
    if lost:
        print(f"skipped: no case has run against {' and '.join(lost)}")
    return requirements.SKIPPED if lost else 0


if __name__ == "__main__":
    sys.exit(main())
