"""What seats do on events: holds follow their offers, and whoever may not act any more gives seats back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from services.chassis.aggregate import Decision
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
    VolunteerDisapproved,
)
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.inviting import plan_again
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import asked
from services.volunteers.people.domain.bookings import release, settle
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.seats.service import Seats

Wake: TypeAlias = Callable[[str], None]
"""Says that somebody else may be asked in a community now."""

_BATCH = 200


def reactions(
    handlers: Handlers, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], seats: Seats, wake: Wake
) -> None:
    """Put the handlers of seats into the table."""
    _yes(handlers, needs, volunteers)
    _fallen_away(handlers, needs, volunteers, seats, wake)


def _yes(handlers: Handlers, needs: Aggregates[Need], volunteers: Aggregates[Volunteer]) -> None:
    @handlers.on(NeedAccepted)
    async def settle_booking(received: Received[NeedAccepted]) -> None:
        """The booking no longer runs out. A person who said yes while they were disapproved gives the seat back."""
        offer, person = received.event.offer, received.event.person
        await _change(volunteers, received, person, lambda volunteer, now: settle(volunteer, offer))
        stored = await volunteers.find(volunteer_id(received.envelope.community, person))
        if stored is not None and not stored.aggregate.approved:
            await _dismiss(received.envelope.aggregate_id, person, received)

    @handlers.on(VolunteerDisapproved)
    async def give_back_seats(received: Received[VolunteerDisapproved]) -> None:
        """Whoever may not act any more has no seat in what is still to be served."""
        volunteer = (await volunteers.get(received.envelope.aggregate_id)).aggregate
        query, cursor = asked(volunteer.community, volunteer.person), None
        while not volunteer.approved:
            page = await needs.select(query, limit=_BATCH, cursor=cursor)
            for stored in page.items:
                await _dismiss(stored.aggregate.id, volunteer.person, received)
            if (cursor := page.next) is None:
                return

    async def _dismiss(need: str, person: str, received: Received[Any]) -> None:
        await needs.change(need, lambda n, now: seating.dismiss(n, person, now), received.cause, taken=received.taken)


def _fallen_away(
    handlers: Handlers, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], seats: Seats, wake: Wake
) -> None:
    @handlers.on(NeedDeclined)
    @handlers.on(NeedExpired)
    @handlers.on(NeedReopened)
    async def free_one(received: Received[NeedDeclined | NeedExpired | NeedReopened]) -> None:
        """The offer fell away: its time is free, and somebody else may be asked."""
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
        """Several offers fell away: the time of each is free. Where the need has moved, each is asked again first."""
        for released in received.event.released:
            await _free(received, released)
        if isinstance(received.event, NeedMoved):
            for released in received.event.released:
                await seats.ask_again(received.envelope.aggregate_id, released.person)
        wake(received.envelope.community)

    async def _free(received: Received[Any], ref: OfferRef) -> None:
        await _change(volunteers, received, ref.person, lambda volunteer, now: release(volunteer, ref.offer))


async def _change(
    volunteers: Aggregates[Volunteer],
    received: Received[Any],
    person: str,
    decide: Callable[[Volunteer, datetime], Decision[Volunteer]],
) -> None:
    """Change the bookings of a person. Whoever is erased by now has none."""
    id = volunteer_id(received.envelope.community, person)
    if await volunteers.find(id) is not None:
        await volunteers.change(id, decide, received.cause, taken=received.taken)
