"""Two network namespaces joined by a veth pair: ours, and the peer's."""

import os
import re
import signal
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Host:
    """One end of the link."""

    namespace: str
    ipv4: str
    ipv6: str

    def address(self, family):
        return self.ipv6 if family == 6 else self.ipv4

    def inside(self, command):
        """The command line that runs `command` in this namespace. `ip netns exec` replaces itself, so
        the process that is started is the command's own."""
        return ["ip", "netns", "exec", self.namespace, *command]


class Network:
    """`with Network() as network:` makes the namespaces and always removes them. Names hold the
    process ID, so that runs side by side do not meet and the remains of a killed run are found."""

    _count = 0

    def __init__(self):
        Network._count += 1
        prefix = f"iike{os.getpid()}-{Network._count}"
        self.ours = Host(f"{prefix}-ours", "10.9.0.1", "fd00:9::1")
        self.theirs = Host(f"{prefix}-peer", "10.9.0.2", "fd00:9::2")

    def __enter__(self):
        _remove_remains()
        try:
            for host in (self.ours, self.theirs):
                _ip("netns", "add", host.namespace)
            _ip("-n", self.ours.namespace, "link", "add", "veth0", "type", "veth",
                "peer", "name", "veth0", "netns", self.theirs.namespace)
            for host in (self.ours, self.theirs):
                _ip("-n", host.namespace, "link", "set", "lo", "up")
                _ip("-n", host.namespace, "link", "set", "veth0", "up")
                _ip("-n", host.namespace, "addr", "add", f"{host.ipv4}/24", "dev", "veth0")
                # Without duplicate address detection, which would keep the address unusable at first.
                _ip("-n", host.namespace, "addr", "add", f"{host.ipv6}/64", "dev", "veth0", "nodad")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for host in (self.ours, self.theirs):
            _remove(host.namespace)


def _ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _remove_remains():
    """Removes namespaces of runs that were killed before they could."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
    for name, pid in re.findall(r"^(iike(\d+)-\S+)", listed, re.MULTILINE):
        if not os.path.exists(f"/proc/{pid}"):
            _remove(name)


def _remove(namespace):
    """Removes a namespace and ends what still runs in it."""
    listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True)
    for pid in listed.stdout.split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    subprocess.run(["ip", "netns", "del", namespace], capture_output=True)
