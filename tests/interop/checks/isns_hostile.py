"""`discover` and servers that cannot be trusted: it must say what is wrong, end in time, print no octets that are
no text, and need no more memory for it. The cases are in cases/isns_answers.py."""

import re
from concurrent.futures import ThreadPoolExecutor

from cases import isns_answers
from cases.isns_answers import FAILED, LATE, LISTED
from harness.case import Result, show
from harness.discovery import Discoverer
from harness.isns_fake import NAME, PORTALS, FakeServer

NEEDS = ()
PEERS = ()

_TIMEOUT = 2  # seconds that the tool is given for the server
_MEMORY = 64 * 1024  # KiB that it may need
_AT_ONCE = 4

_WORDS = {LISTED: "portals", FAILED: "an error", LATE: "a time-out"}


def run(network, _peer_class, options, folder):
    discoverer = Discoverer(options.tool, network.ours, folder)
    cases = [case for case in isns_answers.cases() if options.only in case.name]
    with ThreadPoolExecutor(_AT_ONCE) as beside:  # most of the time is waiting
        return list(beside.map(lambda number: _result(cases[number], network, discoverer, 4000 + number),
                               range(len(cases))))


def _result(case, network, discoverer, port):
    try:
        complaints = _run(case, network, discoverer, port)
    except Exception as error:  # a broken case must not end the others
        complaints = [f"{type(error).__name__}: {error}"]
    result = Result("isns-fake", "client", case.name, " or ".join(_WORDS[end] for end in case.ends),
                    "fail" if complaints else "pass", "; ".join(complaints))
    show(result)
    return result


def _run(case, network, discoverer, port):
    with FakeServer(network.theirs, case.script, port) as fake:
        found = discoverer.run(f"{network.theirs.ipv4}:{port}", "--target", NAME, timeout=_TIMEOUT,
                               patience=case.seconds + 5)
    if found.hung:
        return ["it does not end"]
    return fake.complaints + _wrong_end(case, found) + _wrong_output(found) + _excess(case, found)


def _wrong_end(case, found):
    complaints = []
    if found.exit_status not in case.ends:
        complaints.append(found.story)
    elif found.exit_status != LISTED and not re.search(case.says, " ".join(found.errors)):
        complaints.append(f"nothing about '{case.says}': {found.story}")
    if case.ends == (LISTED,):
        listed = {(portal.address, portal.port): portal.bitmap for portal in found.portals(NAME)}
        if listed != {(portal.address, portal.port): portal.bitmap for portal in PORTALS}:
            complaints.append(f"it lists {listed}")
    return complaints


def _wrong_output(found):
    complaints = []
    if found.exit_status != LISTED and not found.has_one_error:
        complaints.append(f"no error of one line: {found.stderr[:200]!r}")
    if re.search("[^\n -~]", found.stdout + found.stderr):
        complaints.append("octets of the server's that are no text are in the output")
    if found.stdout and found.document is None:
        complaints.append(f"standard output is no JSON object: {found.stdout[:100]!r}")
    return complaints


def _excess(case, found):
    complaints = []
    if found.seconds > case.seconds:
        complaints.append(f"{found.seconds:.1f} seconds")
    if found.peak > _MEMORY:
        complaints.append(f"{found.peak} KiB")
    return complaints
