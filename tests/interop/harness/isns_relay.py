"""Between our tool and a real iSNS server: hears every message, and can hold one back."""

import socket
import struct

from . import isns, tunnel

_TCP = 6


class Relay:
    """A script of isns_fake.FakeServer that asks the real server at `server`:`port` of the same host. `before`
    is called with each request before it goes on."""

    def __init__(self, host, server="::1", port=isns.PORT, before=lambda request: None):
        self._host = host
        self._end = (server, port)
        self._before = before
        self.heard = []  # requests and answers, as they came

    def __call__(self, conversation):
        with self._host.socket(socket.AF_INET6, socket.SOCK_STREAM) as upstream:
            upstream.settimeout(10)
            upstream.connect(self._end)
            answers = upstream.makefile("rb")
            while True:
                request = conversation.request()
                self._before(request)
                upstream.sendall(request.octets())
                answer = isns.read_pdu(answers)
                if answer is None:
                    return
                self.heard += [request, answer]
                conversation.send(answer.octets())

    def write_capture(self, path, client="10.9.0.1", server="10.9.0.2"):
        """A capture of all that was heard, as segments between the two addresses."""
        packets, sent = [], {client: 1, server: 1}
        for pdu in self.heard:
            source, target = (client, server) if pdu.flags & isns.CLIENT else (server, client)
            ports = (40000, isns.PORT) if source == client else (isns.PORT, 40000)
            octets = pdu.octets()
            for at in range(0, len(octets), 1400):
                part = octets[at:at + 1400]
                packets.append(tunnel.ipv4(source, target, _TCP, struct.pack(
                    ">HHIIBBHHH", *ports, sent[source], sent[target], 5 << 4, 0x18, 65535, 0, 0) + part))
                sent[source] += len(part)
        tunnel.write_capture(path, packets)
