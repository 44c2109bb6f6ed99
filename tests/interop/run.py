#!/usr/bin/env python3
"""Runs groups of interop cases against a peer and records the results.

  run.py --tool build/dev/ike/tool/iscsi-ike --shim .../libxfrm_shim.so --results build/interop [GROUP ..]

Groups: main-initiator, suites-responder, failures-initiator, decode, self, ..; none means all that the peer
has. The role is ours. Exit status: 0 all as expected, 1 not, 77 this machine cannot run them (the reason is
printed).
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time

import checks
import peers
from cases import GROUPS
from harness import matrix, requirements
from harness.case import run_case, show
from harness.network import Network
from harness.tool import Tool


def main():
    options = _parse()
    peer_class = peers.ALL.get(options.peer)
    # An end from outside runs the clean-up too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = tempfile.mkdtemp(prefix="iike")
    good, skipped = True, False
    try:
        for group in options.groups or _groups_of(options.peer):
            why = _missing(group, peer_class, options)
            if why:
                print(f"{options.peer} {group}: skipped: {why}")
                skipped = True
            else:
                good &= _run_group(group, peer_class, options, os.path.join(folder, group))
    finally:
        if options.keep:
            print(f"logs and captures: {folder}")
        else:
            shutil.rmtree(folder)
    return 1 if not good else requirements.SKIPPED if skipped else 0


def _groups_of(peer):
    """The groups that make sense with a peer."""
    if peer == "none":
        return [name for name, check in checks.ALL.items() if check.PEERS == ()]
    return [*GROUPS, *(name for name, check in checks.ALL.items()
                       if check.PEERS is None or peer in check.PEERS)]


def _missing(group, peer_class, options):
    """Returns why this machine cannot run a group, or None."""
    needs = checks.ALL[group].NEEDS if group in checks.ALL else ()
    why = requirements.missing(needs, (options.tool, options.shim))
    if not why and peer_class:
        why = peer_class.missing(os.path.join(options.results, "packages"))
    return why


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True, help="our command-line tool")
    parser.add_argument("--shim", required=True, help="the library made of xfrm_shim.c")
    parser.add_argument("--results", required=True, help="folder for matrix.json and matrix.md")
    parser.add_argument("--peer", choices=[*peers.ALL, "none"], default="strongswan")
    parser.add_argument("--only", default="", help="run only cases whose name has this text")
    parser.add_argument("--keep", action="store_true", help="keep logs and captures")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join([*GROUPS, *checks.ALL]))
    options = parser.parse_args()
    for group in options.groups:
        if group not in _groups_of(options.peer):
            parser.error(f"no group '{group}' with the peer {options.peer}")
    options.tool = os.path.abspath(options.tool)
    options.shim = os.path.abspath(options.shim)
    options.results = os.path.abspath(options.results)
    return options


def _run_group(group, peer_class, options, folder):
    os.makedirs(folder)
    begin = time.monotonic()
    with Network() as network:
        if group in checks.ALL:
            results = checks.ALL[group].run(network, peer_class, options, folder)
        else:
            results = _run_cases(group, network, peer_class, options, folder)
    matrix.record(options.results, f"{options.peer}-{group}", results, partly=bool(options.only))
    failed = sum(r.result == "fail" for r in results)
    seconds = time.monotonic() - begin
    print(f"{options.peer} {group}: {len(results)} cases, {failed} failed, {seconds:.1f} s")
    return not failed


def _run_cases(group, network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    results = []
    with peer_class(network, folder, options.shim) as peer:
        for case in GROUPS[group]:
            if options.only not in case.name:
                continue
            result, run = run_case(case, peer, tool)
            results.append(result)
            show(result)
            if result.result == "fail" and run and run.stderr:
                print("          " + run.stderr.strip().replace("\n", "\n          "))
    return results


if __name__ == "__main__":
    sys.exit(main())
