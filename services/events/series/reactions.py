"""What series do on their own events: each date becomes an activity, and a date that falls out cancels it."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Any

from services.chassis.aggregate import Decision, of_command
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    ActivityStatus,
    Occurrence,
    SeriesChanged,
    SeriesDateAdded,
    SeriesDateSkipped,
    SeriesEnded,
    SeriesExpanded,
    SeriesPaused,
)
from services.events.activities.check_in_code import fresh_seed
from services.events.activities.domain import ending, scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, ahead_in
from services.events.series.booking import rebook
from services.events.series.domain import changing
from services.events.series.domain.series import Series
from services.events.venues.bookings import Bookings

_BATCH = 200


def reactions(
    handlers: Handlers,
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    bookings: Bookings,
    clock: Clock,
) -> None:
    """Put the handlers of this room into the table."""
    _dates(handlers, series, activities, clock)
    _booking(handlers, series, activities, bookings, clock)


def _booking(
    handlers: Handlers,
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    bookings: Bookings,
    clock: Clock,
) -> None:
    @handlers.on(SeriesExpanded)
    async def book_expanded(received: Received[SeriesExpanded]) -> None:
        """A date that has come into the two years ahead and finds its place taken gives way."""
        id = received.envelope.aggregate_id
        taken = await rebook(bookings, (await series.get(id)).aggregate, activities, clock())
        if taken:
            await series.change(
                id,
                lambda found, now: changing.give_way(found, taken, now),
                received.cause,
                taken=Taken(f"{received.taken.by}.gives-way", received.taken.source, received.taken.sequence),
            )

    @handlers.on(SeriesDateAdded)
    async def book_added(received: Received[SeriesDateAdded]) -> None:
        await _rebook(received)

    @handlers.on(SeriesDateSkipped)
    async def book_skipped(received: Received[SeriesDateSkipped]) -> None:
        await _rebook(received)

    @handlers.on(SeriesPaused)
    async def book_paused(received: Received[SeriesPaused]) -> None:
        await _rebook(received)

    @handlers.on(SeriesChanged)
    async def book_changed(received: Received[SeriesChanged]) -> None:
        await _rebook(received)

    @handlers.on(SeriesEnded)
    async def book_ended(received: Received[SeriesEnded]) -> None:
        await _rebook(received)

    async def _rebook(received: Received[Any]) -> None:
        await rebook(bookings, (await series.get(received.envelope.aggregate_id)).aggregate, activities, clock())


def _dates(handlers: Handlers, series: Aggregates[Series], activities: Aggregates[Activity], clock: Clock) -> None:

    @handlers.on(SeriesExpanded)
    async def schedule_dates(received: Received[SeriesExpanded]) -> None:
        """Each date, neither skipped nor past by now, becomes an activity under the id that the series gave it."""
        found = (await series.get(received.envelope.aggregate_id)).aggregate
        for occurrence in received.event.occurrences:
            stands = occurrence.activity == found.activity_on(occurrence.on) and not found.falls_out(occurrence.on)
            if (stands or occurrence.starts_at in found.extra) and occurrence.starts_at > clock():
                await _announce(activities, found, occurrence, received)

    @handlers.on(SeriesDateSkipped)
    async def cancel_date(received: Received[SeriesDateSkipped]) -> None:
        """The activity of the date won't take place, where there is one already."""
        if await activities.find(received.event.activity) is not None:
            await activities.change(
                received.event.activity, _dropping(received.event.reason), received.cause, taken=received.taken
            )

    @handlers.on(SeriesDateAdded)
    async def schedule_added_date(received: Received[SeriesDateAdded]) -> None:
        """A date more becomes an activity at once where dates so far ahead have been named, and else with them."""
        added = received.event.occurrence
        found = (await series.get(received.envelope.aggregate_id)).aggregate
        if added.on < received.event.expanded_until and found.activity_on(added.on) == added.activity:
            await _announce(activities, found, added, received)

    @handlers.on(SeriesPaused)
    async def cancel_paused_dates(received: Received[SeriesPaused]) -> None:
        """The activities of the pause won't take place."""
        paused = received.event
        async for activity in ahead_of(activities, received.envelope.aggregate_id, clock()):
            if activity.occurrence is not None and paused.since <= activity.occurrence < paused.until:
                dropping = _dropping(paused.reason, received.envelope.id)
                await activities.change(activity.id, dropping, received.cause, taken=received.taken)

    @handlers.on(SeriesChanged)
    async def change_dates_ahead(received: Received[SeriesChanged]) -> None:
        """The activities that the change is about follow it, in what it is about alone."""
        found = (await series.get(received.envelope.aggregate_id)).aggregate
        revision = found.revisions[received.event.number]
        command = None if revision.is_of_one_date else received.envelope.id
        async for activity in ahead_of(activities, found.id, clock()):
            if activity.occurrence is not None and revision.holds(activity.occurrence):
                await activities.change(
                    activity.id,
                    lambda each, now: of_command(changing.conform(each, found, revision, now), command),
                    received.cause,
                    taken=received.taken,
                )

    @handlers.on(SeriesEnded)
    async def cancel_dates_ahead(received: Received[SeriesEnded]) -> None:
        """The activities ahead won't take place, where the series was ended that way."""
        if received.event.cancels:
            dropping = _dropping(received.event.reason, received.envelope.id)
            since = max(received.event.at, clock())
            async for activity in ahead_of(activities, received.envelope.aggregate_id, since):
                await activities.change(activity.id, dropping, received.cause, taken=received.taken)


async def ahead_of(activities: Aggregates[Activity], series: str, since: datetime) -> AsyncIterator[Activity]:
    """The activities of a series that start after `since` and stand."""
    ahead, cursor = ahead_in(series, since), None
    while True:
        page = await activities.select(ahead, sort=BY_START, descending=False, limit=_BATCH, cursor=cursor)
        for stored in page.items:
            yield stored.aggregate
        if (cursor := page.next) is None:
            return


async def cancelled_on(series: Aggregates[Series], activities: Aggregates[Activity], id: str, on: date) -> str | None:
    """The activity of a date of series `id`, where it was cancelled. That is final: the date may have another one."""
    stored = await series.find(id)
    if stored is None:
        return None
    activity = await activities.find(stored.aggregate.activity_on(on))
    if activity is None or activity.aggregate.status is not ActivityStatus.CANCELLED:
        return None
    return activity.aggregate.id


async def _announce(
    activities: Aggregates[Activity],
    series: Series,
    occurrence: Occurrence,
    received: Received[SeriesExpanded] | Received[SeriesDateAdded],
) -> None:
    await activities.create(
        occurrence.activity,
        lambda now: scheduling.announce(
            occurrence.activity,
            series.community,
            series.plan_of(occurrence),
            fresh_seed(),
            now,
            series=series.id,
            occurrence=occurrence.on,
        ),
        received.cause,
        taken=received.taken,
    )


def _dropping(reason: str | None, command: str | None = None) -> Callable[[Activity, datetime], Decision[Activity]]:
    return lambda activity, now: of_command(ending.drop(activity, now, reason), command)
