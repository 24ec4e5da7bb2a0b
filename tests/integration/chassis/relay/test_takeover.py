"""Two relays and one lease: the second takes over, and a first that was frozen and comes back does no lasting harm."""

import asyncio
from typing import Any

import orjson

from services.chassis.relay.republish import RepublishRequests
from tests.integration.chassis.lab import Lab, Tampered, by_key, first_arrivals, running, sequences
from tests.integration.chassis.workshop import ME, bump, make
from tests.waiting import eventually

IDS = [f"thing-{n}" for n in range(5)]


async def test_a_process_without_the_lease_relays_nothing(lab: Lab) -> None:
    first = await lab.lease("one")
    second = await lab.lease("two")
    await lab.things().create("thing-1", make("thing-1"), ME)
    idle, leading = await lab.lane(second), await lab.lane(first)

    assert await idle.drain()
    assert await lab.waiting() == 1
    assert await leading.drain()
    assert await lab.relayed()


async def test_the_second_takes_over_while_commands_go_on_and_the_order_stays(lab: Lab) -> None:
    """The first stops renewing in the middle of the traffic, as a frozen process does."""
    one, two = await lab.lease("one", seconds=1.5), await lab.lease("two", seconds=10)
    assert (one.held, two.held) == (True, False)
    first, second = await lab.lane(one, poll=0.01), await lab.lane(two, poll=0.01)
    things = lab.things(first.committed)
    for id in IDS:
        await things.create(id, make(id), ME)

    async with running(first.run(), second.run(), two.keep(asyncio.Event())):
        while not two.held:
            await asyncio.gather(*(things.change(id, bump, ME) for id in IDS))
        await asyncio.gather(*(things.change(id, bump, ME) for id in IDS))
        await eventually(lab.relayed)

    assert not one.held
    assert two.epoch == one.epoch + 1
    version = (await things.get("thing-0")).version
    expected = {id: list(range(1, version + 1)) for id in IDS}
    assert first_arrivals(await lab.read(lab.facts)) == expected
    assert await lab.journal() == expected


async def test_a_leader_that_was_frozen_while_sending_can_only_repeat(lab: Lab) -> None:
    """What it sends late are versions that all consumers have had; the state it overwrites is published again."""
    frozen, thawed = asyncio.Event(), asyncio.Event()

    async def late(batches: Any) -> Any:
        frozen.set()
        await thawed.wait()
        return await lab.producer.send(batches)

    one = await lab.lease("one", seconds=1.5)
    first = await lab.lane(one, producer=Tampered(lab.producer, send=late))  # type: ignore[arg-type]
    things = lab.things()
    await things.create("thing-1", make("thing-1", 1), ME)
    async with running(first.run()):
        await frozen.wait()
        two = await lab.lease("two", seconds=60)
        await eventually(two.acquire)
        second = await lab.lane(two)
        assert await second.drain()
        await things.change("thing-1", bump, ME)
        assert await second.drain()
        thawed.set()
        await eventually(lambda: RepublishRequests(lab.store).asked("thing", 1))
    assert await second.drain()

    assert sequences(await lab.read(lab.facts)) == {"thing-1": [1, 2, 1]}
    assert await lab.journal() == {"thing-1": [1, 2]}
    states = await lab.read(lab.states)
    assert [envelope.sequence for envelope in by_key(states)["thing-1"]] == [1, 2, 1, 2]
    assert orjson.loads(states[-1].value or b"") == {"n": 2}


async def test_a_leader_that_lost_its_lease_before_sending_sends_nothing(lab: Lab) -> None:
    await lab.things().create("thing-1", make("thing-1"), ME)
    one = await lab.lease("one", seconds=0.2)
    lane = await lab.lane(one)
    await eventually(lambda: not one.held)

    await lane.drain()

    assert await lab.read(lab.facts) == []
    assert await lab.waiting() == 1
