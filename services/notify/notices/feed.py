"""The inbox as it fills, live: who comes back with a bookmark (`bookmark`) gets what came after it, once.

A bookmark says all that is needed to go on from it at any replica, so nothing is kept for readers, and an inbox that
nobody watches costs nothing. The process that makes a notice tells its own readers as soon as it learns that the notice
is durable, by the answer to its write or by the change, whichever comes first; changes of the store tell the readers of
every process, and readers look by themselves now and then.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.mongo import DESCENDING, Database, Document, PyMongoError
from services.contracts.notices import NoticeStatus
from services.notify.notices.domain.bookmark import OVERLAP, Bookmark
from services.notify.notices.domain.notice import Notice
from services.notify.notices.store import inbox
from services.notify.shared.values import Way

log = logging.getLogger(__name__)

KEPT = 500
"""So many notices can be resumed; who was away for longer reads the inbox."""
_EARLIER_FEEDS = "inbox_feeds"
"""Earlier versions kept there which notices a person was told."""
_COMING = 1000
"""So many notices that this process is about to write are remembered."""
_LOOK = 15.0
_AGAIN = 1.0


Placed = tuple[str, Stored[Notice]]
"""A notice, with the id of the place after it."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A notice that came into an inbox at the time `at`, and the notice itself where this process has made it."""

    id: str
    at: datetime
    stored: Stored[Notice] | None = None

    @property
    def recipient(self) -> str | None:
        return None if self.stored is None else self.stored.aggregate.recipient


