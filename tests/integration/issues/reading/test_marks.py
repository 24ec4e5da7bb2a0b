"""Two replicas draw and count the same cases, are stopped anywhere, and are told of changes meanwhile: what is left at
the end is what the cases say, and no mark."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.store.mongo import Database
from services.issues.reading.counts import COUNTS
from services.issues.reading.marks import MARKS, RowMarks, Settled, told
from services.issues.reading.projection import Projection
from services.issues.reading.rewriting import Change, Rewriting
from services.issues.reading.row import ROWS
from tests.unit.issues.world import HERE

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
STATUSES = ("reported", "accepted", "dispatched", "handled", "verified")


def noon() -> datetime:
    return NOON


class Stopped(Exception):
    """The process dies here."""


class World:
    """Cases that change, and two replicas that draw them."""

    def __init__(self, db: Database, seed: int) -> None:
        self.db = db
        self.dice = random.Random(seed)
        self.marks = RowMarks(db)

    async def change(self) -> None:
        """A case is reported or changed, and the fact of it arrives, or one that came before arrives once more."""
        id = f"case-{self.dice.randrange(6)}"
        at = NOON + timedelta(days=self.dice.randrange(3))
        state = {
            "community": HERE, "category": "noise", "category_zh": "噪声", "category_en": "noise", "place": "house-1",
            "title": "楼上很吵", "reported_at": at, "priority": "normal", "channel": "app",
            "status": self.dice.choice(STATUSES),
        }  # fmt: skip
        await self.db["cases"].update_one({"_id": id}, {"$inc": {"v": 1}, "$set": {"state": state}}, upsert=True)
        case = await self.db["cases"].find_one({"_id": id})
        assert case is not None
        await self.marks.write([told(id, self.dice.randint(1, case["v"]), NOON), told(id, case["v"], NOON)])

    def replica(self, between: Callable[[], Awaitable[None]]) -> Projection:
        """A replica; `between` happens before each of its writes."""
        projection = Projection(self.db, noon)
        for marks in (projection._rewriting._marks, projection.recounting._marks):
            for name in ("begin", "end", "counted"):
                setattr(marks, name, _after(between, getattr(marks, name)))
        rewriting: Any = projection._rewriting
        rewriting._write_rows = _after(between, rewriting._write_rows)
        return projection


def _after(
    between: Callable[[], Awaitable[None]], write: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    async def both(*arguments: Any) -> Any:
        await between()
        return await write(*arguments)

    return both


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_comes_between_rows_and_counts_are_right_in_the_end(db: Database, seed: int) -> None:
    world = World(db, seed)
    other = Projection(db, noon)

    async def between() -> None:
        """Other things that happen while a pass is under way."""
        for _ in range(world.dice.randrange(3)):
            await world.dice.choice([world.change, other._make_rows, other.recounting._make_counts])()
        if world.dice.random() < 0.2:
            raise Stopped

    for _ in range(25):
        await world.change()
        replica = world.replica(between)
        for work in (replica._make_rows, replica.recounting._make_counts):
            try:
                await work()
            except Stopped:
                continue
    await other.catch_up()
    assert await db[MARKS].find({}).to_list(None) == []
    drawn, counted = await _seen(db)
    await db[ROWS].drop()
    await db[COUNTS].drop()
    await other.rebuild()
    await other.catch_up()
    assert (drawn, counted) == await _seen(db)


async def _seen(db: Database) -> tuple[Any, Any]:
    """Rows and counts, without what tells who wrote them; counts of nothing are like none."""
    rows = [
        {k: v for k, v in row.items() if k not in {"turn", "changed", "written"}}
        for row in await db[ROWS].find({}).to_list(None)
    ]
    counts = {
        each["_id"]: each["n"] for each in await db[COUNTS].find({"n": {"$exists": True}}).to_list(None) if each["n"]
    }
    return sorted(rows, key=lambda row: str(row["_id"])), counts


async def test_a_case_that_is_marked_while_it_is_drawn_is_drawn_again(db: Database) -> None:
    world = World(db, 1)
    await world.change()
    [mark] = await world.marks.stale(10)
    await world.marks.write([told(mark["_id"], mark["wanted"], NOON)])
    await world.marks.end("pass", [Settled(mark, mark["wanted"], named=False)], [])
    assert len(await world.marks.stale(10)) == 1


async def test_a_pass_that_lost_a_row_leaves_its_mark(db: Database) -> None:
    """Both have read that there is no row; the second to write has an older case in hand."""
    rewriting, id = Rewriting(db), "case-1"
    await RowMarks(db).write([told(id, 2, NOON)])
    [mark] = await RowMarks(db).stale(10)
    made = {"community": HERE, "changed": NOON, "days": {"reported": 20261126}}
    await rewriting.write([], [Change.of(mark, None, {**made, "seq": 2})])
    await RowMarks(db).write([told(id, 3, NOON)])
    await rewriting.write([], [Change.of(mark, None, {**made, "seq": 1})])
    row = await db[ROWS].find_one({"_id": id})
    assert row is not None
    assert row["seq"] == 2
    assert [each["wanted"] for each in await RowMarks(db).stale(10)] == [3]
    assert [each["dirty"] for each in await RowMarks(db).uncounted(10)] == [["reported:20261126"]]


class OneByOne:
    """A collection whose bulk writes are carried out one write after another, as the store does; `between` happens
    before the second."""

    def __init__(self, collection: Any, between: Callable[[], Awaitable[None]]) -> None:
        self._collection = collection
        self._between = between

    async def bulk_write(self, operations: list[Any]) -> None:
        for number, operation in enumerate(operations):
            if number == 1:
                await self._between()
            await self._collection.bulk_write([operation])


@pytest.mark.parametrize("counts_first", [True, False])
async def test_rows_and_counts_done_with_side_by_side_leave_no_mark(db: Database, counts_first: bool) -> None:
    rows, counts = RowMarks(db), RowMarks(db)
    await rows.write([told("case-1", 1, NOON)])
    [mark] = await rows.stale(10)
    await rows.begin("pass", [(mark, HERE, {"reported:20261126"})])
    await rows.end("pass", [Settled(mark, 1, named=True)], ["case-1"])
    await rows.write([told("case-1", 1, NOON)])
    [again], [dirty] = await rows.stale(10), await rows.uncounted(10)

    async def drawn() -> None:
        await rows.end("later", [Settled(again, 1, named=False)], [])

    async def counted() -> None:
        await counts.counted([dirty])

    first, second, under_way = (counted, drawn, counts) if counts_first else (drawn, counted, rows)
    under_way.collection = OneByOne(db[MARKS], second)  # type: ignore[assignment]  # as much as it uses
    await first()
    assert await db[MARKS].find({}).to_list(None) == []


async def test_marks_that_name_the_same_are_named_by_one_write_and_keep_their_own_time(db: Database) -> None:
    marks = RowMarks(db)
    times = {f"case-{n}": NOON + timedelta(seconds=n) for n in range(5)}
    await marks.write([told(id, 1, at) for id, at in times.items()])
    stale = await marks.stale(10)
    await marks.begin("one", [(mark, HERE, {"cell:$1", "reported:1"}) for mark in stale])
    await marks.begin("two", [(mark, HERE, {"closed:2"}) for mark in stale[:1]])
    found = {each["_id"]: each for each in await db[MARKS].find({}).to_list(None)}
    assert {id: each["uncounted"] for id, each in found.items()} == times
    assert sorted(found["case-0"]["dirty"]) == ["cell:$1", "closed:2", "reported:1"]
    assert {tuple(sorted(found[id]["dirty"])) for id in list(times)[1:]} == {("cell:$1", "reported:1")}
    assert [found[id]["pass"] for id in times] == ["two", *["one"] * 4]
    assert all(each["drawing"] and each["community"] == HERE for each in found.values())


async def test_words_stand_as_long_as_what_they_are_made_of_and_no_longer(db: Database) -> None:
    """Another pass, of a version that knows nothing of digests, or one that forgets, may come in between."""
    projection, world = Projection(db, noon), World(db, 1)

    async def drawn(**changes: Any) -> list[str]:
        await world.change()
        case = await db["cases"].find_one({})
        assert case is not None
        await db["cases"].update_one(
            {"_id": case["_id"]}, {"$set": {f"state.{name}": value for name, value in changes.items()}}
        )
        await projection.catch_up()
        row = await db[ROWS].find_one({"_id": case["_id"]})
        assert row is not None
        return [word for word in row["words"] if len(word) > 2]

    world.dice.randrange = lambda *_: 1  # type: ignore[method-assign]  # one case, one day
    first = await drawn()
    await db[ROWS].update_many({}, {"$set": {"words": ["kept"]}})
    assert await drawn() == ["kept"], "nothing that they are made of has changed"
    assert await drawn(text="门锁坏了") != first
    assert await drawn() == first
    await db[ROWS].update_many({}, {"$set": {"words": ["another"], "turn": "of a version before"}})
    assert await drawn() == first
    [id] = [row["_id"] for row in await db[ROWS].find({}, {"_id": 1}).to_list(None)]
    await projection.forget([id])
    assert await drawn() == first
    await db[ROWS].update_many({}, {"$set": {"words": ["old"]}})
    await projection.rebuild()
    assert await drawn() == first
