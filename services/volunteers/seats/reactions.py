"""The reactions of seats to events: holds follow their offers, and the seats of volunteers who may no longer serve are
given back.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import UnknownAggregate
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.volunteers import (
    NeedAccepted,
    NeedCancelled,
    NeedCompleted,
    NeedDeclined,
    NeedExpired,
    NeedLapsed,
    NeedMoved,
    NeedReopened,
    OfferRef,
    TakenOff,
    VolunteerChanged,
    VolunteerDisapproved,
    VolunteerMerged,
    VolunteerVerified,
)
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.eligibility import unfit_for
from services.volunteers.needs.domain.inviting import plan_again
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import asked, naming
from services.volunteers.people.domain.bookings import release, settle
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.mergers import follow_merger, last_record
from services.volunteers.seats.service import Seats

Wake: TypeAlias = Callable[[str], None]
"""A function that is called with the id of a community in which matching may ask somebody else now."""

_BATCH = 200


def reactions(
    handlers: Handlers,
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    seats: Seats,
    clock: Clock,
    wake: Wake,
) -> None:
    """Put the handlers of seats into the table."""
    _yes(handlers, needs, volunteers, seats, clock)
    _fallen_away(handlers, needs, volunteers, seats, wake)


def _yes(
    handlers: Handlers, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], seats: Seats, clock: Clock
) -> None:
    @handlers.on(NeedAccepted)
    async def settle_booking(received: Received[NeedAccepted]) -> None:
        """Settle the booking of an accepted offer, so that it no longer expires.

        If the person's record ended in a merger meanwhile, the seat is handed over to the record that goes on. If the
        person was disapproved meanwhile, the seat is given back, and the person is told why.
        """
        need, offer, person = received.envelope.aggregate_id, received.event.offer, received.event.person
        volunteer = await _change(volunteers, received, person, lambda volunteer, now: settle(volunteer, offer))
        if volunteer is None or volunteer.approved:
            return
        if volunteer.merged_into is None:
            await _dismiss(need, person, received, _reason(volunteer))
        else:
            last = await last_record(volunteers, volunteer.community, volunteer.merged_into)
            into = volunteer.merged_into if last is None or last.erased else last.person
            await seats.hand_over(need, person, into, received.cause)
            # a seat that could not be handed over is given back
            await needs.change(need, lambda n, now: seating.dismiss(n, person, now), received.cause)

    @handlers.on(VolunteerDisapproved)
    async def give_back_seats(received: Received[VolunteerDisapproved]) -> None:
        """Take a disapproved volunteer off all seats in coming needs."""
        volunteer = (await volunteers.get(received.envelope.aggregate_id)).aggregate
        query, cursor = asked(volunteer.community, volunteer.person), None
        while not volunteer.approved:
            page = await needs.select(query, limit=_BATCH, cursor=cursor)
            for stored in page.items:
                await _dismiss(stored.aggregate.id, volunteer.person, received, _reason(volunteer))
            if (cursor := page.next) is None:
                return

    @handlers.on(VolunteerMerged)
    async def hand_over_seats(received: Received[VolunteerMerged]) -> None:
        """Hand the seats of the record that ended over to the record that goes on. Seats that can't be handed over are
        given back by the reaction to `VolunteerDisapproved`, which follows.
        """
        merged, community = received.event, received.envelope.community

        async def move(ended: str, into: str) -> None:
            page, cursor = None, None
            while page is None or cursor is not None:
                page = await needs.select(naming(community, ended, clock()), limit=_BATCH, cursor=cursor)
                cursor = page.next
                for stored in page.items:
                    await seats.hand_over(stored.aggregate.id, ended, into, received.cause)

        await follow_merger(volunteers, community, merged.person, merged.into, move)

    @handlers.on(VolunteerChanged)
    @handlers.on(VolunteerVerified)
    async def give_back_unfit_seats(received: Received[VolunteerChanged | VolunteerVerified]) -> None:
        """Give back the coming seats for which the volunteer is no longer fit, so that somebody else is
        found in time.
        """
        found = await volunteers.find(received.envelope.aggregate_id)
        if found is None or not found.aggregate.approved:
            return
        volunteer, cursor = found.aggregate, None
        while True:
            page = await needs.select(
                asked(volunteer.community, volunteer.person, clock()), limit=_BATCH, cursor=cursor
            )
            for stored in page.items:
                reason = unfit_for(stored.aggregate, volunteer, clock())
                if reason is not None:
                    await _dismiss(stored.aggregate.id, volunteer.person, received, reason)
            if (cursor := page.next) is None:
                return

    async def _dismiss(need: str, person: str, received: Received[Any], reason: TakenOff | None = None) -> None:
        await needs.change(
            need, lambda n, now: seating.dismiss(n, person, now, reason), received.cause, taken=received.taken
        )


def _fallen_away(
    handlers: Handlers, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], seats: Seats, wake: Wake
) -> None:
    @handlers.on(NeedDeclined)
    @handlers.on(NeedExpired)
    @handlers.on(NeedReopened)
    async def free_one(received: Received[NeedDeclined | NeedExpired | NeedReopened]) -> None:
        """Release the hold of an offer that has ended, and let matching ask somebody else."""
        offer, person = received.event.offer, received.event.person
        if offer is not None and person is not None:
            await _free(received, OfferRef(offer=offer, person=person))
            await needs.change(received.envelope.aggregate_id, plan_again, received.cause, taken=received.taken)
        wake(received.envelope.community)

    @handlers.on(NeedMoved)
    @handlers.on(NeedCancelled)
    @handlers.on(NeedCompleted)
    @handlers.on(NeedLapsed)
    async def free_all(received: Received[NeedMoved | NeedCancelled | NeedCompleted | NeedLapsed]) -> None:
        """Release the holds of all offers that have ended. Where the need has moved, each of the people is asked again
        first."""
        for released in received.event.released:
            await _free(received, released)
        if isinstance(received.event, NeedMoved):
            for released in received.event.released:
                await seats.ask_again(received.envelope.aggregate_id, released.person)
        wake(received.envelope.community)

    async def _free(received: Received[Any], ref: OfferRef) -> None:
        await _change(volunteers, received, ref.person, lambda volunteer, now: release(volunteer, ref.offer))


def _reason(volunteer: Volunteer) -> TakenOff | None:
    """The reason that is told to a volunteer whose seats are given back after they were disapproved.

    None if the volunteer has left or goes on under another record: they know that they left, or have the seats there.
    """
    return TakenOff.UNSUITABLE if volunteer.left_at is None else None


async def _change(
    volunteers: Aggregates[Volunteer],
    received: Received[Any],
    person: str,
    decide: Callable[[Volunteer, datetime], Decision[Volunteer]],
) -> Volunteer | None:
    """Change the bookings of `person`, and return their record as it is then.

    The record of a person who was erased is gone with its bookings: then nothing is changed, and None is returned.
    """
    id = volunteer_id(received.envelope.community, person)
    try:
        return (await volunteers.change(id, decide, received.cause, taken=received.taken)).aggregate
    except UnknownAggregate:
        return None
