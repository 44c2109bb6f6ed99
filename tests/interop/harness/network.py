"""Two network namespaces joined by a veth pair: ours, and the peer's."""

import ctypes
import os
import re
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Host:
    """One end of the link."""

    namespace: str
    ipv4: str
    ipv6: str
    outside_ipv4: str = ""  # where the other end finds it, when that is elsewhere: at a NAT

    def address(self, family):
        return self.ipv6 if family == 6 else self.ipv4

    def seen(self, family):
        """The address that the other end uses for it."""
        return self.outside_ipv4 or self.address(family)

    def run(self, *command):
        """Runs a command here, which must succeed; returns its output."""
        return _run(self.inside(command))

    def inside(self, command):
        """The command line that runs `command` in this namespace. `ip netns exec` replaces itself, so
        the process that is started is the command's own."""
        return ["ip", "netns", "exec", self.namespace, *command]

    def cut(self):
        """Lets nothing in or out any more, as a broken link that nobody notices."""
        self.run("nft", "table inet cut { chain in { type filter hook input priority 0; policy drop; }; "
                        "chain out { type filter hook output priority 0; policy drop; }; }")

    def mend(self):
        self.run("nft", "delete table inet cut")

    def socket(self, *arguments):
        """A socket in this namespace. A thread can enter one for itself, and a socket stays where it was
        made."""
        def make():
            with open(f"/run/netns/{self.namespace}") as namespace:
                if _libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            return socket.socket(*arguments)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(make).result()


class Network:
    """`with Network() as network:` makes the namespaces and always removes them. Names hold the
    process ID, so that runs side by side do not meet and the remains of a killed run are found."""

    _count = 0

    def __init__(self):
        Network._count += 1
        self._prefix = f"iike{os.getpid()}-{Network._count}"
        self.ours = Host(f"{self._prefix}-ours", "10.9.0.1", "fd00:9::1")
        self.theirs = Host(f"{self._prefix}-peer", "10.9.0.2", "fd00:9::2")

    def hosts(self):
        return [self.ours, self.theirs]

    def __enter__(self):
        _remove_remains()
        try:
            for host in self.hosts():
                _run(["ip", "netns", "add", host.namespace])
                _run(["ip", "-n", host.namespace, "link", "set", "lo", "up"])
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _connect(self):
        link(self.ours, "veth0", self.theirs, "veth0")
        for host in self.hosts():
            give_addresses(host, "veth0", f"{host.ipv4}/24", f"{host.ipv6}/64")

    def add_address(self, host, address):
        """Another IPv4 address, which no link leads to: for tunnels."""
        give_addresses(host, "lo", f"{address}/32")

    def __exit__(self, *_):
        for host in self.hosts():
            _remove(host.namespace)


def link(a, device_a, b, device_b):
    """Joins two hosts by a pair of devices."""
    _run(["ip", "-n", a.namespace, "link", "add", device_a, "type", "veth",
          "peer", "name", device_b, "netns", b.namespace])
    for host, device in ((a, device_a), (b, device_b)):
        _run(["ip", "-n", host.namespace, "link", "set", device, "up"])


def give_addresses(host, device, *addresses):
    for address in addresses:
        # Without duplicate address detection, which would keep an IPv6 address unusable at first.
        nodad = ["nodad"] if ":" in address else []
        _run(["ip", "-n", host.namespace, "addr", "add", address, "dev", device, *nodad])


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


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
