"""The opening of a popular festival: everybody at once, through several processes' worth of stores."""

import asyncio
import random

from services.chassis.errors import CommunityError
from services.chassis.runtime import Runtime
from services.chassis.store.aggregates import Cause
from services.events.activities.domain import scheduling
from services.events.activities.store import ACTIVITY
from services.events.registrations import domain as registrations
from services.events.settings import EventsSettings
from tests.unit.events.given import HOME, NOW, STAFF, plan, resident

PEOPLE, CAPACITY, LEAVERS = 300, 120, 100


async def test_650_requests_at_once_leave_no_seat_idle_and_none_taken_twice(runtime: Runtime[EventsSettings]) -> None:
    replicas = [runtime.aggregates(ACTIVITY) for _ in range(3)]
    everything = plan(capacity=CAPACITY, volunteers_needed=0, skill=None)
    await replicas[0].create(
        "festival", lambda now: scheduling.schedule("festival", HOME, everything, "1", STAFF, now), Cause("staff-1")
    )
    dice = random.Random(4)
    outcomes: list[str] = []

    async def register(n: int) -> None:
        who, heads = resident(n), 1 + n % 3
        try:
            await dice.choice(replicas).change(
                "festival", lambda a, now: registrations.register(a, who.sub, heads, who, now), Cause(who.sub)
            )
            outcomes.append("in")
        except CommunityError as refusal:
            outcomes.append(refusal.code)

    async def withdraw(n: int) -> None:
        who = resident(n)
        try:
            await dice.choice(replicas).change(
                "festival", lambda a, now: registrations.withdraw(a, who.sub, who, now), Cause(who.sub)
            )
            outcomes.append("out")
        except CommunityError as refusal:
            outcomes.append(refusal.code)

    crowd = [register(n) for n in range(PEOPLE)] + [register(n) for n in range(250)]
    crowd += [withdraw(n) for n in range(LEAVERS)]
    dice.shuffle(crowd)
    await asyncio.gather(*crowd)

    stored = await replicas[0].get("festival")
    festival = stored.aggregate
    assert festival.free >= 0
    assert all(party.heads > festival.free for party in festival.waiting)
    here = [party.person for party in (*festival.seated, *festival.waiting)]
    assert len(here) == len(set(here)) == outcomes.count("in") - outcomes.count("out")
    assert set(outcomes) <= {
        "in",
        "out",
        "activity.already-registered",
        "activity.not-registered",
        "activity.waiting-list-full",
        "too-much-contention",
    }
    document = await replicas[0].collection.find_one({"_id": "festival"})
    assert document is not None
    assert [entry["seq"] for entry in document["outbox"]] == list(range(1, stored.version + 1))
    assert festival.changed_at == NOW
