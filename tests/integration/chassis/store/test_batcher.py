"""Commands made side by side share their calls to the store; each ends as if it had been alone."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from services.chassis.clock import utc_now
from services.chassis.errors import AlreadyExists
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates, Stored, Taken
from services.chassis.store.batcher import Inserts, Reads, Updates, Writes
from services.chassis.store.mongo import DuplicateKeyError, InsertOne, UpdateOne
from services.chassis.store.receipt import Receipt, Replayed
from services.chassis.store.unavailable import StoreUnavailable
from tests.integration.chassis.workshop import ME, THINGS, Thing, bump, make


@pytest.fixture
def things(store: mongo.Database) -> Aggregates[Thing]:
    return Aggregates(THINGS, store, utc_now)


class Counting:
    """A collection that counts the calls that reach it."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._collection, name)


async def test_two_hundred_creations_need_few_calls_and_all_stand(store: mongo.Database) -> None:
    counting = Counting(store["things"])
    insert = Inserts(counting)  # type: ignore[arg-type]  # as much of a collection as it uses

    await asyncio.gather(*(insert({"_id": f"thing-{n}", "n": n}) for n in range(200)))

    assert await store["things"].count_documents({}) == 200
    assert len(counting.calls) <= 3


async def test_a_bad_document_fails_alone(store: mongo.Database) -> None:
    insert = Inserts(store["things"])
    await insert({"_id": "taken"})
    documents: list[dict[str, Any]] = [
        {"_id": "a"},
        {"_id": "taken"},
        {"_id": "b", "value": object()},
        {"_id": "c"},
        {"_id": "c", "again": True},
    ]

    results = await asyncio.gather(*(insert(document) for document in documents), return_exceptions=True)

    assert results[0] is None
    assert isinstance(results[1], DuplicateKeyError)
    assert isinstance(results[2], Exception)
    assert not isinstance(results[2], DuplicateKeyError)
    assert [results[3] is None, results[4] is None].count(True) == 1
    assert {found["_id"] async for found in store["things"].find()} == {"taken", "a", "c"}


async def test_a_few_travel_with_those_of_others_and_many_by_themselves(store: mongo.Database) -> None:
    counting = Counting(store["things"])
    insert = Inserts(counting)  # type: ignore[arg-type]  # as much of a collection as it uses
    threes = [[mongo.encoded({"_id": f"thing-{n}-{k}"}) for k in range(3)] for n in range(40)]
    threes[7].append(threes[6][0])

    outcomes = await asyncio.gather(*(insert.many(three) for three in threes))

    assert len(counting.calls) <= 2
    refused = [(n, k) for n, each in enumerate(outcomes) for k, outcome in enumerate(each) if outcome is not None]
    assert refused == [(7, 3)]
    assert isinstance(outcomes[7][3], DuplicateKeyError)
    assert list(await insert.many([mongo.encoded({"_id": f"many-{n}"}) for n in range(100)])) == [None] * 100
    assert await store["things"].count_documents({}) == 40 * 3 + 100


