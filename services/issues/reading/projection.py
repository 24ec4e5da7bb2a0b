"""Keeps the rows and the counts behind the cases: events mark what is stale, and a sweep brings it up to date.

A mark holds the version that was told of; a row is made from the case as it stands and written only where nobody has
written it meanwhile, together with the names of the counts that it changes. Marks, rows and counts may therefore come
late, twice or be interrupted anywhere: what is not done is still marked. A pass is small and a rest follows it that is
longer than it was, so that commands are not held up; under load rows follow later.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import Clock
from services.chassis.handlers import Received
from services.chassis.mongo import (
    ASCENDING,
    DESCENDING,
    Collection,
    Database,
    Document,
    IndexModel,
    PyMongoError,
    UpdateOne,
)
from services.issues.reading.counts import Counts
from services.issues.reading.facts import When
from services.issues.reading.pace import Pace
from services.issues.reading.row import ROWS, WAITING, WORDS, Where, counted_in, counts_as, last_change, row
from services.issues.reading.sites import Sites

log = logging.getLogger(__name__)

SHAPE = 2
"""Of rows and counts: a higher number, and all rows are made anew once the new version runs."""

STATE = "reading"
BATCH = 200
_DIRTY_AT_ONCE = 20_000
_REST_OF_ROWS = 1.0
_REST_OF_COUNTS = 4.0
"""How many times as long as a pass took nothing is done, and longer on a busy loop: so reading leaves the processor to
commands, and a day that has many cases is counted less often the longer that takes."""


def indexes() -> list[IndexModel]:
    """A way into the rows for each question; the heaviest is that of the words."""
    up, down = ASCENDING, DESCENDING
    tail = [(name, up) for name in ("unit", "category", "group", "building")]
    return [
        IndexModel(
            [("community", up), ("order", down)]
            + [(name, up) for name in ("public", "category", "open", "lon", "lat")],
            name="in order",
        ),
        IndexModel([("community", up), ("changed", up), ("_id", up)]),
        IndexModel([("community", up), (WORDS, up), ("order", down)], name=WORDS),
        IndexModel(
            [("community", up), ("desks", up), ("overdue", up), ("due", up), ("_id", up)]
            + [(name, up) for name in ("category", "status", "building", "priority", "unit")]
            + [(name, up) for name in ("group", "channel", "affected", "order")],
            name=WAITING,
        ),
        IndexModel([("community", up), ("place", up), ("order", down)]),
        IndexModel(
            [("community", up), ("cell", up), ("open", up), ("order", down)]
            + [(name, up) for name in ("category", "public", "lon", "lat")],
            name="cells",
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
        IndexModel([("stale", up)], partialFilterExpression={"stale": True}),
        IndexModel([("dirty", up)], partialFilterExpression={"dirty": {"$exists": True}}),
    ]


RETIRED = {"desks": WAITING}
"""Indexes of the rows that were declared once, each with the one that took its place: dropped once that one stands."""


def marked(received: Received[Any]) -> list[UpdateOne]:
    """The write that says: the row of this case is behind this version."""
    envelope = received.envelope
    return [_mark(envelope.aggregate_id, envelope.sequence, envelope.time)]


class Projection:
    """The rows of this service's cases, and a sweep that keeps them."""

    name = "case-rows"
    every = timedelta(seconds=0.25)

    def __init__(self, database: Database) -> None:
        self.counts = Counts(database)
        self._rows: Collection = database[ROWS]
        self._cases: Collection = database["cases"]
        self._state: Collection = database[STATE]
        self._sites = Sites(database)
        self._shaped = False
        self._row_pace, self._count_pace = Pace(_REST_OF_ROWS), Pace(_REST_OF_COUNTS)

    async def once(self, clock: Clock) -> int:
        """One pass.

        Raises:
            PyMongoError: the store does not answer.
        """
        if not self._shaped:
            await self._renew()
        return await self._row_pace.take(self._make_rows) + await self._count_pace.take(self._make_counts)

    async def moved(self, place: str, community: str) -> None:
        """A place has another title or point: the rows of its cases are stale."""
        await self._rows.update_many({"community": community, "place": place}, {"$set": {"stale": True}})

    async def advance(self) -> int:
        """Bring one batch up to date: rows, then what they count in. Returns how many rows and counts were behind."""
        return await self._make_rows() + await self._make_counts()

    async def catch_up(self) -> None:
        """Advance until nothing is behind."""
        while await self.advance():
            pass

    async def rebuild(self) -> int:
        """Mark the row of every case as stale; returns how many. Harmless at any time, repeated and interrupted."""
        marked = 0
        async for ids in _in_batches(self._cases.find({}, {"_id": 1}), BATCH):
            await self._rows.bulk_write([_mark(found["_id"], 0) for found in ids], ordered=False)
            marked += len(ids)
        return marked

    async def _renew(self) -> None:
        """Once after an upgrade, or where there were no rows before."""
        known = await self._state.find_one({"_id": "shape", "shape": SHAPE})
        if known is None:
            log.info("rows are made anew", extra={"cases": await self.rebuild()})
            await self._state.update_one({"_id": "shape"}, {"$set": {"shape": SHAPE}}, upsert=True)
        await self._drop_retired()
        self._shaped = True

    async def _drop_retired(self) -> None:
        """What stays behind costs every write a little and no more, so rows don't wait for a store that refuses."""
        try:
            there = await self._rows.index_information()
            for name, successor in RETIRED.items():
                if name in there and successor in there:
                    await self._rows.drop_index(name)
                    log.info("an index that nothing asks any more is dropped", extra={"index": name})
        except PyMongoError as error:
            log.warning("retired indexes not dropped", extra={"error": type(error).__name__})

    async def _make_rows(self) -> int:
        stale = await self._rows.find({"stale": True}).limit(BATCH).to_list(BATCH)
        if not stale:
            return 0
        ids = [found["_id"] for found in stale]
        cases = {found["_id"]: found async for found in self._cases.find({"_id": {"$in": ids}}, {"state": 1, "v": 1})}
        places = await self._sites.of(case["state"] for case in cases.values())
        operations = [
            _written(before, _row(id, case, places), last_change(case["state"]))
            for before in stale
            if (case := cases.get(id := before["_id"])) is not None
        ]
        if operations:
            await self._rows.bulk_write(operations, ordered=False)
        if missing := [id for id in ids if id not in cases]:
            await self._rows.delete_many({"_id": {"$in": missing}, "turn": None})
        return len(stale)

    async def _make_counts(self) -> int:
        wanted = {"community": 1, "turn": 1, "dirty": 1}
        dirty = await self._rows.find({"dirty": {"$exists": True}}, wanted).limit(_DIRTY_AT_ONCE).to_list(None)
        if not dirty:
            return 0
        names = {(found["community"], name) for found in dirty for name in found["dirty"]}
        await self.counts.recount(names)
        await self._rows.bulk_write(
            [UpdateOne({"_id": found["_id"], "turn": found["turn"]}, {"$unset": {"dirty": ""}}) for found in dirty],
            ordered=False,
        )
        return len(names)


