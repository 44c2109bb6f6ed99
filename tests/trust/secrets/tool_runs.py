"""What the tests of the tool's secrets share: keys that cannot be mistaken, servers, and the result of a campaign."""

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import time

WAIT = 60  # seconds; what takes longer has failed


def distinctive_key():
    """32 characters that stand nowhere else."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(32))


def key_sources(folder, key):
    """Every way to give the tool a key: name -> (arguments, descriptor to pass)."""
    text, hexadecimal = os.path.join(folder, "key.txt"), os.path.join(folder, "key.hex")
    write(text, key + "\n")
    write(hexadecimal, "0x" + key.encode().hex())
    record = {"securityFlags": "0x27", "identity": "fqdn:a.example"}
    shapes = {
        "config text": {"records": [dict(record, key="text:" + key)]},
        "config hex": {"records": [dict(record, key="hex:" + key.encode().hex())]},
        "config group key": {"records": [dict(record)], "defaults": {"groupKey": "text:" + key}},
        "config numbers": {"AuthMethod": 1, "SecurityFlags": 39, "IdType": 2, "Id": list(b"a.example"), "Key": list(key.encode())},
    }
    sources = {"file": ["--flags", "0x27", "--key-file", text], "hexadecimal": ["--flags", "0x27", "--key-file", hexadecimal],
               "argument": ["--flags", "0x27", "--key", key]}
    for name, shape in shapes.items():
        path = os.path.join(folder, name.replace(" ", "_") + ".json")
        write(path, json.dumps(shape))
        sources[name] = ["--config", path]
    return sources


def write(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


class Process:
    """A tool that runs on; its standard output is read as it comes, and kept with its standard error."""

    def __init__(self, folder, *command, **more):
        self.errors = open(os.path.join(folder, f"stderr.{time.monotonic_ns()}"), "w+b")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, **more)
        self.output = b""

    @property
    def pid(self):
        return self.process.pid

    def wait_for(self, pattern):
        """The match of a pattern in what it prints; RuntimeError when it never does."""
        end = time.monotonic() + WAIT
        os.set_blocking(self.process.stdout.fileno(), False)
        while time.monotonic() < end:
            self.output += self.process.stdout.read() or b""
            found = re.search(pattern, self.output)
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"no {pattern!r} in {self.output!r}, {self.said()!r}")

    def stop(self, how=signal.SIGTERM):
        """Ends it; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        os.set_blocking(self.process.stdout.fileno(), True)
        self.output += self.process.stdout.read() or b""
        return self.process.wait(WAIT)

    def said(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.output + self.errors.read()


@contextlib.contextmanager
def serving(tool, folder, *arguments, **more):
    """A serve on a port of its own: (process, port)."""
    server = Process(folder, tool, "serve", "--local", "127.0.0.1:0", *arguments, **more)
    try:
        yield server, server.wait_for(rb"listening on 127\.0\.0\.1:(\d+)").group(1).decode()
    finally:
        server.stop()


def connecting(port):
    return ["connect", "--portal", f"127.0.0.1:{port}", "--local", "127.0.0.2:0"]


class Count:
    """The result of a campaign: what was looked at, and what was wrong."""

    def __init__(self, name):
        self.name, self.count, self.failures, self.begin, self.figures = name, 0, 0, time.monotonic(), {}

    def check(self, good, text):
        self.count += 1
        if not good:
            self.failures += 1
            print(f"{self.name}: {text}", flush=True)

    def end(self, result):
        """Writes the result; returns the exit code."""
        if result:
            write(result, json.dumps({"name": self.name, "count": self.count, "failures": self.failures,
                                      "seconds": time.monotonic() - self.begin, "figures": self.figures}, indent=1) + "\n")
        print(f"{self.name}: {self.count} run, {self.failures} failed")
        return 1 if self.failures or not self.count else 0
