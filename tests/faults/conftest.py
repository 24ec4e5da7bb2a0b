"""Settings of services on shared servers, and on servers that these tests may kill."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.servers import Kafka, Mongo, Servers
from services.chassis.kafka.topics import ensure_topics
from tests.e2e.house import environment

HERE = Path(__file__).parent
_SCENARIOS = HERE / "test_scenarios.py"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two workers play these, one the scenarios and one the others: they wait more than they compute, and other workers
    compute meanwhile. Each group has its own servers, which its tests use one after the other."""
    for item in items:
        if HERE in item.path.parents:
            group = "scenarios" if item.path == _SCENARIOS else "faults"
            item.add_marker(pytest.mark.xdist_group(group))


@dataclass(frozen=True)
class Victims:
    """Servers that the tests of a process may treat badly, one test at a time."""

    mongo: Mongo
    kafka: Kafka

    def heal(self) -> None:
        """Both run and answer, whatever the last test has left."""
        for server in (self.mongo, self.kafka):
            server.thaw()
            server.start()


@dataclass
class Ground:
    """Servers that a test may kill, and settings for services on them, with databases and topics of its own."""

    mongo: Mongo
    kafka: Kafka
    variables: dict[str, str]


@pytest.fixture
async def variables(
    mongodb_url: str, kafka_bootstrap: str, topic_prefix: str, database: str, tmp_path: Path
) -> dict[str, str]:
    """Settings for services on the shared servers."""
    found = environment(mongodb_url, kafka_bootstrap, topic_prefix, database, tmp_path)
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, partitions=int(found["KAFKA_PARTITIONS"]))
    return found


@pytest.fixture(scope="session")
def victims() -> Iterator[Victims]:
    """A MongoDB and a Kafka for the tests of this process that kill one. They are started when a test heals them."""
    servers = Servers()
    victims = Victims(servers.own_mongo(), servers.own_kafka())
    yield victims
    for server in (victims.mongo, victims.kafka):
        server.thaw()
        server.kill()
        server.stop()
    servers.close()


@pytest.fixture
async def ground(victims: Victims, tmp_path: Path) -> Ground:
    """The servers, both running, and settings that no test before had."""
    await asyncio.to_thread(victims.heal)
    name = f"own{secrets.token_hex(4)}"
    found = environment(victims.mongo.url, victims.kafka.bootstrap, f"{name}.", name, tmp_path)
    await ensure_topics(victims.kafka.bootstrap, prefix=f"{name}.", partitions=int(found["KAFKA_PARTITIONS"]))
    return Ground(victims.mongo, victims.kafka, found)
