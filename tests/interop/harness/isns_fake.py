"""An iSNS server that says what a test wants: right answers, and from there everything that is wrong."""

import socket
import threading

from . import isns

NAME = "iqn.2026-01.example.array:fake"
PORTALS = (isns.Portal("10.1.0.1", 0x17), isns.Portal("10.1.0.2", 0x2b), isns.Portal("fd00:1::3", 0x47))


class FakeServer:
    """`with FakeServer(host, script) as fake:` listens at a host and calls script(Conversation) for each
    connection. What a script raises is a bug of the test and kept in `complaints`."""

    def __init__(self, host, script, port=isns.PORT):
        self._host = host
        self._script = script
        self._port = port
        self.requests = []
        self.complaints = []
        self.stopped = threading.Event()

    def __enter__(self):
        self._listener = self._host.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("", self._port))
        self._listener.listen(8)
        self._listener.settimeout(0.1)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self):
        while not self.stopped.is_set():
            try:
                end, _ = self._listener.accept()
            except socket.timeout:
                continue
            self._threads.append(threading.Thread(target=self._converse, args=(end,)))
            self._threads[-1].start()

    def _converse(self, end):
        try:
            with end:
                self._script(Conversation(end, self))
        except (ConnectionError, EOFError, Left):
            pass
        except Exception as error:  # the test must hear of it
            self.complaints.append(f"{type(error).__name__}: {error}")


class Left(Exception):
    """The client has closed, or the test is over."""


class Conversation:
    """One connection, as a script sees it."""

    def __init__(self, end, fake):
        self._end = end
        self._end.settimeout(0.1)
        self._fake = fake

    def request(self):
        """The next request; raises Left when there comes none."""
        header = self._receive(12)
        pdu = isns.read_pdu(_Octets(header + self._receive(int.from_bytes(header[4:6], "big"))))
        self._fake.requests.append(pdu)
        return pdu

    def _receive(self, size):
        octets = b""
        while len(octets) < size:
            if self._fake.stopped.is_set():
                raise Left
            try:
                part = self._end.recv(size - len(octets))
            except socket.timeout:
                continue
            if not part:
                raise Left
            octets += part
        return octets

    def send(self, octets):
        while octets:
            if self._fake.stopped.is_set():
                raise Left
            try:
                octets = octets[self._end.send(octets):]
            except socket.timeout:
                continue

    def wait(self, seconds=None):
        """Lets time pass; without `seconds` until the client has left."""
        if seconds is not None:
            self._fake.stopped.wait(seconds)
            return
        while True:
            self._receive(1)

    def until(self, wanted):
        """Answers rightly up to the first request for which `wanted` is true, and returns that."""
        while True:
            request = self.request()
            if wanted(request):
                return request
            if not request.function & isns.ANSWER:
                self.send(right(request).octets())

    def until_query(self):
        """The same, up to the first question for portals."""
        return self.until(asks_for_portals)

    def go_on(self):
        """Answers rightly until the client leaves."""
        self.until(lambda request: False)


class _Octets:
    """Octets as a file that can be read in parts."""

    def __init__(self, octets):
        self._octets = octets

    def read(self, size):
        part, self._octets = self._octets[:size], self._octets[size:]
        return part


def directory(portals=PORTALS, name=NAME):
    """The attributes of an entity, its target and the portals that lead to it, in the order of isnsd."""
    found = [(isns.ENTITY, isns.attribute(isns.ENTITY, "array.example")),
             (isns.ENTITY_PROTOCOL, isns.attribute(isns.ENTITY_PROTOCOL, 2)),
             (isns.NODE, isns.attribute(isns.NODE, name)),
             (isns.NODE_TYPE, isns.attribute(isns.NODE_TYPE, isns.TARGET))]
    for portal in portals:
        found += [(int.from_bytes(octets[:4], "big"), octets) for octets in _each(portal.described())]
        found += [(isns.GROUP_NODE, isns.attribute(isns.GROUP_NODE, name)),
                  (isns.GROUP_ADDRESS, isns.attribute(isns.GROUP_ADDRESS, isns.address(portal.address))),
                  (isns.GROUP_PORT, isns.attribute(isns.GROUP_PORT, portal.port)),
                  (isns.GROUP_TAG, isns.attribute(isns.GROUP_TAG, 1))]
    return found


def _each(octets):
    return [isns.attribute(tag, value) for tag, value in isns.attributes(octets)]


def key_and_wishes(request):
    """The attributes of the key, as they came, and the tags of the operating attributes."""
    listed = isns.attributes(request.body)[1:]
    delimiter = [tag for tag, _ in listed].index(0)
    return listed[:delimiter], [tag for tag, _ in listed[delimiter + 1:]]


def asks_for_portals(request):
    if request.function not in (isns.QUERY, isns.GET_NEXT):
        return False
    _, wishes = key_and_wishes(request)
    return not wishes or isns.ADDRESS in wishes or isns.GROUP_ADDRESS in wishes


def found_for(request, objects):
    """Key, delimiter and the objects that a query finds: all, or none when it names another target."""
    key, wishes = key_and_wishes(request)
    names = [value.rstrip(b"\0").decode() for tag, value in key if tag == isns.NODE and value]
    ours = all(name == NAME for name in names)
    listed = b"".join(octets for tag, octets in objects if ours and (not wishes or tag in wishes))
    return b"".join(isns.attribute(tag, value) for tag, value in key) + isns.DELIMITER + listed


def right(request, objects=None):
    """The answer of a server that is in order, as one PDU."""
    if request.function == isns.QUERY:
        return isns.answer(request, isns.SUCCESS, found_for(request, objects or directory()))
    if request.function == isns.GET_NEXT:
        return isns.answer(request, isns.NO_SUCH_ENTRY)
    if request.function == isns.REGISTER:
        echo = b"".join(isns.attribute(*each) for each in isns.attributes(request.body)[1:])
        return isns.answer(request, isns.SUCCESS, echo)
    return isns.answer(request, isns.SUCCESS, isns.DELIMITER)
