"""The lease: one holder at a time, by the server's clock; each change of holder has a higher epoch."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from services.chassis.store import mongo
from services.chassis.store.lease import Lease
from tests.integration.chassis.lab import running
from tests.waiting import eventually, patiently

LONG = timedelta(seconds=60)
SHORT = timedelta(milliseconds=300)


async def test_one_process_holds_a_lease_and_renews_it_under_one_epoch(store: mongo.Database) -> None:
    one, two = Lease(store, "relay", ttl=LONG, holder="one"), Lease(store, "relay", ttl=LONG, holder="two")

    assert await one.acquire()
    assert not await two.acquire()
    assert await one.acquire()

    assert (one.held, one.epoch) == (True, 1)
    assert (two.held, two.epoch) == (False, 0)


async def test_of_many_that_ask_at_once_one_gets_it(store: mongo.Database) -> None:
    many = [Lease(store, "relay", ttl=LONG, holder=f"holder-{n}") for n in range(20)]

    assert sum(await asyncio.gather(*(lease.acquire() for lease in many))) == 1
    assert sum(lease.held for lease in many) == 1


async def test_a_holder_that_does_not_renew_stops_believing_and_another_takes_over_under_a_higher_epoch(
    store: mongo.Database,
) -> None:
    frozen, next_one = Lease(store, "relay", ttl=SHORT, holder="one"), Lease(store, "relay", ttl=LONG, holder="two")
    assert await frozen.acquire()
    believed: list[bool] = []

    async def taken_over() -> bool:
        taken = await next_one.acquire()
        believed.append(taken and frozen.held)
        return taken

    await eventually(taken_over)

    assert not any(believed)
    assert next_one.epoch == frozen.epoch + 1
    assert not await frozen.acquire()
    assert not frozen.held


async def test_a_holder_that_comes_back_before_anybody_else_keeps_its_epoch(store: mongo.Database) -> None:
    lease = Lease(store, "relay", ttl=SHORT, holder="one")
    await lease.acquire()
    await eventually(lambda: not lease.held)

    assert await lease.acquire()
    assert lease.epoch == 1


async def test_a_lease_that_is_given_up_is_free_at_once(store: mongo.Database) -> None:
    one, two = Lease(store, "relay", ttl=LONG, holder="one"), Lease(store, "relay", ttl=LONG, holder="two")
    await one.acquire()

    await one.release()

    assert not one.held
    assert await two.acquire()
    assert two.epoch == 2
    await one.release()
    assert not await one.acquire()


async def test_leases_of_different_names_are_independent(store: mongo.Database) -> None:
    assert await Lease(store, "relay", ttl=LONG, holder="one").acquire()
    assert await Lease(store, "sweeps", ttl=LONG, holder="two").acquire()


async def test_a_holder_cut_off_from_the_store_stops_believing_when_its_time_is_over(store: mongo.Database) -> None:
    """Its own clock tells it, since the store can't: before anybody else may begin."""
    client = mongo.connect("mongodb://127.0.0.1:1/?replicaSet=rs0", application="t", select_within_ms=50)
    lease = Lease(store, "relay", ttl=SHORT, holder="one")
    await lease.acquire()
    lease._leases = mongo.database(client, "nowhere")["leases"]

    async with running(lease.keep(asyncio.Event())):
        await eventually(lambda: not lease.held)

    assert not await lease.acquire()
    client.close()


async def test_a_holder_that_slept_longer_than_the_lease_lasts_does_not_believe_in_it(store: mongo.Database) -> None:
    """The machine sleeps: timers stand still, and so does the clock by which programs usually measure."""
    now = 1000.0
    lease = Lease(store, "relay", ttl=LONG, holder="one", clock=lambda: now)
    await lease.acquire()
    assert lease.held

    now += LONG.total_seconds() + 1
    assert not lease.held

    assert await lease.acquire()
    assert lease.held


async def test_the_clock_of_a_lease_goes_on_while_the_machine_sleeps(
    store: mongo.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = Lease(store, "relay", ttl=LONG, holder="one")
    await lease.acquire()
    awake = time.monotonic()
    slept = time.clock_gettime(time.CLOCK_BOOTTIME) + LONG.total_seconds()

    monkeypatch.setattr(time, "monotonic", lambda: awake)
    monkeypatch.setattr(time, "clock_gettime", lambda clock: slept if clock == time.CLOCK_BOOTTIME else awake)

    assert not lease.held


async def test_a_lease_that_ran_out_is_inherited_and_one_given_up_is_not(store: mongo.Database) -> None:
    """Who takes it from somebody that did not take their leave knows that things may be under way."""
    one, two = Lease(store, "relay", ttl=SHORT, holder="one"), Lease(store, "relay", ttl=SHORT, holder="two")
    await one.acquire()
    assert not one.inherited

    await eventually(two.acquire)
    assert two.inherited
    assert await two.acquire()
    assert two.inherited

    await two.release()
    assert await one.acquire()
    assert (one.epoch, one.inherited) == (3, False)


async def test_keeping_a_lease_renews_it_and_tells_of_changes(store: mongo.Database) -> None:
    """Times are long enough for a machine that stands still for a second."""
    ttl = timedelta(seconds=3)
    won, lost = asyncio.Event(), asyncio.Event()
    one, two = Lease(store, "relay", ttl=ttl, holder="one"), Lease(store, "relay", ttl=ttl, holder="two")

    async def until() -> datetime:
        document = await store["leases"].find_one({"_id": "relay"})
        assert document is not None
        end: datetime = document["until"]
        return end

    async with running(one.keep(won)):
        await asyncio.wait_for(won.wait(), patiently(5))
        first = await until()
        async with running(two.keep(lost)):
            await eventually(lambda: _later(until, first))
            assert (one.held, one.epoch) == (True, 1)
            assert not two.held
            assert not lost.is_set()
            await store["leases"].update_one({"_id": "relay"}, {"$set": {"holder": "two"}})
            await asyncio.wait_for(lost.wait(), patiently(5))
            assert two.held
            await eventually(lambda: not one.held)


async def _later(now: Callable[[], Awaitable[datetime]], than: datetime) -> bool:
    return await now() > than
