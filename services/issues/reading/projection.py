"""Keeps the rows up to date with the cases: events mark rows that are behind (`marks.py`), and a sweep makes them anew.

A row is made from the present case and written only if nobody has written the row meanwhile. The counts that the write
changes are named in the mark before (`recounting.py` makes them). So events may be late or repeated, and a pass may be
interrupted anywhere: unfinished work is still marked. Rows of changed cases are drawn before rows that a rebuild has
marked, the oldest change first; the longer a change has waited, the less the sweep rests (`throttle.py`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.chassis.clock import Clock, utc_now
from services.chassis.store.mongo import (
    ASCENDING,
    DESCENDING,
    Collection,
    Database,
    Document,
    IndexModel,
    PyMongoError,
    UpdateOne,
)
from services.chassis.subscriber.handlers import Received
from services.issues.reading import marks
from services.issues.reading.facts import When
from services.issues.reading.marks import RowMarks, Settled, age_of, pass_name
from services.issues.reading.nearness import AT_PLACES, CELLS
from services.issues.reading.place_lookup import PlaceLookup
from services.issues.reading.recounting import Recounting
from services.issues.reading.rewriting import BEFORE, Change, Rewriting, written_in
from services.issues.reading.row import IN_ORDER, READ, ROWS, SHARED, WAITING, WORDS, Where, last_change, row
from services.issues.reading.throttle import Pace, Pass

log = logging.getLogger(__name__)

SHAPE = 13
"""The version of the form of rows and counts. A higher number has all rows made anew once the new program runs."""

STATE = "reading"
BATCH = 1000
"""The most rows of a pass. On a busy event loop a pass takes as long as the turns between its questions, however many
rows it makes, so that small passes could not keep up."""
_BREATH = 50
"""How many rows are made before other tasks get a turn of the event loop: about 10 ms of work."""
_REST = 1.0
"""The length of a rest on an idle event loop, in lengths of the pass before it."""


def indexes() -> list[IndexModel]:
    """The indexes of the rows, one for each kind of question. The index of words is the heaviest."""
    up, down = ASCENDING, DESCENDING
    tail = [(name, up) for name in ("unit", "category", "group", "building")]
    return [
        IndexModel(
            [("community", up), ("order", down)]
            + [(name, up) for name in ("public", "category", "open", "lon", "lat")],
            name=IN_ORDER,
        ),
        IndexModel([("community", up), ("changed", up), ("_id", up)]),
        IndexModel([("community", up), (WORDS, up), ("order", down)], name=WORDS),
        IndexModel(
            [("community", up), ("desks", up), ("overdue", up), ("due", up), ("_id", up)]
            + [(name, up) for name in ("category", "status", "building", "priority", "unit")]
            + [(name, up) for name in ("group", "channel", "affected", "order", "phase", "level", "assignee")],
            name=WAITING,
        ),
        IndexModel(AT_PLACES),
        IndexModel(
            [("community", up), ("cell", up), ("open", up), ("order", down)]
            + [(name, up) for name in ("category", "public", "lon", "lat")],
            name=CELLS,
        ),
        *(
            IndexModel(
                [("community", up), (f"days.{when.value}", down), ("sig", up), ("_id", up), *tail],
                name=f"day {when.value}",
                partialFilterExpression={f"days.{when.value}": {"$exists": True}},
            )
            for when in When
        ),
        *(
            IndexModel(
                [("community", up), ("who", up), (f"days.{when.value}", down), ("sig", up), ("_id", up)],
                name=f"who {when.value}",
                partialFilterExpression={f"days.{when.value}": {"$exists": True}},
            )
            for when in When
        ),
        *(
            IndexModel(
                [("community", up), ("shares.who", up), (f"days.{when.value}", down), ("sig", up), ("_id", up)],
                name=f"shared by whom {when.value}",
                partialFilterExpression=SHARED,
            )
            for when in When
        ),
        *(
            IndexModel(
                [("community", up), (f"days.{when.value}", down)],
                name=f"shared {when.value}",
                partialFilterExpression=SHARED,
            )
            for when in When
        ),
    ]


RETIRED = {
    "desks": WAITING,
    "waiting": WAITING,
    "stale_1": None,
    "stale since": None,
    "dirty_1": None,
    "uncounted": None,
}
"""Indexes of the rows that earlier versions declared, each with its successor (None: no question uses it any more). An
index is dropped once its successor exists."""


def marked(received: Received[Any]) -> list[UpdateOne]:
    """The writes that mark the row of the event's case as behind the event's version."""
    envelope = received.envelope
    return [marks.told(envelope.aggregate_id, envelope.sequence, envelope.time)]


class Projection:
    """The rows of this service's cases, and the sweep that keeps them up to date.

    `patience` is the age in seconds that a change may reach while the sweep rests.
    """

    name = "case-rows"
    every = timedelta(seconds=0.25)

    def __init__(self, database: Database, clock: Clock = utc_now, *, patience: float = 2.0) -> None:
        self.recounting = Recounting(database, clock, patience=patience)
        self._marks = RowMarks(database)
        self._rewriting = Rewriting(database)
        self._rows: Collection = database[ROWS]
        self._cases: Collection = database["cases"]
        self._state: Collection = database[STATE]
        self._lookup = PlaceLookup(database)
        self._clock = clock
        self._shaped = False
        self._pace = Pace(_REST, patience)

    async def once(self, clock: Clock) -> int:
        """Do one pass. Returns how many rows were behind.

        Raises:
            PyMongoError: the store does not answer.
        """
        if not self._shaped:
            await self._renew()
        return await self._pace.take(self._make_rows)

    async def moved(self, place: str, community: str) -> None:
        """Mark the rows of the cases at `place`, which has got another title or point."""
        now = self._clock()
        async for rows in _in_batches(self._rows.find({"community": community, "place": place}, {"_id": 1}), BATCH):
            await self._marks.write([marks.anew(row["_id"], now) for row in rows])

    async def forget(self, cases: Sequence[str]) -> None:
        """Remove the words of `cases` from their rows at once. The rows are marked to be made anew from what is left of
        the cases."""
        nothing: Document = {"reporter": None, "title": None, **dict.fromkeys(READ, ""), WORDS: [], "desks": []}
        await self._marks.write([marks.anew(case) for case in cases])
        await self._rows.update_many({"_id": {"$in": list(cases)}}, {"$set": {**nothing, "turn": pass_name()}})

    async def advance(self) -> int:
        """Bring one batch of rows up to date, then one of counts. Returns how many rows and counts were behind."""
        return (await self._make_rows()).done + await self.recounting.advance()

    async def catch_up(self) -> None:
        """Call `advance` until nothing is behind."""
        while await self.advance():
            pass

    async def rebuild(self) -> int:
        """Mark the row of every case to be made anew. Returns how many. This is harmless at any time, also repeated or
        interrupted."""
        marked = 0
        async for cases in _in_batches(self._cases.find({}, {"_id": 1}), BATCH):
            await self._marks.write([marks.anew(case["_id"]) for case in cases])
            marked += len(cases)
        return marked

    async def _renew(self) -> None:
        """Mark all rows to be made anew, once after an upgrade, or where there were no rows before."""
        known = await self._state.find_one({"_id": "shape", "shape": SHAPE})
        if known is None:
            log.info("rows are made anew", extra={"cases": await self.rebuild()})
            await self._state.update_one({"_id": "shape"}, {"$set": {"shape": SHAPE}}, upsert=True)
        await self._drop_retired()
        self._shaped = True

    async def _drop_retired(self) -> None:
        """Drop retired indexes. Where the store refuses, drawing goes on, for an index too many only costs every write
        a little."""
        try:
            there = await self._rows.index_information()
            for name, successor in RETIRED.items():
                if name in there and (successor is None or successor in there):
                    await self._rows.drop_index(name)
                    log.info("an index that nothing asks any more is dropped", extra={"index": name})
        except PyMongoError as error:
            log.warning("retired indexes not dropped", extra={"error": type(error).__name__})

    async def _make_rows(self) -> Pass:
        waiting = await self._marks.stale(BATCH)
        if not waiting:
            return Pass(0)
        ids = {"$in": [mark["_id"] for mark in waiting]}
        cases = {case["_id"]: case for case in await self._cases.find({"_id": ids}, {"state": 1, "v": 1}).to_list(None)}
        rows = {row["_id"]: row for row in await self._rows.find({"_id": ids}, BEFORE).to_list(None)}
        places = await self._lookup.of(case["state"] for case in cases.values())
        shown, changes = list[Settled](), list[Change]()
        for number, mark in enumerate(waiting):
            case, before = cases.get(mark["_id"]), rows.get(mark["_id"])
            if case is not None and _shows(before, mark):
                shown.append(Settled(mark, mark["wanted"], named=False))
            else:
                made = None if case is None else _row(mark, before, case, places)
                changes.append(Change.of(mark, before, made))
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        await self._rewriting.write(shown, changes)
        return Pass(len(waiting), age_of(waiting, "since", self._clock()))


def _shows(row: Document | None, mark: Document) -> bool:
    """Whether `row` already shows what `mark` asks for, because an event arrived again, or after the row was made."""
    asks_anew = mark.get("redraw") or mark.get("drawing")
    return row is not None and not asks_anew and bool(row.get("seq", -1) >= mark["wanted"])


def _row(mark: Document, before: Document | None, case: Document, places: Mapping[str, Where]) -> dict[str, Any]:
    state = case["state"]
    public, exact = places[state["place"]], places.get(state.get("at") or "")
    written = None if before is None or mark.get("redraw") else written_in(before)
    made = row(mark["_id"], case["v"], state, public, exact, written=written)
    return {**made, "changed": last_change(state)}


async def _in_batches(cursor: Any, size: int) -> AsyncIterator[list[Document]]:
    while found := await cursor.to_list(size):
        yield found
