#!/usr/bin/env python3
"""Proves the direction of the house from its #include lines.

usage: includes.py SOURCE_DIR     judge the tree
       includes.py --self-test    judge made-up trees, to see that wrong ones are noticed

Each part may include its own headers and what its row lists, nothing else.
"""

import pathlib
import re
import sys
import tempfile

# Headers of the language that reach neither the world outside nor another thread.
PURE = set("""algorithm array bit cassert cctype cerrno charconv climits cmath compare concepts cstddef cstdint cstring deque exception
    functional initializer_list iterator limits list map memory new numeric optional queue ranges set span stdexcept string
    string_view system_error tuple type_traits typeinfo unordered_map unordered_set utility variant vector""".split())

FILES = {"fcntl.h", "sys/stat.h", "unistd.h"}
SOCKETS = FILES | {"arpa/inet.h", "ifaddrs.h", "netinet/in.h", "netinet/udp.h", "sys/socket.h", "sys/un.h", "poll.h", "sys/types.h"}
HOST = {"chrono", "csignal", "signal.h", "thread", "mutex", "atomic", "condition_variable", "stop_token"}

# part: the folder it is (a trailing slash: with what is below), the project's headers and the foreign ones it may use
PARTS = {
    # crypto: tables of the groups are made once for all threads.
    "crypto": ("crypto/", [], [r"openssl/.*", "sodium.h", "immintrin.h", "cpuid.h", "atomic", "mutex", "pthread.h",
                            "sys/mman.h", "unistd.h", r"sanitizer/\w+.h"]),
    "policy": ("policy/", ["crypto/(box_contents|result|sealed_box|secret|suite).hpp"], [r"rapidjson/.*", "arpa/inet.h"]),
    "wire": ("ike/wire/", ["crypto/(hash|result|secret|suite).hpp", "policy/(identity|ip_address|proposal).hpp"], []),
    "engine": ("ike", ["crypto/(dh|random|result|secret|suite).hpp", "policy/(identity|ip_address|plan|proposal).hpp",
                       "ike/wire/.*"], ["chrono"]),
    "core": ("ike/core/", ["crypto/.*", "policy/(identity|ip_address|plan|proposal).hpp", "ike/wire/.*", r"ike/[^/]*"], []),
    "trace": ("ike/trace/", ["crypto/(cbc|dh|hash|random|result|secret|suite).hpp", "policy/.*", "ike/wire/.*",
                             "ike/core/(keymat|protector|script).hpp", r"ike/[^/]*"],
              [r"rapidjson/.*", "chrono"]),
    "capi": ("ike/capi/", ["crypto/.*", "policy/.*", "ike/wire/(esp|phase1)_transform.hpp", "ike/trace/.*", r"ike/[^/]*"], ["chrono", "stddef.h", "stdint.h"]),
    "net": ("ike/net/", ["crypto/.*", "policy/.*", r"ike/[^/]*"], [r"boost/.*", *HOST, *SOCKETS, "linux/filter.h", "linux/sock_diag.h"]),
    "tool": ("ike/tool/", ["crypto/.*", "policy/.*", "ike/wire/.*", "ike/trace/.*", "ike/net/.*", r"ike/[^/]*"],
             [r"CLI/.*", r"rapidjson/.*", "cstdio", "cstdlib", "fstream", "malloc.h", "sstream", "sys/prctl.h", "sys/resource.h", *HOST,
              *FILES]),
}
# Headers of a folder that are for its own sources only. Whoever decodes a capture needs the formulas and the tables of
# the exchanges.
OWN = [r"ike/core/(?!(keymat|protector|script)\.hpp).*", r"ike/tool/.*", r"crypto/(openssl_ptr|dh_(?!batch)\w+|modp_\w+|x25519_\w+|\w+_vector|lane_limbs|secret_pages|secret_pool).hpp",
       r"ike/trace/(flat_json|json_writer|recorded_call|recording_names).hpp",
       r"policy/(config_calls|config_entry|config_fields|iscsicli_command|iscsicli_values|json_reader|octet_numbers|text_encoding|translation|render/(lines|view)).hpp"]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def part_of(path):
    for name, (folder, _, _) in PARTS.items():
        if path.startswith(folder) if folder.endswith("/") else str(pathlib.PurePosixPath(path).parent) == folder:
            return name
    return None


