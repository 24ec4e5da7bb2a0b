"""What one scenario stands on: replicas of the services, the servers, the faults at its command, and its dice."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from deploy.local.mongo_members import MongoMember, MongoMembers
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.kafka.topics import ensure_topics
from services.chassis.settings.service_settings import AuthSettings
from tests.e2e.house import House, environment
from tests.faults.replica import Replica
from tests.faults.scenarios.site import Site
from tests.faults.wire import Wire
from tests.waiting import eventually

READY = 180.0
"""Seconds that replicas may take to start: many of them start at once, on a machine that has other things to do."""


@dataclass
class Ground:
    """The world of one scenario. `dice` is what its seed decides, `http` how its people reach the services."""

    site: Site
    dice: random.Random
    variables: dict[str, str]
    http: httpx.AsyncClient
    replicas: list[Replica] = field(default_factory=list)

    @property
    def wire(self) -> Wire:
        """The way from the services to Kafka."""
        return self.site.wire

    @property
    def members(self) -> MongoMembers:
        """The store."""
        return self.site.members

    def of(self, service: str) -> list[Replica]:
        """The replicas of one service."""
        return [replica for replica in self.replicas if replica.service == service]

    def house(self, replica: Replica) -> House:
        """The API of one replica, and hands that hold tokens."""
        settings = AuthSettings(environment="test", auth_development_key=Path(self.variables["AUTH_DEVELOPMENT_KEY"]))
        return House(replica.url, DevelopmentIssuer(settings))

    async def look(self, question: Callable[[MongoClient[dict[str, Any]]], Any]) -> Any:
        """The answer of the store to `question`, as a majority has it."""

        def ask() -> Any:
            with MongoClient[dict[str, Any]](
                self.members.url, readConcernLevel="majority", serverSelectionTimeoutMS=20_000, tz_aware=True
            ) as client:
                return question(client)

        return await asyncio.to_thread(ask)

    async def find(self, service: str, collection: str, query: dict[str, Any]) -> dict[str, Any] | None:
        """One document of a service."""
        database = self.variables[f"{service.upper()}_DATABASE"]
        found: dict[str, Any] | None = await self.look(lambda client: client[database][collection].find_one(query))
        return found

    async def primary(self, within: float = 60) -> MongoMember:
        """The member that takes writes, once there is one."""
        return await eventually(lambda: asyncio.to_thread(self.members.primary), within, every=0.1)

    async def leader(self, service: str, within: float = 60) -> Replica:
        """The replica that holds the relay's lease of `service`, once one does."""

        async def holder() -> Replica | None:
            lease = await self.find(service, "leases", {"_id": "relay"}) or {}
            awake = [replica for replica in self.of(service) if replica.awake]
            return next((r for r in awake if str(lease.get("holder")).startswith(r.writer)), None)

        return await eventually(holder, within, every=0.1)

    def follower(self, leader: Replica) -> Replica:
        """Another replica of the same service."""
        return next(replica for replica in self.of(leader.service) if replica is not leader)


@asynccontextmanager
async def ground(
    site: Site, seed: int, services: Sequence[str] = ("issues", "issues", "notify"), **more: str
) -> AsyncIterator[Ground]:
    """A ground with `services` running and ready, each name one replica; `more` are settings of theirs."""
    await asyncio.to_thread(site.heal)
    name = site.name()
    folder = site.folder / name
    folder.mkdir()
    variables = environment(site.members.url, f"127.0.0.1:{site.wire.port}", f"{name}.", name, folder, **more)
    await ensure_topics(
        variables["KAFKA_BOOTSTRAP"],
        prefix=variables["KAFKA_TOPIC_PREFIX"],
        partitions=int(variables["KAFKA_PARTITIONS"]),
    )
    made = Ground(site, random.Random(seed), variables, httpx.AsyncClient(timeout=10))
    await made.primary()
    made.replicas = [Replica(service, variables, folder / f"{n}-{service}.log") for n, service in enumerate(services)]
    try:
        await asyncio.gather(*(replica.start() for replica in made.replicas))
        await asyncio.gather(*(replica.ready(READY) for replica in made.replicas))
        yield made
    finally:
        await asyncio.gather(*(replica.close() for replica in made.replicas))
        await made.http.aclose()
        await asyncio.to_thread(site.heal)


Scenario = Callable[[Site, int], Awaitable[None]]
"""Plays one story under a seed; raises what it finds wrong."""
