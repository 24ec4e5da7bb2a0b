"""Series of two years expanded and checked for conflicts against each other, and dates looked up: `booking`.

All of it is processor time, of this process and of MongoDB, so that other work on the machine counts little. The floor
of a line is what the series would cost if each cost as much as in the smaller lot; the ratio is the growth.
`BOOKING_SERIES` says how many there are, `BOOKING_OCCURRENCES` among how many activities a week is looked up.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.principal import Role, member
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import Database
from services.contracts.activities import ActivityKind
from services.events.activities.domain.scheduling import Plan
from services.events.activities.store import ACTIVITY, BY_START, in_calendar
from services.events.activities.store import INDEXES as OF_ACTIVITIES
from services.events.series.booking import wanted
from services.events.series.domain import series as rules
from services.events.series.domain.series import Series
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import COLLECTION, INDEXES
from services.events.venues.domain import EnterVenue, VenueTaken, enter, venue_id
from services.events.venues.store import VENUE
from tests.bench.ground import TIME, Figure, Servers, database, worked

SERIES = int(os.environ.get("BOOKING_SERIES", "1000"))
OCCURRENCES = int(os.environ.get("BOOKING_OCCURRENCES", "1000000"))
VENUES = 50
HOME = "yangguang"
STAFF = member("staff-1", HOME, Role.STAFF)
_LOT = 5000
_LOOKS = 100


async def run(servers: Servers) -> list[Figure]:
    """Seconds for series, milliseconds for a look-up."""
    figures: list[Figure] = []
    async with database(servers, patience=600) as store:
        half, whole = [await _booked(store, count) for count in (SERIES // 2, SERIES)]
        for what, before, after in zip(("expanded", "checked and booked"), half, whole, strict=True):
            figures.append(Figure(f"{SERIES} series of 2 years {what}, growth", 2 * before, after, "s", most=1.5))
        few, many = OCCURRENCES // 10, OCCURRENCES
        quick = await _looked_up(store, 0, few)
        slow = await _looked_up(store, few, many)
        figures.append(Figure(f"a week among {many:,} dates, beside {few:,}", quick, slow, "ms", most=2.0))
    return figures


async def _booked(store: Database, count: int) -> tuple[float, float]:
    """What it takes to expand `count` series, and to check each against the others: those that collide stay out."""
    await store[COLLECTION].drop()
    await store[COLLECTION].create_indexes(list(INDEXES))
    venues: Aggregates[Any] = Aggregates(VENUE, store, lambda: TIME)
    for n in range(VENUES):
        body = EnterVenue(community=HOME, venue=f"venue-{n}", zh="场地")
        if await venues.find(venue_id(HOME, body.venue)) is None:
            await venues.create(venue_id(HOME, body.venue), lambda now, b=body: enter("", b, STAFF), Cause("staff-1"))  # type: ignore[misc]
    bookings = Bookings(store[COLLECTION], venues, lambda: TIME)
    made = [_a_series(n) for n in range(count)]
    begun = await worked(store)
    parts = [part for series in made for part in wanted(series, TIME)]
    expanded, begun = await worked(store) - begun, await worked(store)
    for part in parts:
        try:
            async with bookings.claimed(part):
                pass
        except VenueTaken:
            continue
    return expanded, await worked(store) - begun


def _a_series(n: int) -> Series:
    dice = random.Random(n)
    starts = TIME + timedelta(days=dice.randint(1, 7), hours=dice.randint(0, 12))
    plan = Plan(
        title="课堂",
        kind=ActivityKind.CLASS,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        venue=f"venue-{n % VENUES}",
        organiser="staff-1",
        capacity=20,
    )
    return rules.start(f"series-{n}", HOME, plan, "FREQ=WEEKLY", STAFF, TIME).aggregate


async def _looked_up(store: Database, since: int, until: int) -> float:
    """Milliseconds to list a week's activities, once there are `until` of them in 40 communities.

    The indexes are made once all stand, which is quicker than keeping them up meanwhile.
    """
    collection = store[ACTIVITY.collection]
    await collection.drop_indexes()
    for lot in range(since, until, _LOT):
        await collection.insert_many([_an_activity(n) for n in range(lot, min(lot + _LOT, until))], ordered=False)
    await collection.create_indexes(list(OF_ACTIVITIES[ACTIVITY.collection]))
    week = datetime(2027, 3, 1, tzinfo=UTC)
    query = in_calendar("community-1", week, week + timedelta(days=7))
    plan = str(
        (await collection.find(query).sort([(BY_START, 1), ("_id", 1)]).explain())["queryPlanner"]["winningPlan"]
    )
    if "IXSCAN" not in plan or "COLLSCAN" in plan or "'SORT'" in plan:
        raise AssertionError(f"the week is not answered by an index: {plan}")
    begun = await worked(store)
    for _ in range(_LOOKS):
        await collection.find(query).sort([(BY_START, 1), ("_id", 1)]).limit(51).to_list(51)
    return (await worked(store) - begun) / _LOOKS * 1000


def _an_activity(n: int) -> dict[str, Any]:
    starts = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n % 1_051_200)
    state = {
        "community": f"community-{n % 40}",
        "kind": "class",
        "status": "scheduled",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=1),
        "venue": f"venue-{n % VENUES}",
        "people": [f"person-{n % 1000}"],
        "details": {"host": None},
        "series": f"series-{n % 1000}",
    }
    return {"_id": f"activity-{n}", "v": 1, "at": starts, "state": state}
