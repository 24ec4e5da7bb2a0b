"""Relay throughput beside a bare loop that does the same reads and writes one stage after another.

The floor reads the same documents in batches of 500, writes the journal with `insert_many`, sends every event by a
pipelined `send` with `acks=all`, and clears with one `bulk_write`. Ours also publishes each aggregate's `.state`, which
the floor does not: that is twice the messages.
"""

import asyncio
import time
from datetime import timedelta
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from pymongo import UpdateOne

from services.chassis.kafka.producer import Producer
from services.chassis.relay.pending import BATCH
from services.chassis.relay.relay import Lane
from services.chassis.relay.republish import RepublishRequests
from services.chassis.store import mongo
from services.chassis.store.aggregates import Kind
from services.chassis.store.journal import Journal, document
from services.chassis.store.lease import Lease
from services.contracts.envelope import Envelope, to_headers
from services.contracts.issues import CaseState
from services.contracts.topics import ISSUES
from services.issues.cases.store import CASES
from tests.bench.ground import TIME, Figure, Servers, case_reported, database, median_of, settle, topics, turns

EVENTS = 10_000
ROUNDS = 3


async def run(servers: Servers) -> list[Figure]:
    """Events a second."""
    floors, sends, ours = [], [], []
    async with topics(servers) as prefix:
        for _ in turns(ROUNDS):
            floors.append(await _measure(servers, prefix, _bare))
            sends.append(await _measure(servers, prefix, _sends_alone))
            ours.append(await _measure(servers, prefix, _relay))
    return [
        Figure("relay: events", median_of(floors), median_of(ours), "events/s", least=0.8),
        Figure("relay: the same beside the sends alone", median_of(sends), median_of(ours), "events/s"),
    ]


async def _measure(servers: Servers, prefix: str, way: Any) -> float:
    async with database(servers) as db:
        await _fill(db)
        seconds: float = await way(servers, prefix, db)
        left = await db[CASES.collection].count_documents({"outbox.0": {"$exists": True}})
        journal = await db["journal"].count_documents({})
        if way is not _sends_alone and (left or journal != EVENTS):
            raise RuntimeError(f"{left} events are left, {journal} in the journal")
    await settle()
    return EVENTS / seconds


async def _fill(db: mongo.Database) -> None:
    collection = db[CASES.collection]
    await collection.create_index(
        [("outbox.0.time", 1)], name="outbox", partialFilterExpression={"outbox.0": {"$exists": True}}
    )
    for start in range(0, EVENTS, 1000):
        await collection.insert_many([_document(number) for number in range(start, start + 1000)])


def _document(number: int) -> dict[str, Any]:
    event = case_reported(number)
    data = event.data()
    state = orjson.dumps({name: value for name, value in data.items() if name in CaseState.public_fields})
    entry = {"seq": 1, "type": event.type, "time": TIME, "actor": "person-1", "data": data, "state": state}
    return {
        "_id": f"case-{number:026d}",
        "v": 1,
        "at": TIME,
        "by": "bench:1",
        "state": {"community": "yangguang", **data},
        "outbox": [entry],
    }


async def _bare(servers: Servers, prefix: str, db: mongo.Database) -> float:
    collection = db[CASES.collection]
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all", linger_ms=5)
    await producer.start()
    began = time.perf_counter()
    while batch := await collection.find({"outbox.0": {"$exists": True}}).limit(BATCH).to_list(BATCH):
        entries = [(found["_id"], entry) for found in batch for entry in found["outbox"]]
        await db["journal"].insert_many([document(id, "case", "yangguang", entry) for id, entry in entries])
        waiting = [
            await producer.send(
                prefix + ISSUES.name, orjson.dumps(entry["data"]), key=id.encode(), headers=_headers(id, entry)
            )
            for id, entry in entries
        ]
        await asyncio.gather(*waiting)
        await collection.bulk_write(
            [UpdateOne({"_id": found["_id"]}, {"$pull": {"outbox": {"seq": {"$lte": 1}}}}) for found in batch]
        )
    seconds = time.perf_counter() - began
    await producer.stop()
    return seconds


async def _sends_alone(servers: Servers, prefix: str, db: mongo.Database) -> float:
    batch = await db[CASES.collection].find({}).to_list(EVENTS)
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all", linger_ms=5)
    await producer.start()
    began = time.perf_counter()
    for start in range(0, EVENTS, BATCH):
        waiting = [
            await producer.send(
                prefix + ISSUES.name,
                orjson.dumps(found["outbox"][0]["data"]),
                key=found["_id"].encode(),
                headers=_headers(found["_id"], found["outbox"][0]),
            )
            for found in batch[start : start + BATCH]
        ]
        await asyncio.gather(*waiting)
    seconds = time.perf_counter() - began
    await producer.stop()
    return seconds


async def _relay(servers: Servers, prefix: str, db: mongo.Database) -> float:
    lease = Lease(db, "relay", ttl=timedelta(seconds=60))
    await lease.acquire()
    producer = Producer(servers.kafka, client_id="bench")
    await producer.run()
    kind: Kind[Any] = CASES
    lane = Lane(kind, db[CASES.collection], Journal(db), producer, lease, RepublishRequests(db), prefix=prefix)
    began = time.perf_counter()
    while await lane.drain() and (await lane.backlog())[0]:
        pass
    seconds = time.perf_counter() - began
    await producer.stop()
    return seconds


def _headers(id: str, entry: dict[str, Any]) -> list[tuple[str, bytes]]:
    return to_headers(
        Envelope(
            id=f"{id}.{entry['seq']}",
            type=entry["type"],
            source="urn:community:issues",
            subject=f"case/{id}",
            time=entry["time"],
            sequence=entry["seq"],
            partitionkey=id,
            community="yangguang",
        )
    )
