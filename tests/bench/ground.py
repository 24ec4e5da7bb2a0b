"""What the benchmarks stand on: servers, topics, a community's case to write and send, and how figures are told."""

import asyncio
import os
import platform
import socket
import statistics
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from aiokafka.admin import AIOKafkaAdminClient

from services.chassis.kafka.topics import ensure_topics
from services.chassis.store import mongo
from services.contracts.issues import CaseReported, CaseStatus, Channel, Priority

PARTITIONS = 6
TIME = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Servers:
    """Where MongoDB and Kafka are."""

    mongodb: str
    kafka: str


@dataclass(frozen=True)
class Figure:
    """One line of the report: ours beside its floor. `least`/`most`: what the ratio must reach or keep under."""

    name: str
    floor: float
    ours: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def __str__(self) -> str:
        bound = f"≥ {self.least}" if self.least is not None else f"≤ {self.most}" if self.most is not None else "–"
        kept = (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)
        mark = "" if self.least is None and self.most is None else "  kept" if kept else "  MISSED"
        return (
            f"{self.name:<46}{self.floor:>11,.1f}{self.ours:>11,.1f} {self.unit:<9}{self.ratio:>6.2f}  {bound:<7}{mark}"
        )


HEADING = f"{'':<46}{'floor':>11}{'ours':>11} {'':<9}{'ratio':>6}  bound"


def machine() -> str:
    """The machine in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, {system}, CPython {platform.python_version()}"


@asynccontextmanager
async def topics(servers: Servers) -> AsyncIterator[str]:
    """All topics under a prefix of their own, deleted afterwards; yields the prefix."""
    prefix = f"bench{uuid.uuid4().hex[:8]}."
    made = await ensure_topics(servers.kafka, prefix=prefix, partitions=PARTITIONS)
    try:
        yield prefix
    finally:
        admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
        await admin.start()
        await admin.delete_topics([outcome.topic for outcome in made])
        await admin.close()


@asynccontextmanager
async def database(servers: Servers, *, patience: float = 20.0) -> AsyncIterator[mongo.Database]:
    """An empty database, dropped afterwards. `patience`: seconds that a single call may take."""
    client = mongo.connect(servers.mongodb, application="bench", answer_within_ms=round(patience * 1000))
    name = f"bench_{uuid.uuid4().hex[:8]}"
    try:
        yield mongo.database(client, name)
        await client.drop_database(name)
    finally:
        client.close()


async def mongodb_worked(kept: mongo.Database) -> float:
    """The processor time that MongoDB has taken, in seconds."""
    told = (await kept.client.admin.command("serverStatus"))["extra_info"]
    return float(told["user_time_us"] + told["system_time_us"]) / 1e6


async def worked(kept: mongo.Database) -> float:
    """The processor time that this process and MongoDB have taken, in seconds."""
    return process_time() + await mongodb_worked(kept)


def case_reported(number: int) -> CaseReported:
    """A finding of a usual size: about 600 bytes of JSON."""
    return CaseReported(
        category="lighting.corridor",
        category_zh="楼道照明",
        category_en="Corridor lighting",
        priority=Priority.NORMAL,
        title="七楼电梯口公共照明灯不亮",
        place=f"place-{number:026d}",
        building=f"place-{number:026d}",
        channel=Channel.ROUND,
        reporter="person-000017",
        round="round-000009",
        status=CaseStatus.ACCEPTED,
        unit=None,
        on_the_spot=False,
        photos=1,
        reported_at=TIME,
        due_at=None,
        overdue=False,
        handled_at=None,
        closed_at=None,
        rating=None,
        returned=0,
        sent_back=0,
        reopened=0,
    )


def median_of(rounds: Sequence[float]) -> float:
    return statistics.median(rounds)


def turns(count: int) -> Iterator[int]:
    """Floor and ours take turns, so that a busy minute of the machine meets both."""
    return iter(range(count))


async def settle() -> None:
    """Let background work of the last run end."""
    await asyncio.sleep(0.2)


def free_port() -> int:
    """A port that nothing listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
