"""A volunteer's time: held for an offer, held for good once the offer is accepted, and free again once it falls away.

How bookings and offers may stand together is a table of the room `seats`.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.contracts.volunteers import VolunteerAsked, VolunteerBooked, VolunteerReleased
from services.volunteers.people.domain.volunteer import Booking, Volunteer

REMEMBERED = timedelta(days=35)
"""Past bookings are kept for this long: the week's cap and the fair share are reckoned from them."""


class AlreadyHeld(
    Conflict,
    code="volunteer.already-held",
    zh="该志愿者已为此邀请预留时间。",
    en="The volunteer's time is already held for this offer.",
):
    """One offer holds a person's time once."""


WEEK = timedelta(days=7)
"""Asks are counted for so long."""


def book(volunteer: Volunteer, booking: Booking, now: datetime, *, asked: bool = False) -> Decision[Volunteer]:
    """Hold the time. `asked`: it is matching that asks for it, which is counted.

    Whether it may be held is judged before, on this same state of the volunteer.

    A need may hold the same time for several offers while they are being made: each has a hold of its own, and those
    whose offer does not come about are released.

    Raises:
        AlreadyHeld: the time is held for this offer already.
    """
    if any(held.offer == booking.offer for held in volunteer.bookings):
        raise AlreadyHeld()
    kept = tuple(b for b in volunteer.bookings if b.ends_at > now - REMEMBERED)
    lately = tuple(moment for moment in volunteer.asked_at if moment > now - WEEK)
    asks = (*lately, now) if asked else lately
    changed = volunteer.model_copy(update={"bookings": (*kept, booking), "asked_at": asks})
    return decided(changed, _booked(booking))


def count_ask(volunteer: Volunteer, now: datetime) -> Decision[Volunteer]:
    """Somebody asks the volunteer together with others: it counts against their week, and holds no time."""
    lately = tuple(moment for moment in volunteer.asked_at if moment > now - WEEK)
    changed = volunteer.model_copy(update={"asked_at": (*lately, now)})
    return decided(changed, VolunteerAsked())


def settle(volunteer: Volunteer, offer: str) -> Decision[Volunteer]:
    """The offer was accepted: its booking no longer runs out."""
    booking = next((b for b in volunteer.bookings if b.offer == offer), None)
    if booking is None or booking.until is None:
        return decided(volunteer)
    settled = booking.model_copy(update={"until": None})
    bookings = tuple(settled if b.offer == offer else b for b in volunteer.bookings)
    changed = volunteer.model_copy(update={"bookings": bookings})
    return decided(changed, _booked(settled))


def release(volunteer: Volunteer, offer: str) -> Decision[Volunteer]:
    """The offer fell away: its time is free again. An offer that holds no time changes nothing."""
    bookings = tuple(b for b in volunteer.bookings if b.offer != offer)
    if len(bookings) == len(volunteer.bookings):
        return decided(volunteer)
    return decided(volunteer.model_copy(update={"bookings": bookings}), VolunteerReleased(offer=offer))


def _booked(booking: Booking) -> VolunteerBooked:
    return VolunteerBooked(**booking.model_dump(exclude={"building"}))
