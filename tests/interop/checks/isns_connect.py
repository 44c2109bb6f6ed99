"""From the directory to keyed SAs: `serve --isns` registers with isnsd, `connect --isns` finds it there, and tshark
decrypts what went between them. Portals that isnsd has of others are tried in turn, and explained."""

import json
import os
import subprocess

from harness import isns, tshark
from harness.discovery import HBA
from harness.isns_lab import Lab, target
from harness.isns_serving import KEY, NAME, Serving
from peers.isnsd import Isnsd

NEEDS = ("isnsd", "tshark")
PEERS = ()

_US = ("--local", "10.9.0.1")
_WORDS = ("0x27", "0x37", "0x47", "0x57", "0x2b", "0x4b", "0x2f", "0x07")


def run(network, _peer_class, options, folder):
    checks = [(f"found, negotiated and deregistered: {word}", _found(word), {}) for word in _WORDS]
    return Lab(network, Isnsd, options, folder).run(checks + [
        ("published proposals are followed", _proposals, {}),
        ("the capture is decrypted", _capture, {}),
        ("portals are tried in turn", _in_turn, {}),
        ("all portals of all targets", _all, {}),
        ("a key that is another is remembered", _negative, {}),
        ("a target that is gone", _gone, {}),
    ])


class _Run:
    """A connect at the host of isnsd."""

    def __init__(self, lab, *arguments, target_name=NAME, key=KEY):
        path = os.path.join(lab.folder, "connect.key")
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(key)
        chosen = ["--target", target_name] if target_name else []
        command = [lab.tool, "connect", "--isns", "127.0.0.1", "--initiator", HBA, *chosen, "--key-file", path,
                   "--timeout", "3", "--json", *arguments]
        done = subprocess.run(lab.network.theirs.inside(command), capture_output=True, text=True, timeout=60)
        self.status, self.errors = done.returncode, done.stderr
        self.lines = [json.loads(line) for line in done.stdout.splitlines()]

    @property
    def portals(self):
        """What came of each portal: the code of a failure, or `established`."""
        return [(line["portal"], _outcome(line)) for line in self.lines if "portal" in line]

    def fares(self, status, *portals):
        """Complaints unless it ends with this status after these portals."""
        if (self.status, self.portals) == (status, list(portals)):
            return []
        return [f"exit status {self.status}, {self.portals}: {self.errors.strip()[-300:]}"]


def _outcome(line):
    return line["failure"]["code"] if line.get("failure") else line["outcome"]


def _found(word):
    def check(lab, _server):
        with Serving(lab, *_US, settings=("--flags", word)) as ours:
            complaints = ours.becomes("registered")
            complaints += _Run(lab).fares(0, ("10.9.0.1:3260", "established"))
            return complaints + ours.stop() + _Run(lab).fares(4)
    return check


def _proposals(lab, _server):
    """The word leaves the encapsulation open, and our own lists begin with others."""
    suites = ("--ike", "aes256-sha384-ecp384", "--esp", "aes256gcm16-esn")
    with Serving(lab, *_US, "--isns-proposals", settings=("--flags", "0x07", *suites)) as ours:
        complaints = ours.becomes("registered")
        found = _Run(lab)
        complaints += found.fares(0, ("10.9.0.1:3260", "established"))
        if complaints:
            return complaints
        line = found.lines[0]
        got = (line["phase1"]["suite"], line["children"][0]["suite"])
        return [] if got == ("aes256-sha384-ecp384", "aes256gcm16-esn") else [f"it takes {got}"]


def _capture(lab, _server):
    capture, keys = (os.path.join(lab.folder, name) for name in ("login.pcapng", "login.keys"))
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        complaints += _Run(lab, "--pcap", capture, "--keylog", keys).fares(0, ("10.9.0.1:3260", "established"))
    if complaints:
        return complaints
    with open(keys) as table:
        messages = tshark.messages(capture, table.read())
    closed = [message for message in messages if message.encrypted]
    exchanges = {message.exchange for message in closed if message.decrypted}
    complaints += [f"{len(closed)} messages are encrypted"] if len(closed) < 5 else []
    complaints += ["tshark cannot decrypt them all"] if any(not message.decrypted for message in closed) else []
    return complaints + ([] if {"main", "quick"} <= exchanges else [f"decrypted are {exchanges}"])


def _in_turn(lab, server):
    server.register(target(*(isns.Portal(f"10.9.0.{last}", 0x27) for last in (77, 1, 78))))
    with Serving(lab, *_US, server="10.9.0.2:9") as _ours:  # it serves; nobody is there to register it
        return _Run(lab).fares(0, ("10.9.0.77:3260", "NO_RESPONSE"), ("10.9.0.1:3260", "established"))


def _all(lab, server):
    server.register(target(isns.Portal("10.9.0.77", 0x01), isns.Portal("10.9.0.78", 0x27), number=2))
    with Serving(lab, *_US) as ours:
        complaints = ours.becomes("registered")
        found = _Run(lab, "--all", target_name=None)
    found.lines.sort(key=lambda line: line.get("portal", ""))
    return complaints + found.fares(5, ("10.9.0.1:3260", "established"), ("10.9.0.77:3260", "IPSEC_DISABLED"),
                                    ("10.9.0.78:3260", "NO_RESPONSE"))


def _negative(lab, _server):
    cache = os.path.join(lab.folder, "negative")
    with Serving(lab, *_US, settings=("--flags", "0x2b")) as ours:
        complaints = ours.becomes("registered")
        complaints += _Run(lab, "--negative-cache", cache, key="another key that is wrong").fares(
            4, ("10.9.0.1:3260", "HASH_MISMATCH"))
        return complaints + _Run(lab, "--negative-cache", cache).fares(3, ("10.9.0.1:3260", "FAILED_BEFORE"))


def _gone(lab, _server):
    found = _Run(lab, target_name="iqn.2026-01.example.array:other")
    return found.fares(4) + ([] if "no target iqn.2026-01.example.array:other" in found.errors else [found.errors])
