"""Opens the rooms of issues in a database of the test's own; all of them are called, told events, and erased in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import Clock, utc_now
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import Leaver
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.envelope import Envelope
from services.contracts.event import Event
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.calling import Caller
from tests.integration.issues.calling import Api
from tests.unit.issues.world import HERE

_INDEXES: dict[str, standing.Indexes] = {}
"""Kept from one test to the next: putting rooms together, routes and all, takes longer than most tests."""


@asynccontextmanager
async def indexed(settings: IssuesSettings, clock: Clock = utc_now) -> AsyncIterator[Runtime[IssuesSettings]]:
    """What the service puts itself together with, over collections with the indexes of all rooms."""
    async with standing.runtime(settings, {}, clock, kinds=service.kinds) as runtime:
        if service.name not in _INDEXES:
            _INDEXES[service.name] = standing.indexes_of(service.rooms(runtime))
        await standing.index(runtime.database, _INDEXES[service.name])
        yield runtime


@asynccontextmanager
async def called(rooms: Sequence[Room], settings: IssuesSettings) -> AsyncIterator[Api]:
    """The gateway of `rooms`, with nothing beside it that relays or subscribes."""
    transport = standing.gateway(service, settings, standing.routers(rooms))
    async with Caller(transport, DevelopmentIssuer(settings), "issues") as caller:
        yield Api(caller)


async def erase(rooms: Sequence[Room], person: str) -> None:
    """Erase what `rooms` keep of `person`, in every community; no tombstone is put up."""
    for room in rooms:
        if room.erase is not None:
            await room.erase(Leaver(person, None, "erased-1"))


async def hear(handlers: Handlers, database: Database, event: Event, id: str, sequence: int = 1) -> None:
    """Let the service's own handlers take `event` of the aggregate `id`."""
    envelope = Envelope(
        id=f"{id}.{sequence}",
        type=event.type,
        source="urn:community:issues",
        subject=id,
        time=utc_now(),
        sequence=sequence,
        partitionkey=id,
        community=HERE,
    )
    for write in handlers.writes.get(event.type, ()):
        await database[write.collection].bulk_write(list(write.function(Received(envelope, event, write.name))))
    for name, reaction in handlers.reactions.get(event.type, ()):
        await reaction(Received(envelope, event, name))
