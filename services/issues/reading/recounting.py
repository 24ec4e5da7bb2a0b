"""Keeps the counts behind the rows: a row that was written names the counts that it changes, a sweep makes them anew.

The sweep is one of its own, so that rows, which lists and searches read, never wait for counts, which figures and the
map read. What changed is counted before what a rebuild has written.
"""

from datetime import timedelta

from services.chassis.clock import Clock, utc_now
from services.chassis.mongo import ASCENDING, Collection, Database, Document, UpdateOne
from services.issues.reading.behind import EVER, UNCOUNTED, age_of
from services.issues.reading.counts import Counts
from services.issues.reading.pace import Pace, Pass
from services.issues.reading.row import ROWS

_CHANGED_AT_ONCE = 20_000
_ANEW_AT_ONCE = 2_000
_WANTED = {"community": 1, "turn": 1, "dirty": 1, "uncounted": 1}
_REST = 4.0
"""How many times as long as a pass took the sweep rests on an idle loop: a day that has many cases is counted less
often, the longer that takes."""


class Recounting:
    """The counts of this service's cases, and the sweep that keeps them."""

    name = "case-counts"
    every = timedelta(seconds=0.25)

    def __init__(self, database: Database, clock: Clock = utc_now, *, patience: float = 2.0) -> None:
        self.counts = Counts(database)
        self._rows: Collection = database[ROWS]
        self._clock = clock
        self._pace = Pace(_REST, patience)

    async def once(self, clock: Clock) -> int:
        """One pass.

        Raises:
            PyMongoError: the store does not answer.
        """
        return await self._pace.take(self._make_counts)

    async def advance(self) -> int:
        """Make one batch of counts anew; returns how many were behind."""
        return (await self._make_counts()).done

    async def _make_counts(self) -> Pass:
        dirty = await self._waiting()
        if not dirty:
            return Pass(0)
        names = {(found["community"], name) for found in dirty for name in found["dirty"]}
        await self.counts.recount(names)
        clean = {"$unset": {"dirty": "", "uncounted": ""}}
        await self._rows.bulk_write(
            [UpdateOne({"_id": found["_id"], "turn": found["turn"]}, clean) for found in dirty], ordered=False
        )
        return Pass(len(names), age_of(dirty, "uncounted", self._clock()))

    async def _waiting(self) -> list[Document]:
        """Rows whose counts wait: those that changed, the oldest first, or else some that were made anew."""
        changed = self._rows.find({"uncounted": {"$gt": EVER}}, _WANTED).sort("uncounted", ASCENDING).hint(UNCOUNTED)
        if dirty := await changed.limit(_CHANGED_AT_ONCE).to_list(None):
            return dirty
        anew = self._rows.find({"dirty": {"$exists": True}}, _WANTED).limit(_ANEW_AT_ONCE)
        return await anew.to_list(None)
