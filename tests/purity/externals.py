#!/usr/bin/env python3
"""Proves with nm that static libraries, put together, need nothing beyond the shared libraries that are named.

usage: externals.py [--nm NM] [--compiler CXX] [--list] --among LIBRARY... -- STATIC...

A LIBRARY is a file, or a name that the compiler finds (libc.so.6). `--list` prints what is taken from each.
"""

import argparse
import subprocess
import sys

# Of whoever links and loads; the thread's own variables are std::call_once's.
LINKER = {"_GLOBAL_OFFSET_TABLE_", "__dso_handle", "__tls_get_addr", "___tls_get_addr"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(nm, file, *options):
    """[(name, kind)]; versions of dynamic symbols are cut off."""
    rows = [line.split() for line in output(nm, "--format=posix", *options, file).splitlines()]
    return [(row[0].split("@")[0], row[1]) for row in rows if len(row) > 1]


def located(compiler, library):
    return library if "/" in library else output(compiler, f"-print-file-name={library}").strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--among", nargs="+", required=True)
    parser.add_argument("static", nargs="+")
    arguments = parser.parse_args()
    own, wanted = set(), set()
    for file in arguments.static:
        found = symbols(arguments.nm, file)
        own |= {name for name, kind in found if kind not in "Uwv"}
        wanted |= {name for name, kind in found if kind == "U"}
    if not own:
        print(f"no symbol found in {arguments.static}")
        return 1
    missing = wanted - own - LINKER
    for library in arguments.among:
        there = {name for name, _ in symbols(arguments.nm, located(arguments.compiler, library), "-D", "--defined-only")}
        taken = sorted(missing & there)
        missing -= there
        print(f"{library}: {len(taken)} symbols", *(taken if arguments.list else []), sep="\n  ")
    for name in sorted(missing):
        print(f"needs {name}, which none of them has")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
