"""What a series books: all its dates of two years, at once when it starts, and anew when its dates change.

A date that has its activity already is booked as that activity is, which may have been moved or cancelled on its own.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date, datetime

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError
from services.chassis.http.visibility import known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.contracts.activities import SeriesStatus
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START
from services.events.series.domain import changing
from services.events.series.domain.held import Held, as_named, by_plan, claims_more
from services.events.series.domain.reach import AHEAD
from services.events.series.domain.series import Series
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import Wanted

_BATCH = 200


def wanted(series: Series, now: datetime) -> list[Wanted]:
    """What `series` holds from `now` on by its plan: a part for each venue at which dates take place."""
    return _parts(series, _planned(series, now))


def _planned(series: Series, now: datetime) -> dict[str, Held]:
    until = series.expanded_until if series.status is SeriesStatus.ENDED else local_date(now) + AHEAD
    return by_plan(series, now, until)


def _parts(series: Series, dates: Mapping[str, Held], leaving: Iterable[str] = ()) -> list[Wanted]:
    """What is wanted for `dates`, those with one venue, size, equipment and title together."""
    together: dict[tuple[object, ...], list[Held]] = {}
    for each in dates.values():
        together.setdefault((each.venue, each.heads, each.equipment, each.title), []).append(each)
    gone = frozenset({*leaving, *dates})
    return [
        Wanted(
            series.community,
            alike[0].venue,
            series.id,
            alike[0].title,
            alike[0].heads,
            [each.slot for each in alike],
            series.instructors,
            alike[0].equipment,
            gone,
        )
        for alike in together.values()
    ]


async def rebook(bookings: Bookings, series: Series, activities: Aggregates[Activity], now: datetime) -> list[date]:
    """Book the dates of `series` that have no activity yet as they are planned now; what an activity holds stays.

    Nothing is booked for a date that has just come into the two years ahead, or where whoever started the series has
    not come to booking it, or died before: it is booked now, unless its place is taken by then.

    Returns: the days of dates whose place is taken.
    """
    planned = _planned(series, now)
    named = await _named(activities, series, planned, now)
    stand = as_named(series, planned, named, now)
    await bookings.keep_only(series.id, stand, now)
    held = await bookings.held(series.id, now)
    unheld = {id: each for id, each in stand.items() if id not in held}
    taken = {id for part in _parts(series, unheld) for id in await bookings.in_the_way(part)}
    there = {activity.id for activity in named}
    books = {id: each for id, each in stand.items() if id not in taken and (id in unheld or id not in there)}
    for part in _parts(series, books):
        await bookings.book(part)
    return sorted({each.on for id, each in planned.items() if id in taken})


@asynccontextmanager
async def rebooked(
    bookings: Bookings,
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    id: str,
    decide: Callable[[Series, datetime], Decision[Series]],
    by: Principal,
    clock: Clock,
) -> AsyncIterator[None]:
    """Holds what a series would have after `decide`, and does not have yet, while that is written; books it then.

    What `decide` refuses is told by the command itself, where a repeated request has its first answer.

    Raises:
        VenueTooSmall, VenueClosed, VenueTaken, EquipmentShort
    """
    found, now = await series.find(id), clock()
    parts: list[Wanted] = []
    if found is not None and known_to(by)(found.aggregate):
        with suppress(CommunityError):
            parts = await _new(found.aggregate, decide(found.aggregate, now).aggregate, activities, now)
    async with AsyncExitStack() as held:
        for part in parts:
            await held.enter_async_context(bookings.claimed(part))
        yield


async def _new(before: Series, after: Series, activities: Aggregates[Activity], now: datetime) -> list[Wanted]:
    """What `after` holds that `before` did not."""
    held = _planned(before, now)
    named = await _named(activities, before, held, now)
    revision = after.revisions[-1] if len(after.revisions) > len(before.revisions) else None
    conformed = [each if revision is None else changing.conform(each, after, revision, now).aggregate for each in named]
    has, gets = as_named(before, held, named, now), as_named(after, _planned(after, now), conformed, now)
    new = {id: each for id, each in gets.items() if claims_more(has.get(id), each)}
    return _parts(after, new, has.keys() - gets.keys())


async def _named(
    activities: Aggregates[Activity], series: Series, planned: Mapping[str, Held], now: datetime
) -> list[Activity]:
    """The activities of `series` that there are of dates ahead: by their plan, or since they were moved."""
    soon = [id for id, each in planned.items() if each.on < series.expanded_until]
    found = dict(await activities.find_each(soon))
    cursor: str | None = None
    while True:
        query = {"state.series": series.id, BY_START: {"$gt": now}}
        page = await activities.select(query, sort=BY_START, descending=False, limit=_BATCH, cursor=cursor)
        found |= {stored.aggregate.id: stored.aggregate for stored in page.items}
        if (cursor := page.next) is None:
            return list(found.values())
