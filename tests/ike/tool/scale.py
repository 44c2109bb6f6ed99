#!/usr/bin/env python3
"""Holds the tool to its bounds for a large fabric.

usage: scale.py TOOL

Directories of 10,000 portals are made here, in several shapes, and explained: in less than a second of processor time
and 64 MiB each; as files, and as the answer of an iSNS server. why-key is asked about 10,000 records: it makes few fingerprints, each of which takes long. Prints what
was measured. Processor time is user and system, by wait4; the memory is the largest resident set of the process.
"""

import json
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "interop"))
from harness import isns, isns_fake  # noqa: E402

PORTALS = 10_000
SECONDS = 1.0
OCTETS = 64 << 20
WHY_KEY_SECONDS = 5.0  # 16 fingerprints, and a tenth of that for the rest
RUNAWAY = 60  # seconds after which the kernel ends the tool


def address(number):
    return f"10.{1 + number // 65536}.{number // 256 % 256}.{number % 256}"


def key(number):
    return f"{(number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128):032x}"


def record(name, number, **more):
    return {"name": name, "securityFlags": "0x2f", "identity": f"fqdn:{name}.example", "key": "hex:" + key(number), **more}


def one_record():
    """One record for all portals, each with a bitmap, a name and a port."""
    portals = [{"address": address(i), "socket": 3260 + i % 4, "securityBitmap": 0x27, "symbolicName": f"array {i}"}
               for i in range(PORTALS)]
    return json.dumps({"records": [record("hba", 0)], "portals": portals})


def many_records():
    """Each portal has a record of its own, in another order."""
    records = [record(f"hba{i}", i, peer=address(i)) for i in reversed(range(PORTALS))]
    return json.dumps({"records": records, "portals": [{"address": address(i)} for i in range(PORTALS)]})


def one_address():
    """All portals at one address."""
    portals = [{"address": "192.0.2.1", "socket": 1 + i} for i in range(PORTALS)]
    return json.dumps({"records": [record("hba", 0)], "portals": portals})


def no_record():
    """No portal has a record, so that each line is an error."""
    records = [record(f"hba{i}", i, peer=address(PORTALS + i)) for i in range(PORTALS)]
    return json.dumps({"records": records, "portals": [{"address": address(i)} for i in range(PORTALS)]})


def power_shell():
    """As ConvertTo-Json prints ISCSI_DiscoveredTargetPortal2."""
    return json.dumps([{"Address": {"Type": 0, "TextAddress": address(i)}, "Socket": 3260, "SecurityBitmap": 0x27,
                        "Key": list(bytes.fromhex(key(i))), "SymbolicName": f"array {i}"} for i in range(PORTALS)], indent=4)


def iscsicli():
    """A line that adds each portal, and one that logs in to it with a key."""
    lines = ["PSKey * * 0x27 2 hba1.example 0x" + key(0) + " T"]
    lines += [f"AddTargetPortal {address(i)} 3260 * * 0x37" for i in range(PORTALS)]
    lines += [f"LoginTarget iqn.t{i} T {address(i)} 3260 * * 0x37 * * * * * * * * * 0x{key(i)} 0" for i in range(PORTALS)]
    return "\n".join(lines) + "\n"


def records_for_anybody():
    """Records that main mode cannot tell apart: each is a candidate for every peer."""
    return json.dumps({"records": [record(f"hba{i}", i, peerIdentity=f"fqdn:peer{i}.example") for i in range(PORTALS)]})


def proposals(doi_protocol, spi, transform, attributes):
    """An SA payload as iSNS stores it: one proposal with one transform."""
    octets = b"".join(struct.pack(">HH", 0x8000 | kind, value) for kind, value in attributes)
    octets = struct.pack(">BBHBBH", 0, 0, 8 + len(octets), 1, transform, 0) + octets
    octets = struct.pack(">BBHBBBB", 0, 0, 8 + len(spi) + len(octets), 1, doi_protocol, len(spi), 1) + spi + octets
    return struct.pack(">BBHII", 0, 0, 12 + len(octets), 1, 1) + octets


# AES-128, SHA2-256, pre-shared key, modp2048, 7200 s; and ESP with AES-128 and HMAC-SHA2-256, transport mode, 1800 s.
PHASE1 = proposals(1, b"", 1, ((1, 7), (14, 128), (2, 4), (3, 1), (4, 14), (11, 1), (12, 7200)))
PHASE2 = proposals(3, bytes(4), 12, ((4, 2), (5, 5), (6, 128), (1, 1), (2, 1800)))


class Loopback:
    """The host of a FakeServer that is not in a lab."""

    def socket(self, *kinds):
        self.made = socket.socket(*kinds)
        return self.made

    def port(self):
        return self.made.getsockname()[1]


def answer_with(objects):
    """The script of a server that has these objects, and sends large answers in as many PDUs as they need."""
    def script(conversation):
        while True:
            answer = isns_fake.right(conversation.request(), objects)
            conversation.send(b"".join(pdu.octets() for pdu in isns.fragments(answer, 65532)))
    return script


