"""The servers, and a lab for each test."""

import os
import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.chassis import mongo
from services.chassis.outbound import Outbound
from services.contracts.topics import configurations
from tests.integration.chassis.lab import Lab
from tests.integration.chassis.workshop import WORKSHOP

PARTITIONS = 3


@pytest.fixture(scope="session")
def mongodb_url() -> str:
    return os.environ.get("MONGODB_URL", "mongodb://127.0.0.1:27117/?replicaSet=rs0")


@pytest.fixture(scope="session")
def kafka_bootstrap() -> str:
    return os.environ.get("KAFKA_BOOTSTRAP", "127.0.0.1:19092")


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(mongodb_url, application="chassis-tests")
    name = f"chassis_{uuid.uuid4().hex[:10]}"
    yield mongo.database(client, name)
    await client.drop_database(name)
    client.close()


@pytest.fixture
async def topic_prefix(kafka_bootstrap: str) -> AsyncIterator[str]:
    prefix = f"t{uuid.uuid4().hex[:8]}."
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    configured = configurations(WORKSHOP)
    topics = [NewTopic(prefix + name, PARTITIONS, 1, topic_configs=configured[name]) for name in configured]
    await admin.create_topics(topics)
    yield prefix
    await admin.delete_topics([topic.name for topic in topics])
    await admin.close()


@pytest.fixture
async def lab(database: mongo.Database, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[Lab]:
    """A lab with its outbox index made and Kafka connected."""
    outbound = Outbound(kafka_bootstrap, client_id="chassis-tests", time_out=10.0)
    await outbound.run()
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all")
    await producer.start()
    lab = Lab(database, kafka_bootstrap, topic_prefix, outbound, producer)
    await lab.things().collection.create_indexes(lab.things().indexes())
    yield lab
    await producer.stop()
    await outbound.stop()
