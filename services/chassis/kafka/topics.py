"""Brings the topics on a Kafka cluster to what the contracts and the settings say.

What is guaranteed: when `ensure_topics` returns, the brokers show the topics as wanted; running it again changes
nothing; it never deletes a topic, never lowers a number of partitions, and leaves configuration that is not ours
unchanged. Two runs at once come to the same end.
What is not done: the replication of a topic that exists is not changed, because that moves data and Kafka has a tool
for it. The `note` of the outcome says so.

More partitions send a key to another partition from then on. Consumers drop older sequences of an aggregate, so raise
the number while they have caught up, and publish the states again afterwards, for the old partition of `.state` keeps
its copy of a key.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from services.chassis.errors import CommunityError, Unavailable
from services.chassis.kafka.access import OPEN, Access, for_client
from services.contracts.topics import DEAD_LETTER_DAYS, PARTITIONS, RETENTION_DAYS, TOPICS, Topic, configurations

log = logging.getLogger(__name__)

_BACK_OFF = (0.1, 0.2, 0.5, 1.0, 2.0)
_ANSWER_MS = 15_000
_SET_ON_TOPIC = 1
"""Kafka's code for a configuration that was set for this topic, not inherited."""


class KafkaAway(
    Unavailable,
    code="kafka-away",
    zh="Kafka（{bootstrap}）在 {seconds} 秒内没有应答。请确认它已启动，并检查 KAFKA_BOOTSTRAP。",
    en="Kafka at {bootstrap} did not answer within {seconds} s. Start it, or correct KAFKA_BOOTSTRAP.",
):
    """No broker could be reached, or none answered in time."""


