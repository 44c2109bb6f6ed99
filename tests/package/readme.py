#!/usr/bin/env python3
"""Keeps README.md true.

usage: readme.py SOURCE_DIR [TOOL]

The example program and the example settings stand there as the tests use them; every preset and every file that is
named exists. With the tool: each `iscsi-ike explain`, `why-key`, `check`, `render` (without --out) and `echo ... | iscsi-ike decode -` is run and must
print what stands below it, and every option named is one that --help knows.
"""

import json
import pathlib
import re
import subprocess
import sys

SHOWN = {"c": "tests/capi/example.c", "json": "tests/golden/config.example.json"}


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shown_files(root, text):
    for language, name in SHOWN.items():
        if (root / name).read_text() not in blocks(text, language):
            yield f"does not show {name} as it is"


def named_files(root, text):
    for name in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        if not (root / name).exists():
            yield f"links to {name}, which is not there"


def presets(root, text):
    known = {preset["name"] for preset in json.loads((root / "CMakePresets.json").read_text())["workflowPresets"]}
    table = set(re.findall(r"^\| `(\w+)` \|", text[text.index("cmake --workflow --preset` |"):], re.MULTILINE))
    if table != known:
        yield f"presets in its table: {sorted(table)}, presets there are: {sorted(known)}"


def console(text):
    """Yields (command, output) of all ```console blocks."""
    for block in blocks(text, "console"):
        for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = entry.partition("\n")
            yield command, output


def explanations(root, text, tool):
    compared = 0
    for command, output in console(text):
        typed, _, piped = command.rpartition(" | ")
        if not piped.startswith(("iscsi-ike explain ", "iscsi-ike why-key ", "iscsi-ike check ", "iscsi-ike render ", "iscsi-ike decode -")) or " --out " in piped:
            continue
        compared += 1
        ran = subprocess.run([tool, *piped.split()[1:]], input=typed.removeprefix("echo "), capture_output=True,
                             text=True, timeout=30, cwd=root)
        if ran.stdout != output:
            yield f"`{command}` prints now:\n{ran.stdout}"
    if not compared:
        yield "shows no `iscsi-ike explain`"


def options(text, tool):
    known = ""
    for command in ([], ["explain"], ["demo"], ["connect"], ["serve"], ["load"], ["why-key"], ["check"], ["render"], ["decode"], ["replay"], ["discover"]):
        known += subprocess.run([tool, *command, "--help"], check=True, capture_output=True, text=True).stdout
    known = set(re.findall(r"(?<![\w-])--?[a-z][a-z0-9-]*", known))
    lines = [command for command, _ in console(text) if command.startswith("iscsi-ike ")]
    prose = re.findall(r"`(--[a-z-]+)[^`]*`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for option in sorted(set(re.findall(r"(?<= )--[a-z-]+", "\n".join(lines))) | set(prose)):
        if option not in known:
            yield f"{option} is no option of the tool"


def main():
    root = pathlib.Path(sys.argv[1])
    text = (root / "README.md").read_text()
    faults = [*shown_files(root, text), *named_files(root, text), *presets(root, text)]
    if len(sys.argv) > 2:
        tool = str(pathlib.Path(sys.argv[2]).resolve())
        faults += [*explanations(root, text, tool), *options(text, tool)]
    for line in faults:
        print("README.md:", line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
