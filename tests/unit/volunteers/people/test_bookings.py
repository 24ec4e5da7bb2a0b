"""Time is held for one offer, settled and released by it, and forgotten when it is long past."""

import pytest

from services.volunteers.needs.domain.seating import tentative
from services.volunteers.people.domain import bookings
from services.volunteers.people.domain.bookings import AlreadyHeld
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.world import DAY, HOUR, NOW


def test_bookings_settle_and_fall_by_their_offer_and_are_not_told() -> None:
    need = a_need()
    held = bookings.book(a_volunteer(), tentative(need, "offer-1", NOW), NOW)
    assert all(event.internal for event in held.events)
    with pytest.raises(AlreadyHeld):
        bookings.book(held.aggregate, tentative(need, "offer-1", NOW), NOW)
    settled = bookings.settle(held.aggregate, "offer-1").aggregate
    assert settled.bookings[0].until is None
    assert bookings.settle(settled, "offer-1").events == ()
    assert bookings.release(settled, "offer-other").events == ()
    assert bookings.release(settled, "offer-1").aggregate.bookings == ()


def test_bookings_long_past_are_dropped_when_the_next_is_made() -> None:
    first = a_need("need-1", starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    volunteer = bookings.book(a_volunteer(), tentative(first, "offer-1", NOW), NOW).aggregate
    later = NOW + 40 * DAY
    second = a_need("need-2", starts_at=later + HOUR, ends_at=later + 2 * HOUR)
    volunteer = bookings.book(volunteer, tentative(second, "offer-2", later), later).aggregate
    assert [booking.need for booking in volunteer.bookings] == ["need-2"]
