"""Measures how far reading is behind the cases, for readiness, the metrics page and the throttle.

The measure is the age of the oldest change that waits in a mark (`marks.py`) to be drawn or to be counted. Rows that
are only made anew don't count, for their cases have not changed; nor does an event that arrives a second time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.clock import Clock
from services.chassis.store.mongo import ASCENDING, Collection, Database
from services.issues.reading.marks import EVER, MARKS, STALE, UNCOUNTED
from services.issues.reading.row import NEVER, ROWS

_FRESH = 0.4
_COUNTED_TO = 10_000
"""The most waiting rows that are counted, because counting all of very many would be work in itself."""
_LOOKED_AT = (1, 100)
"""How many marks are compared with their rows, first and then: one is enough as a rule, more where events arrive
again."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Seconds since the oldest change that readers don't see yet, and how many rows, and rows to be counted, wait."""

    seconds: float = 0.0
    rows: int = 0
    counts: int = 0

    def __str__(self) -> str:
        return f"{self.rows} rows and the counts of {self.counts} wait, the oldest change for {self.seconds:.1f} s"


class Measure:
    """Asks the store, at most a few times a second, how far reading is behind. The answer does not depend on which
    replica draws."""

    def __init__(self, database: Database, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
        self._marks: Collection = database[MARKS]
        self._rows: Collection = database[ROWS]
        self._clock = clock
        self._now = now
        self._until = 0.0
        self.last = Behind()
        """The last measure; nothing behind before the first."""

    async def __call__(self) -> Behind:
        """Measure how far reading is behind.

        Raises:
            PyMongoError: the store does not answer.
        """
        if self._now() >= self._until:
            self.last = await self._measured()
            self._until = self._now() + _FRESH
        return self.last

    async def _measured(self) -> Behind:
        uncounted = await self._marks.find_one(
            {"uncounted": {"$gt": EVER, "$lt": NEVER}}, sort=[("uncounted", ASCENDING)], hint=UNCOUNTED
        )
        moments = [await self._not_shown(), None if uncounted is None else uncounted["uncounted"]]
        oldest = min((moment for moment in moments if moment is not None), default=None)
        return Behind(
            0.0 if oldest is None else max((self._clock() - oldest).total_seconds(), 0.0),
            await self._marks.count_documents({"since": {"$gt": EVER}}, hint=STALE, limit=_COUNTED_TO),
            await self._marks.count_documents({"uncounted": {"$gt": EVER}}, hint=UNCOUNTED, limit=_COUNTED_TO),
        )

    async def _not_shown(self) -> datetime | None:
        """The time of the oldest change that a row doesn't show; None where all rows show all changes."""
        for most in _LOOKED_AT:
            waiting = self._marks.find({"since": {"$gt": EVER, "$lt": NEVER}}).sort("since", ASCENDING).hint(STALE)
            oldest = await waiting.limit(most).to_list(most)
            ids = {"$in": [mark["_id"] for mark in oldest if not mark.get("redraw")]}
            shown = {row["_id"]: row.get("seq", -1) async for row in self._rows.find({"_id": ids}, {"seq": 1})}
            for mark in oldest:
                if shown.get(mark["_id"], -1) < mark["wanted"]:
                    since: datetime = mark["since"]
                    return since
        return None
