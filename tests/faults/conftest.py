"""Settings of services on shared servers, and on servers of the test's own that it may kill."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.servers import Kafka, Mongo
from services.chassis.kafka.topics import ensure_topics
from tests.e2e.house import environment

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker plays all of these, one after the other: they wait more than they compute, and others compute then."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("faults"))


@dataclass
class Ground:
    """Servers of one test's own."""

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


@pytest.fixture
async def ground(own_mongo: Callable[[], Mongo], own_kafka: Callable[[], Kafka], tmp_path: Path) -> Ground:
    """Servers that the test may kill, and settings for services on them."""
    mongo, kafka = own_mongo(), own_kafka()
    found = environment(mongo.url, kafka.bootstrap, "own.", "own", tmp_path)
    await ensure_topics(kafka.bootstrap, prefix="own.", partitions=int(found["KAFKA_PARTITIONS"]))
    return Ground(mongo, kafka, found)
