"""Asks Kafka about a consumer that may be broken, over a fresh connection that does not share its faults."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.chassis.bounded import within
from services.chassis.kafka.access import for_client
from services.chassis.kafka.repairs import repair
from services.chassis.subscriber.member import Group

_ANSWER_MS = 5_000
_ALL = 15.0
_SETTLED = frozenset({"Stable", "Empty", "Dead"})
"""States of a group in which the list of members is complete: a process that isn't listed is no member."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Kafka's answer: ids of the group's members (None while the group is rebalancing), and the end of each
    partition."""

    members: frozenset[str] | None
    ends: Mapping[TopicPartition, int] = field(default_factory=dict)


class Witness:
    """Asks Kafka about one group and the partitions that it reads."""

    def __init__(self, group: Group) -> None:
        repair()
        self._group = group
        self._access: dict[str, Any] = {
            "bootstrap_servers": group.bootstrap,
            "request_timeout_ms": _ANSWER_MS,
            **for_client(group.access),
        }

    async def look(self, partitions: Collection[TopicPartition]) -> Seen | None:
        """The group's members and the end offsets of `partitions`; None where Kafka does not answer."""
        try:
            return await within(_ALL, self._look(partitions))
        except (KafkaError, OSError, TimeoutError):
            return None

    async def reads(self, partition: TopicPartition, offset: int) -> bool:
        """Whether Kafka hands out a record of `partition` at or after `offset`."""
        try:
            return await within(_ALL, self._reads(partition, offset))
        except (KafkaError, OSError, TimeoutError):
            return False

    async def _look(self, partitions: Collection[TopicPartition]) -> Seen:
        members = await self._members()
        if not partitions:
            return Seen(members)
        consumer = AIOKafkaConsumer(**self._access)
        try:
            await consumer.start()
            return Seen(members, await consumer.end_offsets(sorted(partitions)))
        finally:
            await consumer.stop()

    async def _members(self) -> frozenset[str] | None:
        admin = AIOKafkaAdminClient(**self._access)
        try:
            await admin.start()
            [answer] = await admin.describe_consumer_groups([self._group.name])
        finally:
            await admin.close()
        _, _, state, _, _, members, *_ = answer.groups[0]
        return frozenset(member[0] for member in members) if state in _SETTLED else None

    async def _reads(self, partition: TopicPartition, offset: int) -> bool:
        consumer = AIOKafkaConsumer(enable_auto_commit=False, auto_offset_reset="earliest", **self._access)
        try:
            await consumer.start()
            consumer.assign([partition])
            consumer.seek(partition, offset)
            return any((await consumer.getmany(timeout_ms=_ANSWER_MS)).values())
        finally:
            await consumer.stop()
