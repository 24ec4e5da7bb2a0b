"""A stranger reads everything with aiokafka and the CloudEvents SDK alone, by what the README tells."""

import asyncio
import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from jsonschema import Draft202012Validator

from services.chassis.kafka.topics import ensure_topics
from services.contracts.declared import declarations
from services.contracts.envelope import from_headers
from services.contracts.examples import Record, records
from services.contracts.generated import HOME
from services.contracts.topics import ISSUES
from tests.contract.kafka import producing, read_all
from tests.waiting import patiently

EXAMPLES = [record for model in declarations() for record in records(model)]


def fixtures() -> list[dict[str, Any]]:
    """The checked-in examples, read as anybody would."""
    return [entry for file in sorted((HOME / "examples").glob("*.json")) for entry in json.loads(file.read_text())]


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: f"{record.envelope.type}-{record.name}")
def test_the_cloudevents_sdk_decodes_every_example(record: Record) -> None:
    value = b"null" if record.value is None else json.dumps(record.value).encode()
    event = from_binary(KafkaMessage(headers=dict(record.headers), key=record.key, value=value), JSONFormat())
    envelope = record.envelope
    assert event.get_specversion() == "1.0"
    assert event.get_id() == envelope.id
    assert event.get_type() == envelope.type
    assert event.get_source() == envelope.source
    assert event.get_subject() == envelope.subject
    assert event.get_time() == envelope.time
    assert event.get_datacontenttype() == "application/json"
    assert event.get_dataschema() == f"urn:community:schema:{envelope.type}"
    assert event.get_extension("sequence") == str(envelope.sequence)
    assert event.get_extension("community") == envelope.community
    assert event.get_extension("partitionkey") == envelope.partitionkey == record.key.decode()
    assert event.get_data() == record.value


async def test_every_example_travels_over_kafka_and_is_read_by_strangers(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, partitions=3)
    async with producing(kafka_bootstrap) as producer:
        for fixture in fixtures():
            await producer.send_and_wait(
                topic_prefix + fixture["topic"],
                key=fixture["key"].encode(),
                value=None if fixture["value"] is None else json.dumps(fixture["value"]).encode(),
                headers=[(name, text.encode()) for name, text in fixture["headers"].items()],
            )
    topics = sorted({topic_prefix + fixture["topic"] for fixture in fixtures()})
    seen = []
    for record in await read_all(kafka_bootstrap, topics):
        if record.value is not None:
            message = KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
            event = from_binary(message, JSONFormat())
            schema = json.loads((HOME / "schemas" / f"{event.get_type()}.json").read_text())
            assert schema["$id"] == event.get_dataschema()
            Draft202012Validator(schema).validate(event.get_data())
        envelope = from_headers(record.headers, record.key)
        seen.append((envelope.type, envelope.sequence))
    sent = [fixture["headers"] for fixture in fixtures()]
    assert sorted(seen) == sorted((headers["ce_type"], int(headers["ce_sequence"])) for headers in sent)


# the README's code, run as it stands there


