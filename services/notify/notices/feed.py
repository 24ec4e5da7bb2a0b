"""The inbox as it fills, live: each notice has a number in the feed of its recipient, by which a reader resumes.

A feed is one document for each person, and a number is given by one write to it, whichever replica makes it; so the
order is one, and who comes back with the last number that they saw gets what came after it, once. Numbers are given as
somebody reads: an inbox that nobody watches costs nothing. Changes of the store tell the readers of a process what
came, and readers look by themselves now and then.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.batcher import Batcher
from services.chassis.store.mongo import DESCENDING, Database, Document, PyMongoError, ReturnDocument, UpdateOne
from services.contracts.notices import NoticeStatus
from services.notify.notices.domain.notice import Notice
from services.notify.notices.store import inbox
from services.notify.shared.values import Way

log = logging.getLogger(__name__)

FEEDS = "inbox_feeds"
KEPT = 500
"""So many notices of a feed can be resumed; who was away for longer reads the inbox."""
_LATELY = 60
"""So many are known without a look at the whole feed."""
_OVERLAP = timedelta(minutes=1)
"""Clocks of replicas differ by less, and a delivery is on its way for less."""
_LOOK = 15.0
_AGAIN = 1.0


Numbered = tuple[int, Stored[Notice]]
"""A notice, with its number in the feed."""


@dataclass(slots=True)
class _Place:
    """Where a reader is in a feed: the number that was `seen` last, and the ids of what came of late, up to the time
    `upto`; None where that is not known, and the feed is to be read."""

    seen: int
    upto: datetime | None = None
    known: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Reader:
    """A reader who waits: the notices that `came` since it last asked, as far as the change stream told them, and
    whether it has to `look` because that is not all."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    came: list[Document] = field(default_factory=list)
    look: bool = False

    def told(self) -> list[Document] | None:
        """What came; None where the reader has to look."""
        came, look = self.came, self.look
        self.came, self.look = [], False
        self.woken.clear()
        return None if look or not came else came


@dataclass(frozen=True, slots=True)
class Came:
    """What a reader is told: the notices that came, and whether anything in the inbox has changed, such as one that was
    read in another window."""

    notices: Sequence[Numbered]
    stirred: bool


def _numbering(notice: Document) -> list[Document]:
    """The update by which `notice` gets a number in a feed, unless it has one."""
    id, upto = notice["_id"], notice["state"]["delivered_at"]
    entry: Document = {"id": {"$literal": id}, "n": {"$add": [{"$ifNull": ["$n", 0]}, 1]}}
    there = {"$in": [{"$literal": id}, {"$ifNull": ["$last.id", []]}]}
    before = {"$ifNull": ["$last", []]}
    return [
        {
            "$set": {
                "last": {"$cond": [there, "$last", {"$slice": [{"$concatArrays": [before, [entry]]}, -KEPT]}]},
                "n": {"$cond": [there, "$n", {"$add": [{"$ifNull": ["$n", 0]}, 1]}]},
                "upto": {"$max": [{"$ifNull": ["$upto", upto]}, upto]},
            }
        }
    ]


