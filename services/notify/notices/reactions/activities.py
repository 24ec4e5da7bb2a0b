"""People hear that they have a seat at an activity, are reminded of it, and hear when it moves or won't take place."""

from datetime import datetime, timedelta
from typing import TypeVar

from services.chassis.subscriber.handlers import E, Handlers, Received
from services.contracts.activities import (
    ActivityCancelled,
    ActivityMoved,
    ActivityPromoted,
    ActivityRegistered,
    ActivityWithdrawn,
)
from services.contracts.notices import NoticeKind
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.particulars import Particulars, of_activity
from services.notify.notices.reactions.concerned import counting_on
from services.notify.notices.telling import Telling

Seated = TypeVar("Seated", ActivityRegistered, ActivityPromoted)
"""The events that say that somebody has a seat."""


def reactions(table: Handlers, telling: Telling, knowledge: Knowledge, lead: timedelta) -> None:
    """Put the handlers that tell of activities into the table. People are reminded `lead` before the start."""
    _about_seats(table, telling, knowledge, lead)
    _about_changes(table, telling, knowledge, lead)


def _about_seats(table: Handlers, telling: Telling, knowledge: Knowledge, lead: timedelta) -> None:
    @table.on(ActivityRegistered)
    async def confirm_registration(received: Received[ActivityRegistered]) -> None:
        await _confirm(telling, knowledge, lead, received, NoticeKind.REGISTRATION_CONFIRMED)

    @table.on(ActivityPromoted)
    async def confirm_promotion(received: Received[ActivityPromoted]) -> None:
        await _confirm(telling, knowledge, lead, received, NoticeKind.REGISTRATION_PROMOTED)

    @table.on(ActivityWithdrawn)
    async def forget_reminder(received: Received[ActivityWithdrawn]) -> None:
        await telling.supersede(received, NoticeKind.ACTIVITY_REMINDER, [received.event.person])


def _about_changes(table: Handlers, telling: Telling, knowledge: Knowledge, lead: timedelta) -> None:
    @table.on(ActivityMoved)
    async def tell_of_move(received: Received[ActivityMoved]) -> None:
        known = await knowledge.activity(received.envelope.aggregate_id)
        moved = received.event
        about = of_activity(known).model_copy(
            update={
                "starts_at": moved.starts_at,
                "ends_at": moved.ends_at,
                "venue": moved.venue,
                "previous_starts_at": moved.previous_starts_at,
            }
        )
        await telling.supersede(received, NoticeKind.ACTIVITY_REMINDER)
        seated, everybody = await counting_on(knowledge, received)
        for person in everybody:
            await telling.tell(received, person, NoticeKind.ACTIVITY_MOVED, about, expires=moved.ends_at)
        for person in seated:
            await _remind(telling, lead, received, person, about, moved.starts_at)

    @table.on(ActivityCancelled)
    async def tell_of_cancellation(received: Received[ActivityCancelled]) -> None:
        known = await knowledge.activity(received.envelope.aggregate_id)
        about = of_activity(known).model_copy(update={"text": received.event.reason})
        await telling.supersede(received, NoticeKind.ACTIVITY_REMINDER)
        _, everybody = await counting_on(knowledge, received)
        for person in everybody:
            await telling.tell(received, person, NoticeKind.ACTIVITY_CANCELLED, about)


async def _confirm(
    telling: Telling, knowledge: Knowledge, lead: timedelta, received: Received[Seated], kind: NoticeKind
) -> None:
    known = await knowledge.activity(received.envelope.aggregate_id)
    event = received.event
    about = of_activity(known).model_copy(update={"starts_at": event.starts_at, "party": event.party})
    await telling.tell(received, event.person, kind, about, expires=event.starts_at)
    await _remind(telling, lead, received, event.person, about, event.starts_at)


async def _remind(
    telling: Telling, lead: timedelta, received: Received[E], person: str, about: Particulars, starts_at: datetime
) -> None:
    await telling.tell(received, person, NoticeKind.ACTIVITY_REMINDER, about, due=starts_at - lead, expires=starts_at)
