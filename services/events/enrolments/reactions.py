"""What enrolments do on events: each date that is announced gets the registrations of those who come to every date."""

from collections.abc import AsyncIterator
from typing import Any

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates, Taken
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    ActivityScheduled,
    EnrolmentDateLeftOut,
    EnrolmentDateTaken,
    EnrolmentEnded,
    EnrolmentMade,
)
from services.events.activities.domain.activity import Activity
from services.events.enrolments import domain
from services.events.enrolments.domain import Enrolment
from services.events.enrolments.store import BY_TIME, standing_in
from services.events.series.reactions import ahead_of

_PAGE = 100


def reactions(
    handlers: Handlers, enrolments: Aggregates[Enrolment], activities: Aggregates[Activity], clock: Clock
) -> None:
    """Put the handlers of this room into the table."""

    @handlers.on(ActivityScheduled)
    async def register_the_enrolled(received: Received[ActivityScheduled]) -> None:
        """In the order in which they enrolled."""
        series, id = received.event.series, received.envelope.aggregate_id
        if series is None:
            return
        async for enrolment in _standing(series):
            await _come(id, enrolment, received)

    @handlers.on(EnrolmentMade)
    async def register_for_dates_ahead(received: Received[EnrolmentMade]) -> None:
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            await _come(activity.id, enrolment, received)

    @handlers.on(EnrolmentDateTaken)
    async def register_for_date(received: Received[EnrolmentDateTaken]) -> None:
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            if activity.occurrence == received.event.on:
                await _come(activity.id, enrolment, received)

    @handlers.on(EnrolmentDateLeftOut)
    async def give_up_date(received: Received[EnrolmentDateLeftOut]) -> None:
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            if activity.occurrence == received.event.on:
                await _stay_away(activity.id, enrolment, received)

    @handlers.on(EnrolmentEnded)
    async def give_up_dates_ahead(received: Received[EnrolmentEnded]) -> None:
        enrolment = (await enrolments.get(received.envelope.aggregate_id)).aggregate
        async for activity in ahead_of(activities, enrolment.series, clock()):
            await _stay_away(activity.id, enrolment, received)

    async def _come(activity: str, enrolment: Enrolment, received: Received[Any]) -> None:
        await activities.change(
            activity,
            lambda each, now: domain.come(each, enrolment, now),
            received.cause,
            taken=_mark(received, enrolment),
        )

    async def _stay_away(activity: str, enrolment: Enrolment, received: Received[Any]) -> None:
        await activities.change(
            activity,
            lambda each, now: domain.stay_away(each, enrolment, now),
            received.cause,
            taken=_mark(received, enrolment),
        )

    async def _standing(series: str) -> AsyncIterator[Enrolment]:
        cursor: str | None = None
        while True:
            page = await enrolments.select(
                standing_in(series), sort=BY_TIME, descending=False, limit=_PAGE, cursor=cursor
            )
            for stored in page.items:
                yield stored.aggregate
            if (cursor := page.next) is None:
                return


def _mark(received: Received[Any], enrolment: Enrolment) -> Taken:
    """The mark of one enrolment's effect: an activity takes those of many from the event that announced it."""
    mark = received.taken
    return Taken(f"{mark.by}.{enrolment.id}", mark.source, mark.sequence)
