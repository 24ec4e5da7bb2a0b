"""The last look at everything: what stands in the stores, in the journals, on the topics of facts and of states.

Each of these tells the same story, or the audit says where they differ: nothing lost, invented, doubled or stale.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from services.chassis.store.aggregates import Kind
from services.contracts.envelope import Envelope, from_headers
from services.contracts.event import events
from services.topology import service
from tests.faults.scenarios.ground import Ground
from tests.faults.scenarios.reading import Place, partitions_of, records
from tests.waiting import eventually

T = TypeVar("T")

_QUIET = 90.0
_STATES_AGREE = 90.0


@dataclass
class Told:
    """What the topics of one service say. `facts` in the order of arrival, `states` the last of each key."""

    facts: list[tuple[Envelope, Any]] = field(default_factory=list)
    states: dict[str, tuple[Envelope, Any]] = field(default_factory=dict)


async def audit(
    ground: Ground,
    acknowledged: Iterable[tuple[str, str, int]] = (),
    *,
    foreign: Collection[Place] = frozenset(),
    states_agree_within: float = _STATES_AGREE,
) -> None:
    """Wait until the services are quiet, then compare.

    Args:
        acknowledged: (service, aggregate, version) of answers that clients had: that version must be there.
        foreign: records that no service of ours put there; they tell nothing.

    Raises:
        AssertionError: something is lost, invented, doubled or stale.
        TimeoutError: the services don't become quiet.
    """
    names = sorted({replica.service for replica in ground.replicas})

    async def differences() -> list[str]:
        await _until_none(lambda: _noise(ground, names), _QUIET)
        found: list[str] = []
        for name in names:
            acks = [(aggregate, version) for owner, aggregate, version in acknowledged if owner == name]
            found += await _compare(ground, name, acks, foreign)
        return found

    found = await at_rest(ground, names, differences)
    assert not found, "\n".join(found[:40])

    async def stale() -> list[str]:
        return [each for name in names for each in await _stale(ground, name, foreign)]

    await _until_none(stale, states_agree_within)


async def at_rest(ground: Ground, names: Sequence[str], look: Callable[[], Awaitable[T]]) -> T:
    """What `look` sees while nothing is written: services act by themselves too, and a look takes its time."""
    while True:
        before = await _versions(ground, names)
        found = await look()
        if await _versions(ground, names) == before:
            return found


async def _versions(ground: Ground, names: Sequence[str]) -> dict[str, int]:
    kinds = [(name, kind) for name in names for kind in service(name).kinds]
    return {each["_id"]: each["v"] for name, kind in kinds for each in await _documents(ground, name, kind)}


async def _until_none(look: Callable[[], Awaitable[list[str]]], within: float) -> None:
    """Wait until `look` finds nothing any more."""
    found: list[str] = []

    async def none() -> bool:
        nonlocal found
        found = await look()
        return not found

    try:
        await eventually(none, within, every=0.5)
    except TimeoutError:
        raise AssertionError("\n".join([f"after {within:.0f} s:", *found[:40]])) from None


async def _noise(ground: Ground, names: Sequence[str]) -> list[str]:
    """What waits in an outbox, and what a subscriber has not read yet."""
    found = []
    for name in names:
        for kind in service(name).kinds:
            if waiting := await ground.find(name, kind.collection, {"outbox.0": {"$exists": True}}):
                found.append(f"waiting: {waiting['_id']} has {len(waiting['outbox'])} events in its outbox")
        if lag := await _lag(ground, name):
            found.append(f"waiting: {name} has {lag} records before it")
    return found


async def _lag(ground: Ground, name: str) -> int:
    """Records that the subscriber of a service has before it; one that has never committed a partition has them all."""
    bootstrap = ground.variables["KAFKA_BOOTSTRAP"]
    topics = [ground.variables["KAFKA_TOPIC_PREFIX"] + topic for topic in await _subscribed(ground, name)]
    if not topics:
        return 0
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await admin.start()
    await consumer.start()
    try:
        group = f"{ground.variables['KAFKA_TOPIC_PREFIX']}community.{name}"
        committed = {p: found.offset for p, found in (await admin.list_consumer_group_offsets(group)).items()}
        partitions = partitions_of(ground, topics)
        ends = await consumer.end_offsets(partitions)
        return sum(max(0, ends[p] - max(0, committed.get(p, 0))) for p in partitions)
    finally:
        await consumer.stop()
        await admin.close()


async def _subscribed(ground: Ground, name: str) -> list[str]:
    """What the group of a service has ever committed is all that it is subscribed to, once it is ready."""
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.variables["KAFKA_BOOTSTRAP"])
    await admin.start()
    prefix = ground.variables["KAFKA_TOPIC_PREFIX"]
    try:
        offsets = await admin.list_consumer_group_offsets(f"{prefix}community.{name}")
        return sorted({partition.topic.removeprefix(prefix) for partition in offsets})
    finally:
        await admin.close()


async def _compare(
    ground: Ground, name: str, acknowledged: Sequence[tuple[str, int]], foreign: Collection[Place]
) -> list[str]:
    """What differs between the store, the journal and the facts of one service."""
    told, wrong = await _told(ground, name, foreign), list[str]()
    journal = await _journal(ground, name)
    versions: dict[str, int] = {}
    withheld: set[str] = set()
    for kind in service(name).kinds:
        for document in await _documents(ground, name, kind):
            versions[document["_id"]] = document["v"]
            if kind.model.model_validate({**document["state"], "id": document["_id"]}).withholds:
                withheld.add(document["_id"])  # the topic is told something else of it than the journal, or nothing
    for aggregate, version in acknowledged:
        if versions.get(aggregate, 0) < version:
            wrong.append(f"lost: {aggregate} {version} was acknowledged, the store has {versions.get(aggregate)}")
    for aggregate, version in versions.items():
        known = sorted(sequence for id, sequence in journal if id == aggregate)
        if known != list(range(1, version + 1)):
            wrong.append(f"journal: {aggregate} is at {version}, the journal has {known}")
    for aggregate, sequence in journal:
        if sequence > versions.get(aggregate, 0):
            wrong.append(f"invented: the journal has {aggregate} {sequence}, the store {versions.get(aggregate)}")
    arrivals: defaultdict[str, list[int]] = defaultdict(list)
    contents: dict[tuple[str, int], tuple[str, datetime, dict[str, Any]]] = {}
    for envelope, data in told.facts:
        key, content = (envelope.aggregate_id, envelope.sequence), (envelope.type, envelope.time, data)
        if contents.setdefault(key, content) != content:
            wrong.append(f"invented: the topic tells {key} as {contents[key]} and as {content}")
        if envelope.sequence not in arrivals[envelope.aggregate_id]:
            arrivals[envelope.aggregate_id].append(envelope.sequence)
        entry = journal.get(key)
        if entry is None:
            wrong.append(f"invented: the topic tells {key}, the journal does not know it")
        elif envelope.aggregate_id not in withheld and not _same(entry, content):
            wrong.append(f"invented: the topic tells {key} as {content}, the journal as {entry}")
    for aggregate, sequences in arrivals.items():
        if sequences != sorted(sequences):
            wrong.append(f"disordered: {aggregate} arrived as {sequences}")
    for key, entry in journal.items():
        model = events().get(entry["type"])
        if model is not None and not model.internal and key not in contents and key[0] not in withheld:
            wrong.append(f"lost: {key} {entry['type']} is not on the topic")
    return wrong


def _same(entry: dict[str, Any], content: tuple[str, datetime, dict[str, Any]]) -> bool:
    """Whether a fact is the public part of an entry of the journal; times are told in milliseconds."""
    type, time, data = content
    if entry["type"] != type or abs((entry["time"] - time).total_seconds()) >= 0.001:
        return False
    recorded = json.loads(json.dumps(entry["data"], default=str))
    return all(recorded[field] == value for field, value in data.items() if isinstance(recorded.get(field), str | int))


async def _stale(ground: Ground, name: str, foreign: Collection[Place]) -> list[str]:
    """The states on the topic that are not those of the store."""
    told, wrong = await _told(ground, name, foreign), list[str]()
    for kind in service(name).kinds:
        if kind.state is None:
            continue
        for document in await _documents(ground, name, kind):
            id, aggregate = document["_id"], kind.model.model_validate({**document["state"], "id": document["_id"]})
            public = aggregate.public()
            wanted = None if public is None else json.loads(public.model_dump_json())
            if id not in told.states:
                if not aggregate.kept_inside:
                    wrong.append(f"lost: no state of {id} on the topic")
                continue
            envelope, state = told.states[id]
            if envelope.sequence != document["v"] or state != wanted:
                wrong.append(f"stale: the topic has {id} at {envelope.sequence}, the store at {document['v']}")
    return wrong


async def _documents(ground: Ground, name: str, kind: Kind[Any]) -> list[dict[str, Any]]:
    database = ground.variables[f"{name.upper()}_DATABASE"]
    found: list[dict[str, Any]] = await ground.look(
        lambda client: list(client[database][kind.collection].find({}, {"v": 1, "state": 1}))
    )
    return found


async def _journal(ground: Ground, name: str) -> dict[tuple[str, int], dict[str, Any]]:
    database = ground.variables[f"{name.upper()}_DATABASE"]
    found = await ground.look(lambda client: list(client[database]["journal"].find({})))
    return {(entry["_id"]["a"], entry["_id"]["s"]): entry for entry in found}


async def _told(ground: Ground, name: str, foreign: Collection[Place]) -> Told:
    """What the topics of one service say, but for `foreign`."""
    topic = next(kind.topic for kind in service(name).kinds)
    told = Told()
    async for record in records(ground, topic.name, topic.state):
        if (record.topic, record.partition, record.offset) in foreign:
            continue
        envelope = from_headers(record.headers, record.key)
        data = None if record.value is None else json.loads(record.value)
        if record.topic.endswith(".state"):
            told.states[envelope.aggregate_id] = (envelope, data)
        else:
            told.facts.append((envelope, data))
    return told
