"""How `discover` behaves towards isnsd: what it leaves behind, what it says on the wire, and what it says of a
server that it cannot ask."""

import os
import subprocess

from harness import isns
from harness.discovery import HBA
from harness.isns_lab import Lab, differences, no_answer, target
from peers.isnsd import Isnsd

NEEDS = ("isnsd", "isnsadm", "tshark")
PEERS = ()

_FAILED, _LATE = 4, 5
_ELSEWHERE = {"port": 3206}


def run(network, _peer_class, options, folder):
    return Lab(network, Isnsd, options, folder).run([
        ("isnsadm sees us while we ask, and no longer then", _registered, {}),
        ("who was registered before stays registered", _stays, {}),
        ("every request is one that isnsd takes", _requests, {}),
        ("tshark reads what we say", _by_tshark, {}),
        ("the server listens on another port", _server_port, _ELSEWHERE),
        ("nobody listens there", _nobody, _ELSEWHERE),
        ("the link is cut", _cut, {}),
        ("the server hangs", _frozen, {}),
        ("the server dies while we ask", _killed, {}),
    ])


def _array(server):
    array = target(isns.Portal("10.1.0.1", 0x17), isns.Portal("fd00:1::1", 0x4b))
    server.register(array)
    return array


def _registered(lab, server):
    array = _array(server)
    seen = []

    def before(request):
        if request.function in (isns.QUERY, isns.GET_NEXT):
            seen.append(server.nodes(array.name))
    found, relay, complaints = lab.discover_relayed(before=before)
    if isns.REGISTER not in [pdu.function for pdu in relay.heard]:
        complaints.append("it does not register")
    elif HBA not in seen[-1]:
        complaints.append(f"isnsadm sees only {seen[-1]}")
    if HBA in server.nodes(array.name):
        complaints.append("it is still registered when it has left")
    return complaints + differences(found, [array])


def _stays(lab, server):
    """The name is somebody's: a host that has registered itself must not be gone after our visit."""
    array = _array(server)
    server.adm("--register", "entity=hba.example", f"initiator={HBA},alias=host", source=HBA)
    complaints = differences(lab.discover(), [array])
    listed = server.adm("--list", "nodes", source=array.name)
    if HBA not in listed or '"host"' not in listed:
        complaints.append(f"isnsadm lists {' '.join(listed.split())}")
    return complaints


def _requests(lab, server):
    array = _array(server)
    found, relay, complaints = lab.discover_relayed()
    requests = [pdu for pdu in relay.heard if pdu.flags & isns.CLIENT]
    for pdu in requests:
        complaints += pdu.complaints
    if len({pdu.transaction for pdu in requests}) != len(requests):
        complaints.append("transactions come twice")
    return complaints + differences(found, [array])


def _by_tshark(lab, server):
    array = _array(server)
    found, relay, complaints = lab.discover_relayed()
    path = os.path.join(lab.folder, "isns.pcap")
    relay.write_capture(path)
    command = ["tshark", "-r", path, "-T", "fields", "-E", "separator=|"]
    for name in ("isns.functionid", "isns.psb", "_ws.malformed", "_ws.expert.message"):
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    rows = [line.split("|") for line in done.stdout.splitlines()]
    complaints += [f"tshark: {row}" for row in rows if row[2] or "nvalid" in row[3]]
    functions = [int(part, 0) for row in rows for part in row[0].split(",") if part]
    if functions != [pdu.function for pdu in relay.heard]:
        complaints.append(f"tshark reads the functions {functions}")
    bitmaps = {int(part, 0) for row in rows for part in row[1].split(",") if part}
    if bitmaps != {portal.bitmap for portal in array.portals}:
        complaints.append(f"tshark reads the bitmaps {bitmaps}")
    return complaints + differences(found, [array])


def _server_port(lab, server):
    array = _array(server)
    return differences(lab.discover(server=f"{lab.address}:{server.port}"), [array])


def _nobody(lab, _server):
    return no_answer(lab.discover(), _FAILED, "(?i)refused", 2)


def _cut(lab, server):
    server.host.cut()
    try:
        return no_answer(lab.discover(timeout=1), _LATE, lab.address, 4)
    finally:
        server.host.mend()


def _frozen(lab, server):
    server.freeze()
    try:
        return no_answer(lab.discover(timeout=1), _LATE, lab.address, 4)
    finally:
        server.thaw()


def _killed(lab, server):
    _array(server)
    found, _, complaints = lab.discover_relayed(before=lambda request: server.kill())
    return complaints + no_answer(found, _FAILED, "clos|end|reset", 5)
