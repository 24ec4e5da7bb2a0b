"""One connection of the server, bounded in the time that a head, a body or an answer may take, and in the size of a
head.

uvicorn waits for ever for the rest of a head or a body, and for a client that doesn't fetch its answer. Here every
connection is looked at once a second. A connection that stands still or trickles is refused, where a refusal can still
be sent, and closed. A request that is not HTTP is refused like any other: as a problem with a stable code.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from operator import itemgetter
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.chassis.errors import CommunityError
from services.chassis.http.problems import problem
from services.chassis.http.refusals import AddressTooLong, BadRequest, HeadTooLarge, TooSlow

LONGEST_ADDRESS = 8 * 1024
LARGEST_HEAD = 32 * 1024
MOST_FIELDS = 100
SLOWEST = 16 * 1024
"""Bytes a second: a body that comes slower than this, after its first seconds, is given up."""

_SLICE = 16 * 1024
_FIELD_FRAMING = len(b": \r\n")
_BARREN = 64 * 1024
"""The most bytes of framing beyond two for each byte of body. A body in tiny chunks costs the server more than its
sender."""
_LINGER = 2.0
"""Seconds that a caller may take to fetch a refusal before the connection is cut."""
_REST_SECONDS, _REST_BYTES = 30.0, 64 * 1024 * 1024
"""The seconds and bytes for which the rest of a body is read and thrown away when the answer was sent before its end:
clients send first, then read."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of a server's connections: seconds for a head, for a body (more while it flows), for fetching an
    answer and until the next request; connections at once."""

    head: float
    body: float
    answer: float
    connections: int
    idle: float


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, within `bounds`."""

    bounds: ClassVar[Bounds]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._unread = b""
        self._crumbs: list[bytes] = []
        self._why: CommunityError | None = None
        self._in_head = True
        self._refused = self._deaf = self._lost = False
        self._asked = self._begun = False
        self._head_bytes = self._told_bytes = self._body_bytes = self._barren = self._thrown_away = 0
        self._since = self._looked = self.loop.time()
        self._stuck: float | None = None
        """The time since which the client doesn't fetch what was written, or the connection is closing; None while
        neither holds."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.flow = _Flow(transport, self._go_on)
        if len(self.connections) > self.bounds.connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refused or self._deaf:
            return
        self._unread = self._unread + data if self._unread else data
        self._read()

    def _read(self) -> None:
        """Parse bytes that have come, until the application has as much as it can take."""
        view = memoryview(self._unread)
        at = 0
        while at < len(view) and self._open() and not self.flow.read_paused:
            part = view[at : at + _SLICE]
            at += len(part)
            self._feed(part)
        self._unread = bytes(view[at:]) if self._open() else b""

    def _open(self) -> bool:
        return not (self._refused or self._deaf or self._lost or self.transport.is_closing())

    def _feed(self, part: memoryview) -> None:
        if self._in_head:
            self._head_bytes += len(part)
        self._barren += len(part)
        try:
            self.parser.feed_data(part)
        except httptools.HttpParserUpgrade:  # HTTP alone is spoken here: it is answered so, and no more is read
            self._deaf = True
            self.cycle.keep_alive = False
            self.cycle.more_body = False
            self.cycle.message_event.set()
        except httptools.HttpParserError:
            self._refuse(self._why or BadRequest())
        else:
            self._gather()
            if self._in_head and self._head_bytes > LARGEST_HEAD:
                self._refuse(HeadTooLarge(limit=LARGEST_HEAD))
            elif self._awaits_body and self._barren > _BARREN:
                self._refuse(BadRequest())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._begun = True
        self._head_bytes = self._told_bytes = 0
        self._since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._told_bytes += len(url)
        if len(self.url) > LONGEST_ADDRESS:
            self._fail(AddressTooLong(limit=LONGEST_ADDRESS))

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # trailers after a body are ignored: a head that has been acted on does not change
        super().on_header(name, value)
        self._told_bytes += len(name) + len(value) + _FIELD_FRAMING
        if len(self.headers) > MOST_FIELDS or self._told_bytes > LARGEST_HEAD:
            self._fail(HeadTooLarge(limit=LARGEST_HEAD))

    def on_headers_complete(self) -> None:
        self._body_bytes = self._barren = self._thrown_away = 0
        self._since = self.loop.time()
        super().on_headers_complete()
        self._in_head, self._begun, self._asked = False, False, True

    def on_body(self, body: bytes) -> None:
        self._crumbs.append(body)

    def on_message_complete(self) -> None:
        self._gather()
        super().on_message_complete()

    def _gather(self) -> None:
        """Hand chunks that came together on as one: handing on each chunk costs much more than its bytes."""
        if not self._crumbs:
            return
        body, self._crumbs = b"".join(self._crumbs), []
        self._barren = max(0, self._barren - 3 * len(body))
        self._body_bytes += len(body)
        if self.cycle.response_complete:
            self._thrown_away += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._since = self.loop.time()
        if self._why is not None and not self.pipeline and not self._working:
            self._tell(self._why)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stuck = None

    def look(self, now: float) -> None:
        """Close the connection if it has stood still for too long."""
        passed, self._looked = now - self._looked, now
        if self._stuck is not None:
            if now - self._stuck > self.bounds.answer:
                self.transport.abort()
        elif self.transport.is_closing():
            self._stuck = now
        elif self._refused:
            if now - self._since > _LINGER:
                self.transport.abort()
        elif self.pipeline or self.flow.read_paused or (self._working and not self._awaits_body):
            self._since += passed  # the service keeps the caller waiting, so this time doesn't count
        elif self._overdue(now - self._since):
            self._give_up()

    @property
    def _working(self) -> bool:
        return self._asked and not self.cycle.response_complete

    @property
    def _awaits_body(self) -> bool:
        return self._asked and not self._in_head and self.cycle.more_body

    def _overdue(self, waited: float) -> bool:
        if self._in_head:
            return waited > self.bounds.head
        if self._working:
            return waited > self.bounds.body + self._body_bytes / SLOWEST
        if self._awaits_body:
            return waited > _REST_SECONDS or self._thrown_away > _REST_BYTES
        return waited > self.bounds.idle

    def _give_up(self) -> None:
        if self._working or (self._in_head and self._begun):
            self._refuse(TooSlow())
        else:
            self.transport.close()

    def _make_room(self) -> None:
        """Close other connections where there are more than the bound: those without a request under way, the longest
        idle first.

        Where every connection has a request, those whose bodies come slowest are closed, so that half-sent bodies can't
        shut everybody out. Several are closed at once, because looking through all connections for each newcomer would
        cost more than the newcomers do.
        """
        others = [each for each in self.connections if each is not self and not each.transport.is_closing()]
        excess = len(others) + 1 - self.bounds.connections
        if excess <= 0:
            return
        bounded = [each for each in others if isinstance(each, BoundedProtocol)]
        leaving = [(each._since, each) for each in bounded if not each._working]
        if not leaving:
            now = self.loop.time()
            coming = (each for each in bounded if each._awaits_body and not each.cycle.response_started)
            leaving = [(each._body_bytes / max(now - each._since, 1.0), each) for each in coming]
        for _, each in nsmallest(max(excess, self.bounds.connections // 32), leaving, key=itemgetter(0)):
            each.transport.abort()
        if not leaving:
            self.transport.abort()

    def _go_on(self) -> None:
        if self._unread:
            self.loop.call_soon(self._read)

    def _fail(self, why: CommunityError) -> None:
        """Stop the parser from within one of its callbacks, with the refusal `why`."""
        self._why = why
        raise ValueError(why.code)

    def _refuse(self, why: CommunityError) -> None:
        """Refuse the request with `why`, and read no more. Earlier requests that are under way are answered first."""
        self._why = why
        if self._working and self._in_head:
            self._deaf = True
            self.cycle.keep_alive = True  # so that the refusal can be sent after the answer under way
        elif self._working and self.cycle.response_started:
            self.transport.abort()
        else:
            if self._working:
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            self._tell(why)

    def _tell(self, why: CommunityError) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._refused, self._since = True, self.loop.time()
        self._unset_keepalive_if_required()
        answer = problem({"headers": self.headers or [], "path": ""}, why)
        sent = [*self.server_state.default_headers, *answer.raw_headers, (b"connection", b"close")]
        lines = [b"%s: %s\r\n" % header for header in sent]
        self.transport.write(b"".join([STATUS_LINE[why.status], *lines, b"\r\n", bytes(answer.body)]))
        if self.transport.can_write_eof():
            self.transport.write_eof()


class _Flow(FlowControl):
    """uvicorn's flow control, which also calls the protocol when reading resumes."""

    def __init__(self, transport: asyncio.Transport, go_on: Callable[[], None]) -> None:
        super().__init__(transport)
        self._tell = go_on

    def resume_reading(self) -> None:
        paused = self.read_paused
        super().resume_reading()
        if paused:
            self._tell()


def protocol_within(limits: Bounds) -> type[BoundedProtocol]:
    """The class of connections that keeps `limits`."""

    class Protocol(BoundedProtocol):
        bounds = limits

    return Protocol


def watch(connections: Callable[[], Iterable[Any]]) -> Callable[[], Awaitable[None]]:
    """A function that looks at all `connections` each time it is called."""

    async def look() -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(connections()):
            if isinstance(connection, BoundedProtocol):
                connection.look(now)

    return look
