"""iSNS (RFC 4171) as tests speak it themselves, right or wrong; nothing here is shared with our tool."""

import socket
import struct
from dataclasses import dataclass, field, replace

PORT = 3205

# Functions, section 4.1.3; an answer has the leading bit.
REGISTER, QUERY, GET_NEXT, DEREGISTER, ESI = 1, 2, 3, 4, 13
ANSWER = 0x8000

# Flags, section 5.1.4.
CLIENT, SERVER, LAST, FIRST = 0x8000, 0x4000, 0x0800, 0x0400

# Tags, section 6.1.
ENTITY, ENTITY_PROTOCOL, PERIOD, ENTITY_PHASE1 = 1, 2, 6, 11
ADDRESS, TCP_PORT, PORTAL_NAME, BITMAP, PHASE1, PHASE2 = 16, 17, 18, 27, 28, 29
NODE, NODE_TYPE, ALIAS = 32, 33, 34
GROUP_NODE, GROUP_ADDRESS, GROUP_PORT, GROUP_TAG = 48, 49, 50, 51
TARGET, INITIATOR = 1, 2

SUCCESS, INTERNAL_ERROR, NO_SUCH_ENTRY = 0, 11, 9


def attribute(tag, value=b""):
    """A TLV: numbers are of four octets, texts get their NUL, all is padded."""
    if isinstance(value, int):
        value = struct.pack(">I", value)
    if isinstance(value, str):
        value = value.encode() + b"\0"
    value += bytes(-len(value) % 4)
    return struct.pack(">II", tag, len(value)) + value


DELIMITER = attribute(0)


def address(text):
    """The value of a portal's address; IPv4 mapped into IPv6."""
    if ":" in text:
        return socket.inet_pton(socket.AF_INET6, text)
    return bytes(10) + b"\xff\xff" + socket.inet_aton(text)


def address_text(value):
    if value[:12] == bytes(10) + b"\xff\xff":
        return socket.inet_ntoa(value[12:])
    return socket.inet_ntop(socket.AF_INET6, value)


def attributes(octets):
    """A list of (tag, value) with the values' pads. Raises ValueError where they do not fill the octets."""
    found = []
    while octets:
        if len(octets) < 8:
            raise ValueError("half an attribute")
        tag, length = struct.unpack(">II", octets[:8])
        if length % 4 or len(octets) < 8 + length:
            raise ValueError(f"attribute {tag} of {length} octets does not fit")
        found.append((tag, octets[8:8 + length]))
        octets = octets[8 + length:]
    return found


@dataclass(frozen=True)
class Pdu:
    function: int
    body: bytes
    flags: int
    transaction: int
    sequence: int = 0
    version: int = 1

    def octets(self, length=None):
        """`length` is what the header says, when that is not the truth."""
        length = len(self.body) if length is None else length
        return struct.pack(">6H", self.version, self.function, length, self.flags, self.transaction,
                           self.sequence) + self.body

    @property
    def complaints(self):
        """What is wrong with it as a request that a client sends to isnsd, in one PDU."""
        found = []
        if self.version != 1 or self.sequence != 0 or self.flags != CLIENT | FIRST | LAST:
            found.append(f"version {self.version}, sequence {self.sequence}, flags 0x{self.flags:04x}")
        if len(self.body) % 4:
            found.append(f"a body of {len(self.body)} octets")
        try:
            tags = [tag for tag, _ in attributes(self.body)]
        except ValueError as error:
            return found + [str(error)]
        if tags[:1] != [NODE] or 0 not in tags:
            found.append(f"not a source, a key, a delimiter and attributes but {tags}")
        return found


def answer(request, status, found=b"", **changes):
    """The PDU that answers another; `changes` are other members than would be right."""
    right = Pdu(request.function | ANSWER, struct.pack(">I", status) + found, SERVER | FIRST | LAST,
                request.transaction)
    return replace(right, **changes)


def fragments(pdu, size):
    """The same message in PDUs of `size` octets of its body each (section 5.1.4)."""
    parts = [pdu.body[at:at + size] for at in range(0, len(pdu.body), size)]
    side = pdu.flags & (CLIENT | SERVER)
    return [Pdu(pdu.function, part, side | (FIRST if i == 0 else 0) | (LAST if i == len(parts) - 1 else 0),
                pdu.transaction, i) for i, part in enumerate(parts)]


def read_pdu(stream):
    """The next PDU of a file, None at its end. Raises EOFError in the middle of one."""
    header = stream.read(12)
    if not header:
        return None
    if len(header) < 12:
        raise EOFError("half a header")
    version, function, length, flags, transaction, sequence = struct.unpack(">6H", header)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError(f"{len(body)} of {length} octets")
    return Pdu(function, body, flags, transaction, sequence, version)


@dataclass(frozen=True)
class Portal:
    address: str
    bitmap: int = None  # None: the server is told of none
    port: int = 3260
    phase1: bytes = b""  # an ISAKMP SA payload, or none
    phase2: bytes = b""

    def described(self):
        """Its attributes, in the order of a registration."""
        octets = attribute(ADDRESS, address(self.address)) + attribute(TCP_PORT, self.port)
        if self.bitmap is not None:
            octets += attribute(BITMAP, self.bitmap)
        for tag, value in ((PHASE1, self.phase1), (PHASE2, self.phase2)):
            octets += attribute(tag, value) if value else b""
        return octets


@dataclass(frozen=True)
class Target:
    """An array: an entity with one target node and its portals."""

    name: str
    portals: tuple
    entity: str
    phase1: bytes = b""
    alias: str = ""
    groups: dict = field(default_factory=dict)  # portal group tags by address; the server makes them 1


class Client:
    """`with Client(host, server address) as client:` is an iSNS client at a host."""

    def __init__(self, host, server, port=PORT):
        self._host = host
        self._end = (server, port)
        self._count = 0

    def __enter__(self):
        family = socket.AF_INET6 if ":" in self._end[0] else socket.AF_INET
        self._socket = self._host.socket(family, socket.SOCK_STREAM)
        self._socket.settimeout(5)
        self._socket.connect(self._end)
        self._stream = self._socket.makefile("rb")
        return self

    def __exit__(self, *_):
        self._stream.close()
        self._socket.close()

    def call(self, function, source, key, operating):
        """Sends a request; returns the status and the attributes behind it."""
        self._count += 1
        body = attribute(NODE, source) + key + DELIMITER + operating
        self._socket.sendall(Pdu(function, body, CLIENT | FIRST | LAST, self._count).octets())
        got = read_pdu(self._stream)
        if not got or got.transaction != self._count or got.function != function | ANSWER:
            raise RuntimeError(f"isnsd answers {got}")
        return struct.unpack(">I", got.body[:4])[0], attributes(got.body[4:])

    def register(self, target, portals=None):
        """Registers a target, or some of its portals; what is there already is updated."""
        body = attribute(ENTITY, target.entity) + attribute(ENTITY_PROTOCOL, 2)
        body += attribute(ENTITY_PHASE1, target.phase1) if target.phase1 else b""
        body += b"".join(portal.described() for portal in portals or target.portals)
        body += attribute(NODE, target.name) + attribute(NODE_TYPE, TARGET)
        for where, tag in target.groups.items():
            body += (attribute(GROUP_NODE, target.name) + attribute(GROUP_ADDRESS, address(where)) +
                     attribute(GROUP_PORT, 3260) + attribute(GROUP_TAG, tag if tag is not None else b""))
        status, _ = self.call(REGISTER, target.name, b"", body)
        if status != SUCCESS:
            raise RuntimeError(f"isnsd refuses the registration of {target.name} with status {status}")
