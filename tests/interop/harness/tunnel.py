"""Our end of an ESP tunnel in UDP (RFC 3948), outside the kernel: it pings through the tunnel with the keys
of a negotiation. It listens beside whoever has the port open, so that our tool can stay up."""

import select
import socket
import struct
import time
from dataclasses import dataclass

NATT_PORT = 4500
ETH_P_IP = 0x0800


@dataclass(frozen=True)
class Ends:
    """Addresses and ports of the UDP datagrams, and the addresses inside the tunnel."""

    ours: str
    theirs: str
    our_inner: str
    their_inner: str
    our_port: int = NATT_PORT
    their_port: int = NATT_PORT


class Tunnel:
    """`with Tunnel(host, ends, inbound, outbound) as tunnel:` with two harness.esp.OneWay."""

    def __init__(self, host, ends, inbound, outbound):
        self._host = host
        self._ends = ends
        self.inbound, self.outbound = inbound, outbound
        self.packets = []  # IPv4 packets with ESP in UDP, as they went over the link
        self.refused = []  # why a packet with our SPI could not be opened

    def __enter__(self):
        self._listener = self._host.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self._sender = self._host.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        return self

    def __exit__(self, *_):
        self._listener.close()
        self._sender.close()

    def switch(self, inbound, outbound):
        """Takes the SAs of a rekey."""
        self.inbound, self.outbound = inbound, outbound

    def ping(self, octets=56, number=1, patience=2.0):
        """Sends an ICMP echo request through the tunnel; True when its reply came back."""
        data = bytes((number + i) & 0xFF for i in range(octets))
        echo = icmp_echo(8, number, data)
        self._send(self.outbound.seal(ipv4(self._ends.our_inner, self._ends.their_inner, 1, echo)))
        wanted = ipv4_parts(ipv4(self._ends.their_inner, self._ends.our_inner, 1,
                                 icmp_echo(0, number, data)))
        return self._receive(wanted, patience)

    def _send(self, esp):
        datagram = udp(self._ends.our_port, self._ends.their_port, esp)
        packet = ipv4(self._ends.ours, self._ends.theirs, 17, datagram)
        self.packets.append(packet)
        self._sender.sendto(packet, (self._ends.theirs, 0))

    def _receive(self, wanted, patience):
        from .esp import EspError  # needs a library that not every machine has
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not select.select([self._listener], [], [], deadline - time.monotonic())[0]:
                return False
            packet, (_, _, kind, *_) = self._listener.recvfrom(65535)
            esp = self._esp_in(packet) if kind != socket.PACKET_OUTGOING else None
            if esp is None or int.from_bytes(esp[:4], "big") != self.inbound.spi:
                continue
            self.packets.append(packet)
            try:
                _, next_header, inner = self.inbound.open(esp)
            except EspError as error:
                self.refused.append(str(error))
                continue
            if next_header == 4 and ipv4_parts(inner) == wanted:
                return True
        return False

    def _esp_in(self, packet):
        """The ESP packet in an IPv4 packet with a UDP datagram for our port; None when it is something
        else: a keepalive, or IKE behind its marker of four zeros."""
        source, target, protocol, payload = ipv4_parts(packet)
        if (source, target, protocol) != (self._ends.theirs, self._ends.ours, 17):
            return None
        ports, esp = struct.unpack("!HH", payload[:4]), payload[8:]
        if ports != (self._ends.their_port, self._ends.our_port) or len(esp) < 8 or esp[:4] == bytes(4):
            return None
        return esp


def checksum(octets):
    """RFC 1071."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def icmp_echo(kind, number, data):
    """An echo request (8) or reply (0)."""
    body = struct.pack("!HH", 0x1515, number) + data
    return struct.pack("!BBH", kind, 0, checksum(bytes((kind, 0, 0, 0)) + body)) + body


def udp(source, target, data):
    """Without a checksum, as RFC 3948 wants it for ESP."""
    return struct.pack("!HHHH", source, target, 8 + len(data), 0) + data


def ipv4(source, target, protocol, data):
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(data), 0, 0x4000, 64, protocol)
    return head + struct.pack("!H", checksum(head + bytes(2) + addresses)) + addresses + data


def ipv4_parts(packet):
    """(source, target, protocol, payload)"""
    head, size = (packet[0] & 0xF) * 4, int.from_bytes(packet[2:4], "big")
    return (socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), packet[9],
            packet[head:size])


def write_capture(path, packets):
    """A pcap file of bare IP packets."""
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number, packet in enumerate(packets):
            capture.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
