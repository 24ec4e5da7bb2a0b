"""The floor of the bench of live inboxes: the bare chain from a record on Kafka to a line in a reader's stream.

It is a process of its own on the loop that services run on, for neither who sends an event nor who reads is in the
process that carries it. It does what cannot be left out and nothing else: aiokafka `getmany` with the settings by which
a service reads, one Motor `insert_many` that a majority and its journal have, a commit of the offsets behind it, a
change stream, which tells only of what a majority has, and a line of server-sent events over a socket. There are no
envelope, rules, preferences, texts, indexes or tokens.

`python -m tests.bench.live_floor PORT MONGODB_URL DATABASE KAFKA TOPIC`
"""

import asyncio
import sys
from collections import defaultdict

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from services.chassis.store import mongo
from services.chassis.subscriber.member import BATCH
from tests.waiting import eventually

_POLL_MS = 100


async def run(port: int, url: str, name: str, kafka: str, topic: str) -> None:
    """Carry records for ever. The port is open once everything is in its place."""
    rows = mongo.database(mongo.connect(url, application="floor"), name)["rows"]
    queues: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)
    watching = asyncio.Event()
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=f"{topic}.floor", auto_offset_reset="latest", enable_auto_commit=False
    )
    await consumer.start()
    await eventually(consumer.assignment)
    for partition in consumer.assignment():
        await consumer.position(partition)

    async def consume() -> None:
        while True:
            batches = (await consumer.getmany(timeout_ms=_POLL_MS, max_records=BATCH)).values()
            read = [{"_id": record.key.decode(), **orjson.loads(record.value)} for each in batches for record in each]
            if read:
                await rows.insert_many(read)
                await consumer.commit()

    async def watch() -> None:
        async with rows.watch([{"$match": {"operationType": "insert"}}]) as stream:
            watching.set()
            async for change in stream:
                row = change["fullDocument"]
                said = orjson.dumps({"about": row["_id"], "title": row["title"]})
                queues[row["reporter"]].put_nowait(b"id: 1\nevent: notice\ndata: " + said + b"\n\n")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        if not asked:
            return  # somebody who looked whether the port is open
        queue = queues[asked.split(b" ")[1].decode().removeprefix("/")]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: here\n\n")
        while True:
            writer.write(await queue.get())
            await writer.drain()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(consume())
        tasks.create_task(watch())
        await watching.wait()
        server = await asyncio.start_server(serve, "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(run(int(sys.argv[1]), *sys.argv[2:]))
