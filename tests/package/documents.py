#!/usr/bin/env python3
"""Keeps true what the documents tell to run.

usage: documents.py SOURCE_DIR
       documents.py --self-test SOURCE_DIR

Of each command in DOCUMENTS: a script is there, executable, and knows its options; a program, a target, a preset, a
label and a CMake option exist. Each name in the table of SECURITY.md stands for a test, a campaign, a program or a
preset. README's table of Windows' event ids has every failure there is. All by the sources: nothing is built. The
self-test makes mistakes, and each must be noticed.
"""

import collections
import fnmatch
import json
import os
import pathlib
import re
import shlex
import sys

DOCUMENTS = ["README.md", "SECURITY.md", "bench/README.md", "tests/fuzz/coverage.md", "tests/trust/README.md"]
FOREIGN_OPTIONS = ("--gtest_", "--benchmark_")  # of the libraries that these programs are linked with


class Tree:
    """What there is, as the sources say."""

    def __init__(self, root):
        self.root = root
        lists = "\n".join(path.read_text() for path in sources(root, "CMakeLists.txt"))
        self.presets = {preset["name"] for preset in json.loads((root / "CMakePresets.json").read_text())["configurePresets"]}
        self.options = set(re.findall(r"(?:option|set)\((ISCSI_IKE_\w+) [^)]*?(?:\"|CACHE)", lists))
        self.campaigns = set(re.findall(r"iscsi_ike_(?:campaign|trust_program)\((\w+)", lists))
        words = set(re.findall(r"iscsi_ike_\w+\((\w+)", lists))
        for items in re.findall(r"foreach\(\w+ (?:IN ITEMS )?([^)$]*)\)", lists):
            words |= set(items.split())
        made = re.findall(r"add_(?:executable|library|custom_target)\(([\w${}-]+)", lists)
        self.targets = spelt(made, words)
        self.tests = spelt(re.findall(r"add_test\(NAME ([\w${}.-]+)", lists), words | self.campaigns)
        self.labels = set(re.findall(r"LABELS \"?(\w+)", lists))
        self.googletest = set(googletest_names(root))


def sources(root, pattern):
    for path in sorted(root.rglob(pattern)):
        if path.relative_to(root).parts[0] not in ("build", ".git"):
            yield path


def spelt(names, words):
    """Names as they are, and those with ${variable} with each of the words in its place."""
    spelt_out = set()
    for name in names:
        variables = re.findall(r"\$\{\w+\}", name)
        spelt_out |= {name.replace(variables[0], word) for word in words} if variables else {name}
    return spelt_out


def googletest_names(root):
    """Yields SUITE.TEST, and PREFIX/SUITE.TEST/0 of those with parameters."""
    tests, prefixes = [], collections.defaultdict(list)
    for path in sources(root, "*_test.cpp"):
        text = path.read_text()
        tests += re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", text, re.MULTILINE)
        for prefix, suite in re.findall(r"^INSTANTIATE_TEST_SUITE_P\(\s*(\w+),\s*(\w+)", text, re.MULTILINE):
            prefixes[suite].append(prefix)
    for suite, test in tests:
        yield from [f"{prefix}/{suite}.{test}/0" for prefix in prefixes[suite]] or [f"{suite}.{test}"]


def table_names(text):
    """The names in the last column of the table of defences."""
    rows = text[text.index("| shown by |"):].split("\n\n")[0].splitlines()[2:]
    for row in rows:
        yield from re.findall(r"`([^`]+)`", row.split("|")[-2])


def misnamed(tree, text):
    compared = 0
    for name in table_names(text):
        compared += 1
        if name in tree.tests | tree.campaigns | tree.targets | tree.presets:
            continue
        if not fnmatch.filter(tree.googletest, name) and not fnmatch.filter(tree.googletest, name + "/0"):
            yield f"{name} is no test, campaign, program or preset"
    if not compared:
        yield "names no test"


def untold(root, text):
    """Failures that README's table of Windows' event ids leaves out, or that are none."""
    known = set(re.findall(r'^ISCSI_IKE_FAILURE\(\w+, "(\w+)"', (root / "ike/errors.def").read_text(), re.MULTILINE))
    table = text.partition("\n| here | Windows |")[2].partition("\n\n")[0]
    told = set(re.findall(r"`([A-Z0-9_]+)`", "\n".join(line.split("|")[1] for line in table.splitlines()[2:])))
    for code in sorted(known ^ told):
        yield f"{code} is " + ("not in the table of event ids" if code in known else "no failure")


def commands(text):
    """Yields the words of each command that is shown: indented, after a $, or in backticks."""
    shown = re.findall(r"^    (\S.*)$", text, re.MULTILINE) + re.findall(r"`([^`\n]+)`", text)
    for line in shown + re.findall(r"^\$ (.*)$", text, re.MULTILINE):
        for command in re.split(r"&&|\|\||;|\|", line):
            try:
                words = shlex.split(command, comments=True)
            except ValueError:
                continue
            while words and re.fullmatch(r"[A-Z_]+=.*|sudo|time|env|python3|-B", words[0]):
                del words[0]
            if words:
                yield words


def wrong_commands(tree, text):
    folders = set(re.findall(r"-B (build/\w+)", text)) | {f"build/{preset}" for preset in tree.presets}
    for words in commands(text):
        said = " ".join(words)
        program, values = words[0], dict(zip(words, words[1:]))
        if program in ("cmake", "ctest"):
            yield from (f"`{said}`: {fault}" for fault in wrong_build(tree, words, values, folders))
        elif re.fullmatch(r"(\.ci|bench|tests)/[\w/.-]+", program):
            yield from (f"`{said}`: {fault}" for fault in wrong_script(tree, words))
        elif re.fullmatch(r"build/\w+/[\w/-]+", program) and not program.endswith("/"):
            yield from (f"`{said}`: {fault}" for fault in wrong_program(tree, words, folders))


