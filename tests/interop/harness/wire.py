"""Datagrams on the link: recorded, changed, sent again."""

import socket
from dataclasses import dataclass

from .tunnel import ETH_P_IP, ipv4, ipv4_parts, udp

_UDP = 17


@dataclass(frozen=True)
class Datagram:
    source: str
    source_port: int
    target: str
    target_port: int
    octets: bytes


class Recorder:
    """`with Recorder(host) as recorder:` sees what arrives at a host."""

    def __init__(self, host):
        self._host = host
        self._seen = []

    def __enter__(self):
        self._socket = self._host.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self._socket.setblocking(False)
        return self

    def __exit__(self, *_):
        self._socket.close()

    def datagrams(self):
        """All so far."""
        while True:
            try:
                packet, (_, _, kind, *_) = self._socket.recvfrom(65535)
            except BlockingIOError:
                return self._seen
            source, target, protocol, payload = ipv4_parts(packet)
            if kind == socket.PACKET_OUTGOING or protocol != _UDP:
                continue
            ports = [int.from_bytes(payload[at:at + 2], "big") for at in (0, 2)]
            self._seen.append(Datagram(source, ports[0], target, ports[1], payload[8:]))


def send(host, datagram):
    """Sends a datagram from a host, whoever has its source port open there."""
    packet = ipv4(datagram.source, datagram.target, _UDP,
                  udp(datagram.source_port, datagram.target_port, datagram.octets))
    with host.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(packet, (datagram.target, 0))
