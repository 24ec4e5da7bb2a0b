"""A person's week among many needs, and yeses to offers beside a bare conditional update: `helping`.

`HELPING_NEEDS` says among how many needs a week is read (and `HELPING_PEOPLE` of how many people's); the floor of that
line is a thousand needs.
"""

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.principal import Role, member
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates, Cause
from services.volunteers.needs.domain.eligibility import SAFETY, hold
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.opening import OpenNeed, open_need
from services.volunteers.needs.domain.seating import offer, tentative
from services.volunteers.needs.store import BY_START, INDEXES, NEED, asked
from services.volunteers.people.domain.profile import Register
from services.volunteers.people.domain.registering import register
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.domain.vouching import approve
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.settings import VolunteersSettings
from tests.bench.ground import Figure, Servers, database, free_port, median_of, settle, topics, turns
from tests.bench.http import COMMUNITY, ROOT, Side, load_for, ready

NEEDS = int(os.environ.get("HELPING_NEEDS", "1000000"))
PEOPLE = int(os.environ.get("HELPING_PEOPLE", "50000"))
FEW, CONNECTIONS, ROUNDS, OFFERS, PATIENCE = 1_000, 32, 3, 960, 300.0
_LOT, _AT_ONCE = 5_000, 100
_YEAR = 365 * 24 * 60
STAFF = member("staff-1", COMMUNITY, Role.STAFF)
CAUSE = Cause("staff-1")


async def run(servers: Servers) -> list[Figure]:
    """Milliseconds of a week, and yeses a second."""
    return [await _weeks(servers), await _yeses(servers)]


async def _weeks(servers: Servers) -> Figure:
    async with database(servers, patience=900) as store:
        await store[NEED.collection].create_indexes(list(INDEXES[NEED.collection]))
        needs: Aggregates[Need] = Aggregates(NEED, store, lambda: datetime.now(UTC))
        quick = await _a_week(needs, 0, FEW)
        slow = await _a_week(needs, FEW, NEEDS)
        return Figure(f"a person's week among {NEEDS:,} needs, beside {FEW:,}", quick, slow, "ms", most=2.0)


async def _a_week(needs: Aggregates[Need], since: int, until: int) -> float:
    """Milliseconds of reading the week of one of the people, as the API does, once there are `until` needs."""
    for lot in range(since, until, _LOT):
        await needs.collection.insert_many([_a_need(n) for n in range(lot, min(lot + _LOT, until))], ordered=False)
    week = datetime(2026, 3, 2, tzinfo=UTC)
    query = asked(COMMUNITY, "person-7", week, week + timedelta(days=7))
    plan = str((await needs.collection.find(query).sort([(BY_START, 1), ("_id", 1)]).explain())["queryPlanner"])
    if "IXSCAN" not in plan or "COLLSCAN" in plan:
        raise AssertionError(f"the week is not answered by an index: {plan}")
    took: list[float] = []
    for _ in range(300):
        begun = time.perf_counter()
        await needs.select(query, sort=BY_START, descending=False, limit=50)
        took.append(time.perf_counter() - begun)
    return sorted(took)[len(took) // 4] * 1000


def _a_need(n: int) -> dict[str, Any]:
    """The needs of a year; each person is asked for seven of the first thousand, and for as many of every other."""
    starts = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=(n * 7919) % _YEAR)
    person = f"person-{n % PEOPLE}"
    if n < FEW and n % 143 == 7:
        person, starts = "person-7", datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=n % 160)
    given = {"id": f"offer-{n}", "person": person, "status": "accepted", "offered_at": starts, "expires_at": starts}
    state = {
        "community": COMMUNITY,
        "origin": "direct",
        "category": "chores",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=1),
        "seats": 1,
        "open_seats": 0,
        "status": "staffed",
        "ask_from": starts,
        "offers": [given],
        "invited": [],
        "standby": [],
        "barred": [],
    }
    return {"_id": f"need-{n}", "v": 1, "at": starts, "state": state}


