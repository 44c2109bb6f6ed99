"""Running checks of `discover` against isnsd: each has a server of its own."""

import re

from . import isns
from .case import Result, show
from .discovery import Discoverer
from .isns_fake import FakeServer
from .isns_relay import Relay

RELAY_PORT = 13205


class Lab:
    """What the checks share. A check is a function of this and a running server (peers/isnsd.py) that gives
    complaints."""

    def __init__(self, network, server_class, options, folder):
        self.network = network
        self._server_class = server_class
        self.folder = folder
        self.tool = options.tool
        self.address = network.theirs.ipv4
        self._only = options.only
        self._discoverer = Discoverer(options.tool, network.ours, folder)

    def run(self, checks):
        """Runs checks: (name, function, settings of the server). Returns the Results."""
        results = []
        for name, check, settings in checks:
            if self._only in name:
                complaints = self._complaints(check, settings)
                results.append(Result("isnsd", "client", name, "as registered",
                                      "fail" if complaints else "pass", "; ".join(complaints)))
                show(results[-1])
        return results

    def _complaints(self, check, settings):
        try:
            with self._server_class(self.network, self.folder, **settings) as server:
                complaints = [c for c in check(self, server) if c]
                if server.has_crashed():
                    complaints.append("isnsd has ended: " + server.log().strip()[-200:])
                return complaints
        except Exception as error:  # a broken check must not end the others
            return [f"{type(error).__name__}: {error}"]

    def discover(self, *arguments, server=None, **options):
        return self._discoverer.run(server or self.address, *arguments, **options)

    def discover_relayed(self, *arguments, before=lambda request: None, **options):
        """A run through a relay that calls `before` with each request; returns it, the relay, and
        complaints."""
        relay = Relay(self.network.theirs, before=before)
        with FakeServer(self.network.theirs, relay, RELAY_PORT) as fake:
            found = self.discover(*arguments, server=f"{self.address}:{RELAY_PORT}", **options)
        return found, relay, list(fake.complaints)


def target(*portals, number=1, **more):
    return isns.Target(f"iqn.2026-01.example.array:t{number}", portals, f"array{number}.example", **more)


def differences(found, targets):
    """What `discover` lists against what is registered."""
    if found.exit_status != 0:
        return [found.story]
    listed = {name: {(p.address, p.port): p.bitmap for p in found.portals(name)} for name in found.targets()}
    wanted = {each.name: {(p.address, p.port): p.bitmap for p in each.portals} for each in targets}
    complaints = [f"{name} is not listed" for name in wanted.keys() - listed.keys()]
    complaints += [f"{name} is listed" for name in listed.keys() - wanted.keys()]
    for name in wanted.keys() & listed.keys():
        complaints += [f"{name}: {each}" for each in unequal(listed[name], wanted[name])]
    return complaints[:5]


def unequal(got, wanted):
    """Sentences about the members of two dictionaries that differ."""
    complaints = [f"{key} is missing" for key in wanted.keys() - got.keys()]
    complaints += [f"{key} is too much" for key in got.keys() - wanted.keys()]
    return complaints + [f"{key} is {got[key]}, not {wanted[key]}" for key in wanted.keys() & got.keys()
                         if got[key] != wanted[key]]


def not_found(found, name, status=4):
    """A target that was asked for is not there: said by name."""
    complaints = [] if found.exit_status == status else [f"exit status {found.exit_status}"]
    named = found.has_one_error and name in found.errors[0]
    return complaints + ([] if named else [f"the target is not named: {found.story}"])


def no_answer(found, status, text, seconds):
    """The server could not be asked: one line that has `text`, and in time."""
    complaints = [] if found.exit_status == status else [found.story]
    if not found.has_one_error or not re.search(text, found.errors[0]):
        complaints.append(f"the error has no '{text}': {found.stderr!r}")
    if found.seconds > seconds:
        complaints.append(f"{found.seconds:.1f} seconds")
    return complaints
