#!/usr/bin/env python3
"""What embedding the engine costs: code, stack, memory. Prints a table and, with --json, leaves the figures.

usage: footprint.py --build FOLDER [--program FILE...] [--libraries FILE...] [--stack FILE] [--memory FILE] [--json FILE]

FOLDER was made by preset `lean` (-Os, sections, -fstack-usage). `--program` are what is linked with the libraries
and weighed, `--stack` the measuring of painted stacks (bench/stack_depth.cpp; its figures include the share of OpenSSL and
libsodium), `--memory` what memory_bench has written.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

PARTS = {"crypto": "crypto", "policy": "policy", "wire": "ike/wire", "core": "ike/core", "trace": "ike/trace",
         "capi": "ike/capi"}
WHOLE = "ike/capi/libiscsi_ike.a"  # all of them in one
FRAMES = 10  # that are listed


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def sizes(tool, *files):
    """text, data and bss together of what is in the files."""
    lines = output(tool, "-B", "-t", *files).splitlines()
    return dict(zip(("text", "data", "bss"), map(int, lines[-1].split()[:3])))


def needed(tool, program):
    return sorted(re.findall(r"\(NEEDED\).*\[(.+)\]", output(tool, "-d", program)))


def frames(build):
    """[(octets, function, file, kind)], largest first: what gcc -fstack-usage says."""
    found = []
    for folder in PARTS.values():
        for file in (build / folder).rglob("*.su"):
            for line in file.read_text().splitlines():
                place, octets, kind = line.rsplit("\t", 2)
                source, _, _, function = place.split(":", 3)
                if source.startswith("/usr/") or "/include/" in source:
                    source = pathlib.PurePath(source).name
                found.append((int(octets), function, source, kind))
    if not found:
        raise SystemExit(f"footprint.py: no .su file in {build}: it was not made by preset `lean`")
    return sorted(set(found), reverse=True)


def memory(file):
    """Heap and checkpoint of a session and allocations of a negotiation, as memory_bench has them."""
    wanted = re.compile(r"(Memory/(half_open|established)\w*|Allocations/negotiation|Checkpoint/\w+)/")
    return {row["name"]: row["bytes"] if row["bytes"] is not None else row["allocations"]
            for row in json.loads(file.read_text()) if wanted.match(row["name"])}


def conditions(build):
    """Of what the figures hold: the machine, the compiler, what it was told, and the libraries."""
    def set_to(name):
        found = re.search(rf"^{name}:\w+=(.*)$", cache, re.MULTILINE)
        return found[1] if found else ""

    cache = (build / "CMakeCache.txt").read_text()
    processor = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    versions = {name: output("pkg-config", "--modversion", name).strip() for name in ("libcrypto", "libsodium")}
    return {"processor": processor[1] if processor else "unknown",
            "compiler": output(set_to("CMAKE_CXX_COMPILER"), "--version").splitlines()[0],
            "flags": " ".join(filter(None, map(set_to, ("CMAKE_CXX_FLAGS_MINSIZEREL", "CMAKE_CXX_FLAGS",
                                                        "CMAKE_EXE_LINKER_FLAGS")))), **versions}


def measure(arguments):
    build = arguments.build
    libraries = arguments.libraries or [build / folder / f"libiscsi_ike_{part}.a" for part, folder in PARTS.items()]
    if not arguments.libraries:
        libraries.append(build / WHOLE)
    programs = arguments.program or [build / "bench/footprint_main"]
    result = {"conditions": conditions(build),
              "programs": {file.name: {**sizes(arguments.size, file), "needs": needed(arguments.readelf, file)}
                           for file in programs},
              "libraries": {file.name: {**sizes(arguments.size, file), "file": file.stat().st_size}
                            for file in libraries}}
    used = frames(build)
    result["frames"] = [dict(zip(("octets", "function", "source", "kind"), frame)) for frame in used[:FRAMES]]
    result["unbounded_frames"] = [frame[1] for frame in used if frame[3] == "dynamic"]
    result["stack"] = json.loads(output(arguments.stack or build / "bench/stack_depth"))
    if arguments.memory:
        result["memory"] = memory(arguments.memory)
    return result


def short(function, most=88):
    name = re.sub(r"(iscsi_ike|crypto|policy|ike|wire|core|std|\{anonymous\})::", "", function)
    return name if len(name) <= most else name[:most - 3] + "..."


def table(result):
    lines = [f"{name}: {value}" for name, value in result["conditions"].items()]
    lines += ["", "Code, octets; programs with nothing unused   text     data      bss"]
    for name, size in [*result["programs"].items(), *result["libraries"].items()]:
        lines.append("  {:<37} {:>9} {:>8} {:>8}".format(name, size["text"], size["data"], size["bss"]))
    for name, program in result["programs"].items():
        lines.append(f"  {name} needs: " + ", ".join(program["needs"]))
    stack = result["stack"]
    lines += ["", "Stack, octets, measured (with OpenSSL's share)   first    later"]
    for call in sorted(set(stack["first"]) | set(stack["later"])):
        lines.append("  {:<44} {:>7}  {:>7}".format(call, *(stack[k].get(call, "-") for k in ("first", "later"))))
    lines += ["", "Largest frames (-fstack-usage)"]
    lines += ["  {octets:>6}  {0}".format(short(frame["function"]), **frame) for frame in result["frames"]]
    lines.append("  without a bound: " + (", ".join(map(short, result["unbounded_frames"])) or "none"))
    if "memory" in result:
        lines += ["", "Memory: heap octets of a session; blocks asked for in a negotiation, both ends"]
        lines += ["  {:<62} {:>6.0f}".format(name, value) for name, value in result["memory"].items()]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, nargs="+")
    parser.add_argument("--libraries", type=pathlib.Path, nargs="+")
    parser.add_argument("--stack", type=pathlib.Path)
    parser.add_argument("--memory", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--size", default="size")
    parser.add_argument("--readelf", default="readelf")
    arguments = parser.parse_args()
    try:
        result = measure(arguments)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"footprint.py: {error}", file=sys.stderr)
        return 1
    print(table(result))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