async def _yeses(servers: Servers) -> Figure:
    name = f"bench_{uuid.uuid4().hex[:8]}"
    client = mongo.connect(servers.mongodb, application="bench", answer_within_ms=60_000)
    try:
        async with topics(servers) as prefix, _running(servers, prefix, name) as (port, settings):
            store = mongo.database(client, f"{name}_volunteers")
            issuer = DevelopmentIssuer(settings)
            lines = await _offered(store, issuer)
            floor = client[f"{name}_floor"]["offers"]
            await floor.insert_many([{"_id": f"need-{n}", "status": "offered"} for n in range(OFFERS)])
            async with _running_floor(servers, f"{name}_floor") as bare_port:
                bare, ours = Side(bare_port, "-", f"{name}_floor"), Side(port, "-", f"{name}_volunteers")
                floors, own = [], []
                share = OFFERS // ROUNDS
                for round in turns(ROUNDS):
                    some = range(round * share, (round + 1) * share)
                    floors.append(
                        await load_for(bare, [b"/offers/need-%d/accept {}" % n for n in some], 0, CONNECTIONS)
                    )
                    await settle()
                    own.append(await load_for(ours, [lines[n] for n in some], 0, CONNECTIONS))
                    await settle()
        return Figure(
            f"yes to an offer, {CONNECTIONS} connections", median_of(floors), median_of(own), "req/s", least=0.7
        )
    finally:
        for part in ("volunteers", "floor"):
            await client.drop_database(f"{name}_{part}")
        client.close()


async def _offered(store: mongo.Database, issuer: DevelopmentIssuer) -> list[bytes]:
    """People with an offer each, as matching leaves them; the request in which each says yes."""
    needs: Aggregates[Need] = Aggregates(NEED, store, lambda: datetime.now(UTC))
    volunteers: Aggregates[Volunteer] = Aggregates(VOLUNTEER, store, lambda: datetime.now(UTC))
    lines: list[bytes] = []
    for lot in range(0, OFFERS, _AT_ONCE):
        some = range(lot, min(lot + _AT_ONCE, OFFERS))
        ids = await asyncio.gather(*(_an_offer(needs, volunteers, f"helper-{n}") for n in some))
        for n, id in zip(some, ids, strict=True):
            token = issuer.mint(f"helper-{n}", ["resident"], [COMMUNITY])
            lines.append(f"@{token} /api/volunteers/v1/needs/{id}/accept {{}}".encode())
    return lines


async def _an_offer(needs: Aggregates[Need], volunteers: Aggregates[Volunteer], who: str) -> str:
    person, id = volunteer_id(COMMUNITY, who), f"need-of-{who}"
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    wanted = OpenNeed(community=COMMUNITY, category="chores", starts_at=begin, ends_at=begin + timedelta(hours=1))
    oneself = member(who, COMMUNITY)
    await volunteers.create(person, lambda now: register(Register(community=COMMUNITY), oneself, now), CAUSE)
    await volunteers.change(person, lambda v, now: approve(v, STAFF, now), CAUSE)
    need = (await needs.create(id, lambda now: open_need(id, wanted, STAFF, now), CAUSE)).aggregate
    held = tentative(need, f"offer-of-{who}", datetime.now(UTC), timedelta(days=1))
    await volunteers.change(person, lambda v, now: hold(v, need, held, now, SAFETY), CAUSE)
    await needs.change(id, lambda n, now: offer(n, held, who, now), CAUSE)
    return id


@asynccontextmanager
async def _running(servers: Servers, prefix: str, name: str) -> AsyncIterator[tuple[int, VolunteersSettings]]:
    """The service of volunteers in a process of its own; its port and settings."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.json"
        environment = {
            **os.environ,
            "ENVIRONMENT": "test",
            "MONGODB_URL": servers.mongodb,
            "VOLUNTEERS_DATABASE": f"{name}_volunteers",
            "KAFKA_BOOTSTRAP": servers.kafka,
            "KAFKA_TOPIC_PREFIX": prefix,
            "AUTH_DEVELOPMENT_KEY": str(key),
            "RATE_LIMIT_PER_SECOND": "0",
            "RATE_LIMIT_ADDRESS_PER_SECOND": "0",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "-m", "services", "run", "volunteers", "--port", str(port)]
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=ROOT)
        try:
            await ready(f"http://127.0.0.1:{port}/readyz", PATIENCE)
            yield (
                port,
                VolunteersSettings(
                    environment="test",
                    mongodb_url=servers.mongodb,
                    kafka_bootstrap=servers.kafka,
                    auth_development_key=key,
                ),
            )
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def _running_floor(servers: Servers, database: str) -> AsyncIterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.helping_floor", str(port), servers.mongodb, database]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        await ready(f"http://127.0.0.1:{port}/openapi.json", PATIENCE)
        yield port
    finally:
        process.terminate()
        await process.wait()
