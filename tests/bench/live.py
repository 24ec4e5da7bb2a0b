"""From an event on Kafka to the message in an open inbox, beside the bare chain of the same parts; and open inboxes.

The floor (`live_floor`) does the same I/O by the bare drivers: aiokafka `getmany`, a Motor `find`, an `insert_many` of
the documents that the service has written of one event, into a collection with the same indexes and with the same write
concern, a change stream, a line of server-sent events over a socket. Ours is the service: envelope, routes,
preferences, templates, the notice, server-sent events behind a token. Each is a process of its own, on the same loop;
who sends and who reads is this process for both, as other services and readers are elsewhere in life. (Until November
30th 2026 the floor asked nothing, and wrote one small document into a collection without indexes; on that day it began
to subscribe to all topics that the service reads, whose partitions are named in every fetch and every answer.)
`LIVE_A_SECOND` events a second, 50 unless it is said, to twenty people, for ten seconds, or longer until there are two
hundred, so that the slowest hundredth is more than one. Twenty go before them to each, uncounted: of floor and service
alike the first are carried by a process that has just started.

The memory of an open inbox is what the process grows by with `LIVE_CONNECTIONS` of them, 2,000 unless it is said.
`LIVE_ROUNDS`: how often floor and service take turns, three times unless it is said.
"""

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import bson
import orjson
from aiokafka import AIOKafkaProducer

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import utc_now
from services.chassis.settings.service_settings import AuthSettings
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Document
from services.contracts.topics import ISSUES, READ_BY
from services.notify.knowledge.store import SUBJECTS
from services.notify.notices.domain.notice import Notice
from services.notify.notices.store import INDEXES, NOTICE
from tests.bench.ground import Figure, Servers, database, free_port, median_of, settle, topics, turns
from tests.bench.http import ROOT
from tests.bench.idle import resident
from tests.faults.replica import Replica
from tests.integration.notify.records import Record, a_case
from tests.unit.notify.given import HERE
from tests.waiting import eventually

PEOPLE, SECONDS = 20, 10
A_SECOND = int(os.environ.get("LIVE_A_SECOND", "50"))
MESSAGES = max(A_SECOND * SECONDS, 200)
BEFORE = 20
ROUNDS = int(os.environ.get("LIVE_ROUNDS", "3"))
CONNECTIONS = int(os.environ.get("LIVE_CONNECTIONS", "2000"))
_OPENED_AT_ONCE = 50
_OF_ONE = 8
"""So many documents hold all of the first event, for one event makes fewer."""

Arrivals = dict[str, float]
Send = Callable[[str], Awaitable[None]]


async def run(servers: Servers) -> list[Figure | str]:
    """Milliseconds at the median and the 99th percentile, and the memory of an open inbox."""
    floors, ours, lines, cost = [], [], list[str](), list[float]()
    for turn in turns(ROUNDS):
        async with topics(servers) as prefix, _Service(servers, prefix) as service:
            worked = service.worked
            ours.append(await service.latency())
            cost.append((service.worked - worked) * 1000 / (MESSAGES + BEFORE))
            if turn == ROUNDS - 1:
                lines.append(await service.memory())
            documents = service.documents
        await settle()
        async with topics(servers) as prefix:
            floors.append(await _bare(servers, prefix, documents))
        await settle()
    return [
        *(
            Figure(
                f"event → message in an open inbox, p{percent}",
                median_of([run[percent] for run in floors]),
                median_of([run[percent] for run in ours]),
                "ms",
                most=2,
            )
            for percent in (50, 99)
        ),
        f"{'processor time of the service for each message':<46}{median_of(cost):>19.1f} ms",
        *lines,
    ]


def _cases() -> dict[str, str]:
    """The cases of one run, each with its reporter."""
    return {f"case-{uuid.uuid4().hex[:26]}": f"resident-{n % PEOPLE}" for n in range(BEFORE + MESSAGES)}


