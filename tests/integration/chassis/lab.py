"""One test's world on the real servers: a database and topics of its own, and the chassis' parts built on them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.chassis.clock import utc_now
from services.chassis.kafka.producer import Producer
from services.chassis.relay.relay import Lane
from services.chassis.relay.republish import RepublishRequests
from services.chassis.store.aggregates import Aggregates, Committed
from services.chassis.store.journal import Journal
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Database
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.dead_letters import DeadLetters, Letter
from services.chassis.subscriber.handlers import Handlers
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.record import Record
from services.contracts.envelope import Envelope, Headers, from_headers, to_headers
from services.contracts.event import Event
from tests.integration.chassis.workshop import COMMUNITY, THINGS, WORKSHOP, Thing
from tests.waiting import patiently

PATIENCE = patiently(20.0)


@contextmanager
def same_span(traceparent: str | None, _name: str) -> Iterator[str | None]:
    """A span that adds nothing."""
    yield traceparent


def fact(id: str, sequence: int, event: Event, *, traceparent: str | None = None) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of a well-formed record, as a relay would send it."""
    envelope = Envelope(
        id=f"{id}.{sequence}",
        type=event.type,
        source="urn:community:workshop",
        subject=f"thing/{id}",
        time=utc_now(),
        sequence=sequence,
        partitionkey=id,
        community=COMMUNITY,
        traceparent=traceparent,
    )
    return id.encode(), event.model_dump_json(exclude_unset=True).encode(), to_headers(envelope)


class Tampered:
    """Something real with one method of it replaced: `Tampered(real, method=replacement)`."""

    def __init__(self, real: Any, **replaced: Callable[..., Any]) -> None:
        self._real = real
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@asynccontextmanager
async def running(*parts: Coroutine[Any, Any, None]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Parts that run for ever, until the end of the block. One that dies fails the test."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        yield tasks
    finally:
        dead = [task for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in dead:
            task.result()


@dataclass
class Lab:
    """Servers, names and the parts that tests put together."""

    store: Database
    kafka: str
    prefix: str
    producer: Producer
    client: AIOKafkaProducer

    @property
    def group(self) -> str:
        return f"{self.prefix}workshop"

    @property
    def facts(self) -> str:
        return self.prefix + WORKSHOP.name

    @property
    def states(self) -> str:
        return self.prefix + WORKSHOP.state

    @property
    def dead_letters(self) -> str:
        return self.prefix + WORKSHOP.dead_letters

    def things(self, committed: Committed = lambda document: None) -> Aggregates[Thing]:
        """The aggregates, as one process of the service sees them."""
        return Aggregates(THINGS, self.store, utc_now, committed)

    async def lease(self, holder: str = "one", seconds: float = 30.0) -> Lease:
        """A lease that is held, unless somebody else holds it."""
        lease = Lease(self.store, "relay", ttl=timedelta(seconds=seconds), holder=holder)
        await lease.acquire()
        return lease

    async def lane(
        self,
        lease: Lease | None = None,
        *,
        producer: Producer | None = None,
        journal: Journal | None = None,
        collection: Any = None,
        poll: float = 0.05,
    ) -> Lane:
        """A relay of things; its parts may be replaced by tampered ones."""
        return Lane(
            THINGS,
            self.things().collection if collection is None else collection,
            journal or Journal(self.store),
            producer or self.producer,
            lease or await self.lease(),
            RepublishRequests(self.store),
            prefix=self.prefix,
            poll=poll,
        )

    async def waiting(self) -> int:
        """How many aggregates have events that are not relayed."""
        return await self.things().collection.count_documents({"outbox.0": {"$exists": True}})

    async def relayed(self) -> bool:
        """Whether nothing waits."""
        return await self.waiting() == 0

    async def journal(self) -> dict[str, list[int]]:
        """The sequences in the journal, by aggregate."""
        found: dict[str, list[int]] = {}
        async for entry in self.store["journal"].find().sort("_id", 1):
            found.setdefault(entry["_id"]["a"], []).append(entry["_id"]["s"])
        return found

    def intake(self, handlers: Handlers, *, wait_for_others: float = 5.0, side_by_side: int = 16) -> Intake:
        """The way from records to effects."""
        return Intake(
            self.group,
            handlers,
            self.store,
            self.producer,
            utc_now,
            span=same_span,
            wait_for_others=wait_for_others,
            side_by_side=side_by_side,
        )

    def consumer(
        self, handlers: Handlers, *, intake: Intake | None = None, instance: str | None = None, graceful: float = 10.0
    ) -> Consumer:
        """A member of this lab's consumer group, not joined yet."""
        topics = [self.prefix + topic for topic in handlers.topics]
        return Consumer(
            self.kafka,
            intake or self.intake(handlers),
            topics,
            group=self.group,
            instance=instance,
            graceful=graceful,
            session_timeout=6.0,
        )

    @asynccontextmanager
    async def subscribed(self, handlers: Handlers, *, intake: Intake | None = None) -> AsyncIterator[Consumer]:
        """A subscriber that has joined, until the end of the block."""
        consumer = self.consumer(handlers, intake=intake)
        await consumer.run()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def publish(
        self, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]], topic: str = ""
    ) -> TopicPartition:
        """Put a record on a topic as a stranger would, whatever is in it."""
        sent = await self.client.send_and_wait(topic or self.facts, value, key=key, headers=list(headers))
        return TopicPartition(sent.topic, sent.partition)

    async def publish_fact(self, id: str, sequence: int, event: Event, topic: str = "") -> TopicPartition:
        """Put a well-formed event on a topic."""
        return await self.publish(*fact(id, sequence, event), topic=topic)

    async def read(self, topic: str) -> list[Record]:
        """Everything on a topic now, in order within each partition."""
        found: list[Record] = []
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest")
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, p) for p in await self.producer.partitions(topic)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(records)
        finally:
            await consumer.stop()
        return found

    async def committed(self) -> dict[TopicPartition, int]:
        """What this lab's group has committed."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        try:
            return {p: found.offset for p, found in (await admin.list_consumer_group_offsets(self.group)).items()}
        finally:
            await admin.close()

    async def letters(self, at_least: int = 1) -> list[Letter]:
        """The open dead letters, once there are as many."""
        dead_letters = DeadLetters(self.kafka, [self.dead_letters], self.producer)
        async with asyncio.timeout(PATIENCE):
            while len(found := await dead_letters.letters()) < at_least:
                pass
        return found


def sequences(records: Iterable[Record]) -> dict[str, list[int]]:
    """For each aggregate the sequences as they arrived."""
    return {key: [e.sequence for e in envelopes] for key, envelopes in by_key(records).items()}


def by_key(records: Iterable[Record]) -> dict[str, list[Envelope]]:
    """The envelopes of records, by aggregate, in their order."""
    found: dict[str, list[Envelope]] = {}
    for record in records:
        found.setdefault((record.key or b"").decode(), []).append(from_headers(record.headers, record.key))
    return found


def first_arrivals(records: Iterable[Record]) -> dict[str, list[int]]:
    """For each aggregate the sequences in the order of their first arrival."""
    return {key: list(dict.fromkeys(arrived)) for key, arrived in sequences(records).items()}
