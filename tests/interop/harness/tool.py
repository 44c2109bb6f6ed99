"""Our end: the command-line tool, in either role."""

import json
import os
import queue
import signal
import threading
import time
from dataclasses import dataclass, field

from . import process
from .events import times_told
from .keys import read_secrets
from .settings import Settings

# ISCSI_SECURITY_FLAGS
VALID, IKE_IPSEC, MAIN, AGGRESSIVE, PFS, TRANSPORT, TUNNEL = (1 << bit for bit in range(7))


def security_word(settings):
    """The word that asks for what `settings` say."""
    if settings.word:
        return settings.word
    word = VALID | IKE_IPSEC
    word |= MAIN if settings.exchange == "main" else AGGRESSIVE
    word |= PFS if settings.pfs else 0
    word |= TRANSPORT if settings.encapsulation == "transport" else TUNNEL
    return f"0x{word:02x}"


@dataclass
class Run:
    """What came out of the tool. `outcome` is the object of --json, for serve the last one."""

    exit_status: int
    outcome: dict
    stdout: str
    stderr: str
    folder: str
    keys: dict = field(default_factory=dict)

    @property
    def established(self):
        return self.outcome.get("outcome") == "established" and bool(self.outcome.get("children"))

    @property
    def end(self):
        """How it ended: the code of the failure, else the name of the last event."""
        failure = self.outcome.get("failure")
        return failure["code"] if failure else self.outcome.get("event")

    @property
    def story(self):
        """One line for a report."""
        failure = self.outcome.get("failure")
        if failure:
            return " ".join([f"{failure['code']}: {failure['text']};", *failure["details"],
                             *(json.dumps(refusal) for refusal in failure["refusals"])])
        if self.outcome:
            suspected = [suspicion["code"] for suspicion in self.outcome.get("suspicions", [])]
            return f"last event {self.end}, suspected {suspected}, exit status {self.exit_status}"
        return self.stderr.strip() or f"nothing said, exit status {self.exit_status}"

    def file(self, name):
        return os.path.join(self.folder, name)


class Tool:
    def __init__(self, path, network, folder):
        self.path = path
        self.network = network
        self.folder = folder

    def arguments(self, settings):
        """What both roles have in common. Files of an earlier case are gone before."""
        for name in ("capture.pcapng", "isakmp.keys", "esp.keys", "secrets"):
            if os.path.exists(os.path.join(self.folder, name)):
                os.unlink(os.path.join(self.folder, name))
        # Twice verbose, so that a failure can be understood and a leaked key is seen.
        arguments = ["--json", "-v", "-v", *self.policy(settings)]
        if settings.we_are_strict:
            arguments.append("--strict")
        for option, name in (("--pcap", "capture.pcapng"), ("--keylog", "isakmp.keys"),
                             ("--esp-keylog", "esp.keys"), ("--secrets", "secrets")):
            arguments += [option, os.path.join(self.folder, name)]
        return arguments + list(settings.our_options)

    def policy(self, settings):
        """What is negotiated, and the key."""
        key_file = os.path.join(self.folder, "key")
        with open(key_file, "w", opener=lambda p, f: os.open(p, f, 0o600)) as key:
            key.write(settings.key)
        arguments = ["--flags", security_word(settings), "--id", settings.our_id, "--key-file", key_file]
        if settings.our_suites:
            arguments += ["--suite", settings.our_suites]
        else:
            arguments += ["--ike", settings.ike, "--esp", self._esp(settings)]
        if settings.we_check_their_id:
            arguments += ["--peer-id", settings.their_id]
        if settings.our_selector:
            arguments += ["--local-ts", settings.our_selector]
        if settings.their_selector:
            arguments += ["--remote-ts", settings.their_selector]
        return arguments

    @staticmethod
    def _esp(settings):
        """A group in the notation of ESP suites is PFS; the flag alone means the group of phase 1."""
        if settings.pfs and settings.pfs_group:
            return f"{settings.esp}-{settings.pfs_group}"
        return settings.esp

    def file(self, name):
        return os.path.join(self.folder, name)

    def keys(self, we_started, child=1, session=1):
        """What --secrets has so far, by the names of harness.keys."""
        try:
            with open(self.file("secrets")) as secrets:
                return read_secrets(secrets.read(), we_started, child, session)
        except FileNotFoundError:
            return {}

    def connect(self, settings, patience, hold=True):
        """Negotiates as initiator; with `hold` the SAs stay until `stop`."""
        command = ["connect", "--portal", _endpoint(self.network.theirs.seen(settings.family), settings)]
        return Running(self, settings, patience, command + (["--hold", "60"] if hold else []))

    def serve(self, settings, patience):
        """Waits for the peer, from its ready line on."""
        command = ["serve", "--peer", self.network.theirs.seen(settings.family)]
        return Running(self, settings, patience, command, ready_line=True)


