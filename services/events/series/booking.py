"""What a series books: all its dates of two years, at once when it starts and anew when its dates change."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError
from services.chassis.http.visibility import known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.events.series.domain.series import Series
from services.events.venues.bookings import Bookings, Wanted
from services.events.venues.domain import Slot

AHEAD = timedelta(days=731)


def wanted(series: Series, now: datetime) -> list[Wanted]:
    """What `series` holds from `now` on: a part for each venue at which dates take place."""
    if series.called_off:
        return []
    today = local_date(now)
    end = series.expanded_until if series.status == "ended" else today + AHEAD
    by_venue: dict[str, list[Slot]] = {}
    for each in series.occurrences(today, end):
        if each.starts_at > now:
            slot = Slot(activity=each.activity, starts_at=each.starts_at, ends_at=each.ends_at)
            by_venue.setdefault(series.plan_of(each).venue, []).append(slot)
    return [
        Wanted(
            series.community,
            venue,
            series.id,
            series.title,
            series.capacity,
            slots,
            series.instructors,
            series.details.equipment,
        )
        for venue, slots in by_venue.items()
    ]


async def rebook(bookings: Bookings, series: Series, now: datetime) -> None:
    """Book the dates of `series` as they are now. One that was moved on its own stays where it was moved to."""
    apart = await bookings.apart(series.id)
    parts = wanted(series, now)
    await bookings.keep_only(series.id, {*apart, *(slot.activity for part in parts for slot in part.slots)}, now)
    for part in parts:
        slots = [slot for slot in part.slots if slot.activity not in apart]
        await bookings.book(replace(part, slots=slots))


@asynccontextmanager
async def rebooked(
    bookings: Bookings,
    series: Aggregates[Series],
    id: str,
    decide: Callable[[Series, datetime], Decision[Series]],
    by: Principal,
    clock: Clock,
) -> AsyncIterator[None]:
    """Holds what a series would have after `decide` while that is written, and books it then.

    What `decide` refuses is told by the command itself, where a repeated request has its first answer.

    Raises:
        VenueTooSmall, VenueClosed, VenueTaken, EquipmentShort
    """
    found = await series.find(id)
    parts: list[Wanted] = []
    if found is not None and known_to(by)(found.aggregate):
        with suppress(CommunityError):
            parts = wanted(decide(found.aggregate, clock()).aggregate, clock())
    async with AsyncExitStack() as held:
        for part in parts:
            await held.enter_async_context(bookings.claimed(part, books=False))
        yield
        if parts:
            await rebook(bookings, (await series.get(id)).aggregate, clock())
