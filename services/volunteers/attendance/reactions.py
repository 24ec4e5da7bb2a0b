"""The reactions of attendance: the need is told who is there, and for how many minutes they were; a presence goes on
under the record that stays where two were one person's, and ends with the seat."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import (
    NeedCancelled,
    NeedMoved,
    NeedReopened,
    NeedSeatConfirmed,
    PresenceArrived,
    PresenceForgotten,
    PresenceLeft,
    VolunteerMerged,
)
from services.volunteers.attendance.domain.presence import Presence, fall_away, go_on, hand_over, left_as
from services.volunteers.needs.domain import attending, serving
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.mergers import follow_merger

_MOST = 200
"""More people than any need has seats for."""


def reactions(
    handlers: Handlers, presences: Aggregates[Presence], needs: Aggregates[Need], volunteers: Aggregates[Volunteer]
) -> None:
    """Put the handlers of attendance into the table."""

    @handlers.on(PresenceArrived)
    async def seat_checked_in(received: Received[PresenceArrived]) -> None:
        """Mark the seat of a person who has arrived as checked in."""
        presence = (await presences.get(received.envelope.aggregate_id)).aggregate
        await needs.change(
            presence.need,
            lambda n, now: attending.arrived(n, attending.holder(n, presence.person), presence.starts_at),
            received.cause,
            taken=received.taken,
        )

    @handlers.on(VolunteerMerged)
    async def follow_merged_presence(received: Received[VolunteerMerged]) -> None:
        """Whoever is there under the record that ended is there under the one that goes on, and checks out as that."""
        of = {"state.community": received.envelope.community, "state.left_at": None}

        async def move(ended: str, into: str) -> None:
            page, cursor = None, None
            while page is None or cursor is not None:
                page = await presences.select({**of, "state.person": ended}, limit=_MOST, cursor=cursor)
                cursor = page.next
                for stored in page.items:
                    there = go_on(stored.aggregate, into)
                    with suppress(AlreadyExists):  # they were checked in under both, or the event is taken again
                        await presences.create(there.aggregate.id, partial(_as_decided, there), received.cause)
                    ended_as = await presences.change(stored.aggregate.id, lambda p, now: hand_over(p), received.cause)
                    before = ended_as.aggregate
                    await presences.change(there.aggregate.id, partial(_left_as, before), received.cause)

        merged = received.event
        await follow_merger(volunteers, received.envelope.community, merged.person, merged.into, move)

    @handlers.on(PresenceLeft)
    @handlers.on(PresenceForgotten)
    async def report_minutes(received: Received[PresenceLeft | PresenceForgotten]) -> None:
        """Report the minutes of a person who has left at the need, where somebody else confirms them."""
        presence = (await presences.get(received.envelope.aggregate_id)).aggregate
        if presence.fell_away:
            return
        await needs.change(
            presence.need,
            lambda n, now: serving.note(
                n, attending.holder(n, presence.person), presence.minutes or 0, presence.starts_at
            ),
            received.cause,
            taken=received.taken,
        )

    @handlers.on(NeedReopened)
    async def end_presence_of_lost_seat(received: Received[NeedReopened]) -> None:
        await _end(received)

    @handlers.on(NeedMoved)
    async def end_presences_of_another_time(received: Received[NeedMoved]) -> None:
        await _end(received)

    @handlers.on(NeedCancelled)
    async def end_presences_of_cancelled_need(received: Received[NeedCancelled]) -> None:
        await _end(received)

    @handlers.on(NeedSeatConfirmed)
    async def end_corrected_presence(received: Received[NeedSeatConfirmed]) -> None:
        if received.event.not_there:
            await _end(received, received.event.person)

    async def _end(received: Received[Any], not_there: str | None = None) -> None:
        """End the presences that have no seat any more at the need as it is, and that of whoever is not there."""
        need = (await needs.get(received.envelope.aggregate_id)).aggregate
        open_there = {"state.community": need.community, "state.need": need.id, "state.left_at": None}
        page = await presences.select(open_there, limit=_MOST)
        for stored in page.items:
            presence = stored.aggregate
            if attending.was_handed_over(need, presence.person):
                continue  # it goes on under the record that stays
            if presence.person == not_there or not attending.has_seat(need, presence.person, presence.starts_at):
                await presences.change(presence.id, fall_away, received.cause, taken=received.taken)


def _left_as(before: Presence, presence: Presence, now: datetime) -> Decision[Presence]:
    return left_as(presence, before)


def _as_decided(there: Decision[Presence], now: datetime) -> Decision[Presence]:
    return there
