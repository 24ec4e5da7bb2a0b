"""Draws the short numbers of cases from counters in the store, one for each prefix and month.

What is guaranteed: no number is drawn twice, by whichever replica. What is not: that none is left out. A process that
draws many in a short time reserves some at once, so that a report seldom waits for a counter; those that it reserved
and did not need, and those drawn for reports that were refused in the end, are nobody's.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.elapsed import elapsed
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.keyed_lock import KeyedLock
from services.chassis.store.mongo import ASCENDING, Database, DuplicateKeyError, ReturnDocument
from services.chassis.store.unavailable import store_errors
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.number import give_number, number_in, prefix_of, series_of
from services.issues.cases.store import unnumbered

COLLECTION = "case_numbers"
_SOON = 1.0
_MOST_AT_ONCE = 64
_SERIES = 500
_BATCH = 200


class _Series:
    """The counts of one series that this process has reserved: those left, how many were reserved last, and when."""

    def __init__(self) -> None:
        self.left = deque[int]()
        self.next = 1
        self.reserved = float("-inf")


class Numbers:
    """Draws numbers. `prefixes`: those that communities have chosen."""

    def __init__(self, database: Database, clock: Clock, prefixes: Mapping[str, str]) -> None:
        self._counters = database[COLLECTION]
        self._clock = clock
        self._prefixes = prefixes
        self._locks = KeyedLock()
        self._series = Cache[str, _Series](_SERIES)

    async def draw(self, community: str, reported_at: datetime | None = None) -> str:
        """A number for a case of `community` that was reported then, or now.

        Raises:
            StoreUnavailable: the counter can't be read.
        """
        name = series_of(prefix_of(community, self._prefixes), reported_at or self._clock())
        known = self._series.get(name)
        if known is not None and known.left:
            return number_in(name, known.left.popleft())
        async with self._locks.of(name):
            series = self._series.get(name) or self._series.put(name, _Series())
            if not series.left:
                await self._reserve(name, series)
            return number_in(name, series.left.popleft())

    async def _reserve(self, name: str, series: _Series) -> None:
        """Reserve one count, or twice as many as last time where those were used up within a second."""
        now = elapsed()
        series.next = min(2 * series.next, _MOST_AT_ONCE) if now - series.reserved < _SOON else 1
        last = await self._advance(name, series.next)
        series.reserved = now
        series.left.extend(range(last - series.next + 1, last + 1))

    async def _advance(self, name: str, by: int) -> int:
        with store_errors():
            while True:
                try:
                    found = await self._counters.find_one_and_update(
                        {"_id": name},
                        {"$inc": {"last": by}},
                        upsert=True,
                        return_document=ReturnDocument.AFTER,
                    )
                except DuplicateKeyError:  # another process has just begun the series
                    continue
                return int(found["last"])


class Numbering:
    """Gives numbers to the cases of older versions, the oldest first."""

    name = "case-numbers"
    every = timedelta(minutes=1)

    def __init__(self, cases: Aggregates[Case], numbers: Numbers) -> None:
        self._cases = cases
        self._numbers = numbers

    async def once(self, clock: Clock) -> int:
        """Number the cases that have no number; returns how many.

        Raises:
            Unavailable: the store does not answer.
        """
        given = 0
        while found := await self._some():
            for id, community, reported_at in found:
                number = await self._numbers.draw(community, reported_at)
                await self._give(id, number)
                given += 1
        return given

    async def _give(self, id: str, number: str) -> None:
        cause = Cause(SYSTEM, f"sweep.{self.name}")
        await self._cases.change(id, lambda case, now: give_number(case, number), cause)

    async def _some(self) -> list[tuple[str, str, datetime]]:
        fields = {"state.community": 1, "state.reported_at": 1}
        with store_errors():
            found = self._cases.collection.find(unnumbered(), fields).sort([("at", ASCENDING), ("_id", ASCENDING)])
            cases = await found.limit(_BATCH).to_list(_BATCH)
        return [(case["_id"], case["state"]["community"], case["state"]["reported_at"]) for case in cases]
