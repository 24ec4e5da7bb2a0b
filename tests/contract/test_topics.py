"""Topics on a real Kafka: made as the contracts say, put right where they differ, left alone where they don't."""

import asyncio
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.chassis.kafka.topics import KafkaAway, TopicRefused, ensure_topics
from services.contracts.topics import ISSUES, TOPICS, configurations
from tests.waiting import patiently

DAY = 86_400_000


async def described(bootstrap: str, names: list[str]) -> dict[str, tuple[int, dict[str, str]]]:
    """Partitions and configuration of each topic, as Kafka itself tells them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics(names)
        partitions = {topic["topic"]: len(topic["partitions"]) for topic in found if not topic["error_code"]}
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in partitions]
        answers = await admin.describe_configs(asked)
        configured: dict[str, Any] = {r["resource_name"]: r for a in answers for r in a.to_object()["resources"]}
    finally:
        await admin.close()
    return {
        name: (count, {e["config_names"]: e["config_value"] for e in configured[name]["config_entries"]})
        for name, count in partitions.items()
    }


async def test_every_topic_is_made_as_the_contracts_say(kafka_bootstrap: str, topic_prefix: str) -> None:
    outcomes = await ensure_topics(kafka_bootstrap, prefix=topic_prefix, partitions=3)
    names = [topic_prefix + name for topic in TOPICS for name in configurations(topic)]
    assert [outcome.topic for outcome in outcomes] == names
    assert all(outcome.changes == ("created with 3 partitions",) for outcome in outcomes)
    found = await described(kafka_bootstrap, names)
    for topic in TOPICS:
        for name, configuration in configurations(topic).items():
            partitions, actual = found[topic_prefix + name]
            assert partitions == 3
            assert {key: actual[key] for key in configuration} == configuration
        assert found[topic_prefix + topic.name][1]["retention.ms"] == "-1"
        assert found[topic_prefix + topic.state][1]["cleanup.policy"] == "compact"
        assert found[topic_prefix + topic.dead_letters][1]["retention.ms"] == str(90 * DAY)


async def test_a_second_run_changes_nothing(kafka_bootstrap: str, topic_prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=2)
    names = [topic_prefix + name for name in configurations(ISSUES)]
    before = await described(kafka_bootstrap, names)
    outcomes = await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=2)
    assert [(outcome.changes, outcome.note) for outcome in outcomes] == [((), None)] * 3
    assert str(outcomes[0]) == f"{names[0]}: as wanted"
    assert await described(kafka_bootstrap, names) == before


async def test_partitions_are_raised_and_never_lowered(kafka_bootstrap: str, topic_prefix: str) -> None:
    async def ensure(partitions: int) -> list[Any]:
        return await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=partitions)

    await ensure(2)
    facts, state, _ = await ensure(4)
    assert facts.changes == state.changes == ("raised from 2 to 4 partitions",)
    assert facts.note is None
    assert state.note == "publish the states again, for keys have moved to other partitions"
    facts, *_ = await ensure(1)
    assert facts.changes == ()
    assert facts.note == "it has 4 partitions, more than the 1 asked for; they stay"
    found = await described(kafka_bootstrap, [facts.topic])
    assert found[facts.topic][0] == 4


async def test_configuration_is_put_right_and_what_others_set_stays(kafka_bootstrap: str, topic_prefix: str) -> None:
    name = topic_prefix + ISSUES.name
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        theirs = {"retention.ms": "1000", "cleanup.policy": "compact", "max.message.bytes": "777777"}
        await admin.create_topics([NewTopic(name, 1, 1, topic_configs=theirs)])
    finally:
        await admin.close()
    facts, *_ = await ensure_topics(
        kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=1, retention_days=30
    )
    assert set(facts.changes) == {f"retention.ms 1000 -> {30 * DAY}", "cleanup.policy compact -> delete"}
    _, actual = (await described(kafka_bootstrap, [name]))[name]
    assert (actual["retention.ms"], actual["cleanup.policy"]) == (str(30 * DAY), "delete")
    assert actual["max.message.bytes"] == "777777"


async def test_two_at_once_come_to_the_same_end(kafka_bootstrap: str, topic_prefix: str) -> None:
    both = await asyncio.gather(
        *(ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=3) for _ in range(2))
    )
    assert [sum(bool(outcome.changes) for outcome in pair) for pair in zip(*both, strict=True)] == [1, 1, 1]
    found = await described(kafka_bootstrap, [outcome.topic for outcome in both[0]])
    assert [partitions for partitions, _ in found.values()] == [3, 3, 3]


async def test_a_cluster_that_is_too_small_is_told_so(kafka_bootstrap: str, topic_prefix: str) -> None:
    with pytest.raises(TopicRefused, match=r"Kafka refused the topic .*community\.issues\.v1: .*replication factor"):
        await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], replication=99)


async def test_kafka_that_stays_away_is_given_up_in_time(unused_tcp_port: int) -> None:
    bootstrap = f"127.0.0.1:{unused_tcp_port}"
    with pytest.raises(KafkaAway, match=rf"Kafka at {bootstrap} did not answer within 0\.5 s\. Start it, or correct"):
        await ensure_topics(bootstrap, wait=0.5)


async def test_kafka_that_comes_up_late_is_waited_for(
    kafka_bootstrap: str, topic_prefix: str, unused_tcp_port: int
) -> None:
    """A door that opens late: connections are refused at first, then passed on to the real Kafka."""
    host, port = kafka_bootstrap.split(",")[0].rsplit(":", 1)
    refused = asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        refused.set()

    early = await asyncio.start_server(slam, "127.0.0.1", unused_tcp_port)
    ensuring = asyncio.create_task(
        ensure_topics(f"127.0.0.1:{unused_tcp_port}", prefix=topic_prefix, topics=[ISSUES], partitions=1, wait=60)
    )
    async with asyncio.timeout(patiently(30)):
        await refused.wait()
    early.close()
    await early.wait_closed()
    late = await asyncio.start_server(pass_on, "127.0.0.1", unused_tcp_port)
    try:
        outcomes = await ensuring
    finally:
        late.close()
    assert all(outcome.changes for outcome in outcomes)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()
    writer.close()
