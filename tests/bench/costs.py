"""What one request costs, by what it makes others do: processor time of each process, MongoDB commands, Kafka bytes.

Throughput says how it comes out on a machine that has nothing else to do. Processor time says nearly the same on a busy
one, since it does not count the time of others; so it shows where the time of a request goes, and what a change is
worth. A request is paid for when all that follows from it is done: published, taken, drawn and counted.

Below each line of ours stand its parts: those of the service by samples of its main thread (`sampled.py`), those of
MongoDB by what it tells itself of its collections (`top`), both shared out over the processor time of the process.
"""

import json
import os
import resource
import signal
import tempfile
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.chassis.store import mongo
from services.contracts.topics import ISSUES
from services.issues.reading.marks import MARKS
from tests.bench import http
from tests.bench.ground import PARTITIONS, Servers, settle, topics
from tests.waiting import eventually

SECONDS = 8
_TICK = os.sysconf("SC_CLK_TCK")
_STORE, _KAFKA, _SERVICE, _LOAD = _PROCESSES = "mongod", "kafka", "service", "load"
_PARTS_TOLD = 9
_TOLD = ("find", "getMore", "aggregate", "insert", "update", "delete", "findAndModify")


@dataclass(frozen=True)
class Costs:
    """Of one request. `processor`: milliseconds by process; `commands`: of MongoDB, by name; `sent`: Kafka bytes.
    `parts`: microseconds of what the service and MongoDB do in them."""

    processor: Mapping[str, float]
    commands: Mapping[str, float]
    sent: float
    parts: Mapping[str, Mapping[str, float]]

    @property
    def whole(self) -> float:
        return sum(self.processor.values())

    def __str__(self) -> str:
        processes = ", ".join(f"{name} {self.processor[name]:.2f}" for name in _PROCESSES)
        asked = {name: self.commands[name] for name in _TOLD if self.commands.get(name, 0) >= 0.01}
        commands = ", ".join(f"{name} {count:.2f}" for name, count in asked.items())
        return f"{self.whole:.2f} ms ({processes}); MongoDB: {commands}; Kafka: {self.sent:,.0f} bytes"


async def run(servers: Servers) -> list[str]:
    """Two lines for each kind of request: the floor's and ours."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench")
    try:
        with tempfile.TemporaryDirectory() as folder:
            sampled = Path(folder) / "sampled.json"
            async with (
                topics(servers) as prefix,
                http.running_service(servers, prefix, name, sampled) as (port, environment),
            ):
                return await _compared(_Ground(servers, client, name, prefix, port, environment, sampled))
    finally:
        for part in ("issues", "floor"):
            await client.drop_database(f"{name}_{part}")
        client.close()


@dataclass(frozen=True)
class _Ground:
    servers: Servers
    client: mongo.Client
    name: str
    prefix: str
    port: int
    environment: dict[str, str]
    sampled: Path


async def _compared(ground: _Ground) -> list[str]:
    body, token = await http.a_community(ground.port, ground.environment)
    store = mongo.database(ground.client, f"{ground.name}_issues")
    staff, units = (
        await http.a_token(ground.environment, "staff"),
        await http.two_units(ground.port, ground.environment),
    )
    size = await http.size_of_a_case(store, ground.port, body, token)
    lines = []
    async with http.running_floor(ground.servers, f"{ground.name}_floor", size) as port:

        async def costs(of: http.Side, requests: list[bytes]) -> Costs:
            await _drawn(store)
            await settle()
            return await _costs(ground, of, requests, lambda: _drawn(store))

        floor = await costs(http.Side(port, "", f"{ground.name}_floor"), [b"/cases " + body])
        ours = await costs(http.Side(ground.port, token, store.name), [http.BASE + b"/cases " + body])
        lines += _told("report a case", floor, ours)
        bare, own = await http.inserted(port, body, units), await http.dispatched(ground.port, staff, body, units)
        floor = await costs(http.Side(port, "", f"{ground.name}_floor"), bare)
        ours = await costs(http.Side(ground.port, staff, store.name), own)
        lines += _told("reassign a case", floor, ours)
    return lines


def _told(what: str, floor: Costs, ours: Costs) -> list[str]:
    share = floor.whole / ours.whole
    lines = [f"costs: {what}, floor: {floor}", f"costs: {what}, ours: {ours}; floor / ours: {share:.2f}"]
    for process, parts in ours.parts.items():
        largest = sorted(parts.items(), key=lambda each: -each[1])[:_PARTS_TOLD]
        lines.append(f"    µs of {process}: " + ", ".join(f"{part} {spent:.0f}" for part, spent in largest))
    return lines


async def _costs(ground: _Ground, side: http.Side, requests: list[bytes], done: Callable[[], Awaitable[None]]) -> Costs:
    commands, sent, spent = await _commands(ground.client), await _sent(ground), _spent()
    parts = await _parts(ground, side)
    answers = SECONDS * await http.load_for(side, requests, SECONDS, http.CONNECTIONS)
    await done()
    taken = {name: seconds - spent[name] for name, seconds in _spent().items()}
    met = {process: found - parts[process] for process, found in (await _parts(ground, side)).items()}
    asked = await _commands(ground.client) - commands
    return Costs(
        {name: 1000 * seconds / answers for name, seconds in taken.items()},
        {name: count / answers for name, count in asked.items()},
        (await _sent(ground) - sent) / answers,
        {process: _shared_out(found, 1e6 * taken[process] / answers) for process, found in met.items()},
    )


def _shared_out(met: Counter[str], whole: float) -> dict[str, float]:
    """`whole`, shared out by how much of each part was met; the time of threads is told beside that."""
    every = sum(met.values())
    return {part: whole * count / every for part, count in met.items() if count > 0}


async def _parts(ground: _Ground, side: http.Side) -> dict[str, Counter[str]]:
    """What was met until now of the parts of each process: of the service clock ticks, of MongoDB microseconds."""
    totals = (await ground.client.admin.command("top"))["totals"]
    asked = Counter[str]()
    for name, spent in totals.items():
        database, _, collection = name.partition(".")
        if database == side.database:
            for kind in ("queries", "getmore", "insert", "update", "remove", "commands"):
                asked[f"{collection} {kind}"] += spent[kind]["time"]
    return {_SERVICE: await _sampled(ground), _STORE: asked}


async def _sampled(ground: _Ground) -> Counter[str]:
    """The parts of the service: its main thread's by samples, and what its other threads took, in clock ticks."""
    process = next(each for each in _descendants(os.getpid()) if _is_sampled(each))
    ground.sampled.unlink(missing_ok=True)
    os.kill(process, signal.SIGUSR2)
    await eventually(ground.sampled.exists, within=10)
    samples = Counter[str](json.loads(ground.sampled.read_text()))
    ticks = _ticks_of_threads(process)
    main = ticks.pop(process)
    every = sum(samples.values())
    found = Counter({part: round(1000 * main * count / every) for part, count in samples.items()})
    found["threads of the driver"] = 1000 * sum(ticks.values())
    return found


