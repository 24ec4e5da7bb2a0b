"""The volunteers service on the real servers: its rooms, its gateway alone, and the whole of it running."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.room import Room, open_rooms
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Aggregates
from services.contracts.topics import VOLUNTEERS
from services.volunteers.app import service
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.care.store import CARE_PLAN
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.hours.store import ACCOUNT
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import NEED
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.settings import VolunteersSettings
from tests.integration import standing
from tests.integration.calling import Hand
from tests.integration.volunteers.calling import Api
from tests.integration.volunteers.parts import INDEXES, staffing_of
from tests.integration.wire import Wire, wired
from tests.unit.volunteers.world import HERE, NOW


@pytest.fixture
def hand() -> Hand:
    """The hand of the clock; tests move it."""
    return Hand(NOW)


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> VolunteersSettings:
    more = {"relay_poll_seconds": 0.05, "staffing_seconds": 0.5}
    return standing.settings_for(VolunteersSettings, mongodb_url, database, development_key, **more)


@pytest.fixture
async def runtime(settings: VolunteersSettings, hand: Hand) -> AsyncIterator[Runtime[VolunteersSettings]]:
    async with standing.runtime(settings, INDEXES, hand, kinds=service.kinds) as runtime:
        yield runtime


@pytest.fixture
def rooms(runtime: Runtime[VolunteersSettings]) -> Sequence[Room]:
    """The rooms of the service, opened, so that an erasure reaches each."""
    rooms = service.rooms(runtime)
    open_rooms(rooms, runtime)
    return rooms


@pytest.fixture
def volunteers(runtime: Runtime[VolunteersSettings]) -> Aggregates[Volunteer]:
    return runtime.aggregates(VOLUNTEER)


@pytest.fixture
def care_plans(runtime: Runtime[VolunteersSettings]) -> Aggregates[CarePlan]:
    return runtime.aggregates(CARE_PLAN)


@pytest.fixture
def needs(runtime: Runtime[VolunteersSettings]) -> Aggregates[Need]:
    return runtime.aggregates(NEED)


@pytest.fixture
def accounts(runtime: Runtime[VolunteersSettings]) -> Aggregates[Account]:
    return runtime.aggregates(ACCOUNT)


@pytest.fixture
def staffing(needs: Aggregates[Need], volunteers: Aggregates[Volunteer], hand: Hand) -> Staffing:
    return staffing_of(needs, volunteers, hand)


@pytest.fixture
async def api(settings: VolunteersSettings, rooms: Sequence[Room]) -> AsyncIterator[Api]:
    """The gateway, with nothing beside it that relays, subscribes, sweeps or matches."""
    transport = standing.gateway(service, settings, standing.routers(rooms))
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