class Feed:
    """The feeds of all inboxes, as this process sees them."""

    def __init__(self, notices: Aggregates[Notice], database: Database) -> None:
        self._notices = notices
        self._feeds = database[FEEDS]
        self._give_a_number = Batcher(self._numbers_given)
        self._readers: dict[str, list[_Reader]] = {}
        self._over = False

    async def read(self, person: str, last: int | None) -> AsyncGenerator[Came, None]:
        """What comes into the inbox of `person` after the number `last`, or from now on (None). Where nothing came, it
        says so now and then, and that something in the inbox has changed. It ends when the process does.
        """
        reader = _Reader()
        self._readers.setdefault(person, []).append(reader)
        try:
            given, _ = await self._numbered(person)
            place = _Place(given if last is None or last > given else last)  # a number ahead of all was not given here
            found, stirred = await self.after(person, place.seen), False
            while not self._over:
                place.seen = max([place.seen, *(number for number, _ in found)])
                yield Came(found, stirred)
                stirred = await _waited(reader.woken)
                found = await self._newest(person, place, reader.told())
        finally:
            readers = self._readers.get(person, [])
            readers[:] = [each for each in readers if each is not reader]
            if not readers:
                self._readers.pop(person, None)

    async def after(self, person: str, last: int) -> list[Numbered]:
        """The notices after the number `last`, in order, with their numbers."""
        _, entries = await self._numbered(person)
        return await self._notices_of([(int(entry["n"]), entry["id"]) for entry in entries if entry["n"] > last])

    async def _newest(self, person: str, place: _Place, came: Sequence[Document] | None) -> list[Numbered]:
        """What came after `place`, as a rule one notice: what the change stream told, or (None) what a look finds.
        Where numbers are missing between, because another replica has given them, the whole feed is read."""
        if place.upto is None:
            feed = await self._feeds.find_one({"_id": person}, {"n": 1, "upto": 1, "last": {"$slice": -_LATELY}})
            if feed is None or feed["n"] != place.seen:
                return await self.after(person, place.seen)
            place.upto, place.known = feed["upto"], frozenset(entry["id"] for entry in feed["last"])
        lately = await self._delivered(person, place.upto - _OVERLAP) if came is None else came
        new = [each for each in lately if each["_id"] not in place.known]
        numbers, notices = await asyncio.gather(
            self._give_numbers(person, new), asyncio.gather(*(self._notices.find(each["_id"]) for each in new))
        )
        if numbers != list(range(place.seen + 1, place.seen + 1 + len(numbers))):
            place.upto = None
            return await self.after(person, place.seen)
        place.upto = max([place.upto, *(each["state"]["delivered_at"] for each in new)])
        ids = frozenset(each["_id"] for each in lately)
        place.known = ids if came is None else place.known | ids
        if len(place.known) > KEPT:
            place.upto = None  # read anew, so that it does not grow for ever
        return [(number, stored) for number, stored in zip(numbers, notices, strict=True) if stored is not None]

    async def _notices_of(self, given: Sequence[tuple[int, str]]) -> list[Numbered]:
        found = await asyncio.gather(*(self._notices.find(id) for _, id in given))
        return [(number, stored) for (number, _), stored in zip(given, found, strict=True) if stored is not None]

    async def forget(self, person: str) -> None:
        """Leave nothing of the feed of `person`."""
        await self._feeds.delete_one({"_id": person})

    async def _numbered(self, person: str) -> tuple[int, list[Document]]:
        """The last number of a feed and its notices, those that came of late among them."""
        feed = await self._feeds.find_one({"_id": person})
        entries: list[Document] = [] if feed is None else feed["last"]
        known = {entry["id"] for entry in entries}
        since = None if feed is None else feed["upto"] - _OVERLAP
        new = [each for each in await self._delivered(person, since) if each["_id"] not in known]
        await self._give_numbers(person, new)
        if new:
            feed = await self._feeds.find_one({"_id": person})
        if feed is None:
            return 0, []
        return int(feed["n"]), list(feed["last"])

    async def _delivered(self, person: str, since: datetime | None) -> list[Document]:
        """The ids of the newest notices in the inbox of `person`, delivered `since`, and their times, the oldest
        first."""
        query: dict[str, Any] = inbox(person)
        if since is not None:
            query["state.delivered_at"] = {"$gte": since}
        found = self._notices.collection.find(query, {"_id": 1, "state.delivered_at": 1})
        newest = await found.sort([("state.delivered_at", DESCENDING), ("_id", DESCENDING)]).to_list(KEPT)
        return newest[::-1]

    async def _give_numbers(self, person: str, notices: Sequence[Document]) -> list[int]:
        return list(await asyncio.gather(*(self._give_a_number((person, notice)) for notice in notices)))

    async def _numbers_given(self, wanted: Sequence[tuple[str, Document]]) -> list[int]:
        """The numbers of notices in the feeds of persons, which each gets once, whoever gives it. Those of one feed are
        given in the order in which they stand in `wanted`."""
        if len(wanted) == 1:
            ((person, notice),) = wanted
            feed: Document = await self._feeds.find_one_and_update(
                {"_id": person},
                _numbering(notice),
                {"last": {"$elemMatch": {"id": notice["_id"]}}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            return [int(feed["last"][0]["n"])]
        updates = [UpdateOne({"_id": person}, _numbering(notice), upsert=True) for person, notice in wanted]
        await self._feeds.bulk_write(updates)
        everybody = {"_id": {"$in": list({person for person, _ in wanted})}}
        these = {"$in": ["$$this.id", [{"$literal": notice["_id"]} for _, notice in wanted]]}
        asked = self._feeds.find(everybody, {"last": {"$filter": {"input": "$last", "cond": these}}})
        given = {(feed["_id"], entry["id"]): int(entry["n"]) async for feed in asked for entry in feed["last"]}
        return [given[person, notice["_id"]] for person, notice in wanted]

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
                            self._wake(change.get("to"), change)
                except (PyMongoError, StopAsyncIteration) as error:
                    log.warning("change stream ended, opening another", extra={"error": type(error).__name__})
                await asyncio.sleep(_AGAIN)
        finally:
            self._over = True
            self._wake(None)

    def _wake(self, person: str | None, change: Document | None = None) -> None:
        """Wake the readers of `person`, or (None) all. A `change` that is a new notice tells them all of it."""
        came: Document | None = None
        if change is not None and change.get("status") == NoticeStatus.DELIVERED and change.get("at") is not None:
            came = {"_id": change["id"], "state": {"delivered_at": change["at"]}}
        for readers in self._readers.values() if person is None else [self._readers.get(person, [])]:
            for reader in readers:
                if came is None:
                    reader.look = True
                else:
                    reader.came.append(came)
                reader.woken.set()


async def _waited(woken: asyncio.Event) -> bool:
    """Waits until something has changed, or for a while; says which."""
    try:
        async with asyncio.timeout(_LOOK):
            return await woken.wait()
    except TimeoutError:
        return False