async def _steady(cases: Collection[str], send: Send, arrived: Arrivals) -> dict[int, float]:
    """Send an event of each case at the rate, wait for all messages; percentiles from acknowledgement to arrival in
    milliseconds, of all but the first `BEFORE`."""
    sent: Arrivals = {}

    async def one(case: str) -> None:
        await send(case)
        sent[case] = time.perf_counter()

    began, waiting = time.perf_counter(), []
    for number, case in enumerate(cases):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        waiting.append(asyncio.create_task(one(case)))
    await asyncio.gather(*waiting)
    await eventually(lambda: sent.keys() <= arrived.keys(), within=60)
    spans = sorted(max(0.0, arrived[case] - sent[case]) for case in list(cases)[BEFORE:])
    return {percent: spans[len(spans) * percent // 100] * 1000 for percent in (50, 99)}


async def _listen(port: int, path: str, headers: str, arrived: Arrivals, opened: Callable[[], None]) -> None:
    """Read a stream for ever, and note when the message about each case came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(head.decode())
        heard = False
        while line := await reader.readline():
            if not heard and line.startswith(b":"):
                heard = True
                opened()
            if line.startswith(b"data: {") and b'"about"' in line:
                arrived.setdefault(orjson.loads(line[6:])["about"], time.perf_counter())
    finally:
        writer.close()


async def _bare(servers: Servers, prefix: str, documents: Sequence[Document]) -> dict[int, float]:
    """What the bare chain takes to carry an event whose message is `documents`."""
    arrived: Arrivals = {}
    topic, port, people, here = prefix + ISSUES.name, free_port(), [f"resident-{n}" for n in range(PEOPLE)], list[str]()
    async with database(servers) as store, AsyncExitStack() as stack:
        notices: Aggregates[Notice] = Aggregates(NOTICE, store, utc_now)
        await store["rows"].create_indexes([*INDEXES[NOTICE.collection], *notices.indexes()])
        await store["persons"].insert_many([{"_id": person, "language": "zh"} for person in people])
        sample = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "documents"
        sample.write_bytes(b"".join(bson.encode(each) for each in documents))
        producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all")
        await producer.start()
        stack.push_async_callback(producer.stop)
        read = ",".join(prefix + name for name in READ_BY["notify"])
        command = [str(port), servers.mongodb, store.name, servers.kafka, read, str(sample)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.live_floor", *command, cwd=ROOT
        )
        stack.push_async_callback(process.wait)
        stack.callback(process.terminate)
        await eventually(lambda: _open(port), within=60)
        listening = [
            asyncio.create_task(_listen(port, f"/{person}", "", arrived, lambda: here.append(""))) for person in people
        ]
        stack.push_async_callback(_cancel, listening)
        await eventually(lambda: len(here) == PEOPLE)
        cases = _cases()

        async def send(case: str) -> None:
            value = orjson.dumps({"reporter": cases[case]})
            await producer.send_and_wait(topic, value, key=case.encode())

        return await _steady(cases, send, arrived)


async def _open(port: int) -> bool:
    """Whether somebody listens at `port`."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


class _Service:
    """The service in a process of its own, and what speaks to it."""

    def __init__(self, servers: Servers, prefix: str) -> None:
        self._servers, self._prefix = servers, prefix
        self._stack = AsyncExitStack()
        self._arrived: Arrivals = {}
        self._open = 0
        self.documents: Sequence[Document] = ()
        """The documents that the service wrote of one event, as it wrote them; known once latency was measured."""

    async def __aenter__(self) -> "_Service":
        try:
            await self._open_all()
        except BaseException:  # what was started must end, whatever went wrong
            await self._stack.aclose()
            raise
        return self

    async def _open_all(self) -> None:
        kept = self._kept = await self._stack.enter_async_context(database(self._servers))
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {
            **os.environ,
            "ENVIRONMENT": "test",
            "MONGODB_URL": self._servers.mongodb,
            "NOTIFY_DATABASE": kept.name,
            "KAFKA_BOOTSTRAP": self._servers.kafka,
            "KAFKA_TOPIC_PREFIX": self._prefix,
            "AUTH_DEVELOPMENT_KEY": str(folder / "key.json"),
            "HTTP_CONNECTIONS": str(CONNECTIONS + 1000),
            "RATE_LIMIT_PER_SECOND": "0",
            "RATE_LIMIT_ADDRESS_PER_SECOND": "0",
            "LOG_LEVEL": "ERROR",
        }
        self._replica = Replica("notify", environment)
        self._stack.push_async_callback(self._replica.close)
        await self._replica.start()
        await self._replica.ready(240)
        self._port = int(self._replica.url.rpartition(":")[2])
        settings = AuthSettings(environment="test", auth_development_key=folder / "key.json")
        self._issuer = DevelopmentIssuer(settings)
        self._producer = AIOKafkaProducer(bootstrap_servers=self._servers.kafka, acks="all")
        await self._producer.start()
        self._stack.push_async_callback(self._producer.stop)

    async def __aexit__(self, *raised: object) -> None:
        await self._stack.aclose()

    @property
    def worked(self) -> float:
        """The processor time that the service has taken, in seconds."""
        fields = Path(f"/proc/{self._replica.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def latency(self) -> dict[int, float]:
        """As `_steady` tells. Each case was reported and accepted before, as in life: one event asks for one message,
        here as in the floor."""
        stories = {case: a_case(case, person, utc_now()) for case, person in _cases().items()}
        await asyncio.gather(*(self._publish(*story[:2]) for story in stories.values()))
        await self._taken(len(stories))
        listening = [self._listen(f"resident-{n}") for n in range(PEOPLE)]
        await eventually(lambda: self._open == PEOPLE, within=60)

        async def send(case: str) -> None:
            await self._publish(stories[case][3])

        inserted = [{"$match": {"operationType": "insert"}}]
        async with self._kept[NOTICE.collection].watch(inserted, max_await_time_ms=100) as written:
            await written.try_next()  # from here on it tells of everything, when it is asked
            result = await _steady(stories, send, self._arrived)
            first = [change["fullDocument"] for _ in range(_OF_ONE) if (change := await written.try_next())]
        self.documents = [each for each in first if each["state"]["cause"] == first[0]["state"]["cause"]]
        await _cancel(listening)
        return result

    async def memory(self) -> str:
        """What the process grows by for each inbox that is open."""
        self._open = 0
        before = resident(self._replica.pid)
        listening = list[asyncio.Task[None]]()
        for start in range(0, CONNECTIONS, _OPENED_AT_ONCE):
            more = range(start, min(start + _OPENED_AT_ONCE, CONNECTIONS))
            listening += [self._listen(f"reader-{n}") for n in more]
            wanted = more.stop
            await eventually(lambda wanted=wanted: self._open >= wanted, within=60)  # type: ignore[misc]
        grown = resident(self._replica.pid) - before
        await _cancel(listening)
        name = f"{CONNECTIONS:,} open inboxes on one process"
        return f"{name:<46}{grown:>8,.0f} MB more, {grown * 1024 / CONNECTIONS:.1f} kB each ({before:.0f} MB before)"

    def _listen(self, person: str) -> asyncio.Task[None]:
        token = self._issuer.mint(person, (), [HERE])
        headers = f"Authorization: Bearer {token}\r\n"

        def opened() -> None:
            self._open += 1

        path = "/api/notify/v1/me/notices/live"
        return asyncio.create_task(_listen(self._port, path, headers, self._arrived, opened))

    async def _taken(self, cases: int) -> None:
        """Wait until the service knows the titles of so many cases."""
        async with asyncio.timeout(60):
            while await self._kept[SUBJECTS].count_documents({"title.v": {"$ne": None}}) < cases:
                await asyncio.sleep(0.1)
        await settle()

    async def _publish(self, *records: Record) -> None:
        for record in records:
            topic = self._prefix + record.topic
            await self._producer.send_and_wait(topic, record.value, key=record.key, headers=record.headers)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