class TopicRefused(
    CommunityError,
    code="topic-refused",
    zh="Kafka 拒绝了主题 {topic}：{reason}",
    en="Kafka refused the topic {topic}: {reason}",
):
    """The cluster can't have the topic as the settings ask (too few brokers for the replication, no permission …)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be."""

    name: str
    partitions: int
    replication: int
    configuration: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The `changes` that were made to one topic; none means that it was as wanted. `note` asks a person to do
    something."""

    topic: str
    changes: tuple[str, ...] = ()
    note: str | None = None

    def __str__(self) -> str:
        said = f"{self.topic}: {'; '.join(self.changes) or 'as wanted'}"
        return said if self.note is None else f"{said} ({self.note})"


def wanted(
    topics: Iterable[Topic] = TOPICS,
    *,
    prefix: str = "",
    partitions: int = PARTITIONS,
    replication: int = 1,
    retention_days: int = RETENTION_DAYS,
    dead_letter_days: int = DEAD_LETTER_DAYS,
) -> list[Wanted]:
    """The topics as these settings ask for them, facts with their `.state` and `.dlq`."""
    return [
        Wanted(prefix + name, partitions, replication, configuration)
        for topic in topics
        for name, configuration in configurations(
            topic, retention_days=retention_days, dead_letter_days=dead_letter_days, replication=replication
        ).items()
    ]


async def ensure_topics(
    bootstrap: str,
    *,
    prefix: str = "",
    topics: Iterable[Topic] = TOPICS,
    partitions: int = PARTITIONS,
    replication: int = 1,
    retention_days: int = RETENTION_DAYS,
    dead_letter_days: int = DEAD_LETTER_DAYS,
    wait: float = 60.0,
    access: Access = OPEN,
) -> list[Outcome]:
    """Create missing topics, raise partitions and correct configuration. Returns what was done, topic by topic.

    Args:
        wait: seconds within which Kafka must have started and carried everything out.

    Raises:
        KafkaAway: Kafka did not, within `wait`.
        TopicRefused: the cluster can't have a topic as asked.
    """
    targets = wanted(
        topics,
        prefix=prefix,
        partitions=partitions,
        replication=replication,
        retention_days=retention_days,
        dead_letter_days=dead_letter_days,
    )
    try:
        async with asyncio.timeout(wait):
            return await _persistently(bootstrap, targets, access)
    except TimeoutError:
        raise KafkaAway(bootstrap=bootstrap, seconds=f"{wait:g}") from None


async def _persistently(bootstrap: str, targets: list[Wanted], access: Access) -> list[Outcome]:
    attempt = 0
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_ANSWER_MS, **for_client(access))
        try:
            await admin.start()
            return await _Cluster(admin).bring_to(targets)
        except (KafkaError, OSError, TimeoutError) as error:
            log.info("Kafka is not ready, trying again", extra={"error": type(error).__name__})
        finally:
            await admin.close()
        await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
        attempt += 1


class _Cluster:
    """The administrative requests that are needed here. A refusal by the cluster is raised as an error."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        self._admin = admin

    async def bring_to(self, targets: list[Wanted]) -> list[Outcome]:
        created = await self._create(targets)
        there = await self._described(targets)
        changes: dict[str, list[str]] = {target.name: [] for target in targets}
        for target in created:
            changes[target.name].append(f"created with {target.partitions} partitions")
        for target in targets:
            changes[target.name] += await self._raise_partitions(target, len(there[target.name]))
        for name, put_right in (await self._configure(targets)).items():
            changes[name] += put_right
        if any(changes.values()):
            await self._settled(targets)
        return [
            Outcome(target.name, tuple(changes[target.name]), _note(target, there[target.name])) for target in targets
        ]

    async def _create(self, targets: list[Wanted]) -> list[Wanted]:
        known = set(await self._admin.list_topics())
        missing = [target for target in targets if target.name not in known]
        if not missing:
            return []
        new = [NewTopic(t.name, t.partitions, t.replication, topic_configs=dict(t.configuration)) for t in missing]
        answer = await self._admin.create_topics(new)
        return [
            target
            for target, (name, code, message) in zip(missing, answer.topic_errors, strict=True)
            if _accepted(name, code, message, unless=TopicAlreadyExistsError.errno)
        ]

    async def _described(self, targets: list[Wanted]) -> dict[str, list[dict[str, Any]]]:
        """The partitions of each topic, once the broker that is asked knows a leader for all of them."""
        names = [target.name for target in targets]
        while True:
            described = await self._admin.describe_topics(names)
            found = {topic["topic"]: topic["partitions"] for topic in described if not topic["error_code"]}
            if len(found) == len(names) and all(p["leader"] >= 0 for ps in found.values() for p in ps):
                return found
            await asyncio.sleep(_BACK_OFF[0])

    async def _settled(self, targets: list[Wanted]) -> None:
        """Wait until the brokers show the topics that the controller has created."""
        while True:
            partitions = await self._described(targets)
            configurations = await self._configurations([target.name for target in targets])
            if all(
                len(partitions[target.name]) >= target.partitions
                and target.configuration.items() <= configurations[target.name][0].items()
                for target in targets
            ):
                return
            await asyncio.sleep(_BACK_OFF[0])

    async def _raise_partitions(self, target: Wanted, count: int) -> list[str]:
        if count >= target.partitions:
            return []
        try:
            await self._admin.create_partitions({target.name: NewPartitions(target.partitions)})
        except KafkaError as error:
            if error.retriable:
                raise
            raise TopicRefused(topic=target.name, reason=str(error)) from error
        return [f"raised from {count} to {target.partitions} partitions"]

    async def _configure(self, targets: list[Wanted]) -> dict[str, list[str]]:
        """Correct the configuration of `targets`, and return the changes by topic. Kafka replaces the whole
        configuration of a topic, so what others have set is sent along."""
        present = await self._configurations([target.name for target in targets])
        changes: dict[str, list[str]] = {}
        orders = []
        for target in targets:
            now, own = present[target.name]
            differing = {name: value for name, value in target.configuration.items() if now.get(name) != value}
            if differing:
                changes[target.name] = [f"{name} {now.get(name)} -> {value}" for name, value in differing.items()]
                orders.append(ConfigResource(ConfigResourceType.TOPIC, target.name, own | dict(target.configuration)))
        if orders:
            for answer in await self._admin.alter_configs(orders):
                for code, message, _, name in answer.resources:
                    _accepted(name, code, message)
        return changes

    async def _configurations(self, names: list[str]) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        """For each topic its whole configuration, and the part of it that was set on the topic itself."""
        found = {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        for answer in await self._admin.describe_configs(resources):
            for resource in answer.to_object()["resources"]:
                name, entries = resource["resource_name"], resource["config_entries"]
                _accepted(name, resource["error_code"], resource["error_message"])
                whole = {entry["config_names"]: entry["config_value"] for entry in entries}
                own = {e["config_names"]: e["config_value"] for e in entries if e["config_source"] == _SET_ON_TOPIC}
                found[name] = (whole, own)
        return found


def _accepted(topic: str, code: int, message: str | None, *, unless: int | None = None) -> bool:
    """Whether Kafka did what it was asked to; False for the error `unless`, which the caller accepts.

    Raises:
        TopicRefused: Kafka will refuse it every time.
        KafkaError: Kafka may do it when asked again.
    """
    if code == 0 or code == unless:
        return code == 0
    error = for_code(code)
    if error.retriable:
        raise error(message)
    raise TopicRefused(topic=topic, reason=message or error.__name__)


def _note(target: Wanted, partitions: list[dict[str, Any]]) -> str | None:
    replication = min(len(partition["replicas"]) for partition in partitions)
    if len(partitions) < target.partitions and target.configuration["cleanup.policy"] == "compact":
        return "publish the states again, for keys have moved to other partitions"
    if len(partitions) > target.partitions:
        return f"it has {len(partitions)} partitions, more than the {target.partitions} asked for; they stay"
    if replication != target.replication:
        return f"it has {replication} replicas, not {target.replication}; kafka-reassign-partitions changes that"
    return None
