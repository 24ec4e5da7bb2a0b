"""All that lies on topics, from their beginning to where they end now, whoever put it there and in whatever shape."""

from collections.abc import AsyncIterator, Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.chassis.kafka.repairs import repair
from services.chassis.subscriber.record import Record
from tests.faults.scenarios.ground import Ground

Place = tuple[str, int, int]
"""Topic with its prefix, partition and offset of a record."""


async def records(ground: Ground, *topics: str) -> AsyncIterator[Record]:
    """The records of `topics`, named without prefix; within a partition in their order."""
    repair()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=ground.variables["KAFKA_BOOTSTRAP"], auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = partitions_of(ground, [ground.variables["KAFKA_TOPIC_PREFIX"] + topic for topic in topics])
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for found in (await consumer.getmany(timeout_ms=500)).values():
                for record in found:
                    yield record
    finally:
        await consumer.stop()


def partitions_of(ground: Ground, topics: Iterable[str]) -> list[TopicPartition]:
    """The partitions of `topics`, named with their prefix."""
    count = int(ground.variables["KAFKA_PARTITIONS"])
    return [TopicPartition(topic, partition) for topic in topics for partition in range(count)]
