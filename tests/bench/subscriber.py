"""Subscriber throughput beside a bare `getmany` loop that validates the same models and issues the same bulk write.

Same batch size, same operations, one commit a batch; ours reads the envelope, keeps poison apart and counts besides.
"""

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import InsertOne

from services.chassis.clock import utc_now
from services.chassis.kafka.producer import Producer
from services.chassis.store.mongo import WriteOp
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.member import BATCH
from services.contracts.envelope import Envelope, to_headers
from services.contracts.issues import CaseReported
from services.contracts.topics import ISSUES
from tests.bench.ground import TIME, Figure, Servers, case_reported, database, median_of, settle, topics, turns
from tests.waiting import eventually

EVENTS = 30_000
ROUNDS = 3


async def run(servers: Servers) -> list[Figure]:
    """Events a second from the topic into the store."""
    floors, ours = [], []
    async with topics(servers) as prefix:
        await _publish(servers, prefix)
        for _ in turns(ROUNDS):
            floors.append(await _bare(servers, prefix))
            await settle()
            ours.append(await _subscriber(servers, prefix))
            await settle()
    return [Figure("subscriber: events into the store", median_of(floors), median_of(ours), "events/s", least=0.7)]


async def _publish(servers: Servers, prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all", linger_ms=5)
    await producer.start()
    value = case_reported(1).model_dump_json(exclude_unset=True).encode()
    waiting = []
    for number in range(EVENTS):
        id = f"case-{number:026d}"
        envelope = Envelope(
            id=f"{id}.1",
            type=CaseReported.type,
            source="urn:community:issues",
            subject=f"case/{id}",
            time=TIME,
            sequence=1,
            partitionkey=id,
            community="yangguang",
        )
        waiting.append(await producer.send(prefix + ISSUES.name, value, key=id.encode(), headers=to_headers(envelope)))
    await asyncio.gather(*waiting)
    await producer.stop()


def row(id: str, event: CaseReported) -> dict[str, Any]:
    return {"_id": id, "category": event.category, "place": event.place, "reported_at": event.reported_at}


async def _bare(servers: Servers, prefix: str) -> float:
    async with database(servers) as db:
        consumer = AIOKafkaConsumer(
            prefix + ISSUES.name,
            bootstrap_servers=servers.kafka,
            group_id=f"{prefix}bare-{uuid.uuid4().hex[:6]}",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        done = 0
        began = 0.0
        while done < EVENTS:
            batch = [
                record
                for records in (await consumer.getmany(timeout_ms=200, max_records=BATCH)).values()
                for record in records
            ]
            if not batch:
                continue
            began = began or time.perf_counter()
            operations = [
                InsertOne(row(record.key.decode(), CaseReported.model_validate_json(record.value))) for record in batch
            ]
            await db["rows"].bulk_write(operations, ordered=False)
            await consumer.commit()
            done += len(batch)
        seconds = time.perf_counter() - began
        await consumer.stop()
    return EVENTS / seconds


async def _subscriber(servers: Servers, prefix: str) -> float:
    handlers = Handlers()

    @handlers.write(CaseReported, collection="rows")
    def keep(received: Received[CaseReported]) -> Sequence[WriteOp]:
        return [InsertOne(row(received.envelope.aggregate_id, received.event))]

    async with database(servers) as db:
        producer = Producer(servers.kafka, client_id="bench")
        await producer.run()
        intake = Intake("bench", handlers, db, producer, utc_now, span=no_span)
        consumer = Consumer(
            servers.kafka,
            intake,
            [prefix + topic for topic in handlers.topics],
            group=f"{prefix}ours-{uuid.uuid4().hex[:6]}",
        )
        await consumer.run()
        await eventually(lambda: intake.counts.received, every=0)
        began = time.perf_counter()
        await eventually(lambda: intake.counts.effects >= EVENTS, within=120, every=0.005)
        seconds = time.perf_counter() - began
        await eventually(lambda: caught_up(consumer))  # outside: an answer about offsets waits behind a fetch for 0.5 s
        rows = await db["rows"].estimated_document_count()
        await consumer.stop()
        await producer.stop()
    if rows != EVENTS:
        raise RuntimeError(f"{rows} rows of {EVENTS}")
    return EVENTS / seconds


async def caught_up(consumer: Consumer) -> bool:
    """Whether it has its partitions and has taken all that is on them."""
    return bool(consumer.assigned) and not any((await consumer.lag()).values())


@contextmanager
def no_span(traceparent: str | None, name: str) -> Iterator[str | None]:
    yield traceparent