def wrong_build(tree, words, values, folders):
    if "--preset" in values and values["--preset"] not in tree.presets | {"PRESET", "--workflow"}:
        yield f"there is no preset {values['--preset']}"
    for flag in ("--build", "--install", "--test-dir"):
        folder = values.get(flag)
        if folder and folder.startswith("build/") and folder != "build/PRESET" and folder not in folders:
            yield f"nothing makes {folder}"
    if "--target" in words:
        for target in words[words.index("--target") + 1:]:
            if target.startswith("-"):
                break
            if target not in tree.targets and target not in spelt(["${x}_seeds"], tree.targets) and target != "docs":
                yield f"there is no target {target}"
    for option in re.findall(r"-D(ISCSI_IKE_\w+)", " ".join(words)):
        if option not in tree.options:
            yield f"there is no option {option}"
    if words[0] == "ctest" and "-L" in values and values["-L"] not in tree.labels:
        yield f"there is no label {values['-L']}"


def wrong_script(tree, words):
    path = tree.root / words[0]
    if not path.exists():
        return (yield "there is no such file")
    if len(words) == 1:  # is only spoken of
        return
    if not path.is_file() or not os.access(path, os.X_OK):
        yield "it is not executable"
    yield from unknown_options(words, [path, *path.parent.glob("*.py")])


def wrong_program(tree, words, folders):
    parts = words[0].split("/")
    if "/".join(parts[:2]) not in folders:
        yield f"nothing makes build/{parts[1]}"
    folder = tree.root.joinpath(*parts[2:-1])
    if parts[-1] in tree.targets and (folder / "CMakeLists.txt").is_file():
        yield from unknown_options(words, [*folder.glob("*.cpp"), *folder.glob("*.hpp"), *folder.glob("*.c")])
    elif not folder.joinpath(parts[-1]).is_dir() and not parts[-1].endswith((".seeds", ".found")):
        yield "no such program is built"


def unknown_options(words, files):
    text = "".join(path.read_text() for path in files)
    for word in words[1:]:
        option = word.split("=")[0]
        if option.startswith("--") and len(option) > 2 and not option.startswith(FOREIGN_OPTIONS):
            if not re.search(re.escape(option) + r"(?![\w-])", text):
                yield f"it has no {option}"


def self_test(root):
    """What of the mistakes below goes unnoticed."""
    tree = Tree(root)
    head = "| attack | defence | shown by |\n|---|---|---|\n| it | that | "
    for name in ("Attack.HalfOpenFlood", "Attack/Spoofed.*", "flood_main", "trust_rules", "trust.secret_use", "asan"):
        yield from (f"self-test: {fault}" for fault in misnamed(tree, f"{head}`{name}` |\n"))
    for name in ("Attack.HalfOpenFloot", "Spoofed.*", "flood_mian", "trust_rulez", "trust.secret_us", "asam", "Nothing.*"):
        if not list(misnamed(tree, f"{head}`{name}` |\n")):
            yield f"self-test: {name} went unnoticed"
    if not list(misnamed(tree, head + "nothing |\n")):
        yield "self-test: a table without names went unnoticed"
    readme = (root / "README.md").read_text()
    for right, wrong in (("`NO_RESPONSE`", "`NO_RESPONCE`"), ("`CRYPTO`, ", "")):
        if right not in readme or not list(untold(root, readme.replace(right, wrong))):
            yield f"self-test: a table without {right} went unnoticed"
    for right in ("cmake --workflow --preset bench", "tests/builds/foreign.py i386", "bench/storm.py --suites x",
                  "build/dev/tests/trust/campaign/trust_campaign --seed 1", "cmake --build build/dev --target run_trust",
                  "ctest --test-dir build/dev -L fuzz", "cmake --preset dev -DISCSI_IKE_INTEROP=OFF"):
        yield from (f"self-test: {fault}" for fault in wrong_commands(tree, f"    {right}\n"))
    for wrong in ("cmake --workflow --preset bnch", "tests/builds/foreing.py i386", "bench/storm.py --sweets x", "bench/rows.py x",
                  "build/dev/tests/trust/campaign/trust_campain", "build/dvv/tests/trust/campaign/trust_campaign",
                  "build/dev/tests/trust/campaign/trust_campaign --seeed 1", "cmake --build build/dev --target run_thrust",
                  "ctest --test-dir build/dev -L fuss", "ctest --test-dir build/dve", "cmake --preset dev -DISCSI_IKE_INTROP=OFF"):
        for shown in (f"    {wrong}\n", f"as `{wrong}` does\n", f"    true && {wrong}\n"):
            if not list(wrong_commands(tree, shown)):
                yield f"self-test: {shown.strip()} went unnoticed"


def main():
    root = pathlib.Path(sys.argv[-1])
    if sys.argv[1] == "--self-test":
        faults = list(self_test(root))
    else:
        tree = Tree(root)
        faults = []
        for name in DOCUMENTS:
            faults += [f"{name}: {fault}" for fault in wrong_commands(tree, (root / name).read_text())]
        faults += [f"README.md: {fault}" for fault in untold(root, (root / "README.md").read_text())]
        faults += [f"SECURITY.md: {fault}" for fault in misnamed(tree, (root / "SECURITY.md").read_text())]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
