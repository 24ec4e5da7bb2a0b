"""Members come, go and come back: each event's effect stands once, and nobody else is disturbed for nothing."""

import asyncio
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from services.chassis.store.aggregates import Aggregates
from services.chassis.store.unavailable import StoreUnavailable
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers, Received
from tests.integration.chassis.conftest import PARTITIONS
from tests.integration.chassis.lab import Lab
from tests.integration.chassis.late import late_kafka
from tests.integration.chassis.workshop import ME, Thing, ThingMade, bump, make
from tests.waiting import eventually, patiently

IDS = [f"thing-{n}" for n in range(12)]


def counting(things: Aggregates[Thing], begun: asyncio.Event, gate: asyncio.Event) -> Handlers:
    """Each event bumps the thing of its aggregate, once the gate is open."""
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def counted(received: Received[ThingMade]) -> None:
        begun.set()
        await gate.wait()
        await things.change(f"count-{received.envelope.aggregate_id}", bump, received.cause, taken=received.taken)

    return handlers


def noting(seen: list[str]) -> Handlers:
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(received: Received[ThingMade]) -> None:
        seen.append(received.envelope.id)

    return handlers


def generation(consumer: Consumer) -> int:
    member: Any = consumer._consumer()
    return int(member._coordinator.generation)


async def members(lab: Lab) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=lab.kafka)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([lab.group])
        return len(answer.groups[0][5])
    finally:
        await admin.close()


async def test_a_rebalance_in_the_middle_of_a_batch_has_each_effect_once(lab: Lab) -> None:
    """The second member gets partitions whose batch the first still holds; both carry it out at the same time."""
    begun, gate = asyncio.Event(), asyncio.Event()
    for id in IDS:
        await lab.things().create(f"count-{id}", make(f"count-{id}"), ME)
        for sequence in (1, 2):
            await lab.publish_fact(id, sequence, ThingMade(n=1))
    first = lab.consumer(counting(lab.things(), begun, gate))
    await first.run()
    await begun.wait()
    begun.clear()
    second = lab.consumer(counting(lab.things(), begun, gate))
    await second.run()
    await eventually(lambda: _shared_out(first, second))
    await begun.wait()
    gate.set()

    await eventually(lambda: _lag_gone(first, second))
    await first.stop()
    await second.stop()

    assert {id: (await lab.things().get(f"count-{id}")).aggregate.n for id in IDS} == dict.fromkeys(IDS, 2)


def _shared_out(one: Consumer, other: Consumer) -> bool:
    """Whether both have partitions, and together all of them, once."""
    return bool(one.assigned and other.assigned) and len(one.assigned) + len(other.assigned) == PARTITIONS


async def _lag_gone(*inbounds: Consumer) -> bool:
    return not sum([sum((await consumer.lag()).values()) for consumer in inbounds])


async def test_a_static_member_that_restarts_does_not_disturb_the_others(lab: Lab) -> None:
    seen: list[str] = []
    one, two = lab.consumer(noting(seen), instance="one"), lab.consumer(noting(seen), instance="two")
    await one.run()
    await two.run()
    await eventually(lambda: _shared_out(one, two) and generation(one) == generation(two))
    before, had = generation(two), one.assigned

    await one.stop()
    assert await members(lab) == 2
    again = lab.consumer(noting(seen), instance="one")
    await again.run()
    await eventually(lambda: again.assigned == had)
    for id in IDS:
        await lab.publish_fact(id, 1, ThingMade(n=1))
    await eventually(lambda: len(seen) == len(IDS))

    assert generation(two) == before
    assert generation(again) == before
    await again.stop()
    await two.stop()


async def test_a_graceful_stop_finishes_and_commits_the_batch_and_leaves_the_group(lab: Lab) -> None:
    begun, gate = asyncio.Event(), asyncio.Event()
    things = lab.things()
    await things.create("count-thing-1", make("count-thing-1"), ME)
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    consumer = lab.consumer(counting(things, begun, gate))
    await consumer.run()
    await begun.wait()

    stopping = asyncio.create_task(consumer.stop())
    await eventually(consumer.intake.stopping.is_set)
    assert not stopping.done()
    gate.set()
    await asyncio.wait_for(stopping, patiently(10))

    assert (await things.get("count-thing-1")).aggregate.n == 1
    assert sum((await lab.committed()).values()) == 1
    assert await members(lab) == 0


async def test_a_stop_while_the_store_is_away_does_not_wait_for_it(lab: Lab) -> None:
    handlers = Handlers()

    @handlers.on(ThingMade)
    async def made(_received: Received[ThingMade]) -> None:
        raise StoreUnavailable()

    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    consumer = lab.consumer(handlers)
    await consumer.run()
    await eventually(lambda: consumer.intake.counts.retries >= 3)

    await asyncio.wait_for(consumer.stop(), patiently(5))

    assert not any((await lab.committed()).values())
    seen: list[str] = []
    async with lab.subscribed(noting(seen)):
        await eventually(lambda: seen == ["thing-1.1"])


async def test_kafka_away_at_the_start_then_there(lab: Lab) -> None:
    """Joining waits in the background, the process goes on with other things, and misses nothing."""
    seen: list[str] = []
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    async with late_kafka(lab.kafka) as (address, come_up):
        consumer = Consumer(address, lab.intake(noting(seen)), [lab.facts], group=lab.group)
        joining = asyncio.create_task(consumer.run())
        await lab.things().create("thing-1", make("thing-1"), ME)
        assert not joining.done()
        assert consumer.assigned == frozenset()
        assert await consumer.lag() == {}
        await come_up()
        await joining
        await eventually(lambda: seen == ["thing-1.1"])
        await consumer.stop()


async def test_a_stop_before_kafka_ever_came_returns(lab: Lab) -> None:
    async with late_kafka(lab.kafka) as (address, _):
        consumer = Consumer(address, lab.intake(noting([])), [lab.facts], group=lab.group)
        joining = asyncio.create_task(consumer.run())
        await asyncio.sleep(0)
        joining.cancel()
        await asyncio.wait_for(consumer.stop(), patiently(5))
