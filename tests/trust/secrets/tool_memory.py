#!/usr/bin/env python3
"""Searches the memory of the tool for keys: while a session lives, and when it is closed.

  tool_memory.py --tool TOOL --scan SCAN [--rounds N] [--result FILE]

The keys come to it in every way there is, and it tells the derived ones by --secrets. A serve whose session has been
closed may hold the pre-shared key, where --secrets has not been asked for, and nothing else.
"""

import argparse
import collections
import os
import signal
import subprocess
import sys
import tempfile

import tool_runs

LIVE = {"PSK", "SKEYID_d", "SKEYID_a", "Ka"}  # what a session needs
PROOF = LIVE  # and what the search must find, or it is worth nothing


def derived(path):
    """[(name, hexadecimal)] of a --secrets file; SKEYID_e without what is the cipher key."""
    with open(path) as file:
        words = [line.split() for line in file if not line.startswith("#")]
    cipher_keys = [value for name, value in words if name == "Ka"]
    found = []
    for name, value in words:
        if name in ("initial_IV",) or name.endswith("_SPI"):
            continue
        for cipher_key in cipher_keys:
            if name == "SKEYID_e" and value.startswith(cipher_key):
                value = value[len(cipher_key):]
        found.append(("KEYMAT" if name.startswith(("inbound", "outbound")) else name, value))
    return found


def look(scan, pid, wanted):
    """{name: {where}} of what stands in the memory of a process."""
    lines = "".join(f"{name} {value}\n" for name, value in wanted if len(value) >= 16)
    answer = subprocess.run([scan, str(pid)], input=lines, capture_output=True, text=True, check=True).stdout
    places = collections.defaultdict(set)
    for line in answer.splitlines():
        what, where = line.split(" | ")
        name, _, form = what.partition(" ")
        places[name].add(where + (f" ({form})" if form else ""))
    return dict(places)


def round_of(options, count, folder, source, arguments):
    key = options.key
    table = os.path.join(folder, "secrets")
    psk = [("PSK", key.encode().hex()), ("PSK", ",".join(str(o) for o in key.encode()).encode().hex())]
    with tool_runs.serving(options.tool, folder, *arguments, "--secrets", table) as (server, port):
        client = tool_runs.Process(folder, options.tool, *tool_runs.connecting(port), "--flags", "0x27", "--key-file",
                                   os.path.join(folder, "key.txt"), "--hold", "60")
        client.wait_for(rb"lifetime +3600")
        server.wait_for(rb"child SA established")
        wanted = psk + derived(table)
        for name, process in (("serve", server), ("connect", client)):
            seen = look(options.scan, process.pid, wanted)
            count.check(PROOF <= set(seen), f"{source}: {name} has a session, and only {seen} are found")
            count.check(set(seen) <= LIVE, f"{source}: {name} has more than it needs: {seen}")
        count.check(client.stop() == 0, f"{source}: connect failed: {client.said()}")
        server.wait_for(rb"phase 1 closed by the peer")
        seen = look(options.scan, server.pid, wanted)
        count.check(set(seen) == {"PSK"}, f"{source}: serve has no session, and holds {seen}")


def crash(options, count, folder, arguments):
    """A tool that is killed by what kills a faulty program leaves no core, and says nothing."""
    unlimited = "ulimit -c unlimited; cd '{}'; exec \"$0\" \"$@\"".format(folder)
    for what in (signal.SIGSEGV, signal.SIGABRT):
        server = tool_runs.Process(folder, "/bin/bash", "-c", unlimited, options.tool, "serve", "--local", "127.0.0.1:0", *arguments)
        server.wait_for(rb"listening on")
        server.process.send_signal(what)
        _, status = os.waitpid(server.pid, 0)
        server.process.returncode = 0
        count.check(os.WIFSIGNALED(status) and not os.WCOREDUMP(status), f"{what!r}: a core was dumped")
        count.check(not [name for name in os.listdir(folder) if name.startswith("core")], f"{what!r}: there is a core")
        said = server.stop() or server.said()
        count.check(options.key.encode() not in said, f"{what!r}: the key is in {said!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--scan", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--result")
    options = parser.parse_args()
    options.tool = os.path.abspath(options.tool)
    count = tool_runs.Count("secrets_tool_memory")
    for _ in range(options.rounds):
        options.key = tool_runs.distinctive_key()
        with tempfile.TemporaryDirectory() as folder:
            sources = tool_runs.key_sources(folder, options.key)
            for source, arguments in sources.items():
                round_of(options, count, folder, source, arguments)
            crash(options, count, folder, sources["file"])
    return count.end(options.result)


if __name__ == "__main__":
    sys.exit(main())
