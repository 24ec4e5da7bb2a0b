"""Needs as they are kept: how many seats are open, whose yes comes first, and when nothing is planned any more."""

import pytest

from services.chassis.errors import NotYours
from services.contracts.volunteers import NeedStatus
from services.volunteers.needs.domain import need as rules
from services.volunteers.needs.domain.need import FINAL, AlreadyStarted, NeedClosed
from tests.unit.volunteers.making import a_need, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, STRANGER, person


def test_a_live_offer_occupies_a_seat_and_the_first_without_an_answer_expires_next() -> None:
    need = offered(offered(a_need(seats=3), "ann"), "bob", NOW - HOUR)
    assert need.open_seats == 1
    assert need.next_expiry == NOW - HOUR + DAY
    assert accepted(a_need(), "ann").next_expiry is None


def test_people_who_said_yes_stand_in_the_order_of_their_answers() -> None:
    need = accepted(accepted(a_need(seats=2), "bob", NOW + HOUR), "ann", NOW)
    assert need.volunteers == ["ann", "bob"]
    assert (need.public().filled, need.public().volunteers) == (2, ["ann", "bob"])


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_need_that_is_over_is_not_planned(status: NeedStatus) -> None:
    with pytest.raises(NeedClosed):
        rules.require_planning(a_need(status=status), NOW)


def test_a_need_is_planned_until_it_starts() -> None:
    need = a_need()
    rules.require_planning(need, need.starts_at - HOUR / 3600)
    with pytest.raises(AlreadyStarted):
        rules.require_planning(need, need.starts_at)


def test_only_staff_of_its_community_pass_as_staff() -> None:
    rules.require_staff(a_need(), STAFF)
    for other in (person("ann"), STRANGER):
        with pytest.raises(NotYours):
            rules.require_staff(a_need(), other)
