"""An elder's home is told to staff, and around the visit to an admitted volunteer with a seat in it."""

from datetime import datetime

import pytest

from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain.homes import VisitWindow, may_read
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from tests.unit.volunteers.making import a_need, a_volunteer, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, STRANGER, person

ANN = person("ann")
WINDOW = VisitWindow(before=DAY, after=2 * HOUR)
START = NOW + 2 * DAY
MINUTE = HOUR / 60


def a_visit() -> Need:
    return accepted(a_need(adults_only=True), "ann")


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (START - DAY - MINUTE, False),
        (START - DAY, True),
        (START + 3 * HOUR - MINUTE, True),
        (START + 3 * HOUR, False),
    ],
)
def test_a_volunteer_with_a_seat_is_told_around_the_visit(at: datetime, told: bool) -> None:
    assert may_read(a_visit(), a_volunteer(), ANN, at, WINDOW) is told


@pytest.mark.parametrize(
    ("need", "volunteer"),
    [
        (offered(a_need(), "ann"), a_volunteer()),
        (a_visit().model_copy(update={"status": NeedStatus.CANCELLED}), a_volunteer()),
        (a_visit(), a_volunteer(approved_at=None)),
        (a_visit(), a_volunteer(adult=None)),
        (a_visit(), None),
    ],
    ids=["only-asked", "cancelled", "not-approved", "not-known-as-an-adult", "no-volunteer-any-more"],
)
def test_nobody_else_is_told_even_around_the_visit(need: Need, volunteer: Volunteer | None) -> None:
    assert not may_read(need, volunteer, ANN, START, WINDOW)


def test_staff_of_the_community_are_told_at_any_time_and_staff_of_another_never() -> None:
    assert may_read(a_visit(), None, STAFF, NOW, WINDOW)
    assert not may_read(a_visit(), None, STRANGER, START, WINDOW)
