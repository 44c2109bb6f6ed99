"""`discover` and servers that cannot be trusted: it must say what is wrong, end in time, print no octets that are
no text, and need no more memory for it. The cases are in cases/isns_answers.py."""

import re
from concurrent.futures import ThreadPoolExecutor

from cases import isns_answers
from cases.isns_answers import FAILED, LATE, LISTED
from harness import isns
from harness.case import Result, show
from harness.discovery import Discoverer
from harness.isns_fake import NAME, PORTALS, FakeServer

NEEDS = ()
PEERS = ()

_TIMEOUT = 2  # seconds that the tool is given for the server
_MEMORY = 64 * 1024  # KiB that it may need
_AT_ONCE = 4

_FOR_ONE, _FOR_ALL = "", ", all targets, as text"

_WORDS = {LISTED: "portals", FAILED: "an error", LATE: "a time-out"}


def run(network, _peer_class, options, folder):
    discoverer = Discoverer(options.tool, network.ours, folder)
    runs = [(case, how) for how in (_FOR_ONE, _FOR_ALL) for case in isns_answers.cases()
            if options.only in case.name + how]
    with ThreadPoolExecutor(_AT_ONCE) as beside:  # most of the time is waiting
        return list(beside.map(lambda number: _result(*runs[number], network, discoverer, 4000 + number),
                               range(len(runs))))


def _result(case, how, network, discoverer, port):
    try:
        complaints = _run(case, how, network, discoverer, port)
    except Exception as error:  # a broken case must not end the others
        complaints = [f"{type(error).__name__}: {error}"]
    result = Result("isns-fake", "client", case.name + how, " or ".join(_WORDS[end] for end in case.ends),
                    "fail" if complaints else "pass", "; ".join(complaints))
    show(result)
    return result


def _run(case, how, network, discoverer, port):
    arguments = ["--target", NAME] if how == _FOR_ONE else []
    with FakeServer(network.theirs, case.script, port) as fake:
        found = discoverer.run(f"{network.theirs.ipv4}:{port}", *arguments, timeout=_TIMEOUT,
                               patience=case.seconds + 5, as_json=how == _FOR_ONE)
    if found.hung:
        return ["it does not end"]
    stayed = case.deregisters and isns.DEREGISTER not in [request.function for request in fake.requests]
    return (fake.complaints + (["it stays registered"] if stayed else []) + _wrong_end(case, found) + _wrong_list(case, how, found) +
            _wrong_output(how, found) + _excess(case, found))


def _wrong_end(case, found):
    complaints = []
    if found.exit_status not in case.ends:
        complaints.append(found.story)
    elif found.exit_status != LISTED and not re.search(case.says, " ".join(found.errors)):
        complaints.append(f"nothing about '{case.says}': {found.story}")
    return complaints


def _wrong_list(case, how, found):
    """Where the server is right in the end, all that it has is to be listed."""
    if case.ends != (LISTED,):
        return []
    wanted = {(portal.address, portal.port): portal.bitmap for portal in PORTALS}
    if how == _FOR_ONE:
        listed = {(portal.address, portal.port): portal.bitmap for portal in found.portals(NAME)}
    else:
        listed = {(address.strip("[]"), int(port)): int(word, 16) for address, port, word in re.findall(
            r"^  (\S+):(\d+)  group 1\n    bitmap +(0x\w+) ", found.stdout, re.MULTILINE)}
    return [] if listed == wanted else [f"it lists {listed}"]


def _wrong_output(how, found):
    complaints = []
    if found.exit_status != LISTED and not found.has_one_error:
        complaints.append(f"no error of one line: {found.stderr[:200]!r}")
    if re.search("[^\n -~]", found.stdout + found.stderr):
        complaints.append("octets of the server's that are no text are in the output")
    if how == _FOR_ONE and found.stdout and found.document is None:
        complaints.append(f"standard output is no JSON object: {found.stdout[:100]!r}")
    return complaints


def _excess(case, found):
    complaints = []
    if found.seconds > case.seconds:
        complaints.append(f"{found.seconds:.1f} seconds")
    if found.peak > _MEMORY:
        complaints.append(f"{found.peak} KiB")
    return complaints
