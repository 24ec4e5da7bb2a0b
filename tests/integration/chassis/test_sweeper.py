"""Sweeps: what is due gets its command once, whoever sweeps, and one that fails holds no other up."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.errors import TooMuchContention
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.lease import Lease
from services.chassis.store.unavailable import StoreUnavailable
from services.chassis.sweeper import BATCH, Sweep, sweep
from tests.integration.chassis.workshop import ME, THINGS, Thing, bump, make, nothing
from tests.waiting import eventually

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def due(now: datetime) -> Mapping[str, Any]:
    return {"state.due": {"$lte": now}}


def done(thing: Thing, now: datetime) -> Decision[Thing]:
    if thing.due is None or thing.due > now:
        return nothing(thing, now)
    return bump(thing.model_copy(update={"due": None}), now)


async def prepared(store: mongo.Database, *dues: datetime | None) -> Aggregates[Thing]:
    things = Aggregates(THINGS, store, lambda: NOON)
    for number, moment in enumerate(dues):
        await things.create(f"thing-{number}", make(f"thing-{number}", due=moment), ME)
    return things


async def swept(things: Aggregates[Thing]) -> list[str]:
    found = await things.collection.find({"state.n": {"$gt": 0}}).sort("_id", 1).to_list(1000)
    assert {document["state"]["n"] for document in found} <= {1}
    return [document["_id"] for document in found]


async def test_what_is_due_is_swept_once_and_nothing_else(store: mongo.Database) -> None:
    things = await prepared(store, NOON, NOON + timedelta(seconds=1), None, NOON - timedelta(days=1))
    task = Sweep("overdue", things, due, done)

    assert await task.once(lambda: NOON) == 2
    assert await task.once(lambda: NOON) == 0

    assert await swept(things) == ["thing-0", "thing-3"]
    document = await things.collection.find_one({"_id": "thing-0"})
    assert document is not None
    entry = document["outbox"][-1]
    assert (entry["actor"], entry["cause"]) == ("system", "sweep.overdue")


async def test_two_processes_that_sweep_at_once_have_one_effect(store: mongo.Database) -> None:
    things = await prepared(store, *[NOON] * 20)
    other = Aggregates(THINGS, store, lambda: NOON)

    await asyncio.gather(
        *(Sweep("overdue", side, due, done).once(lambda: NOON) for side in (things, other) for _ in range(2))
    )

    assert len(await swept(things)) == 20


async def test_more_than_a_batch_that_is_refused_does_not_hide_the_rest(store: mongo.Database) -> None:
    things = await prepared(store, NOON)
    poor = [{"_id": f"a-{n:04}", "v": 1, "state": {"community": "c", "n": -1, "due": NOON}} for n in range(BATCH + 5)]
    await things.collection.insert_many(poor)

    def refusing(thing: Thing, now: datetime) -> Decision[Thing]:
        if thing.n < 0:
            raise TooMuchContention() if thing.id.endswith("1") else ZeroDivisionError()
        return done(thing, now)

    await Sweep("overdue", things, due, refusing).once(lambda: NOON)

    assert await swept(things) == ["thing-0"]


async def test_only_who_holds_the_lease_sweeps(store: mongo.Database) -> None:
    things = await prepared(store, NOON)
    first, second = (Lease(store, "sweeps", ttl=timedelta(seconds=30), holder=name) for name in ("one", "two"))
    assert await first.acquire()
    assert not await second.acquire()
    asked: list[str] = []

    def task(name: str) -> Sweep[Thing]:
        def asking(now: datetime) -> Mapping[str, Any]:
            asked.append(name)
            return due(now)

        return Sweep("overdue", things, asking, done, every=timedelta(milliseconds=1))

    running = [
        asyncio.create_task(sweep(task(name), lease, lambda: NOON)) for name, lease in (("one", first), ("two", second))
    ]
    await eventually(lambda: len(asked) > 3)
    for one in running:
        one.cancel()

    assert set(asked) == {"one"}
    assert await swept(things) == ["thing-0"]


async def test_a_store_that_is_away_interrupts_a_sweep_and_does_not_end_it(
    store: mongo.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = await prepared(store, NOON)
    lease = Lease(store, "sweeps", ttl=timedelta(seconds=30))
    await lease.acquire()
    calls: list[str] = []
    original = things.change

    async def away_at_first(*args: Any, **kwargs: Any) -> Any:
        calls.append(args[0])
        if len(calls) < 3:
            raise StoreUnavailable()
        return await original(*args, **kwargs)

    monkeypatch.setattr(things, "change", away_at_first)
    running = asyncio.create_task(
        sweep(Sweep("overdue", things, due, done, every=timedelta(milliseconds=1)), lease, lambda: NOON)
    )
    await eventually(lambda: len(calls) >= 3)
    await eventually(lambda: swept(things))
    running.cancel()

    assert await swept(things) == ["thing-0"]
