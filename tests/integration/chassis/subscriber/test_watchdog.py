"""What dies inside aiokafka is made anew, on a real Kafka; what can't be mended is said to be so."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from aiokafka import TopicPartition
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from services.chassis.kafka.repairs import repair
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.subscriber.watchdog import BeyondMending, Watchdog, keep_producer
from services.chassis.subscriber.witness import Seen, Witness
from tests.integration.chassis.lab import Lab, running
from tests.integration.chassis.workshop import ThingMade
from tests.waiting import eventually


class Broken(RuntimeError):
    """What a transport says that nobody expected."""


def _raise(*_: Any, **__: Any) -> Any:
    raise Broken


async def _metadata(consumer: Any) -> None:
    consumer._client._metadata_update = _raise
    consumer._client.force_metadata_update()
    await asyncio.wait([consumer._client._sync_task])


async def _fetching(consumer: Any) -> None:
    consumer._fetcher._get_actions_per_node = _raise
    await asyncio.wait([consumer._fetcher._fetch_task])


async def _coordination(consumer: Any) -> None:
    consumer._coordinator.ensure_coordinator_known = _raise
    consumer._coordinator.coordinator_dead()
    await asyncio.wait([consumer._coordinator._coordination_task])


async def _heartbeat(consumer: Any) -> None:
    consumer._coordinator._do_heartbeat = _raise
    await asyncio.wait([consumer._coordinator._heartbeat_task])


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def handlers(seen: list[str]) -> Handlers:
    table = Handlers()

    @table.on(ThingMade)
    async def noted(received: Received[ThingMade]) -> None:
        seen.append(received.envelope.id)

    return table


def watchdog(consumer: Consumer, witness: Any = None) -> Watchdog:
    return Watchdog(consumer, witness or Witness(consumer.group), every=0.05, ask_every=0.2)


@pytest.mark.parametrize("kill", [_metadata, _fetching, _coordination, _heartbeat], ids=lambda kill: kill.__name__)
async def test_a_consumer_of_which_a_task_has_died_is_made_anew_and_goes_on(
    lab: Lab, handlers: Handlers, seen: list[str], kill: Callable[[Any], Awaitable[None]]
) -> None:
    async with lab.subscribed(handlers) as consumer:
        await lab.publish_fact("thing-1", 1, ThingMade(n=1))
        await eventually(lambda: seen)
        async with running(watchdog(consumer).run()):
            await kill(consumer._consumer())
            await eventually(lambda: consumer.remade == 1 and consumer.assigned)
            for number in range(2, 10):
                await lab.publish_fact(f"thing-{number}", 1, ThingMade(n=1))
            await eventually(lambda: len(set(seen)) == 9)
            await eventually(lambda: _no_lag(consumer))


async def _no_lag(consumer: Consumer) -> bool:
    return sum((await consumer.lag()).values()) == 0


async def test_a_consumer_that_kafka_does_not_know_is_made_anew(lab: Lab, handlers: Handlers, seen: list[str]) -> None:
    """It believes that it is in the group, its tasks live, and others would get its partitions."""
    async with lab.subscribed(handlers) as consumer:
        coordinator = consumer._consumer()._coordinator

        async def well() -> bool:
            return True

        coordinator._do_heartbeat = well
        stranger = lab.consumer(handlers)
        await _leave_in_its_name(consumer)
        async with running(watchdog(consumer).run()):
            await eventually(lambda: consumer.remade >= 1 and consumer.assigned)
            await lab.publish_fact("thing-1", 1, ThingMade(n=1))
            await eventually(lambda: seen)
        await stranger.stop()


async def _leave_in_its_name(consumer: Consumer) -> None:
    from aiokafka.protocol.group import LeaveGroupRequest

    coordinator = consumer._consumer()._coordinator
    await coordinator._send_req(LeaveGroupRequest(coordinator.group_id, coordinator.member_id))


async def test_a_consumer_that_takes_nothing_of_what_lies_there_is_made_anew(
    lab: Lab, handlers: Handlers, seen: list[str]
) -> None:
    """All its tasks live and Kafka counts it in; it just does not read."""
    async with lab.subscribed(handlers) as consumer:
        member = consumer._consumer()
        member.pause(*member.assignment())
        await lab.publish_fact("thing-1", 1, ThingMade(n=1))
        async with running(watchdog(consumer).run()):
            await eventually(lambda: seen)
        assert consumer.remade >= 1


async def test_an_idle_consumer_and_one_in_a_long_effect_are_left_alone(lab: Lab) -> None:
    gate, begun = asyncio.Event(), asyncio.Event()
    table = Handlers()

    @table.on(ThingMade)
    async def slow(_received: Received[ThingMade]) -> None:
        begun.set()
        await gate.wait()

    looks = 0

    class Counting(Witness):
        async def look(self, partitions: Any) -> Seen | None:
            nonlocal looks
            looks += 1
            return await super().look(partitions)

    async with lab.subscribed(table) as consumer, running(watchdog(consumer, Counting(consumer.group)).run()):
        await eventually(lambda: looks >= 4)
        for number in range(5):
            await lab.publish_fact(f"thing-{number}", 1, ThingMade(n=1))
        await begun.wait()
        now = looks
        await eventually(lambda: looks >= now + 4)
        assert consumer.remade == 0
        gate.set()
        await eventually(lambda: _no_lag(consumer))


async def test_a_consumer_that_can_not_be_mended_is_told(lab: Lab, handlers: Handlers) -> None:
    class Denying:
        async def look(self, partitions: Any) -> Seen:
            return Seen(frozenset(), {})

        async def reads(self, partition: TopicPartition, offset: int) -> bool:
            raise AssertionError

    async with lab.subscribed(handlers) as consumer:
        with pytest.raises(BeyondMending, match="5 times in vain: Kafka does not know it"):
            await Watchdog(consumer, Denying(), every=0.01, ask_every=0.01).run()  # type: ignore[arg-type]


async def test_an_effect_that_never_comes_back_is_told(lab: Lab) -> None:
    begun = asyncio.Event()
    table = Handlers()

    @table.on(ThingMade)
    async def hung(_received: Received[ThingMade]) -> None:
        begun.set()
        await asyncio.Event().wait()

    consumer = lab.consumer(table, graceful=0.1)
    await consumer.run()
    await lab.publish_fact("thing-1", 1, ThingMade(n=1))
    await begun.wait()
    with pytest.raises(BeyondMending, match="has not come back"):
        await Watchdog(consumer, Witness(consumer.group), every=0.01, hung=0.5).run()
    await consumer.stop()


async def test_a_producer_of_which_a_task_has_died_is_made_anew(lab: Lab) -> None:
    async with running(keep_producer(lab.producer, every=0.05)):
        for kill in (_sending, _producers_metadata):
            await _made_anew(lab, kill)
            assert await _sent(lab)
    gc.collect()  # a producer that has died leaves errors that nobody asks for; they are told here, not in a later test


async def _made_anew(lab: Lab, kill: Callable[[Lab], Awaitable[None]]) -> None:
    before = lab.producer._producer
    await kill(lab)
    await eventually(lambda: lab.producer._producer not in (None, before))


async def _sent(lab: Lab) -> bool:
    batch = lab.producer.batch(await lab.producer.place(lab.facts, b"thing-1"))
    batch.add(b"thing-1", b"{}", [])
    return await lab.producer.send([batch]) == set()


async def _sending(lab: Lab) -> None:
    producer: Any = lab.producer._producer
    producer._sender._message_accumulator.drain_by_nodes = _raise
    assert not await _sent(lab)


async def _producers_metadata(lab: Lab) -> None:
    producer: Any = lab.producer._producer
    producer.client._metadata_update = _raise
    producer.client.force_metadata_update()
    await asyncio.wait([producer.client._sync_task])


def test_a_connection_that_broke_this_moment_is_lost_and_nothing_worse(kafka_bootstrap: str) -> None:
    """uvloop says it by a RuntimeError, which no background task of aiokafka expects."""
    host, port = kafka_bootstrap.split(",")[0].rsplit(":", 1)

    async def ask() -> None:
        repair()
        connection = await create_conn(host, int(port))
        connection._writer.transport.abort()
        with pytest.raises(KafkaConnectionError):
            await connection.send(MetadataRequest([]))
        assert not connection.connected()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(ask())
