"""The running service, and a stranger who reads its topics with nothing but a Kafka client and JSON."""

import json
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.contracts.envelope import Envelope, from_headers, to_headers
from services.contracts.event import Event
from tests.integration.issues.calling import Api
from tests.integration.standing import PARTITIONS


@dataclass
class Record:
    """One record as a stranger reads it."""

    envelope: Envelope
    data: dict[str, Any] | None


@dataclass
class Running:
    """The service with everything beside it."""

    api: Api
    kafka: str
    prefix: str

    async def publish(self, topic: str, envelope: Envelope, event: Event) -> None:
        """Put an event of another service on its topic."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await producer.start()
        try:
            value = json.dumps(event.public_data()).encode()
            await producer.send_and_wait(
                self.prefix + topic, value, key=envelope.partitionkey.encode(), headers=to_headers(envelope)
            )
        finally:
            await producer.stop()

    async def read(self, topic: str) -> list[Record]:
        """Everything on a topic now, in order within each aggregate."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            name = self.prefix + topic
            partitions = [TopicPartition(name, number) for number in range(PARTITIONS)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[Record] = []
            while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(
                        Record(from_headers(r.headers, r.key), None if r.value is None else json.loads(r.value))
                        for r in records
                    )
            return found
        finally:
            await consumer.stop()
