"""The record of results: matrix.json for scripts, matrix.md for people."""

import fcntl
import json
import os
from collections import Counter
from dataclasses import asdict

KINDS = ("pass", "explained", "fail")
_MEMBERS = ["peer", "role", "case", "expected", "result", "why"]


def record(folder, group, results, partly=False):
    """Stores the results of one group, with `partly` beside those that it has, and writes both files anew
    from all groups stored so far. Groups may run side by side."""
    parts = os.path.join(folder, "groups")
    os.makedirs(parts, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        part = os.path.join(parts, f"{group}.json")
        new = [asdict(r) for r in results]
        if partly and os.path.exists(part):
            done = {(row["role"], row["case"]) for row in new}
            new = [row for row in _read(part) if (row["role"], row["case"]) not in done] + new
        _write(part, json.dumps(new, indent=1))
        rows = [row for name in sorted(os.listdir(parts)) for row in _read(os.path.join(parts, name))]
        _write(os.path.join(folder, "matrix.json"), json.dumps(rows, indent=1))
        _write(os.path.join(folder, "matrix.md"), _markdown(rows))


def complaints(rows):
    """Sentences about what is wrong with the form of a record; an empty list is as it must be."""
    if not isinstance(rows, list):
        return ["it is no list"]
    found = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or list(row) != _MEMBERS or not all(isinstance(v, str) for v in row.values()):
            found.append(f"row {number} has not exactly the texts {', '.join(_MEMBERS)}")
        elif row["result"] not in KINDS:
            found.append(f"row {number}: the result '{row['result']}'")
        elif row["result"] != "pass" and not row["why"]:
            found.append(f"row {number}: {row['result']} without a reason")
    if not found:
        counts = Counter((row["peer"], row["role"], row["case"]) for row in rows)
        found = [f"twice: {', '.join(which)}" for which, times in counts.items() if times > 1]
    return found


def _read(path):
    with open(path) as file:
        return json.load(file)


def _write(path, text):
    """Never leaves half a file, whenever the run is ended."""
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)


def _markdown(rows):
    counts = Counter((row["peer"], row["role"], row["result"]) for row in rows)
    lines = ["| peer | our role | " + " | ".join(KINDS) + " |", "|---|---|---|---|---|"]
    for peer, role in sorted({(row["peer"], row["role"]) for row in rows}):
        lines.append(_row(peer, role, *(counts[peer, role, kind] for kind in KINDS)))
    totals = Counter(row["result"] for row in rows)
    lines.append(_row("all", "", *(totals[kind] for kind in KINDS)))
    lines += ["", "| peer | our role | case | expected | result | why |", "|---|---|---|---|---|---|"]
    lines += [_row(*(row[name] for name in ("peer", "role", "case", "expected", "result", "why")))
              for row in rows]
    return "\n".join(lines) + "\n"


def _row(*cells):
    return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
