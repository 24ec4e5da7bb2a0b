"""Opens the rooms of issues in a database of the test's own, and lets tests call, and erase in, all of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.clock import Clock, utc_now
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.subscriber.erasure import Leaver
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration import standing
from tests.integration.calling import Caller
from tests.integration.issues.calling import Api


@asynccontextmanager
async def indexed(settings: IssuesSettings, clock: Clock = utc_now) -> AsyncIterator[Runtime[IssuesSettings]]:
    """What the service puts itself together with, over collections with the indexes of all rooms."""
    async with standing.runtime(settings, {}, clock, kinds=service.kinds) as runtime:
        for room in service.rooms(runtime):
            for collection, models in room.indexes.items():
                await runtime.database[collection].create_indexes(list(models))
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