async def test_the_store_is_away_for_a_few_as_for_many(store: mongo.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(self: Inserts, documents: object) -> None:
        raise mongo.UNREACHABLE[0]()

    monkeypatch.setattr(Inserts, "_insert", away)
    for number in (1, 3, 100):
        things = Aggregates(THINGS, store, utc_now)
        with pytest.raises(StoreUnavailable):
            await things.create_each({f"thing-{n}": make(f"thing-{n}") for n in range(number)}, ME)


async def test_who_waits_for_what_is_created_hears_of_it_before_the_relay(store: mongo.Database) -> None:
    order = list[str]()

    def told(moment: str) -> Callable[[Iterable[Stored[Thing]]], None]:
        return lambda made: order.extend(f"{moment} {each.aggregate.id}" for each in made)

    things = Aggregates(THINGS, store, utc_now, lambda document: order.append(f"relay {(document or {})['_id']}"))
    await things.create("thing-1", make("thing-1"), ME)
    wanted = {f"thing-{n}": make(f"thing-{n}") for n in (1, 2, 3)}
    created = await things.create_each(wanted, ME, announce=told("coming"), durable=told("durable"))

    assert list(created) == ["thing-2", "thing-3"], "who was created before is left out"
    coming = ["coming thing-1", "coming thing-2", "coming thing-3"]
    assert order[1:] == [*coming, "durable thing-2", "durable thing-3", "relay thing-2", "relay thing-3"]


async def test_of_many_that_create_the_same_document_one_succeeds(things: Aggregates[Thing]) -> None:
    results = await asyncio.gather(
        *(things.create("thing-1", make("thing-1", n), ME) for n in range(30)), return_exceptions=True
    )
    winners = [result for result in results if isinstance(result, Stored)]
    assert len(winners) == 1
    assert sum(isinstance(result, AlreadyExists) for result in results) == 29
    assert (await things.get("thing-1")).aggregate.n == winners[0].aggregate.n


async def test_repetitions_within_one_crowd_are_told_from_clashes(things: Aggregates[Thing]) -> None:
    def receipt() -> Receipt:
        return Receipt("key", "print", 201, lambda stored: f"version {stored.version}".encode())

    event = Taken("handler", "case-1", 1)
    requests = [things.create("thing-1", make("thing-1"), ME, receipt=receipt()) for _ in range(10)]
    events = [things.create("thing-2", make("thing-2"), ME, taken=event) for _ in range(10)]
    results = await asyncio.gather(*requests, *events, return_exceptions=True)

    assert sum(isinstance(result, Replayed) for result in results[:10]) == 9
    assert all(isinstance(result, Stored) and result.version == 1 for result in results[10:])


async def test_a_read_sees_what_stood_before_it_began(things: Aggregates[Thing]) -> None:
    """Reads travel together too: none may ride on one that left before the write it must see."""
    ids = [f"thing-{n}" for n in range(20)]
    await asyncio.gather(*(things.create(id, make(id), ME) for id in ids))

    async def bump_and_read(id: str, times: int) -> list[int]:
        return [(await things.change(id, bump, ME)).aggregate.n for _ in range(times)]

    for seen in await asyncio.gather(*(bump_and_read(id, 10) for id in ids)):
        assert seen == list(range(1, 11))


async def test_reads_share_a_call_and_tell_who_is_missing(store: mongo.Database) -> None:
    await store["things"].insert_many([{"_id": f"thing-{n}", "n": n, "other": 1} for n in range(50)])
    counting = Counting(store["things"])
    read = Reads(counting, {"n": 1}, dict)  # type: ignore[arg-type]  # as much of a collection as it uses

    found = await asyncio.gather(*(read(f"thing-{n % 60}") for n in range(120)))

    assert [None if document is None else document["n"] for document in found] == [
        n % 60 if n % 60 < 50 else None for n in range(120)
    ]
    assert all(document is None or document.keys() == {"_id", "n"} for document in found)
    assert len(counting.calls) <= 4


async def test_updates_share_a_call_and_each_learns_whether_its_document_was_as_it_says(store: mongo.Database) -> None:
    await store["things"].insert_many([{"_id": f"thing-{n}", "v": n % 3, "n": 0} for n in range(50)])
    counting = Counting(store["things"])
    update = Updates(counting)  # type: ignore[arg-type]  # as much of a collection as it uses

    applied = await asyncio.gather(*(update({"_id": f"thing-{n}", "v": 1}, {"$inc": {"n": 1}}) for n in range(60)))

    assert applied == [n < 50 and n % 3 == 1 for n in range(60)]
    assert {found["_id"]: found["n"] async for found in store["things"].find()} == {
        f"thing-{n}": int(n % 3 == 1) for n in range(50)
    }
    assert len(counting.calls) <= 3


async def test_a_single_update_learns_whether_its_document_was_as_it_says(store: mongo.Database) -> None:
    await store["things"].insert_one({"_id": "thing-1", "v": 1})
    update = Updates(store["things"])

    assert await update({"_id": "thing-1", "v": 1}, {"$set": {"v": 2}})
    assert not await update({"_id": "thing-1", "v": 1}, {"$set": {"v": 3}})
    assert not await update({"_id": "thing-2", "v": 1}, {"$set": {"v": 3}})
    assert [found async for found in store["things"].find()] == [{"_id": "thing-1", "v": 2}]


async def test_a_bad_update_fails_alone(store: mongo.Database) -> None:
    await store["things"].create_index("name", unique=True)
    await store["things"].insert_many([{"_id": f"thing-{n}", "v": 1, "name": str(n)} for n in range(5)])
    update = Updates(store["things"])
    names: list[Any] = ["7", "3", object(), "8", "9"]

    results = await asyncio.gather(
        *(update({"_id": f"thing-{n}", "v": 1}, {"$set": {"name": name}}) for n, name in enumerate(names)),
        return_exceptions=True,
    )

    assert [results[0], *results[3:]] == [True, True, True]
    assert isinstance(results[1], DuplicateKeyError)
    assert isinstance(results[2], Exception)
    assert not isinstance(results[2], DuplicateKeyError)
    assert [found["name"] async for found in store["things"].find().sort("_id", 1)] == ["7", "1", "2", "8", "9"]


async def test_of_two_writers_that_have_read_the_same_one_writes(store: mongo.Database) -> None:
    """Two processes, each of which carries its changes together: no change is lost, none is made twice."""
    here, there = (Aggregates(THINGS, store, utc_now) for _ in range(2))
    ids = [f"thing-{n}" for n in range(10)]
    await asyncio.gather(*(here.create(id, make(id), ME) for id in ids))

    await asyncio.gather(*(side.change(id, bump, ME) for id in ids for side in (here, there) for _ in range(5)))

    for id in ids:
        assert (await here.get(id)).aggregate.n == 10
        document = await store["things"].find_one({"_id": id})
        assert document is not None
        assert [entry["seq"] for entry in document["outbox"]] == list(range(1, document["v"] + 1))


async def test_writes_of_several_callers_travel_together(store: mongo.Database) -> None:
    await store["things"].insert_one({"_id": "taken"})
    counting = Counting(store["things"])
    write = Writes(counting)  # type: ignore[arg-type]  # as much of a collection as it uses
    right: list[list[mongo.WriteOp]] = [
        [UpdateOne({"_id": f"thing-{n}"}, {"$set": {part: 1}}, upsert=True) for part in "ab"] for n in range(20)
    ]
    wrong: list[mongo.WriteOp] = [InsertOne({"_id": "taken"}), InsertOne({"_id": "other"})]

    results = await asyncio.gather(*(write(each) for each in [*right, wrong]), return_exceptions=True)

    assert results[:-1] == [None] * 20
    assert isinstance(results[-1], DuplicateKeyError)
    assert await store["things"].count_documents({"a": 1, "b": 1}) == 20
    assert len(counting.calls) <= 3
