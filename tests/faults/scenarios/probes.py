"""What replicas say when they are asked what they are ready for, and what Kafka says of those that consume."""

from dataclasses import dataclass
from typing import Any

import httpx
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.faults.replica import Replica
from tests.faults.scenarios.ground import Ground
from tests.waiting import eventually

ANSWERED_WITHIN = 10.0
"""Seconds after which an edge takes silence for a no: a multiple of what any check may take."""
CONSUMING_AGAIN = 90.0


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of `/readyz` or one of its purposes. `facts` by their name."""

    status: int
    facts: dict[str, dict[str, Any]]


async def asked(ground: Ground, replica: Replica, purpose: str = "") -> Told:
    """Ask one replica what it is ready for.

    Raises:
        httpx.TransportError: it is silent.
    """
    path = f"{replica.url}/readyz/{purpose}".rstrip("/")
    answer = await ground.http.get(path, timeout=ANSWERED_WITHIN)
    return Told(answer.status_code, {fact["name"]: fact for fact in answer.json()["facts"]})


async def all_consume(ground: Ground, *services: str) -> None:
    """Wait until every replica of `services` is ready to consume and has partitions, and Kafka counts just these.

    Raises:
        TimeoutError: it doesn't come to pass.
    """
    for service in services:

        async def consume(service: str = service) -> bool:
            try:
                members = await _members(ground, service)
                told = [await asked(ground, replica, "consuming") for replica in ground.of(service)]
            except (KafkaError, httpx.TransportError):
                return False
            return members == len(told) and all(one.status == 200 and one.facts["subscriber"]["value"] for one in told)

        await eventually(consume, CONSUMING_AGAIN, every=0.25)


async def _members(ground: Ground, service: str) -> int:
    """The members that a group has, each with an assignment, while it is at rest; else -1."""
    admin = AIOKafkaAdminClient(bootstrap_servers=ground.variables["KAFKA_BOOTSTRAP"])
    await admin.start()
    try:
        group = f"{ground.variables['KAFKA_TOPIC_PREFIX']}community.{service}"
        [[described]] = [answer.groups for answer in await admin.describe_consumer_groups([group])]
        _error, _group, state, _type, _protocol, members, *_ = described
        return len(members) if state == "Stable" and all(member[-1] for member in members) else -1
    finally:
        await admin.close()
