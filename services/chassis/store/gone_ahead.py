"""Reads the tombstones (`gone`) ahead, so that writes need not ask the store for them.

All tombstones are read at the start and every ten minutes; those that changed lately, four times a second. Lately is by
the store's own clock, which stamps tombstones, and reaches back for minutes, because the clocks of two primaries may
differ, and a tombstone is seen only once a majority has it. While nothing can be read, the memory is not believed
(`known_gone`) and writes ask the store: reading ahead makes commands cheaper, and correctness does not depend on it.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from services.chassis.store.gone import Gone
from services.chassis.store.known_gone import Late
from services.chassis.store.mongo import Document

log = logging.getLogger(__name__)

EVERY = 0.25
ALL_EVERY = 600.0
OVERLAP = 120.0
_AGAIN = 1.0
_BATCH = 1000
_SHOWN = {"everywhere": 1, "communities": 1, "changed_at": 1}
_LONG_AGO = 3_600_000
_STAMP: list[Mapping[str, Any]] = [
    {
        "$set": {
            "changed_at": {
                "$cond": [{"$gt": ["$at", {"$subtract": ["$$NOW", _LONG_AGO]}]}, "$$NOW", {"$ifNull": ["$at", "$$NOW"]}]
            }
        }
    }
]
"""The update that stamps a recent tombstone of an older version, which has no stamp, so that every process finds it.
Old ones, which all processes know, are not stamped."""


class GoneAhead:
    """Keeps one process's memory of the tombstones fresh, and erases again people about whom it wrote in spite of a
    tombstone."""

    def __init__(self, gone: Gone) -> None:
        self._gone = gone
        self._late: asyncio.Queue[Late] = asyncio.Queue()
        self._away = False

    async def read_tombstones(self) -> None:
        """Read tombstones that changed lately, for ever. Trouble of any kind is logged once and waited out."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the boundary: the memory is not believed meanwhile
                if not self._away:
                    log.warning("tombstones not read, each is asked for", extra={"error": type(error).__name__})
                self._away = True
            else:
                if self._away:
                    log.info("tombstones are read again")
                self._away = False
            await asyncio.sleep(EVERY)

    async def read_all_tombstones(self) -> None:
        """Read all tombstones now and then, for ever, since one may have been missed when it was new."""
        while not self._gone.known.too_many:
            await asyncio.sleep(ALL_EVERY)
            try:
                await self._read({})
            except Exception as error:  # the boundary: they are read the next time
                log.warning("not all tombstones read", extra={"error": type(error).__name__})
        log.warning("too many tombstones to remember, each is asked for")

    async def erase_late(self) -> None:
        """Erase, for ever, people about whom this process wrote while their tombstone was on its way."""
        while True:
            late = await self._late.get()
            try:
                await self._gone.erase_again(*late)
            except Exception:  # the boundary: it is done again, here or by the sweep
                log.exception("what came late of somebody erased still stands, trying again")
                self._late.put_nowait(late)
                await asyncio.sleep(_AGAIN)

    async def look(self) -> None:
        """Read once: all tombstones the first time, then those that changed since well before the last reading.

        Raises:
            PyMongoError: the store does not answer.
        """
        known = self._gone.known
        began, unread = known.clock(), known.unread
        await self._read({} if unread is None else _since(unread + OVERLAP))
        known.read(began)

    async def _read(self, query: Document) -> None:
        cursor = self._gone.collection.find(query, _SHOWN, batch_size=_BATCH)
        unstamped = False
        while found := await cursor.to_list(_BATCH):
            for late in self._gone.known.learn(found):
                self._late.put_nowait(late)
            unstamped = unstamped or any("changed_at" not in tombstone for tombstone in found)
        if unstamped:
            await self._gone.collection.update_many({"changed_at": None}, _STAMP)


def _since(seconds: float) -> Document:
    """The query for tombstones that changed within `seconds`, and for those of an older version, which have no
    stamp."""
    moment = {"$subtract": ["$$NOW", round(seconds * 1000)]}
    return {"$or": [{"changed_at": None}, {"$expr": {"$gt": ["$changed_at", moment]}}]}
