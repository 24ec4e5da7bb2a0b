"""The volunteers service on the real servers: its store, its gateway alone, and the whole of it running."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.contracts.topics import VOLUNTEERS
from services.volunteers.api import routers
from services.volunteers.app import VolunteersSettings, service
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain.homes import Window
from services.volunteers.needs.homes import Homes
from services.volunteers.store import INDEXES, Store
from tests.integration import standing
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api
from tests.integration.wire import Wire, wired
from tests.unit.volunteers.world import HERE, HOUR, NOW


@pytest.fixture
def hand() -> Hand:
    """The hand of the clock; tests move it."""
    return Hand(NOW)


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> VolunteersSettings:
    more = {"relay_poll_seconds": 0.05, "staffing_seconds": 0.5}
    return standing.settings_for(VolunteersSettings, mongodb_url, database, development_key, **more)


@pytest.fixture
async def store(settings: VolunteersSettings, hand: Hand) -> AsyncIterator[Store]:
    async with standing.runtime(settings, INDEXES, hand, kinds=service.kinds) as runtime:
        yield Store.of(runtime)


@pytest.fixture
def staffing(store: Store) -> Staffing:
    return Staffing(store, offer_stands=timedelta(hours=24), every=timedelta(seconds=15))


@pytest.fixture
async def api(settings: VolunteersSettings, store: Store, staffing: Staffing) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays, subscribes, sweeps or matches."""
    transport = standing.gateway(
        service, settings, routers(store, staffing, Homes(store, Window(before=24 * HOUR, after=2 * HOUR)))
    )
    async with Api(transport, DevelopmentIssuer(settings), "volunteers") as api:
        yield api


@pytest.fixture
async def running(
    settings: VolunteersSettings, hand: Hand, kafka_bootstrap: str, topic_prefix: str
) -> AsyncIterator[tuple[Api, Wire]]:
    """The whole service, and a wire to its topics."""
    async with (
        standing.whole(service, standing.on_topics(settings, kafka_bootstrap, topic_prefix), hand) as transport,
        wired(kafka_bootstrap, topic_prefix, VOLUNTEERS, HERE) as wire,
        Api(transport, DevelopmentIssuer(settings), "volunteers") as api,
    ):
        yield api, wire
