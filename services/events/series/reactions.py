"""What series do on their own events: each date becomes an activity, and a date that falls out cancels it."""

from collections.abc import Callable
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import Occurrence, SeriesDateSkipped, SeriesEnded, SeriesExpanded
from services.events.activities.check_in_code import fresh_seed
from services.events.activities.domain import ending, scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, ahead_in
from services.events.series.domain.series import Series

_BATCH = 200


def reactions(handlers: Handlers, series: Aggregates[Series], activities: Aggregates[Activity], clock: Clock) -> None:
    """Put the handlers of this room into the table."""

    @handlers.on(SeriesExpanded)
    async def schedule_dates(received: Received[SeriesExpanded]) -> None:
        """Each date, neither skipped nor past by now, becomes an activity under the id that the series gave it."""
        found = (await series.get(received.envelope.aggregate_id)).aggregate
        for occurrence in received.event.occurrences:
            if occurrence.on not in found.skipped and occurrence.starts_at > clock():
                await _announce(activities, found, occurrence, received)

    @handlers.on(SeriesDateSkipped)
    async def cancel_date(received: Received[SeriesDateSkipped]) -> None:
        """The activity of the date won't take place, where there is one already."""
        if await activities.find(received.event.activity) is not None:
            await activities.change(
                received.event.activity, _dropping(received.event.reason), received.cause, taken=received.taken
            )

    @handlers.on(SeriesEnded)
    async def cancel_dates_ahead(received: Received[SeriesEnded]) -> None:
        """The activities ahead won't take place, where the series was ended that way."""
        if not received.event.cancels:
            return
        ahead = ahead_in(received.envelope.aggregate_id, max(received.event.at, clock()))
        cursor: str | None = None
        while True:
            page = await activities.select(ahead, sort=BY_START, descending=False, limit=_BATCH, cursor=cursor)
            for stored in page.items:
                await activities.change(stored.aggregate.id, _dropping(None), received.cause, taken=received.taken)
            if (cursor := page.next) is None:
                return


async def _announce(
    activities: Aggregates[Activity], series: Series, occurrence: Occurrence, received: Received[SeriesExpanded]
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


def _dropping(reason: str | None) -> Callable[[Activity, datetime], Decision[Activity]]:
    return lambda activity, now: ending.drop(activity, now, reason)
