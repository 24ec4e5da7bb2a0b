"""The topics as another service sees them: read with a plain consumer, written with a plain producer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.chassis.clock import utc_now
from services.contracts.envelope import SOURCE, Envelope, from_headers, to_headers
from services.contracts.event import Event
from services.contracts.topics import Topic
from tests.waiting import patiently

PATIENCE = patiently(40.0)

Fact = tuple[Envelope, dict[str, Any]]


class Wire:
    """Everything that was published on the facts of one topic so far; says things in `community`."""

    def __init__(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, prefix: str, community: str) -> None:
        self._consumer = consumer
        self._producer = producer
        self._prefix = prefix
        self._community = community
        self.facts: list[Fact] = []

    async def wait_for(self, event: type[Event], **fields: Any) -> Fact:
        """The first fact of that type whose data holds `fields`; fails when none comes in time."""
        return (await self.wait_for_many(1, event, **fields))[0]

    async def wait_for_many(self, count: int, event: type[Event], **fields: Any) -> list[Fact]:
        """All facts of that type whose data holds `fields`, once there are `count`."""
        async with asyncio.timeout(PATIENCE):
            while len(found := self.said(event, **fields)) < count:
                for records in (await self._consumer.getmany(timeout_ms=100)).values():
                    self.facts += [(from_headers(r.headers, r.key), orjson.loads(r.value)) for r in records]
        return found

    def said(self, event: type[Event], **fields: Any) -> list[Fact]:
        """The facts of that type read so far whose data holds `fields`."""
        return [fact for fact in self.facts if fact[0].type == event.type and fields.items() <= fact[1].items()]

    async def publish(self, event: Event, aggregate: str, sequence: int) -> None:
        """Say `event` as the service that owns its topic would."""
        envelope = Envelope(
            id=f"{aggregate}.{sequence}",
            type=event.type,
            source=SOURCE.format(service=event.topic.service),
            subject=f"{event.aggregate_name()}/{aggregate}",
            time=utc_now(),
            sequence=sequence,
            partitionkey=aggregate,
            community=self._community,
        )
        value = orjson.dumps(event.public_data())
        topic = self._prefix + event.topic.name
        await self._producer.send_and_wait(topic, value, aggregate.encode(), headers=to_headers(envelope))


@asynccontextmanager
async def wired(bootstrap: str, prefix: str, topic: Topic, community: str) -> AsyncIterator[Wire]:
    """A wire to the topics under `prefix`, which reads `topic`."""
    consumer = AIOKafkaConsumer(prefix + topic.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await consumer.start()
    await producer.start()
    try:
        yield Wire(consumer, producer, prefix, community)
    finally:
        await consumer.stop()
        await producer.stop()
