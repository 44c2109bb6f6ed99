#!/usr/bin/env python3
"""Proves with nm that a library asks the world for nothing but memory and plain octet work.

usage: symbols.py [--nm NM] [--also REGEX]... LIBRARY...

The list is closed: whatever is not on it (socket, clock, thread, getrandom, files, streams, locales,
__cxa_throw, ...) is a fault, and so is any variable that can be written to, local statics and their guards included.
"""

import argparse
import re
import subprocess
import sys

ASKS = [
    r"_Zn[wa]m(St11align_val_t)?(RKSt9nothrow_t)?", r"_Zd[la]Pv(m|St11align_val_t)*",  # operator new and delete
    r"mem(cpy|move|set|cmp|chr)|__mem(cpy|move|set)_chk|strlen",
    r"_ZSt\d+__throw_\w+",  # what std::string, vector and function do when a bound is broken or memory is out
    r"_ZSt\d+__glibcxx_assert_fail\w*|_ZSt21__glibcxx_assert_fail\w*|__assert_fail|abort|__stack_chk_fail",
    r"_Unwind_Resume|__gxx_personality_v0|__cxa_(begin_catch|end_catch|rethrow|pure_virtual)|__clang_call_terminate",
    r"_ZSt9terminatev",
    r"_ZNKSt8__detail20_Prime_rehash_policy\w+|_ZSt\d+_Rb_tree_\w+|_ZSt11_Hash_bytesPKvmm",  # containers
    r"_ZTVN10__cxxabiv1\w+|_ZTI\w+",  # type information
    r"_GLOBAL_OFFSET_TABLE_|__libc_single_threaded",  # the latter: shared_ptr asks whether it may count plainly
    r"_Z\w*9iscsi_ike\w+",  # the house itself: its direction is includes.py's matter
]
# Of the house, and yet not to be called from here: the operating system's randomness, and what prepares it.
NEVER = [r"_Z\w*9iscsi_ike6crypto12SystemRandom\w*", r"_Z\w*9iscsi_ike6crypto16InitializeCrypto\w*"]
WRITABLE = re.compile(r"\.(bss|data|tbss|tdata)(\.|$)")
CONSTANT = re.compile(r"\.data\.rel\.ro|\.data\.rel\.local\.DW\.ref\.")  # written by the linker only


def nm(tool, *arguments):
    return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout.splitlines()


def faults_of(tool, library, also):
    """Returns (symbols judged, faults)."""
    member, judged, faults = "", 0, []
    for line in nm(tool, "--format=posix", library):
        if line.endswith(":"):
            member = line[line.rfind("[") + 1:].rstrip("]:")
            continue
        name, kind = line.split()[:2]
        judged += 1
        if kind not in "Uwv":  # undefined, weakly too
            continue
        if any(re.fullmatch(p, name) for p in NEVER) or not any(re.fullmatch(p, name) for p in ASKS + also):
            faults.append(f"{library}({member}): needs {name}")
    for line in nm(tool, "--format=sysv", "--defined-only", library):
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 7 and WRITABLE.match(fields[6]) and not CONSTANT.match(fields[6]):
            faults.append(f"{library}: has a variable, {fields[0]} in {fields[6]}")
    return judged, faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--also", action="append", default=[])
    parser.add_argument("libraries", nargs="+")
    arguments = parser.parse_args()
    failed = False
    for library in arguments.libraries:
        judged, faults = faults_of(arguments.nm, library, arguments.also)
        if not judged:
            faults.append(f"{library}: no symbol found")
        print(*faults, f"{library}: {judged} symbols judged, {len(faults)} faults", sep="\n")
        failed = failed or bool(faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
