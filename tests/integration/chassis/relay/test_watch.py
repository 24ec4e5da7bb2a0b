"""The change stream wakes the relay for what other processes commit, however often it ends; nothing depends on it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from services.chassis.clock import utc_now
from services.chassis.relay.watch import watch
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.lease import Lease
from tests.integration.chassis.lab import Lab, Tampered, first_arrivals, running
from tests.integration.chassis.workshop import ME, THINGS, Thing, bump, make
from tests.waiting import eventually


class Woken(Counter[str]):
    """How often each collection was woken."""

    def by(self, *collections: str) -> dict[str, Callable[[], None]]:
        return {name: lambda name=name: self.update([name]) for name in collections}  # type: ignore[misc]


@asynccontextmanager
async def watching(store: Any, woken: Woken, lease: Lease) -> AsyncIterator[None]:
    async with running(watch(store, lease, woken.by("things", "others"), again=0.02)):
        await eventually(lambda: woken["things"] and woken["others"])
        yield


@pytest.fixture
async def lease(store: mongo.Database) -> Lease:
    lease = Lease(store, "relay", ttl=timedelta(seconds=60))
    await lease.acquire()
    return lease


@pytest.fixture
def things(store: mongo.Database) -> Aggregates[Thing]:
    return Aggregates(THINGS, store, utc_now)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What is committed from now on is another process's."""

    def become_another() -> None:
        for module in ("aggregates", "command_group"):
            monkeypatch.setattr(f"services.chassis.store.{module}.writer", lambda: "another-process")

    return become_another


async def test_commits_of_another_process_wake_the_relay_and_own_ones_do_not(
    store: mongo.Database, lease: Lease, things: Aggregates[Thing], elsewhere: Callable[[], None]
) -> None:
    woken = Woken()
    async with watching(store, woken, lease):
        before = Counter(woken)
        await things.create("thing-1", make("thing-1"), ME)
        await things.change("thing-1", bump, ME)
        await things.collection.update_one({"_id": "thing-1"}, {"$pull": {"outbox": {"seq": {"$lte": 2}}}})
        await store["others"].insert_one({"_id": "other", "by": "another-process:1"})
        await eventually(lambda: woken["others"] == before["others"] + 1)
        assert woken["things"] == before["things"]

        elsewhere()
        await things.change("thing-1", bump, ME)
        await eventually(lambda: woken["things"] == before["things"] + 1)
        await things.create("thing-2", make("thing-2"), ME)
        await eventually(lambda: woken["things"] == before["things"] + 2)


async def test_a_cursor_killed_on_the_server_costs_nothing(
    store: mongo.Database, lease: Lease, things: Aggregates[Thing], elsewhere: Callable[[], None]
) -> None:
    woken = Woken()
    elsewhere()
    async with watching(store, woken, lease):
        await eventually(lambda: _kill_streams(store))
        before = woken["things"]
        await things.create("thing-1", make("thing-1"), ME)
        await eventually(lambda: woken["things"] > before)


async def _kill_streams(store: mongo.Database) -> int:
    """Kill the change streams of this database; how many there were."""
    find_idle: list[dict[str, Any]] = [
        {"$currentOp": {"idleCursors": True}},
        {"$match": {"cursor.originatingCommand.$db": store.name}},
    ]
    killed = 0
    async for operation in store.client["admin"].aggregate(find_idle):
        cursor = operation["cursor"]["cursorId"]
        answer = await store.command({"killCursors": "$cmd.aggregate", "cursors": [cursor]})
        killed += len(answer["cursorsKilled"])
    return killed


async def test_a_stream_that_the_server_ends_is_opened_anew(
    store: mongo.Database, lease: Lease, things: Aggregates[Thing], elsewhere: Callable[[], None]
) -> None:
    """A dropped database invalidates its streams."""
    woken = Woken()
    elsewhere()
    async with watching(store, woken, lease):
        before = woken["others"]
        await store["others"].insert_one({"_id": "other"})
        await store.client.drop_database(store.name)
        await eventually(lambda: woken["others"] > before)
        woken_again = woken["things"]
        await things.create("thing-1", make("thing-1"), ME)
        await eventually(lambda: woken["things"] > woken_again)


async def test_a_lost_history_costs_nothing(lab: Lab, elsewhere: Callable[[], None]) -> None:
    """While the stream is broken another process commits; no resume token leads there, and yet it is relayed."""
    opened: list[str] = []
    elsewhere()
    things = lab.things()

    def watch_brokenly(*args: Any, **kwargs: Any) -> Any:
        opened.append("stream")
        if len(opened) < 3:
            raise OperationFailure("the resume point may no longer be in the oplog", 286)
        return lab.store.watch(*args, **kwargs)

    lane = await lab.lane(poll=3600)
    broken: Any = Tampered(lab.store, watch=watch_brokenly)
    await things.create("thing-1", make("thing-1"), ME)
    async with running(lane.run()):
        await eventually(lab.relayed)
        await things.change("thing-1", bump, ME)
        async with running(watch(broken, await lab.lease(), {"things": lane.nudge}, again=0.02)):
            await eventually(lab.relayed)
            await things.change("thing-1", bump, ME)
            await eventually(lab.relayed)

    assert first_arrivals(await lab.read(lab.facts)) == {"thing-1": [1, 2, 3]}


async def test_only_the_leader_watches(store: mongo.Database, lease: Lease) -> None:
    opened: list[str] = []

    def count(*args: Any, **kwargs: Any) -> Any:
        opened.append("stream")
        return store.watch(*args, **kwargs)

    counting: Any = Tampered(store, watch=count)
    second = Lease(store, "relay", ttl=timedelta(seconds=60), holder="two")
    woken = Woken()
    async with running(watch(counting, second, woken.by("things"), again=0.01)):
        first_look = asyncio.get_running_loop().time()
        await eventually(lambda: asyncio.get_running_loop().time() > first_look + 0.1)
        assert opened == []
        await lease.release()
        await second.acquire()
        await eventually(lambda: woken["things"])
    assert len(opened) == 1
