"""Hears of which community something has changed that stands on its board, whichever replica wrote it.

A change stream tells it as it comes. Of a copy that was changed it tells the id alone, and the communities of those are
asked for together. Nothing depends on the stream: while none is open, nothing is said to be heard, and when another is
opened, everything counts as changed.
"""

import logging
from asyncio import sleep
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from services.chassis.clock import utc_now
from services.chassis.elapsed import elapsed
from services.chassis.store.mongo import Database, Document, PyMongoError
from services.notify.announcements.store import ANNOUNCEMENT
from services.notify.board.store import COPIES
from services.notify.knowledge.store import VENUES

log = logging.getLogger(__name__)

_COMMUNITY: Mapping[str, str] = {
    **dict.fromkeys((*COPIES.values(), VENUES), "community"),
    ANNOUNCEMENT.collection: "state.community",
}
"""The collections of which boards are counted, and where a document of each names its community."""
_WAIT_MS = 250
_GATHER = 0.25
_AT_ONCE = 500
_AGAIN = 1.0
_PIPELINE: list[dict[str, Any]] = [
    {"$match": {"ns.coll": {"$in": list(_COMMUNITY)}}},
    {
        "$project": {
            "ns.coll": 1,
            "documentKey": 1,
            "wallTime": 1,
            "community": {"$ifNull": ["$fullDocument.community", "$fullDocument.state.community"]},
        }
    },
]

Version: TypeAlias = tuple[int, int]
"""A mark of all that was heard of a community: once something has changed, it is another one."""


class Changes:
    """What has changed, as this process has heard."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened = 0
        self._changed: Counter[str] = Counter()
        self._unknown: defaultdict[str, set[Any]] = defaultdict(set)
        self._asked_at = elapsed()
        self._least_lag: float | None = None
        self.heard = float("-inf")
        """The time, as `elapsed` tells it, before which every change was heard; never, while no stream is open."""

    def version(self, community: str) -> Version:
        """The version of `community` now. It is asked for before the board is counted."""
        return self._opened, self._changed[community]

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                async with self._database.watch(_PIPELINE, max_await_time_ms=_WAIT_MS) as stream:
                    self._begin_anew()
                    while stream.alive:  # type: ignore[truthy-function]  # a property
                        await self._listen(stream)
            except (PyMongoError, StopAsyncIteration) as error:
                log.warning("change stream ended, opening another", extra={"error": type(error).__name__})
            finally:
                self.heard = float("-inf")
            await sleep(_AGAIN)

    def _begin_anew(self) -> None:
        """Everything may have changed."""
        self._opened += 1
        self._changed.clear()
        self._unknown.clear()
        self._asked_at = elapsed()

    async def _listen(self, stream: Any) -> None:
        """Take one change, or none after a while; now and then ask for the communities of those that came."""
        before = elapsed()
        change: Document | None = await stream.try_next()
        if change is not None:
            self._note(change)
        many = sum(len(ids) for ids in self._unknown.values()) >= _AT_ONCE
        if change is None or many or elapsed() - self._asked_at >= _GATHER:
            await self._ask()
            self.heard = max(self.heard, before if change is None else self._told_until(change))

    def _note(self, change: Document) -> None:
        if (community := change.get("community")) is not None:
            self._changed[community] += 1
        elif "documentKey" in change:
            self._unknown[change["ns"]["coll"]].add(change["documentKey"]["_id"])
        else:  # a whole collection went
            self._begin_anew()

    async def _ask(self) -> None:
        """Ask for the communities of what was changed. Where something is not there any more, everything counts."""
        for collection, ids in self._unknown.items():
            path = _COMMUNITY[collection]
            found = await self._database[collection].find({"_id": {"$in": list(ids)}}, {path: 1}).to_list(None)
            for document in found:
                self._changed[document["state"]["community"] if "." in path else document["community"]] += 1
            if len(found) < len(ids):
                self._opened += 1
        self._unknown.clear()
        self._asked_at = elapsed()

    def _told_until(self, change: Document) -> float:
        """The time at which the store made `change`, before which all was heard. The clocks of the store and of this
        machine may differ; the shortest way that a change took is taken for none."""
        made: datetime | None = change.get("wallTime")
        if made is None:
            return self.heard
        lag = (utc_now() - made).total_seconds()
        self._least_lag = lag if self._least_lag is None else min(self._least_lag, lag)
        return elapsed() - (lag - self._least_lag)
