"""The floor of the bench of live inboxes: the bare chain from a record on Kafka to a line in a reader's stream.

It is a process of its own on the loop that services run on, for neither who sends an event nor who reads is in the
process that carries it. It does the same I/O as the service, by the bare drivers, and nothing else: aiokafka `getmany`
of all topics that the service reads, with the settings by which it reads them, one Motor `find` of who is told, one
`insert_many` of the documents that the service writes of such an event, which a majority and its journal have, a commit
of the offsets behind it, a change stream, which tells only of what a majority has, and a line of server-sent events
over a socket. There are no envelope, rules, preferences, texts or tokens. The collection has the indexes that it was
given.

`python -m tests.bench.live_floor PORT MONGODB_URL DATABASE KAFKA TOPICS DOCUMENTS`; TOPICS are separated by commas, and
DOCUMENTS is a file of the documents of one event, one BSON after the other.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import bson
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from services.chassis.store import mongo
from services.chassis.store.mongo import Document
from services.chassis.subscriber.member import BATCH
from tests.waiting import eventually

_POLL_MS = 100


async def run(port: int, url: str, name: str, kafka: str, topics: Sequence[str], of_one: Sequence[Document]) -> None:
    """Carry records for ever, and write the documents `of_one` event for each. The port is open once everything is in
    its place."""
    store = mongo.database(mongo.connect(url, application="floor"), name)
    rows, persons = store["rows"], store["persons"]
    queues: defaultdict[str, asyncio.Queue[bytes]] = defaultdict(asyncio.Queue)
    watching = asyncio.Event()
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=kafka,
        group_id=f"{topics[0]}.floor",
        auto_offset_reset="latest",
        enable_auto_commit=False,
    )
    await consumer.start()
    await eventually(consumer.assignment)
    for partition in consumer.assignment():
        await consumer.position(partition)

    async def consume() -> None:
        while True:
            batches = (await consumer.getmany(timeout_ms=_POLL_MS, max_records=BATCH)).values()
            read = [
                (record.key.decode(), orjson.loads(record.value)["reporter"]) for each in batches for record in each
            ]
            if read:
                known = await persons.find({"_id": {"$in": [person for _, person in read]}}).to_list(None)
                told = {each["_id"] for each in known}
                await rows.insert_many(
                    [
                        {**each, "_id": f"{n}-{case}", "state": {**each["state"], "about": case, "recipient": person}}
                        for case, person in read
                        if person in told
                        for n, each in enumerate(of_one)
                    ],
                    ordered=False,
                )
                await consumer.commit()

    async def watch() -> None:
        inboxes = {"operationType": "insert", "fullDocument.state.channel": "inbox"}
        async with rows.watch([{"$match": inboxes}]) as stream:
            watching.set()
            async for change in stream:
                state = change["fullDocument"]["state"]
                said = orjson.dumps({"about": state["about"], "kind": state["kind"]})
                queues[state["recipient"]].put_nowait(b"id: 1\nevent: notice\ndata: " + said + b"\n\n")

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
    port, url, name, kafka, read, documents = sys.argv[1:]
    uvloop.run(run(int(port), url, name, kafka, read.split(","), bson.decode_all(Path(documents).read_bytes())))
