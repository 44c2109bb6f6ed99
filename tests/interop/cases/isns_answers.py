"""Answers of iSNS servers that no server should give: cut short, endless, for somebody else, with attributes
that lie, or none at all. A case is a script of harness.isns_fake.FakeServer and how `discover` must end."""

import random
import struct
from dataclasses import dataclass, replace

from harness import isns
from harness.isns_fake import NAME, asks_for_portals, right

# Exit statuses of the tool.
LISTED, FAILED, LATE = 0, 4, 5
_UNUSABLE = (FAILED, LATE)  # it may wait for something better
_DOUBTFUL = (LISTED, FAILED)  # it may leave out what it cannot read


@dataclass(frozen=True)
class Case:
    name: str
    script: object
    ends: tuple  # the exit statuses that are right
    says: str = ""  # a regular expression, of standard error
    seconds: float = 8  # after which it must have ended
    deregisters: bool = False  # it must


def cases():
    for group in (_silent, _closing, _headers, _sizes, _fragments, _endless_parts, _statuses, _broken_lists,
                  _broken_values, _walks, _talkative, _guests):
        yield from group()


def _instead(change):
    """A script that answers rightly but for the first question for portals: there it sends the octets that
    `change` makes of the request and the right answer."""
    def script(conversation):
        request = conversation.until_query()
        conversation.send(change(request, right(request)))
        conversation.go_on()
    return script


def _endless(make):
    """A script that sends what `make` gives for the request and 0, 1, 2, .. as long as somebody takes it."""
    def script(conversation):
        request = conversation.until_query()
        number = 0
        while True:
            conversation.send(make(request, number))
            number += 1
    return script


def _silent():
    yield Case("silence", lambda c: c.wait(), (LATE,))
    yield Case("silence after a question for portals", _instead(lambda request, answer: b""), (LATE,))
    for cut in (1, 11, 12, 40):
        yield Case(f"silence after {cut} octets",
                   _instead(lambda request, answer, cut=cut: answer.octets()[:cut]), (LATE,))

    def drips(pause):
        def script(conversation):
            while True:
                for octet in right(conversation.request()).octets():
                    conversation.send(bytes([octet]))
                    conversation.wait(pause)
        return script
    yield Case("an octet every 100 ms", drips(0.1), (LATE,))
    yield Case("right answers, octet by octet", drips(0.001), (LISTED,))


def _closing():
    yield Case("closes at once", lambda c: None, (FAILED,))
    yield Case("closes after a question", lambda c: c.request() and None, (FAILED,))
    for cut in (1, 6, 11, 12, 13, 16, 24, 100):
        def script(conversation, cut=cut):
            conversation.send(right(conversation.until_query()).octets()[:cut])
        yield Case(f"closes after {cut} octets", script, (FAILED,))


def _headers():
    changes = {
        "of another transaction": lambda pdu: {"transaction": pdu.transaction ^ 1},
        "of another function": lambda pdu: {"function": isns.REGISTER | isns.ANSWER},
        "of version 2": lambda pdu: {"version": 2},
        "with the number 1": lambda pdu: {"sequence": 1},
        "that is neither a first nor a last part": lambda pdu: {"flags": isns.SERVER},
        "that is not a first part": lambda pdu: {"flags": isns.SERVER | isns.LAST},
        "with a signature that is not there": lambda pdu: {"flags": pdu.flags | 0x2000},
    }
    for name, change in changes.items():
        yield Case(f"an answer {name}", _instead(
            lambda request, answer, change=change: replace(answer, **change(answer)).octets()), _UNUSABLE)
    yield Case("its own question back", _instead(lambda request, answer: request.octets()), _UNUSABLE)
    http = b"HTTP/1.0 400 Bad Request\r\n\r\n<html>" * 9
    yield Case("HTTP", _instead(lambda request, answer: http), _UNUSABLE)
    for seed in range(5):
        octets = random.Random(seed).randbytes(5000)
        yield Case(f"random octets {seed}", _instead(lambda request, answer, octets=octets: octets), _UNUSABLE)


