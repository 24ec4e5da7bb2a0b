"""A stranger's reader: plain aiokafka and the rule of folding, nothing of ours but the names of the topics."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition


@dataclass(frozen=True)
class Record:
    """What a stranger sees of a record; `data` is None for a tombstone."""

    key: str
    type: str
    sequence: int
    data: dict[str, Any] | None


async def read_all(bootstrap: str, topic: str, partitions: int) -> list[Record]:
    """Every record of a topic up to its present end, in the order of its partition."""
    return [_record(record) for record in await read_raw(bootstrap, topic, partitions)]


async def read_raw(bootstrap: str, topic: str, partitions: int) -> list[Any]:
    """The same as the client hands them out."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        assigned = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(assigned)
        ends = await consumer.end_offsets(assigned)
        found: list[Any] = []
        while any([await consumer.position(partition) < ends[partition] for partition in assigned]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
        return found
    finally:
        await consumer.stop()


def _record(record: Any) -> Record:
    headers = {name: value.decode() for name, value in record.headers}
    data = None if record.value is None else json.loads(record.value)
    return Record(record.key.decode(), headers["ce_type"], int(headers["ce_sequence"]), data)


States = dict[str, dict[str, Any]]


def latest(states: Iterable[Record]) -> tuple[States, dict[str, int]]:
    """What the `.state` topic says of each aggregate, and up to which sequence."""
    found: States = {}
    reached: dict[str, int] = {}
    for record in states:
        if record.sequence < reached.get(record.key, 0):
            continue
        reached[record.key] = record.sequence
        if record.data is None:
            found.pop(record.key, None)
        else:
            found[record.key] = record.data
    return found, reached


def folded(facts: Iterable[Record], fields: Mapping[str, set[str]], start: States, reached: dict[str, int]) -> States:
    """`start`, and every fact after `reached` folded over it; `fields`: those of the state, by type of event.

    What is withheld, and what is shown again, is said as a whole, and nothing stays of what stood there before.
    """
    found = {key: dict(state) for key, state in start.items()}
    taken = dict(reached)
    for fact in facts:
        if fact.sequence <= taken.get(fact.key, 0) or fact.data is None:
            continue
        taken[fact.key] = fact.sequence
        known = fields.get(fact.type)
        if known is not None:
            changes = {name: value for name, value in fact.data.items() if name in known}
            before = found.get(fact.key, {})
            found[fact.key] = changes if ("public" in known) != ("public" in before) else before | changes
    return found
