"""From an acknowledged command to its effect in another service's store, beside the bare chain of the same parts.

The floor: a Motor insert, a change stream, an aiokafka send, aiokafka `getmany`, a Motor `insert_many` and a commit for
what it brought (one message at a time, it would not keep up with the rate). Ours: command, outbox,
relay with journal and `.state`, subscriber with envelope and bulk write. Both in one process, 200 commands a second.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import InsertOne

from services.chassis.aggregate import Aggregate, decided
from services.chassis.clock import utc_now
from services.chassis.kafka.producer import Producer
from services.chassis.relay.relay import Lane
from services.chassis.relay.republish import RepublishRequests
from services.chassis.store.aggregates import Aggregates, Cause, Kind
from services.chassis.store.journal import Journal
from services.chassis.store.lease import Lease
from services.chassis.store.mongo import Database, WriteOp
from services.chassis.subscriber.consumer import Consumer
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.record import Record
from services.contracts.event import State
from services.contracts.issues import CaseReported, CaseState
from services.contracts.topics import ISSUES
from tests.bench.ground import Figure, Servers, case_reported, database, median_of, settle, topics, turns
from tests.bench.subscriber import caught_up, no_span, row
from tests.waiting import eventually

A_SECOND = 200
SECONDS = 10
ROUNDS = 5

Arrivals = dict[str, float]
Command = Callable[[str, int], Awaitable[None]]


class Reported(Aggregate):
    """A case as the bench keeps it."""

    data: dict[str, Any]

    def public(self) -> State:
        return CaseState.model_validate(self.data)


CASES: Kind[Reported] = Kind("case", "cases", Reported, ISSUES, CaseState)


async def run(servers: Servers) -> list[Figure]:
    """Milliseconds at the median and the 99th percentile."""
    floors, ours = [], []
    for _ in turns(ROUNDS):
        async with topics(servers) as prefix:
            floors.append(await _bare(servers, prefix))
        await settle()
        async with topics(servers) as prefix:
            ours.append(await _chain(servers, prefix))
        await settle()
    return [
        Figure(
            f"command → effect elsewhere, p{percent}",
            median_of([run[percent] for run in floors]),
            median_of([run[percent] for run in ours]),
            "ms",
            most=1.5,
        )
        for percent in (50, 99)
    ]


async def _steady(command: Command, arrived: Arrivals) -> dict[int, float]:
    """Send commands at the rate, wait for all effects; percentiles of acknowledgement to effect in milliseconds."""
    acknowledged: Arrivals = {}

    async def one(number: int) -> None:
        id = f"case-{uuid.uuid4().hex[:26]}"
        await command(id, number)
        acknowledged[id] = time.perf_counter()

    began, waiting = time.perf_counter(), []
    for number in range(A_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        waiting.append(asyncio.create_task(one(number)))
    await asyncio.gather(*waiting)
    await eventually(lambda: acknowledged.keys() <= arrived.keys())
    spans = sorted(max(0.0, arrived[id] - moment) for id, moment in acknowledged.items())
    return {percent: spans[len(spans) * percent // 100] * 1000 for percent in (50, 99)}


async def _bare(servers: Servers, prefix: str) -> dict[int, float]:
    arrived: Arrivals = {}
    async with database(servers) as here, database(servers) as there:
        producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all")
        await producer.start()
        consumer = AIOKafkaConsumer(
            prefix + ISSUES.name, bootstrap_servers=servers.kafka, group_id=f"{prefix}{uuid.uuid4().hex[:6]}",
            auto_offset_reset="latest", enable_auto_commit=False,
        )  # fmt: skip
        await consumer.start()
        await eventually(consumer.assignment)
        for partition in consumer.assignment():
            await consumer.position(partition)

        async def publish() -> None:
            async with here["cases"].watch([{"$match": {"operationType": "insert"}}]) as stream:
                watching.set()
                async for change in stream:
                    found = change["fullDocument"]
                    value = orjson.dumps(found["data"])
                    await producer.send(prefix + ISSUES.name, value, key=found["_id"].encode())

        async def consume() -> None:
            while True:
                batches = (await consumer.getmany(timeout_ms=200)).values()
                read = [
                    (record.key.decode(), CaseReported.model_validate_json(record.value))
                    for records in batches
                    for record in records
                ]
                if read:
                    await there["rows"].insert_many([row(id, event) for id, event in read])
                    now = time.perf_counter()
                    arrived.update((id, now) for id, _ in read)
                    await consumer.commit()

        async def command(id: str, number: int) -> None:
            await here["cases"].insert_one({"_id": id, "data": case_reported(number).data()})

        watching = asyncio.Event()
        tasks = [asyncio.create_task(publish()), asyncio.create_task(consume())]
        await watching.wait()
        result = await _steady(command, arrived)
        await _cancel(tasks)
        await consumer.stop()
        await producer.stop()
    return result


class _Timed(Intake):
    """Notes when the effects of a batch are stored."""

    arrived: Arrivals

    async def take(self, records: Sequence[Record]) -> None:
        await super().take(records)
        now = time.perf_counter()
        self.arrived.update(((record.key or b"").decode(), now) for record in records)


async def _chain(servers: Servers, prefix: str) -> dict[int, float]:
    handlers = Handlers()

    @handlers.write(CaseReported, collection="rows")
    def keep(received: Received[CaseReported]) -> Sequence[WriteOp]:
        return [InsertOne(row(received.envelope.aggregate_id, received.event))]

    async with database(servers) as here, database(servers) as there:
        producer = Producer(servers.kafka, client_id="bench")
        await producer.run()
        aggregates, lane = await _relaying(here, producer, prefix)
        intake = _Timed("bench", handlers, there, producer, utc_now, span=no_span)
        intake.arrived = {}
        consumer = Consumer(servers.kafka, intake, [prefix + ISSUES.name], group=f"{prefix}{uuid.uuid4().hex[:6]}")
        await consumer.run()
        await eventually(lambda: caught_up(consumer))

        async def command(id: str, number: int) -> None:
            event = case_reported(number)
            reported = Reported(id=id, community="yangguang", data=event.data())
            await aggregates.create(id, lambda now: decided(reported, event), Cause("person-1"))

        relaying = asyncio.create_task(lane.run())
        result = await _steady(command, intake.arrived)
        await _cancel([relaying])
        await consumer.stop()
        await producer.stop()
    return result


async def _relaying(store: Database, producer: Producer, prefix: str) -> tuple[Aggregates[Reported], Lane]:
    lease = Lease(store, "relay", ttl=timedelta(seconds=60))
    await lease.acquire()
    lane = Lane(CASES, store["cases"], Journal(store), producer, lease, RepublishRequests(store), prefix=prefix)
    aggregates = Aggregates(CASES, store, utc_now, lane.committed)
    await store["cases"].create_indexes(aggregates.indexes())
    return aggregates, lane


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
