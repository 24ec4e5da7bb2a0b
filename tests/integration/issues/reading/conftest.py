"""The service on a clock that a test moves."""

from collections.abc import AsyncIterator

import pytest

from services.chassis.room import open_rooms
from services.issues.app import service
from services.issues.settings import IssuesSettings
from tests.integration.calling import Hand
from tests.integration.issues.kept import Kept
from tests.integration.issues.opening import called, indexed
from tests.integration.issues.reading.lives import BEGAN
from tests.integration.issues.reading.world import World


@pytest.fixture
async def world(settings: IssuesSettings) -> AsyncIterator[World]:
    clock = Hand(BEGAN)
    async with indexed(settings, clock) as runtime:
        store = Kept.of(runtime)
        rooms = service.rooms(runtime)
        async with called(rooms, settings) as api:
            yield World(api, store, runtime.database, clock, settings, rooms, open_rooms(rooms, runtime))
