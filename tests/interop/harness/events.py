"""What our end tells while SAs are up: `serve` as JSON, `connect` in words, once it has told its outcome."""

import re

# The names of `serve`, and how `connect` begins a line on standard error.
EVENTS = {
    "phase1_established": "phase 1 established:",
    "child_established": r"child SA \d+ established:",
    "child_deleted": r"child SA \d+ deleted by the peer",
    "child_closed": r"child SA \d+ closed",
    "session_closed": r"phase 1 of session \d+ closed",
    "session_replaced": r"phase 1 of session \d+ takes over",
    "peer_moved": "the peer is now at",
    "peer_unresponsive": r"\S+ has been silent for",
    "peer_notified": "the peer notifies",
    "failed": "failed",
}


def times_told(event, stdout, stderr):
    """How often an event was told."""
    return (len(re.findall(f'"event":"{event}"', stdout))
            + len(re.findall(f"^{EVENTS[event]}", stderr, re.MULTILINE)))
