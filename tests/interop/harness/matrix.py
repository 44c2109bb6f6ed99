"""The record of results: matrix.json for scripts, matrix.md for people."""

import fcntl
import json
import os
from dataclasses import asdict


def record(folder, group, results):
    """Stores the results of one group and writes both files anew from all groups stored so far.
    Groups may run side by side."""
    parts = os.path.join(folder, "groups")
    os.makedirs(parts, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(os.path.join(parts, f"{group}.json"), "w") as part:
            json.dump([asdict(r) for r in results], part, indent=1)
        rows = []
        for name in sorted(os.listdir(parts)):
            with open(os.path.join(parts, name)) as part:
                rows += json.load(part)
        with open(os.path.join(folder, "matrix.json"), "w") as matrix:
            json.dump(rows, matrix, indent=1)
        with open(os.path.join(folder, "matrix.md"), "w") as matrix:
            matrix.write(_markdown(rows))


def _markdown(rows):
    lines = [f"{len(rows)} cases: " + ", ".join(
        f"{sum(r['result'] == kind for r in rows)} {kind}" for kind in ("pass", "explained", "fail")),
        "", "| peer | our role | case | expected | result | why |", "|---|---|---|---|---|---|"]
    for row in rows:
        cells = [str(row[c]).replace("|", "\\|").replace("\n", " ")
                 for c in ("peer", "role", "case", "expected", "result", "why")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
