"""How far reading is behind the cases: the one measure that readiness, the figures page and the throttle go by.

It is the age of the oldest change that waits in a mark (`marks.py`): to be drawn, or to be counted. What is only made
anew has not changed and holds up nobody; a fact that comes once more changes nothing either.
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
"""Where more rows than this wait, the measure says this number: to count them all would be work in itself."""
_LOOKED_AT = (1, 100)
"""Marks of which it is looked whether the row shows them already: one as a rule, and more where facts come again."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Seconds since the oldest change that readers don't see yet, and how many rows and rows' counts wait."""

    seconds: float = 0.0
    rows: int = 0
    counts: int = 0

    def __str__(self) -> str:
        return f"{self.rows} rows and the counts of {self.counts} wait, the oldest change for {self.seconds:.1f} s"


class Measure:
    """Asks the store how far behind reading is, at most a few times a second, whichever replica draws."""

    def __init__(self, database: Database, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
        self._marks: Collection = database[MARKS]
        self._rows: Collection = database[ROWS]
        self._clock = clock
        self._now = now
        self._until = 0.0
        self.last = Behind()
        """What was measured last; nothing behind before the first time."""

    async def __call__(self) -> Behind:
        """How far behind reading is.

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
        """Since when the row that is farthest behind is."""
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
