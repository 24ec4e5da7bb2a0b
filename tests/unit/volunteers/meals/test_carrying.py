"""Meals are carried by approved volunteers, whom staff name, and who see homes while it is time."""

import pytest

from services.chassis.errors import NotYours
from services.volunteers.meals.domain.carrying import Carry, carried_instead, carry
from services.volunteers.meals.domain.rounds import (
    CarrierNotApproved,
    OpenRound,
    RoundNotNow,
    close,
    leave,
    open_round,
)
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.meals.test_rounds import CARRIER, THEN, a_round
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person


def test_meals_are_carried_by_approved_volunteers_alone_who_see_homes_while_it_is_time() -> None:
    command = OpenRound(community=HERE, on=(NOW + DAY).date(), cutoff=NOW + HOUR, carrier="nobody")
    with pytest.raises(CarrierNotApproved):
        open_round("meal-round-1", command, STAFF, NOW, approved=False)
    meals = a_round(1)
    with pytest.raises(NotYours):
        carry(meals, Carry(carrier="ann"), CARRIER, NOW, approved=True)
    with pytest.raises(CarrierNotApproved):
        carry(meals, Carry(carrier="ann"), STAFF, NOW, approved=False)
    other = carry(meals, Carry(carrier="ann"), STAFF, NOW, approved=True)
    assert_folds(meals, other)
    assert [other.aggregate.shows_stops_to(who, NOW + HOUR) for who in (CARRIER, person("ann"))] == [False, True]
    seen = [other.aggregate.shows_stops_to(person("ann"), NOW + days * DAY) for days in (0, 2, 3)]
    assert seen == [False, True, False]
    assert carried_instead(meals, "carrier-1", "carrier-2").aggregate.carrier == "carrier-2"
    assert carried_instead(meals, "carrier-1", None).aggregate.carrier is None
    assert carried_instead(meals, "ann", None).events == ()
    closed = close(leave(a_round(), CARRIER, THEN).aggregate, CARRIER, THEN).aggregate
    assert carried_instead(closed, "carrier-1", None).events == ()
    with pytest.raises(RoundNotNow):
        carry(closed, Carry(carrier=None), STAFF, THEN, approved=False)
