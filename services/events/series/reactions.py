"""What this service does on events: staffing follows the volunteers service, activities follow their series."""

from collections.abc import Callable
from datetime import datetime

from services.chassis.aggregate import Decision
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    Occurrence,
    SeriesDateSkipped,
    SeriesEnded,
    SeriesExpanded,
)
from services.contracts.volunteers import NeedReopened, NeedStaffed, VolunteerState
from services.events.activities.check_in_code import fresh_seed
from services.events.activities.domain import scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, VOLUNTEERS, Store, ahead_in
from services.events.series.domain.series import Series

_BATCH = 200


def reactions(handlers: Handlers, store: Store) -> None:
    """Put the handlers of this service into the table."""
    handlers.copy(VolunteerState, VOLUNTEERS)
    _staffing(handlers, store)
    _series(handlers, store)


def _staffing(handlers: Handlers, store: Store) -> None:
    @handlers.on(NeedStaffed)
    async def staff(received: Received[NeedStaffed]) -> None:
        """The activity knows its helpers."""
        if received.event.activity is not None:
            volunteers = received.event.volunteers
            await store.activities.change(
                received.event.activity,
                lambda activity, now: staffing.staff(activity, volunteers, now),
                received.cause,
                taken=received.taken,
            )

    @handlers.on(NeedReopened)
    async def unstaff(received: Received[NeedReopened]) -> None:
        """One helper less."""
        if received.event.activity is not None:
            volunteers = received.event.volunteers
            await store.activities.change(
                received.event.activity,
                lambda activity, now: staffing.unstaff(activity, volunteers, now),
                received.cause,
                taken=received.taken,
            )


def _series(handlers: Handlers, store: Store) -> None:
    @handlers.on(SeriesExpanded)
    async def schedule_dates(received: Received[SeriesExpanded]) -> None:
        """Each date, neither skipped nor past by now, becomes an activity under the id that the series gave it."""
        series = (await store.series.get(received.envelope.aggregate_id)).aggregate
        for occurrence in received.event.occurrences:
            if occurrence.on not in series.skipped and occurrence.starts_at > store.clock():
                await _announce(series, occurrence, received)

    @handlers.on(SeriesDateSkipped)
    async def cancel_date(received: Received[SeriesDateSkipped]) -> None:
        """The date's activity, where there is one already, won't take place."""
        if await store.activities.find(received.event.activity) is not None:
            await store.activities.change(
                received.event.activity, _dropping(received.event.reason), received.cause, taken=received.taken
            )

    @handlers.on(SeriesEnded)
    async def cancel_dates_ahead(received: Received[SeriesEnded]) -> None:
        """What lies ahead won't take place, where the series was ended that way."""
        if not received.event.cancels:
            return
        ahead = ahead_in(received.envelope.aggregate_id, max(received.event.at, store.clock()))
        cursor: str | None = None
        while True:
            page = await store.activities.select(ahead, sort=BY_START, descending=False, limit=_BATCH, cursor=cursor)
            for stored in page.items:
                await store.activities.change(
                    stored.aggregate.id, _dropping(None), received.cause, taken=received.taken
                )
            if (cursor := page.next) is None:
                return

    async def _announce(series: Series, occurrence: Occurrence, received: Received[SeriesExpanded]) -> None:
        await store.activities.create(
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
    return lambda activity, now: scheduling.drop(activity, now, reason)