def _ticks_of_threads(process: int) -> dict[int, int]:
    return {int(each.name): _ticks(each / "stat") for each in Path(f"/proc/{process}/task").iterdir()}


def _is_sampled(process: int) -> bool:
    return b"tests.bench.sampled" in Path(f"/proc/{process}/cmdline").read_bytes()


def _ticks(stat: Path) -> int:
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


async def _drawn(store: mongo.Database) -> None:
    """All is published, and no row and no count waits."""

    async def nothing_waits() -> bool:
        pending = await store["cases"].count_documents({"outbox.0": {"$exists": True}})
        return not pending and not await store[MARKS].estimated_document_count()

    await eventually(nothing_waits, within=120, every=0.1)


async def _commands(client: mongo.Client) -> Counter[str]:
    status = await client.admin.command("serverStatus")
    counts = status["metrics"]["commands"]
    return Counter({name: counts[name]["total"] for name in _TOLD})


async def _sent(ground: _Ground) -> int:
    """Bytes of keys, values and headers on the topics of issues."""
    consumer = AIOKafkaConsumer(bootstrap_servers=ground.servers.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        names = [ground.prefix + topic for topic in (ISSUES.name, ISSUES.state)]
        places = [TopicPartition(each, at) for each in names for at in range(PARTITIONS)]
        ends = {place: end for place, end in (await consumer.end_offsets(places)).items() if end}
        consumer.assign(list(ends))
        size = 0
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    size += len(record.key or b"") + len(record.value or b"")
                    size += sum(len(name) + len(value) for name, value in record.headers)
        return size
    finally:
        await consumer.stop()


def _spent() -> dict[str, float]:
    """Seconds of processor time of what this process has started, by name; of what has ended, as load."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = dict.fromkeys(_PROCESSES, 0.0)
    spent[_LOAD] = ended.ru_utime + ended.ru_stime
    for process in _descendants(os.getpid()):
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            ticks = _ticks(Path(f"/proc/{process}/stat"))
        except OSError:
            continue  # it has ended
        spent[_name(command)] += ticks / _TICK
    return spent


def _name(command: list[bytes]) -> str:
    if command[0].endswith(b"mongod"):
        return _STORE
    if command[0].endswith(b"java"):
        return _KAFKA
    return _SERVICE


def _descendants(process: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *_descendants(child)]
    return found
