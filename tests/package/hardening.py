#!/usr/bin/env python3
"""Proves with readelf that what was built is hardened, and with the compiler's commands that all of it was.

  hardening.py [--readelf READELF] --commands compile_commands.json [--optimised] --archive ARCHIVE... -- BINARY...
  hardening.py [--readelf READELF] --self-test COMPILER       judge a program that has none of it

That _FORTIFY_SOURCE does something is seen in a probe, compiled as a source of ours is: the tool itself has no call that
could be checked, for std::copy and the like are none of <string.h>'s. A binary is an executable or a shared object. What an object says of control-flow protection (IBT, SHSTK) is demanded of
each of ours; the linker keeps it only where all objects have it, those of the C library's start included.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

FLAGS = ["-fstack-protector-strong", "-D_GLIBCXX_ASSERTIONS"]
SUPPORTED = {"x86_64": ["-fstack-clash-protection", "-fcf-protection"]}


def readelf(options, *arguments):
    return subprocess.run([options.readelf, *arguments], check=True, capture_output=True, text=True).stdout


def faults_of_binary(options, path):
    text = readelf(options, "-hldW", path)
    symbols = readelf(options, "--dyn-syms", "-W", path)
    undefined = set(re.findall(r" UND (\w+)", symbols))
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)(.*)", text))
    if not re.search(r"Type:\s+DYN", text):
        yield "is not position-independent"
    if "(SONAME)" not in text and not re.search(r"\bPIE\b", flags):
        yield "is no position-independent executable"
    if not re.search(r"\bNOW\b|BIND_NOW", flags + " " + " ".join(re.findall(r"\(BIND_NOW\)", text))):
        yield "binds lazily (no BIND_NOW)"
    if "GNU_RELRO" not in text:
        yield "has no GNU_RELRO"
    stack = re.search(r"GNU_STACK.*", text)
    if not stack or "E" in stack.group().split()[-2]:
        yield "has an executable stack"
    if re.search(r"^\s+LOAD.*\bRWE\b", text, re.MULTILINE):
        yield "has a segment that can be written and executed"
    for tag in ("TEXTREL", "RPATH", "RUNPATH"):
        if f"({tag})" in text or tag in flags:
            yield f"has {tag}"
    if "__stack_chk_fail" not in undefined:
        yield "has no stack protector (__stack_chk_fail)"
    if not any("glibcxx_assert_fail" in name for name in undefined):
        yield "has no assertions of libstdc++ (_GLIBCXX_ASSERTIONS)"


def faults_of_archive(options, path):
    if "X86-64" not in readelf(options, "-hW", path):
        return
    member = path
    objects, protected = set(), set()
    for line in readelf(options, "-nW", path).splitlines():
        if line.startswith("File: "):
            member = line
            objects.add(member)
        elif "IBT" in line and "SHSTK" in line:
            protected.add(member)
    if not objects:
        yield "has no objects"
    for member in sorted(objects - protected):
        yield f"{member}: has no IBT and SHSTK"


def faults_of_commands(options, path):
    """Every source of ours was compiled with all of it."""
    root = os.path.commonpath([os.path.dirname(path), __file__])
    with open(path) as file:
        commands = json.load(file)
    judged = 0
    for command in commands:
        name = os.path.relpath(command["file"], root)
        if not re.match(r"(crypto|policy|ike)/|build.*/(crypto|policy|ike)/.*/Unity/", name):
            continue
        judged += 1
        words = command["command"].split()
        wanted = FLAGS + SUPPORTED.get(os.uname().machine, [])
        missing = [flag for flag in wanted if flag not in words]
        if options.optimised and not any(re.fullmatch(r"-D_FORTIFY_SOURCE=[23]", word) for word in words):
            missing.append("-D_FORTIFY_SOURCE")
        if not {"-fPIC", "-fPIE"} & set(words):
            missing.append("-fPIC or -fPIE")
        if missing:
            yield f"{name}: compiled without {' '.join(missing)}"
    if not judged:
        yield "has no source of this project"


PROBE = """#include <cstring>
extern "C" void Use(char* text);
void Probe(const char* text);
void Probe(const char* text) {
  char copy[8];
  std::strcpy(copy, text);
  Use(copy);
}
"""


def faults_of_probe(options, path):
    """What comes of the flags of crypto/secret.cpp."""
    with open(path) as file:
        command = next(c for c in json.load(file) if re.search(r"crypto/(secret|.*/unity_0_cxx)\.c\w+$", c["file"]))
    words = command["command"].split()
    with tempfile.TemporaryDirectory() as folder:
        source, probe = os.path.join(folder, "probe.cpp"), os.path.join(folder, "probe.o")
        with open(source, "w") as file:
            file.write(PROBE)
        words = [source if word == command["file"] else probe if at and words[at - 1] == "-o" else word for at, word in enumerate(words)]
        subprocess.run(words, check=True, cwd=command["directory"])
        undefined = set(re.findall(r" UND (\w+)", readelf(options, "-sW", probe)))
    for name in ["__stack_chk_fail"] + ["__strcpy_chk"] * options.optimised:
        if name not in undefined:
            yield f"the probe does not call {name}"


def self_test(options):
    """Every fault is seen in a program that has them all; none in one that has none. Returns an exit code."""
    soft = ["-no-pie", "-Wl,-z,norelro", "-Wl,-z,execstack", "-Wl,-z,lazy", "-fno-stack-protector", "-fcf-protection=none", "-Wl,-rpath,/x", "-O2"]
    hard = ["-pie", "-fPIE", "-Wl,-z,relro,-z,now", "-fstack-protector-all", "-D_GLIBCXX_ASSERTIONS", "-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
            "-fcf-protection"]
    wanted = ["is not position-independent", "is no position-independent executable", "binds lazily (no BIND_NOW)", "has no GNU_RELRO", "has an executable stack",
              "has RUNPATH", "has no stack protector (__stack_chk_fail)", "has no assertions of libstdc++ (_GLIBCXX_ASSERTIONS)"]
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "soft.cpp"), os.path.join(folder, "soft")
        with open(source, "w") as file:
            file.write("#include <cstring>\n#include <vector>\nint main(int argc, char** argv) { char b[8]; std::strcpy(b, argv[0]); "
                       "return std::vector<int>(1)[argc] + b[1]; }\n")
        found = []
        for flags in (soft, hard):
            subprocess.run([options.self_test, *flags, source, "-o", program], check=True, stderr=subprocess.DEVNULL)
            found.append(list(faults_of_binary(options, program)))
        subprocess.run([options.self_test, *soft, "-c", source, "-o", program + ".o"], check=True)
        subprocess.run(["ar", "rc", program + ".a", program + ".o"], check=True)
        archive = list(faults_of_archive(options, program + ".a"))
    print(*found, archive, sep="\n")
    return 0 if found == [wanted, []] and (archive or os.uname().machine != "x86_64") else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readelf", default="readelf")
    parser.add_argument("--self-test", metavar="COMPILER")
    parser.add_argument("--commands")
    parser.add_argument("--optimised", action="store_true")
    parser.add_argument("--archive", action="append", default=[])
    parser.add_argument("binaries", nargs="*")
    options = parser.parse_args()
    if options.self_test:
        options.optimised = True
        return self_test(options)
    faults = [f"{path}: {fault}" for path in options.binaries for fault in faults_of_binary(options, path)]
    faults += [f"{path}: {fault}" for path in options.archive for fault in faults_of_archive(options, path)]
    if options.commands:
        for judge in faults_of_commands, faults_of_probe:
            faults += [f"{options.commands}: {fault}" for fault in judge(options, options.commands)]
    judged = len(options.binaries) + len(options.archive)
    print(*faults, f"{judged} files judged, {len(faults)} faults", sep="\n")
    return 1 if faults or not options.binaries else 0


if __name__ == "__main__":
    sys.exit(main())
