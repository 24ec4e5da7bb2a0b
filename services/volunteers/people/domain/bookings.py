"""The bookings of a volunteer's time: time is held for an offer, is booked for good once the offer is accepted, and is
free again once the offer has ended.

The table in `seats/domain.py` says which combinations of bookings and offers are permitted.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.contracts.volunteers import VolunteerAsked, VolunteerBooked, VolunteerReleased
from services.volunteers.people.domain.volunteer import Booking, Volunteer

REMEMBERED = timedelta(days=35)
"""Past bookings are kept for so long, since the cap of a week and the fair share are computed from them."""


class AlreadyHeld(
    Conflict,
    code="volunteer.already-held",
    zh="该志愿者已为此邀请预留时间。",
    en="The volunteer's time is already held for this offer.",
):
    """The volunteer has a booking for this offer already, and an offer has one."""


WEEK = timedelta(days=7)
"""The times at which matching asked a volunteer are kept for so long, and counted against `asks_a_week`."""


def book(volunteer: Volunteer, booking: Booking, now: datetime, *, asked: bool = False) -> Decision[Volunteer]:
    """Hold the volunteer's time by `booking`. `asked`: matching asks the volunteer, which is counted against their
    week.

    The caller of this function has judged on the same state of the volunteer whether the time may be held.

    The same time may be held for several offers of one need while these are made. Each offer has a booking of its own,
    and a booking without an offer is released.

    Raises:
        AlreadyHeld: the volunteer has a booking for this offer.
    """
    if any(held.offer == booking.offer for held in volunteer.bookings):
        raise AlreadyHeld()
    kept = tuple(b for b in volunteer.bookings if b.ends_at > now - REMEMBERED)
    lately = tuple(moment for moment in volunteer.asked_at if moment > now - WEEK)
    asks = (*lately, now) if asked else lately
    changed = volunteer.model_copy(update={"bookings": (*kept, booking), "asked_at": asks})
    return decided(changed, _booked(booking))


def count_ask(volunteer: Volunteer, now: datetime) -> Decision[Volunteer]:
    """Count an invitation in a ring of people against the volunteer's week. It holds no time."""
    lately = tuple(moment for moment in volunteer.asked_at if moment > now - WEEK)
    changed = volunteer.model_copy(update={"asked_at": (*lately, now)})
    return decided(changed, VolunteerAsked())


def settle(volunteer: Volunteer, offer: str) -> Decision[Volunteer]:
    """Settle the booking of an offer that was accepted, so that it no longer expires."""
    booking = next((b for b in volunteer.bookings if b.offer == offer), None)
    if booking is None or booking.until is None:
        return decided(volunteer)
    settled = booking.model_copy(update={"until": None})
    bookings = tuple(settled if b.offer == offer else b for b in volunteer.bookings)
    changed = volunteer.model_copy(update={"bookings": bookings})
    return decided(changed, _booked(settled))


def release(volunteer: Volunteer, offer: str) -> Decision[Volunteer]:
    """Release the booking of an offer that has ended. Nothing changes if the offer has no booking."""
    bookings = tuple(b for b in volunteer.bookings if b.offer != offer)
    if len(bookings) == len(volunteer.bookings):
        return decided(volunteer)
    return decided(volunteer.model_copy(update={"bookings": bookings}), VolunteerReleased(offer=offer))


def _booked(booking: Booking) -> VolunteerBooked:
    return VolunteerBooked(**booking.model_dump(exclude={"building"}))