def from_readme() -> dict[str, Any]:
    text = (HOME / "README.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102  documentation that runs
    return names


README = from_readme()
KIND = "cn.community.issues.wish"

Sent = tuple[str, str, int, str, dict[str, Any] | None]


class Wishes:
    """A service in little: wishes that are proposed, supported and answered, and what it sends."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.states: dict[str, dict[str, Any]] = {}
        self.sequences: dict[str, int] = {}

    def act(self) -> list[Sent]:
        """One command; the records that follow: topic, key, sequence, type, value."""
        id = f"wish-{self._random.randrange(12)}"
        sequence = self.sequences[id] = self.sequences.get(id, 0) + self._random.choice((1, 1, 2))
        state = self.states.get(id)
        if state is None:
            verb, changed = (
                "proposed",
                {
                    "title": "老年食堂",
                    "proposer": "person-1",
                    "status": "open",
                    "supporters": 0,
                    "proposed_at": "2026-11-23T08:00:00Z",
                    "due_at": None,
                    "answer": None,
                    "answered_at": None,
                },
            )
        elif self._random.random() < 0.7:
            verb, changed = "supported", {"supporters": state["supporters"] + 1, "remark": "of the fact alone"}
        else:
            status = self._random.choice(("accepted", "declined"))
            verb, changed = "answered", {"status": status, "answer": f"答 {sequence}"}
        folded = (state or {}) | {name: value for name, value in changed.items() if name != "remark"}
        self.states[id] = folded
        return [
            (ISSUES.name, id, sequence, f"{KIND}.{verb}.v1", changed),
            (ISSUES.state, id, sequence, f"{KIND}.state.v1", folded),
        ]


async def send(producer: Any, prefix: str, sent: list[Sent]) -> None:
    for topic, key, sequence, type_, value in sent:
        headers = {
            "ce_specversion": "1.0",
            "ce_id": f"{key}.{sequence}",
            "ce_type": type_,
            "ce_source": "urn:community:issues",
            "ce_time": "2026-11-23T08:00:00.000Z",
            "ce_subject": f"wish/{key}",
            "ce_sequence": str(sequence),
            "ce_partitionkey": key,
            "ce_community": "sunshine",
            "content-type": "application/json",
        }
        await producer.send_and_wait(
            prefix + topic,
            key=key.encode(),
            value=None if value is None else json.dumps(value).encode(),
            headers=[(name, text.encode()) for name, text in headers.items()],
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_who_begins_at_state_ends_where_who_read_every_fact_ends(
    kafka_bootstrap: str, topic_prefix: str, seed: int
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=2)
    wishes, topic, fields = Wishes(seed), topic_prefix + ISSUES.name, README["fields_of"](Path(HOME / "schemas"))
    async with producing(kafka_bootstrap) as producer:
        history = [wishes.act() for _ in range(60)]
        for command in history:
            await send(producer, topic_prefix, command)
        for command in history[-5:]:  # the relay repeats itself
            await send(producer, topic_prefix, command)
        mirror = README["Mirror"](fields)
        following = README["follow"](kafka_bootstrap, topic, mirror, overlap=seed % 2)
        await anext(following)
        assert mirror.states == wishes.states
        for _ in range(40):
            await send(producer, topic_prefix, wishes.act())
        gone = min(wishes.states)
        wishes.states[gone] = None  # type: ignore[assignment]
        await send(producer, topic_prefix, [(ISSUES.state, gone, 10_000, f"{KIND}.state.v1", None)])
        async with asyncio.timeout(patiently(30)):
            async for _ in following:
                if mirror.states == wishes.states:
                    break
        await following.aclose()
    reader = README["Mirror"](fields)
    for record in await read_all(kafka_bootstrap, [topic]):
        reader.take(record)
    assert {id: state for id, state in reader.states.items() if id != gone} == {
        id: state for id, state in mirror.states.items() if id != gone
    }


async def test_the_readmes_consumer_takes_each_fact_once_and_goes_on_where_it_was(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix, topics=[ISSUES], partitions=2)
    taken: list[tuple[str, str]] = []
    facts: list[Sent] = [
        (ISSUES.name, "wish-1", 1, f"{KIND}.proposed.v1", {}),
        (ISSUES.name, "wish-1", 3, f"{KIND}.supported.v1", {}),
        (ISSUES.name, "wish-2", 1, f"{KIND}.proposed.v1", {}),
    ]

    async def effect(type: str, aggregate: str, data: dict[str, Any]) -> None:
        taken.append((aggregate, type))

    async def until(count: int) -> None:
        topic, group = topic_prefix + ISSUES.name, topic_prefix + "strangers"
        consuming = asyncio.create_task(README["take_facts"](kafka_bootstrap, topic, group, effect))
        async with asyncio.timeout(patiently(60)):
            while len(taken) < count:
                await asyncio.wait([consuming], timeout=0.05)
                assert not consuming.done()
        consuming.cancel()
        await asyncio.wait([consuming])

    async with producing(kafka_bootstrap) as producer:
        await send(producer, topic_prefix, [*facts, *facts[:2]])
        await until(3)
        assert sorted(taken) == sorted((key, type_) for _, key, _, type_, _ in facts)
        await send(producer, topic_prefix, [(ISSUES.name, "wish-3", 1, f"{KIND}.proposed.v1", {})])
        await until(4)
    assert ("wish-3", f"{KIND}.proposed.v1") in taken