def _mark(id: str, version: int, at: datetime | None = None) -> UpdateOne:
    told: Document = {"wanted": version} if at is None else {"wanted": version, "changed": at}
    return UpdateOne({"_id": id}, {"$max": told, "$set": {"stale": True}}, upsert=True)


def _row(id: str, case: Document, places: Mapping[str, Where]) -> dict[str, Any]:
    state = case["state"]
    return row(id, case["v"], state, places[state["place"]], places.get(state.get("at") or ""))


def _written(before: Document, made: dict[str, Any], changed: datetime) -> UpdateOne:
    """The write of a row: not where it was written meanwhile, nor where a newer version was told of than it holds."""
    names = set(before.get("dirty", ()))
    if counts_as(before) != counts_as(made):
        names |= {*counted_in(before), *counted_in(made)}
    told = {"$lte": max(made["seq"], before["wanted"])}
    update: Document = {"$set": made, "$max": {"changed": changed}, "$unset": {"stale": ""}, "$inc": {"turn": 1}}
    if names:
        update["$set"] = {**made, "dirty": sorted(names)}
    return UpdateOne({"_id": before["_id"], "turn": before.get("turn"), "wanted": told}, update)


async def _in_batches(cursor: Any, size: int) -> AsyncIterator[list[Document]]:
    while found := await cursor.to_list(size):
        yield found
