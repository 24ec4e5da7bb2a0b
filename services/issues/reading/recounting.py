"""Keeps the counts up to date with the rows: a pass that writes a row names the counts that change, and a sweep makes
them anew.

Counts have a sweep of their own, so that rows, which lists and searches read, never wait for counts, which figures and
the map read. Counts of changed cases are made before those of rows that were only made anew.
"""

from datetime import timedelta

from services.chassis.clock import Clock, utc_now
from services.chassis.store.mongo import Database
from services.issues.reading.counts import Counts
from services.issues.reading.marks import RowMarks, age_of
from services.issues.reading.throttle import Pace, Pass

_AT_ONCE = 20_000
"""The most marks whose counts one pass makes."""

_REST = 4.0
"""The length of a rest on an idle event loop, in lengths of the pass before it. So a day with many cases, whose count
takes longer, is counted less often."""


class Recounting:
    """The counts of this service's cases, and the sweep that keeps them up to date."""

    name = "case-counts"
    every = timedelta(seconds=0.25)

    def __init__(self, database: Database, clock: Clock = utc_now, *, patience: float = 2.0) -> None:
        self.counts = Counts(database)
        self._marks = RowMarks(database)
        self._clock = clock
        self._pace = Pace(_REST, patience)

    async def once(self, clock: Clock) -> int:
        """One pass.

        Raises:
            PyMongoError: the store does not answer.
        """
        return await self._pace.take(self._make_counts)

    async def advance(self) -> int:
        """Make one batch of counts anew. Returns how many rows were waiting to be counted."""
        return (await self._make_counts()).done

    async def _make_counts(self) -> Pass:
        dirty = await self._marks.uncounted(_AT_ONCE)
        if not dirty:
            return Pass(0)
        names = {(mark["community"], name) for mark in dirty for name in mark["dirty"]}
        await self.counts.recount(names)
        await self._marks.counted(dirty)
        return Pass(len(names), age_of(dirty, "uncounted", self._clock()))