@dataclass(slots=True)
class _Reader:
    """A reader who waits: what `came` since they last asked, by id and as far as it was told, and whether they have to
    `look` because that is not all."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    came: dict[str, _Arrival] = field(default_factory=dict)
    look: bool = False

    def told(self) -> Mapping[str, _Arrival] | None:
        """What came; None where the reader has to look."""
        came, look = self.came, self.look
        self.came, self.look = {}, False
        self.woken.clear()
        return None if look or not came else came


@dataclass(frozen=True, slots=True)
class Came:
    """What a reader is told: the notices that came, and whether anything in the inbox has changed, such as one that was
    read in another window."""

    notices: Sequence[Placed]
    stirred: bool


class Feed:
    """All inboxes as they fill, as this process sees them."""

    def __init__(self, notices: Aggregates[Notice], database: Database, clock: Clock) -> None:
        self._notices = notices
        self._earlier = database[_EARLIER_FEEDS]
        self._clock = clock
        self._readers: dict[str, list[_Reader]] = {}
        self._coming: Cache[str, _Arrival] = Cache(_COMING)
        self._over = False

    async def read(self, person: str, bookmark: Bookmark | None) -> AsyncGenerator[Came, None]:
        """What comes into the inbox of `person` after `bookmark`, or from now on (None). Where nothing came, it says so
        now and then, and that something in the inbox has changed. It ends when the process does.
        """
        reader = _Reader()
        self._readers.setdefault(person, []).append(reader)
        try:
            if bookmark is None:
                bookmark = Bookmark(self._clock() - OVERLAP)
                for each in await self._delivered(person, bookmark):
                    bookmark.passed(each.id, each.at)
            found, stirred = await self.after(person, bookmark), False
            while not self._over:
                yield Came(found, stirred)
                found, stirred = await self._next(person, bookmark, reader)
        finally:
            readers = self._readers.get(person, [])
            readers[:] = [each for each in readers if each is not reader]
            if not readers:
                self._readers.pop(person, None)

    async def after(self, person: str, bookmark: Bookmark) -> list[Placed]:
        """The notices that came after `bookmark`, the oldest first. The bookmark moves behind them."""
        return await self._pass(bookmark, await self._delivered(person, bookmark))

    def coming(self, made: Iterable[Stored[Notice]]) -> None:
        """Remember notices that this process is about to write, so that nobody has to read them when the change that
        says that they are durable comes before the answer."""
        for arrival in _in_the_inbox(made):
            if arrival.recipient in self._readers:
                self._coming.put(arrival.id, arrival)

    def came(self, made: Iterable[Stored[Notice]]) -> None:
        """Tell the readers of this process of notices that it has made, and that are durable."""
        for arrival in _in_the_inbox(made):
            self._coming.drop(arrival.id)
            self._wake(arrival.recipient, arrival)

    async def forget(self, person: str) -> None:
        """Leave nothing of what earlier versions kept for `person`."""
        await self._earlier.delete_one({"_id": person})

    async def _next(self, person: str, bookmark: Bookmark, reader: _Reader) -> tuple[list[Placed], bool]:
        """What comes next, and whether something has changed. What was told before, and comes again because the change
        of it comes after the notice, is passed over."""
        while True:
            stirred = await _waited(reader.woken)
            came = reader.told()
            if came is None:
                return [] if self._over else await self.after(person, bookmark), stirred
            if found := await self._pass(bookmark, [each for each in came.values() if not bookmark.knows(each.id)]):
                return found, stirred

    async def _pass(self, bookmark: Bookmark, came: Sequence[_Arrival]) -> list[Placed]:
        """The notices that `came`, in this order, each with the place after it. Where this process has not made them,
        they are read."""
        made = [each.stored for each in came]
        stored = await asyncio.gather(*(self._stored(each) for each in came)) if None in made else made
        placed = []
        for arrival, each in zip(came, stored, strict=True):
            bookmark.passed(arrival.id, arrival.at)
            if each is not None:
                placed.append((bookmark.id, each))
        return placed

    async def _stored(self, arrival: _Arrival) -> Stored[Notice] | None:
        return arrival.stored or await self._notices.find(arrival.id)

    async def _delivered(self, person: str, bookmark: Bookmark) -> list[_Arrival]:
        """The newest notices in the inbox of `person` that came after `bookmark`, the oldest first."""
        query: dict[str, Any] = {**inbox(person), "state.delivered_at": {"$gte": bookmark.since}}
        found = self._notices.collection.find(query, {"_id": 1, "state.delivered_at": 1})
        newest = await found.sort([("state.delivered_at", DESCENDING), ("_id", DESCENDING)]).to_list(KEPT)
        return [
            _Arrival(each["_id"], each["state"]["delivered_at"])
            for each in reversed(newest)
            if not bookmark.knows(each["_id"])
        ]

    async def run(self) -> None:
        """Wake readers when something comes into their inbox by whatever replica, for ever."""
        pipeline: list[dict[str, Any]] = [
            {
                "$match": {
                    "$or": [
                        {"operationType": "insert", "fullDocument.state.channel": Way.INBOX.value},
                        {"operationType": "update", "updateDescription.updatedFields.state.channel": Way.INBOX.value},
                    ]
                }
            },
            {
                "$project": {
                    "to": {
                        "$ifNull": ["$fullDocument.state.recipient", "$updateDescription.updatedFields.state.recipient"]
                    },
                    "id": "$fullDocument._id",
                    "status": "$fullDocument.state.status",
                    "at": "$fullDocument.state.delivered_at",
                }
            },
        ]
        try:
            while True:
                try:
                    async with self._notices.collection.watch(pipeline, max_await_time_ms=1000) as stream:
                        for each in chain.from_iterable(self._readers.values()):
                            each.look = True  # for what came while no stream was open
                        async for change in stream:
                            self._wake(change.get("to"), self._known(_arrival(change)))
                except (PyMongoError, StopAsyncIteration) as error:
                    log.warning("change stream ended, opening another", extra={"error": type(error).__name__})
                await asyncio.sleep(_AGAIN)
        finally:
            self._over = True
            self._wake(None)

    def _known(self, told: _Arrival | None) -> _Arrival | None:
        """What a change has `told`, with the notice where this process wrote it. One that another process wrote under
        the same id has a time of its own."""
        coming = None if told is None else self._coming.get(told.id)
        if told is None or coming is None:
            return told
        self._coming.drop(told.id)
        return coming if coming.at == told.at else told

    def _wake(self, person: str | None, came: _Arrival | None = None) -> None:
        """Wake the readers of `person`, or (None) all. They look by themselves, unless one notice `came`."""
        for readers in self._readers.values() if person is None else [self._readers.get(person, [])]:
            for reader in readers:
                if came is None:
                    reader.look = True
                else:
                    reader.came.setdefault(came.id, came)
                reader.woken.set()


def _in_the_inbox(made: Iterable[Stored[Notice]]) -> Iterator[_Arrival]:
    for stored in made:
        notice = stored.aggregate
        if notice.channel is Way.INBOX and notice.status is NoticeStatus.DELIVERED and notice.delivered_at is not None:
            yield _Arrival(notice.id, notice.delivered_at, stored)


def _arrival(change: Document) -> _Arrival | None:
    """The new notice that a `change` tells of; None where it tells of something else."""
    if change.get("status") != NoticeStatus.DELIVERED or change.get("at") is None:
        return None
    return _Arrival(change["id"], change["at"])


async def _waited(woken: asyncio.Event) -> bool:
    """Waits until something has changed, or for a while; says which."""
    try:
        async with asyncio.timeout(_LOOK):
            return await woken.wait()
    except TimeoutError:
        return False