_LAST_EVENTS = ("session_closed",)


class Running:
    """`with tool.connect(..) as ours:` or `tool.serve(..)`: the tool at work."""

    def __init__(self, tool, settings, patience, command, ready_line=False):
        self._tool = tool
        self.we_started = not ready_line
        self._errors = os.path.join(tool.folder, "stderr")
        self._command = [tool.path, *command,
                         "--local", _endpoint(tool.network.ours.address(settings.family), settings),
                         "--timeout", str(patience), *tool.arguments(settings)]
        self._events = queue.Queue()
        self._lines = []
        self.outcome = {}

    def __enter__(self):
        with open(self._errors, "w") as errors:
            self._process = process.start_piped(self._tool.network.ours, self._command, errors)
        if not self.we_started and not self._process.stdout.readline():
            self._process.wait()
            raise RuntimeError(f"serve did not start: {self._stderr()}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self):
        for line in self._process.stdout:
            self._lines.append(line)
            self._events.put(_object(line))
        self._events.put(None)

    def wait_for_outcome(self, patience):
        """Waits for a child SA, a failure or a closed session, or for the tool's end."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                event = self._events.get(timeout=deadline - time.monotonic())
            except (queue.Empty, ValueError):
                return
            if event is None:
                return
            self.outcome = event
            if event.get("failure") or event.get("children") or event.get("event") in _LAST_EVENTS:
                return

    def wait_for_end(self, patience):
        """Waits until the tool ends by itself."""
        self.wait_for_outcome(patience)
        process.wait_until(lambda: self._process.poll() is not None, patience)

    def keys(self):
        return self._tool.keys(self.we_started)

    def said(self):
        """Everything that it has said so far."""
        return "".join(self._lines) + self._stderr()

    def ended(self, patience):
        """Whether the tool ends by itself in that time."""
        return process.wait_until(lambda: self._process.poll() is not None, patience) is not None

    def times_told(self, event):
        """How often it has told an event (harness.events)."""
        return times_told(event, "".join(self._lines), self._stderr())

    def wait_for_quiet(self, seconds, patience=10.0):
        """Waits until it has nothing to say for so long: no message has come or gone."""
        heard = {"size": -1, "since": 0.0}

        def quiet():
            size, now = len(self.said()), time.monotonic()
            if size != heard["size"]:
                heard.update(size=size, since=now)
            return now - heard["since"] >= seconds

        process.wait_until(quiet, patience, 0.05)

    def stop(self):
        """Ends the tool as a person would; it deletes its SAs. Returns the Run. After a failure
        `connect` ends by itself."""
        if self.we_started and self.outcome.get("failure"):
            process.wait_until(lambda: self._process.poll() is not None, 5)
        status = process.stop(self._process, signal.SIGTERM)
        self._reader.join()
        return Run(status, self.outcome, "".join(self._lines), self._stderr(), self._tool.folder,
                   self.keys())

    def _stderr(self):
        with open(self._errors) as errors:
            return errors.read()

    def __exit__(self, *_):
        process.stop(self._process, signal.SIGKILL)
        self._process.stdout.close()


def _endpoint(address, settings):
    return f"[{address}]:{settings.port}" if ":" in address else f"{address}:{settings.port}"


def _object(line):
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"unreadable": line}