# The resident set of a process begins with that of the one that started it, so that a small one has to.
MEASURE = """
import os, resource, sys
out, seconds, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
child = os.fork()
if child == 0:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.execv(command[0], command)
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""


def run(command, out):
    """Gives the exit code, processor time in seconds and largest resident set in octets."""
    small = [sys.executable, "-I", "-S", "-c", MEASURE, str(out), str(RUNAWAY), *command]
    code, seconds, octets = subprocess.run(small, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return int(code), float(seconds), int(octets)


class Scale:
    def __init__(self, tool, folder):
        self.tool = tool
        self.folder = pathlib.Path(folder)
        self.failed = 0

    def check(self, holds, what):
        if not holds:
            self.failed += 1
            print("FAILED: " + what)

    def measure(self, name, arguments, seconds):
        """Runs the tool, holds it to the bounds and gives exit code and output."""
        out = self.folder / "out"
        code, cpu, octets = run([self.tool, *arguments], out)
        print(f"{name:40} {cpu:6.2f} s {octets / (1 << 20):6.1f} MiB")
        self.check(cpu < seconds, f"{name}: {cpu:.2f} s of processor time; {seconds} s are allowed")
        self.check(octets < OCTETS or seconds != SECONDS, f"{name}: {octets} octets; {OCTETS} are allowed")
        return code, out.read_text()

    def write(self, make):
        file = self.folder / make.__name__
        file.write_text(make())
        file.chmod(0o600)
        return str(file)

    def explain(self, make, option="--config", planned=PORTALS):
        self.explain_all(make.__name__, [option, self.write(make)], planned)

    def explain_all(self, name, arguments, planned=PORTALS):
        """Gives the plans, None for a portal without one."""
        code, text = self.measure(name, ["explain", "--all", *arguments], SECONDS)
        self.check(code == (0 if planned == PORTALS else 3), f"{name}: exit code {code}")
        lines = text.splitlines()
        self.check(f"{PORTALS} portals" in lines, f"{name}: the count is missing")
        self.check(planned == 0 or f"  {planned} plan: there is a plan" in lines, f"{name}: {lines[-1:]}")
        self.check(len(lines) == PORTALS + 2, f"{name}: {len(lines)} lines")
        code, text = self.measure(name + ", JSON", ["explain", "--all", "--json", *arguments], SECONDS)
        plans = [json.loads(line)["plan"] for line in text.splitlines()]
        self.check(len(plans) == PORTALS, f"{name}: {len(plans)} objects")
        outcomes = [plan["outcome"] for plan in plans if plan is not None]
        self.check(outcomes == ["plan"] * planned, f"{name}: {len(outcomes)} plans")
        return plans

    def directory(self):
        """An iSNS server has the portals of one target; every tenth publishes its proposals."""
        portals = [isns.Portal(address(i), 0x27, 3260 + i % 4, *((PHASE1, PHASE2) if i % 10 == 0 else ()))
                   for i in range(PORTALS)]
        key_file = self.folder / "key"
        key_file.write_text("0x" + key(0))
        key_file.chmod(0o600)
        host = Loopback()
        with isns_fake.FakeServer(host, answer_with(isns_fake.directory(portals)), port=0) as fake:
            asked = ["--isns", f"127.0.0.1:{host.port()}", "--initiator", "iqn.2026-01.example.hba:one",
                     "--key-file", str(key_file)]
            plans = self.explain_all("directory", asked)
        published = sum("PUBLISHED_PROPOSALS" in json.dumps(plan) for plan in plans)
        self.check(published == PORTALS // 10, f"directory: {published} plans of published proposals")
        self.check(not fake.complaints, f"directory: {fake.complaints}")

    def why_key(self):
        file = self.write(records_for_anybody)
        asked = ["why-key", "--config", file, "--peer", "192.0.2.9"]
        code, text = self.measure("why-key", asked, WHY_KEY_SECONDS)
        self.check(code == 0, f"why-key: exit code {code}")
        self.check(text.count("candidate ") == PORTALS, "why-key: not all candidates are listed")
        self.check(text.count("key fingerprint left out") == PORTALS - 16, "why-key: fingerprints")
        code, text = self.measure("why-key, JSON", asked + ["--json"], WHY_KEY_SECONDS)
        answer = json.loads(text)
        shown = [one for one in answer["candidates"] if one["fingerprint"] is not None]
        self.check(len(answer["candidates"]) == PORTALS, "why-key: candidates")
        self.check(shown == answer["candidates"][:16], f"why-key: {len(shown)} fingerprints")
        self.check(answer["fingerprints_left_out"] == PORTALS - 16, "why-key: fingerprints_left_out")

    def serve_at_too_many(self):
        """Records and portals that multiply are refused before they fill the memory."""
        records = [record(f"hba{i}", i) for i in range(1000)]
        portals = [{"address": address(i), "securityBitmap": 0x27} for i in range(1000)]
        file = self.folder / "product"
        file.write_text(json.dumps({"records": records, "portals": portals}))
        file.chmod(0o600)
        asked = ["why-key", "--config", str(file), "--peer", "192.0.2.9"]
        code, _ = self.measure("1,000 records at 1,001 portals", asked, SECONDS)
        self.check(code == 2, f"the product of records and portals: exit code {code}")
        code, _ = self.measure("1,000 records at one of them", asked + ["--local", address(7)], WHY_KEY_SECONDS)
        self.check(code == 0, f"the records at one portal: exit code {code}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        scale = Scale(sys.argv[1], folder)
        for make in (one_record, many_records, one_address, power_shell):
            scale.explain(make)
        scale.explain(iscsicli, option="--iscsicli")
        scale.explain(no_record, planned=0)
        scale.directory()
        scale.why_key()
        scale.serve_at_too_many()
    return 1 if scale.failed else 0


if __name__ == "__main__":
    sys.exit(main())