def matches(patterns, text):
    return any(re.fullmatch(pattern, text) for pattern in patterns)


def fault(part, path, quoted, header):
    """What is wrong with one #include; None when nothing is."""
    _, project, foreign = PARTS[part]
    if not quoted:
        return None if header in PURE or matches(foreign, header) else f"{part} does not use <{header}>"
    other = part_of(header)
    if other is None:
        return f'"{header}" is no header of the house, named from the root'
    if other == part:
        return None
    if matches(OWN, header):
        return f'"{header}" is for {other} alone'
    return None if matches(project, header) else f"{part} does not use {other}'s \"{header}\""


def judge(root):
    """Returns (#include lines read, faults)."""
    read, faults = 0, []
    for path in sorted(root.glob("**/*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in (".hpp", ".cpp", ".h", ".c", ".def") or not name.startswith(("crypto/", "policy/", "ike/")):
            continue
        part = part_of(name)
        text = path.read_text(encoding="utf-8")
        if part is None:
            faults.append(f"{name}: stands in a folder that is no part of the house")
            continue
        for match in INCLUDE.finditer(text):
            read += 1
            line = text.count("\n", 0, match.start()) + 1
            wrong = fault(part, name, match[1] == '"', match[2])
            if wrong:
                faults.append(f"{name}:{line}: {wrong}")
    return read, faults


def self_test():
    wrong = {
        "crypto/dh.hpp": '#include "policy/plan.hpp"',
        "crypto/hash.cpp": "#include <boost/asio.hpp>",
        "policy/plan.hpp": '#include "ike/engine.hpp"',
        "policy/text.cpp": "#include <openssl/evp.h>",
        "policy/preshared_key.cpp": '#include "crypto/random.hpp"',
        "ike/wire/sa.cpp": '#include "ike/core/session.hpp"',
        "ike/wire/id.cpp": "  #  include <rapidjson/reader.h>",
        "ike/engine.hpp": '#include "ike/core/session.hpp"',
        "ike/core/engine.cpp": "#include <thread>",
        "ike/core/timers.hpp": "#include <chrono>",
        "ike/trace/ladder.cpp": '#include "ike/core/session.hpp"',
        "ike/trace/pcap.cpp": "#include <fstream>",
        "ike/core/keymat.cpp": '#include "crypto/modp_lanes.hpp"',
        "ike/net/udp.cpp": '#include "ike/trace/ladder.hpp"',
        "ike/tool/demo.cpp": "#include <boost/asio.hpp>",
        "ike/tool/main.cpp": '#include "demo.hpp"',
        "ike/more/x.cpp": "",
    }
    right = {
        "crypto/cbc.cpp": "#include <openssl/evp.h>\n#include \"crypto/openssl_ptr.hpp\"",
        "ike/core/runner.cpp": '#include "ike/engine.hpp"\n#include "ike/wire/sa.hpp"\n#include <vector>',
        "ike/net/loop.cpp": '#include <boost/asio/post.hpp>\n#include "ike/engine.hpp"',
        "tests/any.cpp": "#include <thread>",
    }
    for name, text, bad in [(*item, True) for item in wrong.items()] + [(*item, False) for item in right.items()]:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True)
            path.write_text(text)
            faults = judge(pathlib.Path(folder))[1]
        if bool(faults) != bad:
            sys.exit(f"self-test: {name} with {text!r} was {'not ' if bad else ''}refused: {faults}")
    print(f"{len(wrong)} wrong trees refused, {len(right)} right ones accepted")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    read, faults = judge(pathlib.Path(sys.argv[1]))
    for line in faults:
        print(line)
    if not read:
        sys.exit("no #include found: is this the source folder?")
    print(f"{read} includes read, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
