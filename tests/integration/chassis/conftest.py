"""A lab for each test, on the shared servers."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.chassis.kafka.producer import Producer
from services.chassis.store import mongo
from services.contracts.topics import configurations
from tests.integration.chassis.lab import Lab
from tests.integration.chassis.workshop import WORKSHOP

PARTITIONS = 3


@pytest.fixture
async def store(mongodb_url: str, database: str) -> AsyncIterator[mongo.Database]:
    """A database as a service sees it."""
    client = mongo.connect(mongodb_url, application="chassis-tests")
    yield mongo.database(client, database)
    client.close()


@pytest.fixture
async def lab(store: mongo.Database, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[Lab]:
    """A lab with its topics and its outbox index made, and Kafka connected."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    topics = [NewTopic(topic_prefix + n, PARTITIONS, 1, topic_configs=c) for n, c in configurations(WORKSHOP).items()]
    await admin.create_topics(topics)
    await admin.close()
    producer = Producer(kafka_bootstrap, client_id="chassis-tests", time_out=10.0)
    await producer.run()
    client = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all")
    await client.start()
    lab = Lab(store, kafka_bootstrap, topic_prefix, producer, client)
    await lab.things().collection.create_indexes(lab.things().indexes())
    yield lab
    await client.stop()
    await producer.stop()