def _sizes():
    zeros = bytes(65536)
    yield Case("a length of 65535 and zeros without end", _endless(
        lambda request, n: zeros if n else isns.answer(request, 0).octets(0xFFFF)), (FAILED,))
    yield Case("a length of 65532, then silence", _instead(
        lambda request, answer: answer.octets(65532)), (LATE,))
    for length in (0, 1, 3, 5):
        yield Case(f"a length of {length}", _instead(
            lambda request, answer, length=length: replace(answer, body=answer.body[:length]).octets()),
            (FAILED,))
    crowd = isns.DELIMITER + isns.attribute(isns.NODE, NAME) + b"".join(
        isns.Portal(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", 0x17).described() for n in range(100_000))

    def crowded(request, _answer):
        return b"".join(part.octets() for part in isns.fragments(isns.answer(request, 0, crowd), 65532))
    yield Case("a hundred thousand portals", _instead(crowded), _DOUBTFUL, seconds=30)


def _fragments():
    def in_parts(size):
        def script(conversation):
            while True:
                answer = right(conversation.request())
                conversation.send(b"".join(part.octets() for part in isns.fragments(answer, size)))
        return script
    for size in (4, 8, 20, 64):
        yield Case(f"right answers in parts of {size} octets", in_parts(size), (LISTED,))

    def changed(change):
        return _instead(lambda request, answer: b"".join(
            part.octets() for part in change(isns.fragments(answer, 40))))
    anything = (LISTED, *_UNUSABLE)
    yield Case("parts in the wrong order", changed(lambda parts: parts[::-1]), _UNUSABLE)
    yield Case("a part is missing", changed(lambda parts: parts[:1] + parts[2:]), _UNUSABLE)
    yield Case("the last part is missing", changed(lambda parts: parts[:-1]), (LATE,))
    yield Case("a part comes twice", changed(lambda parts: parts[:2] + parts[1:]), anything)
    yield Case("the first part comes twice", changed(lambda parts: parts[:1] + parts), anything)


def _endless_parts():
    def part(request, number, body):
        flags = isns.SERVER | (0 if number else isns.FIRST)
        return isns.Pdu(request.function | isns.ANSWER, body, flags, request.transaction,
                        number & 0xFFFF).octets()

    def thousand(request, number, body):
        return b"".join(part(request, 1000 * number + n, body) for n in range(1000))
    filling = isns.attribute(9999, bytes(65000))
    yield Case("large parts without end", _endless(
        lambda request, n: part(request, n, filling if n else bytes(4) + filling)), (FAILED,))
    yield Case("parts of four octets without end", _endless(
        lambda request, n: thousand(request, n, bytes(4))), _UNUSABLE)
    yield Case("empty parts without end", _endless(lambda request, n: thousand(request, n, b"")), _UNUSABLE)


def _statuses():
    def always(status):
        def script(conversation):
            while True:
                conversation.send(isns.answer(conversation.request(), status).octets())
        return script
    for status in (*range(1, 9), *range(10, 24), 77, 0xFFFFFFFF):
        yield Case(f"status {status}", always(status), (FAILED,), rf"\b{status}\b")
    yield Case("status 9, no such entry", always(9), _DOUBTFUL)


def _with_body(make):
    """A script: what `make` gives for the key, the delimiter and the attributes of the right answer."""
    return _instead(lambda request, answer: isns.answer(request, 0, make(answer.body[4:])).octets())


def _broken_lists():
    ends = {
        "longer than the message": struct.pack(">II", isns.BITMAP, 400) + bytes(4),
        "of 4294967292 octets": struct.pack(">II", isns.BITMAP, 0xFFFFFFFC) + bytes(4),
        "of 5 octets": struct.pack(">II", isns.BITMAP, 5) + bytes(5),
        "of half a head": bytes(4),
    }
    for name, end in ends.items():
        yield Case(f"an attribute {name}", _with_body(lambda body, end=end: body + end), (FAILED,),
                   "octet|attribute|length")
    yield Case("no delimiter", _with_body(lambda body: b"".join(
        isns.attribute(tag, value) for tag, value in isns.attributes(body) if tag)), _DOUBTFUL)
    yield Case("delimiters only", _with_body(lambda body: isns.DELIMITER * 100), _DOUBTFUL)


def _broken_values():
    address = isns.attribute(isns.ADDRESS, isns.address("10.1.0.9"))
    portal = isns.Portal("10.1.0.9", 0x17).described()
    target = isns.attribute(isns.NODE, NAME)
    values = {
        "an address of 4 octets": isns.attribute(isns.ADDRESS, bytes(4)) + isns.attribute(isns.TCP_PORT, 3260),
        "a port of 8 octets": address + isns.attribute(isns.TCP_PORT, bytes(8)),
        "an address without a port": address,
        "a name with a control character": isns.attribute(isns.NODE, "iqn.a:\x1b[31mred\n") + portal,
        "a name that is no UTF-8": isns.attribute(isns.NODE, b"iqn.a:\xff\xfe\0") + portal,
        "a name without NUL": isns.attribute(isns.NODE, b"iqn.") + portal,
        "a name of 60000 octets": isns.attribute(isns.NODE, "iqn." + "x" * 60000) + portal,
        "an empty name": isns.attribute(isns.NODE, "") + portal,
        "a bitmap of 8 octets": target + portal + isns.attribute(isns.BITMAP, bytes(8)),
        "a bitmap of no octets": target + portal + isns.attribute(isns.BITMAP),
        "proposals that are none":
            target + portal + isns.attribute(isns.PHASE1, random.Random(1).randbytes(400)),
        "proposals that end too early":
            target + portal + isns.attribute(isns.PHASE1, bytes.fromhex("0000ffff0000000100000001")),
        "a portal's name with a control character":
            target + portal + isns.attribute(isns.PORTAL_NAME, "\x1b]0;title\x07"),
        "an unknown attribute": target + portal + isns.attribute(0x10000000, bytes(64)),
    }
    for name, octets in values.items():
        yield Case(name, _with_body(lambda body, octets=octets: body + octets), _DOUBTFUL)


def _walks():
    """isnsd has no room for large answers: the way around, DevGetNext, must not go in circles."""
    def walk(place, name):
        def script(conversation):
            number = 0
            while True:
                request = conversation.request()
                if request.function == isns.GET_NEXT:
                    found = _object(request, place(number), name(number))
                    conversation.send(isns.answer(request, 0, found).octets())
                    number += 1
                elif asks_for_portals(request):
                    conversation.send(isns.answer(request, isns.INTERNAL_ERROR).octets())
                else:
                    conversation.send(right(request).octets())
        return script
    yield Case("the same object next, always", walk(lambda n: "10.1.0.1", lambda n: NAME), _UNUSABLE)
    yield Case("another object next, without end", walk(
        lambda n: f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", lambda n: f"{NAME}{n:06}"),
        _UNUSABLE, seconds=90)


def _object(request, place, name):
    """The answer to DevGetNext with this object, whichever kind is asked for."""
    values = {isns.ADDRESS: isns.address(place), isns.GROUP_ADDRESS: isns.address(place), isns.TCP_PORT: 3260,
              isns.GROUP_PORT: 3260, isns.NODE: name, isns.GROUP_NODE: name, isns.NODE_TYPE: isns.TARGET,
              isns.BITMAP: 0x17, isns.GROUP_TAG: 1, isns.ENTITY: "array.example", 0: b""}
    wanted = [tag for tag, _ in isns.attributes(request.body)[1:]]
    return b"".join(isns.attribute(tag, values[tag]) for tag in wanted if tag in values)


def _talkative():
    """Messages that nobody asked for, before the answer or instead of it."""
    inquiry = (isns.attribute(4, bytes(8)) + isns.attribute(isns.ENTITY, "hba.example") +
               isns.attribute(isns.ADDRESS, isns.address("10.9.0.1")) + isns.attribute(isns.TCP_PORT, 3260))

    def esi(number):
        return isns.Pdu(isns.ESI, inquiry, isns.SERVER | isns.FIRST | isns.LAST, number & 0xFFFF).octets()

    def before(conversation):
        request = conversation.until_query()
        conversation.send(esi(7))
        reply = conversation.request()
        if reply.function != isns.ESI | isns.ANSWER or reply.body != bytes(4) + inquiry:
            raise AssertionError(f"the inquiry is answered with {reply}")
        conversation.send(right(request).octets())
        conversation.go_on()
    yield Case("an inquiry before the answer", before, (LISTED,))
    yield Case("inquiries without end, no answer", _endless(lambda request, n: esi(n)), _UNUSABLE)
    yield Case("answers of other transactions without end", _endless(lambda request, n: isns.answer(
        request, 0, transaction=(request.transaction + 1 + n % 60000) & 0xFFFF).octets()), _UNUSABLE)

    def hasty(conversation):
        for transaction in range(200):
            conversation.send(isns.Pdu(isns.QUERY | isns.ANSWER, bytes(4) + isns.DELIMITER,
                                       isns.SERVER | isns.FIRST | isns.LAST, transaction).octets())
        conversation.go_on()
    yield Case("answers before a question", hasty, (LISTED, *_UNUSABLE))


def _guests():
    """The tool registers for the time of its questions, where the server does not know it."""
    def at(function, change):
        def script(conversation):
            request = conversation.until(lambda request: request.function == function)
            conversation.send(change(request))
            conversation.go_on()
        return script
    # What was found before the deregistration is not lost by it.
    for name, function, ends in (("registration", isns.REGISTER, (LISTED, *_UNUSABLE)),
                                 ("deregistration", isns.DEREGISTER, (LISTED,))):
        yield Case(f"no answer to the {name}", at(function, lambda request: b""), ends)
        yield Case(f"the {name} is refused", at(function, lambda request: isns.answer(request, 8).octets()), ends)
        yield Case(f"half an answer to the {name}", at(
            function, lambda request: isns.answer(request, 0, isns.DELIMITER + bytes(4)).octets()), ends)
        yield Case(f"closes instead of an answer to the {name}", lambda c, function=function: c.until(
            lambda request: request.function == function) and None, ends)
    yield Case("the registration is answered with nothing", at(
        isns.REGISTER, lambda request: isns.answer(request, 0).octets()), (LISTED, *_UNUSABLE))

    def refusing(conversation):
        while True:
            request = conversation.until_query()
            conversation.send(isns.answer(request, 5).octets())
    yield Case("registered, and asked in vain", refusing, (FAILED,), r"\b5\b", deregisters=True)
    yield Case("registered, and answered nothing readable", _with_body(
        lambda body: body + struct.pack(">II", isns.BITMAP, 400)), (FAILED,), deregisters=True)
