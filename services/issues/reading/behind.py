"""How far reading is behind the cases: the one measure that readiness, the figures page and the throttle go by.

A row that waits has `since`, the time of the oldest change that it does not show; a row whose counts wait has
`uncounted`, the same for lists and figures that are counted. Rows that a rebuild marks have neither: nothing has
changed, and making them anew holds up nobody.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.chassis.clock import Clock
from services.chassis.mongo import Collection, Database, Document, IndexModel
from services.issues.reading.row import ROWS

STALE = "stale since"
UNCOUNTED = "uncounted"
"""The names of the indexes that find what waits, the oldest first."""

EVER = datetime.fromtimestamp(0, UTC)
_FRESH = 0.4
_COUNTED_TO = 10_000
"""Where more rows than this wait, the measure says this number: to count them all would be work in itself."""


def indexes() -> list[IndexModel]:
    """The ways to what waits. They are partial: what is drawn and counted is not in them."""
    return [
        IndexModel([("stale", 1), ("since", 1)], name=STALE, partialFilterExpression={"stale": True}),
        IndexModel([("uncounted", 1)], name=UNCOUNTED, partialFilterExpression={"uncounted": {"$exists": True}}),
    ]


@dataclass(frozen=True, slots=True)
class Behind:
    """Seconds since the oldest change that readers don't see yet, and how many rows and rows' counts wait."""

    seconds: float = 0.0
    rows: int = 0
    counts: int = 0

    def __str__(self) -> str:
        return f"{self.rows} rows and the counts of {self.counts} wait, the oldest change for {self.seconds:.1f} s"


def age_of(waiting: Sequence[Document], name: str, now: datetime) -> float:
    """The age in seconds of the oldest change among rows that wait; 0 where they are only made anew."""
    moments = [row[name] for row in waiting if row.get(name) is not None]
    return max((now - min(moments)).total_seconds(), 0.0) if moments else 0.0


class Measure:
    """Asks the store how far behind reading is, at most a few times a second, whichever replica draws."""

    def __init__(self, database: Database, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
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
        stale = await self._rows.find_one({"stale": True, "since": {"$gt": EVER}}, sort=[("since", 1)], hint=STALE)
        uncounted = await self._rows.find_one({"uncounted": {"$gt": EVER}}, sort=[("uncounted", 1)], hint=UNCOUNTED)
        moments = [row[name] for row, name in ((stale, "since"), (uncounted, "uncounted")) if row is not None]
        return Behind(
            max((self._clock() - min(moments)).total_seconds(), 0.0) if moments else 0.0,
            await self._rows.count_documents({"stale": True}, hint=STALE, limit=_COUNTED_TO),
            await self._rows.count_documents({"dirty": {"$exists": True}}, hint="dirty_1", limit=_COUNTED_TO),
        )
