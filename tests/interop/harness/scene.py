"""What follows once a negotiation is up: something is done, at either end, and both ends are watched."""

import re
from collections import Counter

from . import keys, process
from .case import run_case, show
from .events import EVENTS


class Scene:
    """A negotiation that is up. Everything is counted from its begin; waits end as soon as they can, and
    give complaints."""

    def __init__(self, peer, tool, ours, before):
        self.peer, self.tool, self.ours = peer, tool, ours
        self.before, self.begin = before, peer.mark()  # places in the peer's log
        self._told = Counter({event: ours.times_told(event) for event in EVENTS})

    def we_tell(self, event, times=1, patience=5.0):
        """We tell an event (harness.events) so often or more."""
        found = process.wait_until(lambda: self.count(event) >= times, patience)
        return [] if found else [f"we tell {event} {self.count(event)} times, not {times}"]

    def we_tell_one_of(self, *events, patience=5.0):
        """We tell any of these."""
        found = process.wait_until(lambda: any(map(self.count, events)), patience)
        return [] if found else [f"we tell no {' and no '.join(events)}"]

    def count(self, event):
        return self.ours.times_told(event) - self._told[event]

    def we_never_tell(self, *events):
        return [f"we tell {event}" for event in events if self.count(event)]

    def we_say(self, pattern, times=1, patience=5.0):
        """Anything that we say, decoded messages included."""
        found = process.wait_until(lambda: self.says(pattern) >= times, patience)
        return [] if found else [f"we do not say '{pattern}' {times} times"]

    def says(self, pattern):
        """How often we have said it; lines may be broken anywhere."""
        return len(re.findall(pattern, re.sub(r"\s+", " ", self.ours.said())))

    def peer_logs(self, phrase, times=1, patience=5.0, since=None):
        """The peer's log has so many lines of one of its phrases."""
        mark, pattern = self.begin if since is None else since, self.peer.phrases[phrase]
        found = process.wait_until(
            lambda: len(re.findall(pattern, self.peer.log_since(mark))) >= times, patience, 0.05)
        return [] if found else [f"the peer's log has no {times} lines with '{pattern}'"]

    def peer_has(self, sessions, children, patience=5.0):
        """So many SAs are up at the peer."""
        found = process.wait_until(lambda: self.peer.sas() == (sessions, children), patience, 0.05)
        return [] if found else [f"the peer has {self.peer.sas()} ISAKMP SAs and children, "
                                 f"not {(sessions, children)}"]

    def peer_has_at_most(self, sessions, children, patience=8.0):
        """No more than so many SAs, followed ones included, and no less than one of each."""
        def many():
            return self.peer.sas()[0], len(self.peer.spis()) // 2

        found = process.wait_until(lambda: 0 < many()[0] <= sessions and 0 < many()[1] <= children, patience, 0.05)
        return [] if found else [f"the peer has {many()} ISAKMP SAs and children, more than "
                                 f"{(sessions, children)} or none"]

    def same_keys(self, names, since, patience=3.0, **which):
        """Both ends have the same keys of these names: the first that the peer shows from `since` on, and
        ours of the child or session that `which` names."""
        def differences():
            return self.peer.differences(self.tool.keys(**which), since, names)

        process.wait_until(lambda: not differences(), patience)
        return differences()

    def other_keys(self, names, **which):
        """They are not those that the scene began with."""
        first, second = self.ours.keys(), self.tool.keys(**which)
        return [f"the new {name} is the old one" for name in names
                if name in first and first[name] == second.get(name)]


def play(scenes, peer, tool, only=""):
    """Runs (case, act, preparations ..): the case, and act(scene) once it is up, which returns complaints.
    Preparations are called with the case before. Returns Results."""
    results = []
    for case, act, *before in scenes:
        if only not in case.name:
            continue
        for preparation in before:
            preparation(case)
        mark = peer.mark()
        during = (lambda ours, act=act, mark=mark: act(Scene(peer, tool, ours, mark))) if act else None
        result, _ = run_case(case, peer, tool, during)
        results.append(result)
        show(result)
    return results
