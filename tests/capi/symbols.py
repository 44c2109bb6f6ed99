#!/usr/bin/env python3
"""Proves that the shared library exports the functions of the header and nothing else.

usage: symbols.py NM LIBRARY HEADER MAP

The three must agree: what the header declares, what the version script lists, what the library has.
"""

import re
import subprocess
import sys


def main():
    nm, library, header, version_script = sys.argv[1:]
    declared = set(re.findall(r"^ISCSI_IKE_API[^;(]*?\b(iscsi_ike_\w+)\(", open(header).read(), re.MULTILINE))
    listed = set(re.findall(r"^\s+(\w+);", open(version_script).read(), re.MULTILINE))
    lines = subprocess.run([nm, "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    # The version itself stands there as an absolute symbol.
    exported = {line.split()[-1].split("@")[0] for line in lines.splitlines() if line.split()[-2] != "A"}
    if len(declared) < 30:
        sys.exit(f"only {len(declared)} functions found in {header}: is it read right?")
    for what, names in (("declared, not listed", declared - listed), ("listed, not declared", listed - declared),
                        ("listed, not exported", listed - exported), ("exported, not listed", exported - listed)):
        for name in sorted(names):
            print(f"{what}: {name}")
    return 0 if declared == listed == exported else 1


if __name__ == "__main__":
    sys.exit(main())
