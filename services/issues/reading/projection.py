"""Keeps the rows behind the cases: events mark what is stale, and a sweep brings it up to date.

A mark holds the version that was told of and since when the row is behind it; a row is made from the case as it
stands and written only where nobody has written it meanwhile, together with the names of the counts that it changes
(`recounting.py` makes those). Marks and rows may therefore come late, twice or be interrupted anywhere: what is not
done is still marked. What changed is drawn before what a rebuild has marked, the oldest first; the longer it has
waited, the less the sweep rests (`pace.py`).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.clock import Clock, utc_now
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
from services.issues.reading import behind
from services.issues.reading.behind import EVER, STALE, age_of
from services.issues.reading.facts import When
from services.issues.reading.pace import Pace, Pass
from services.issues.reading.recounting import Recounting
from services.issues.reading.row import ROWS, WAITING, WORDS, Where, counted_in, counts_as, last_change, row
from services.issues.reading.sites import Sites

log = logging.getLogger(__name__)

SHAPE = 3
"""Of rows and counts: a higher number, and all rows are made anew once the new version runs."""

STATE = "reading"
BATCH = 1000
"""Rows of a pass. On a busy loop a pass takes as long as the turns between its questions, however many rows it makes;
small passes could not keep up there."""
_BREATH = 50
"""Rows that are made without letting anybody else have a turn of the loop: about 10 ms."""
_REST = 1.0
"""How many times as long as a pass took the sweep rests on an idle loop."""


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
        IndexModel([("dirty", up)], partialFilterExpression={"dirty": {"$exists": True}}),
        *behind.indexes(),
    ]


RETIRED = {"desks": WAITING, "stale_1": STALE}
"""Indexes of the rows that were declared once, each with the one that took its place: dropped once that one stands."""


def marked(received: Received[Any]) -> list[UpdateOne]:
    """The write that says: the row of this case is behind this version."""
    envelope = received.envelope
    return [_mark(envelope.aggregate_id, envelope.sequence, envelope.time)]


class Projection:
    """The rows of this service's cases, and a sweep that keeps them.

    `patience`: the age in seconds that a change may reach while the sweep rests.
    """

    name = "case-rows"
    every = timedelta(seconds=0.25)

    def __init__(self, database: Database, clock: Clock = utc_now, *, patience: float = 2.0) -> None:
        self.recounting = Recounting(database, clock, patience=patience)
        self._rows: Collection = database[ROWS]
        self._cases: Collection = database["cases"]
        self._state: Collection = database[STATE]
        self._sites = Sites(database)
        self._clock = clock
        self._shaped = False
        self._pace = Pace(_REST, patience)

    async def once(self, clock: Clock) -> int:
        """One pass.

        Raises:
            PyMongoError: the store does not answer.
        """
        if not self._shaped:
            await self._renew()
        return await self._pace.take(self._make_rows)

    async def moved(self, place: str, community: str) -> None:
        """A place has another title or point: the rows of its cases are stale."""
        await self._rows.update_many(
            {"community": community, "place": place}, {"$set": {"stale": True}, "$min": {"since": self._clock()}}
        )

    async def forget(self, cases: Sequence[str]) -> None:
        """Nobody is found by the words of `cases` from now on; their rows are made anew soon, from what is left."""
        nothing: Document = {
            "reporter": None,
            "title": None,
            "text": "",
            "inside": "",
            WORDS: [],
            "desks": [],
            "stale": True,
        }
        await self._rows.update_many({"_id": {"$in": list(cases)}}, {"$set": nothing, "$inc": {"turn": 1}})

    async def advance(self) -> int:
        """Bring one batch up to date: rows, then what they count in. Returns how many rows and counts were behind."""
        return (await self._make_rows()).done + await self.recounting.advance()

    async def catch_up(self) -> None:
        """Advance until nothing is behind."""
        while await self.advance():
            pass

    async def rebuild(self) -> int:
        """Mark the row of every case as stale; returns how many. Harmless at any time, repeated and interrupted."""
        marked = 0
        async for ids in _in_batches(self._cases.find({}, {"_id": 1}), BATCH):
            await self._rows.bulk_write([_anew(found["_id"]) for found in ids], ordered=False)
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

    async def _make_rows(self) -> Pass:
        stale = await self._waiting()
        if not stale:
            return Pass(0)
        ids = [found["_id"] for found in stale]
        found = await self._cases.find({"_id": {"$in": ids}}, {"state": 1, "v": 1}).to_list(None)
        cases = {each["_id"]: each for each in found}
        places = await self._sites.of(case["state"] for case in cases.values())
        operations = []
        for number, before in enumerate(stale):
            if (case := cases.get(id := before["_id"])) is not None:
                operations.append(_written(before, _row(id, case, places), last_change(case["state"])))
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        if operations:
            await self._rows.bulk_write(operations, ordered=False)
        if missing := [id for id in ids if id not in cases]:
            await self._rows.delete_many({"_id": {"$in": missing}, "turn": None})
        return Pass(len(stale), age_of(stale, "since", self._clock()))

    async def _waiting(self) -> list[Document]:
        """A batch of stale rows: of what changed the oldest, then what is only to be made anew."""
        changed = self._rows.find({"stale": True, "since": {"$gt": EVER}}).sort("since", ASCENDING).hint(STALE)
        stale = await changed.limit(BATCH).to_list(BATCH)
        if room := BATCH - len(stale):
            stale += await self._rows.find({"stale": True, "since": None}).hint(STALE).limit(room).to_list(room)
        return stale


def _mark(id: str, version: int, at: datetime) -> UpdateOne:
    """The row of `id` is behind `version`, since `at`. A row that shows the version already is not: a fact that comes
    once more makes no work, and no old fact makes reading look late."""
    behind = {"$gt": [version, {"$ifNull": ["$seq", -1]}]}
    told = {
        "wanted": {"$max": ["$wanted", version]},
        "changed": {"$max": ["$changed", at]},
        "stale": {"$cond": [behind, True, "$stale"]},
        "since": {"$cond": [behind, {"$min": ["$since", at]}, "$since"]},
    }
    return UpdateOne({"_id": id}, [{"$set": told}], upsert=True)


def _anew(id: str) -> UpdateOne:
    """The row of `id` is to be made anew; nothing has changed, so it does not count as late."""
    return UpdateOne({"_id": id}, {"$max": {"wanted": 0}, "$set": {"stale": True}}, upsert=True)


def _row(id: str, case: Document, places: Mapping[str, Where]) -> dict[str, Any]:
    state = case["state"]
    return row(id, case["v"], state, places[state["place"]], places.get(state.get("at") or ""))


def _written(before: Document, made: dict[str, Any], changed: datetime) -> UpdateOne:
    """The write of a row: not where it was written meanwhile, nor where a newer version was told of than it holds."""
    names = set(before.get("dirty", ()))
    if counts_as(before) != counts_as(made):
        names |= {*counted_in(before), *counted_in(made)}
    told = {"$lte": max(made["seq"], before["wanted"])}
    clean = {"stale": "", "since": ""}
    update: Document = {"$set": made, "$max": {"changed": changed}, "$unset": clean, "$inc": {"turn": 1}}
    if names:
        update["$set"] = {**made, "dirty": sorted(names)}
        if before.get("since") is not None:
            update["$min"] = {"uncounted": before["since"]}
    return UpdateOne({"_id": before["_id"], "turn": before.get("turn"), "wanted": told}, update)


async def _in_batches(cursor: Any, size: int) -> AsyncIterator[list[Document]]:
    while found := await cursor.to_list(size):
        yield found
