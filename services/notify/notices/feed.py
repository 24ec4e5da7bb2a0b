"""The inbox as it fills, live: each notice has a number in the feed of its recipient, by which a reader resumes.

A feed is one document for each person, and a number is given by one write to it, whichever replica makes it; so the
order is one, and who comes back with the last number that they saw gets what came after it, once. Numbers are given as
somebody reads: an inbox that nobody watches costs nothing. Changes of the store wake the readers of a process, and
readers look by themselves now and then.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.mongo import Database, Document, PyMongoError, ReturnDocument
from services.notify.notices.domain.notice import Notice
from services.notify.notices.store import inbox
from services.notify.shared.values import Way

log = logging.getLogger(__name__)

FEEDS = "inbox_feeds"
KEPT = 500
"""So many notices of a feed can be resumed; who was away for longer reads the inbox."""
_OVERLAP = timedelta(minutes=1)
"""Clocks of replicas differ by less, and a delivery is on its way for less."""
_LOOK = 15.0
_AGAIN = 1.0


class Feed:
    """The feeds of all inboxes, as this process sees them."""

    def __init__(self, notices: Aggregates[Notice], database: Database, clock: Clock) -> None:
        self._notices = notices
        self._feeds = database[FEEDS]
        self._clock = clock
        self._readers: dict[str, set[asyncio.Event]] = {}
        self._over = False

    async def read(self, person: str, last: int | None) -> AsyncGenerator[Sequence[tuple[int, Stored[Notice]]], None]:
        """What comes into the inbox of `person` after the number `last`, or from now on (None); an empty sequence now
        and then, where nothing came. It ends when the process does.
        """
        woken = asyncio.Event()
        self._readers.setdefault(person, set()).add(woken)
        try:
            seen = (await self._numbered(person))[0] if last is None else last
            while not self._over:
                woken.clear()
                found = await self.after(person, seen)
                seen = max([seen, *(number for number, _ in found)])
                yield found
                if not found:
                    await _waited(woken)
        finally:
            readers = self._readers.get(person, set())
            readers.discard(woken)
            if not readers:
                self._readers.pop(person, None)

    async def after(self, person: str, last: int) -> list[tuple[int, Stored[Notice]]]:
        """The notices after the number `last`, in order, with their numbers."""
        _, entries = await self._numbered(person)
        found = []
        for entry in entries:
            if entry["n"] > last and (stored := await self._notices.find(entry["id"])) is not None:
                found.append((int(entry["n"]), stored))
        return found

    async def forget(self, person: str) -> None:
        """Leave nothing of the feed of `person`."""
        await self._feeds.delete_one({"_id": person})

    async def _numbered(self, person: str) -> tuple[int, list[Document]]:
        """The last number of a feed and its notices, those that came of late among them."""
        feed = await self._feeds.find_one({"_id": person})
        entries: list[Document] = [] if feed is None else feed["last"]
        since = None if feed is None else feed["upto"] - _OVERLAP
        query: dict[str, Any] = inbox(person)
        if since is not None:
            query["state.delivered_at"] = {"$gte": since}
        known = {entry["id"] for entry in entries}
        page = await self._notices.select(query, sort="state.delivered_at", limit=KEPT)
        new = [stored.aggregate for stored in reversed(page.items) if stored.aggregate.id not in known]
        for notice in new:
            feed = await self._give_a_number(person, notice)
        if feed is None:
            return 0, []
        return int(feed["n"]), list(feed["last"])

    async def _give_a_number(self, person: str, notice: Notice) -> Document:
        """The feed with `notice` in it, once."""
        entry: Document = {"id": {"$literal": notice.id}, "n": {"$add": [{"$ifNull": ["$n", 0]}, 1]}}
        there = {"$in": [{"$literal": notice.id}, {"$ifNull": ["$last.id", []]}]}
        before = {"$ifNull": ["$last", []]}
        upto: datetime = notice.delivered_at or self._clock()
        update: list[Document] = [
            {
                "$set": {
                    "last": {"$cond": [there, "$last", {"$slice": [{"$concatArrays": [before, [entry]]}, -KEPT]}]},
                    "n": {"$cond": [there, "$n", {"$add": [{"$ifNull": ["$n", 0]}, 1]}]},
                    "upto": {"$max": [{"$ifNull": ["$upto", upto]}, upto]},
                }
            }
        ]
        found: Document = await self._feeds.find_one_and_update(
            {"_id": person}, update, upsert=True, return_document=ReturnDocument.AFTER
        )
        return found

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
                    }
                }
            },
        ]
        try:
            while True:
                try:
                    async with self._notices.collection.watch(pipeline, max_await_time_ms=1000) as stream:
                        async for change in stream:
                            self._wake(change.get("to"))
                except (PyMongoError, StopAsyncIteration) as error:
                    log.warning("change stream ended, opening another", extra={"error": type(error).__name__})
                await asyncio.sleep(_AGAIN)
        finally:
            self._over = True
            self._wake(None)

    def _wake(self, person: str | None) -> None:
        of_them = self._readers.values() if person is None else [self._readers.get(person, set())]
        for readers in of_them:
            for woken in readers:
                woken.set()


async def _waited(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_LOOK):
            await woken.wait()
    except TimeoutError:
        return
