"""One stay of this process in its consumer group, from joining to leaving: FastStream's batch subscriber with its
aiokafka consumer. A member that has left, or is broken, never joins again: a new member is made.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from services.chassis.bounded import within
from services.chassis.kafka.access import OPEN, Access
from services.chassis.kafka.remains import clear_consumer
from services.chassis.kafka.repairs import repair
from services.chassis.kafka.vital_signs import of_consumer
from services.chassis.subscriber.intake import Stopping

log = logging.getLogger(__name__)

BATCH = 500
_POLL_MS = 100
"""A poll ends as soon as there is a record, and after so long without one."""
_CLOSE = 3.0


@dataclass(frozen=True, slots=True)
class Group:
    """A consumer group: its name, the topics that it reads, and the time-outs of its members."""

    bootstrap: str
    name: str
    topics: Sequence[str]
    instance: str | None = None
    graceful: float = 30.0
    session_timeout: float = 10.0
    access: Access = OPEN


class Member:
    """One stay in `group`. `take` gets each batch of raw records, one after the other."""

    def __init__(
        self, group: Group, take: Callable[[Any], Awaitable[None]], listener: ConsumerRebalanceListener
    ) -> None:
        repair()
        self._graceful = group.graceful
        self._broker = KafkaBroker(
            group.bootstrap,
            client_id=group.name,
            consumer_only=True,
            apply_types=False,
            logger=None,
            graceful_timeout=group.graceful,
            allow_auto_create_topics=False,
            request_timeout_ms=90_000,
            metadata_max_age_ms=15_000,
            security=group.access,
        )
        self._subscriber: BatchSubscriber = self._broker.subscriber(
            *group.topics,
            batch=True,
            max_records=BATCH,
            batch_timeout_ms=_POLL_MS,
            group_id=group.name,
            group_instance_id=group.instance,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            session_timeout_ms=int(group.session_timeout * 1000),
            heartbeat_interval_ms=int(group.session_timeout * 300),
            max_poll_interval_ms=600_000,
            listener=listener,
            parser=self._parse,
            decoder=_decode,
        )

        async def consume(records: Any) -> None:
            """Hand a batch to `take`. The annotations are plain, because FastStream reads them and doesn't know our
            types."""
            await take(records)

        self._subscriber(consume)
        setattr(self._subscriber, "get_msg", self._next_batch)  # noqa: B010  FastStream has no setting for it

    async def _next_batch(self, consumer: AIOKafkaConsumer) -> tuple[Any, ...]:
        """The next records, or none after a while. FastStream would sleep after an empty poll, and what comes meanwhile
        would wait for nothing."""
        found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=BATCH)
        return tuple(chain.from_iterable(found.values()))

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """The aiokafka consumer; None until joining has begun."""
        return self._subscriber.consumer

    @property
    def assigned(self) -> frozenset[TopicPartition]:
        """The partitions that this member reads now."""
        return frozenset() if self.consumer is None else frozenset(self.consumer.assignment())

    @property
    def id(self) -> str:
        """The id that Kafka has given this member in the group; empty while there is none."""
        coordinator = None if self.consumer is None else self.consumer._coordinator
        return "" if coordinator is None else str(coordinator.member_id)

    def positions(self) -> dict[TopicPartition, int]:
        """The next offset to read, by partition; partitions without a known position are left out."""
        subscription = None if self.consumer is None else self.consumer._subscription.subscription
        assignment = None if subscription is None else subscription.assignment
        if assignment is None:
            return {}
        states = {partition: assignment.state_value(partition) for partition in assignment.tps}
        return {p: state.position for p, state in states.items() if state is not None and state.has_valid_position}

    def ailment(self) -> str | None:
        """The background task of this consumer that has died and isn't started again by itself; None while all live."""
        if self.consumer is None:
            return None
        tasks = self._subscriber.tasks
        if self._subscriber.running and tasks and all(task.done() for task in tasks):
            return "reading has ended"
        return of_consumer(self.consumer)

    async def join(self, patience: float) -> None:
        """Join the group.

        Raises:
            KafkaError, OSError: Kafka does not answer.
            TimeoutError: the group was not joined within `patience` seconds.
        """
        await within(patience, self._broker.start())

    async def leave(self) -> None:
        """Wait for the batch under way, leave the group and disconnect; whatever doesn't end in time is cut off.

        Raises:
            KafkaError, OSError, TimeoutError: leaving was not clean. The client is gone all the same.
        """
        consumer = self.consumer
        try:
            await within(self._graceful + _CLOSE, self._broker.stop())
        finally:
            if consumer is not None:
                clear_consumer(consumer)

    async def _parse(self, records: Any, _original: Any) -> KafkaMessage:
        """Hand the raw records on: FastStream's own parser decodes headers and raises on what is not UTF-8."""
        consumer = self.consumer
        if consumer is None:
            raise Stopping()
        return KafkaMessage(body=b"", raw_message=records, consumer=consumer)


async def _decode(message: KafkaMessage, _original: Any) -> Any:
    return message.raw_message
