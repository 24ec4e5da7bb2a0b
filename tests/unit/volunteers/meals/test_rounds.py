"""Each stop of a meal round has its own meals, and what was delivered and came back make up what was loaded."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors import CommunityError, NotYours
from services.contracts.volunteers import MealMissed, MealRoundStatus, MealStopCancelled
from services.volunteers.meals.domain.rounds import (
    CutOffNotThen,
    MealRound,
    NotSpare,
    NotTheirDay,
    OfStop,
    OpenRound,
    Order,
    OrderedAlready,
    Reassign,
    StopNotNow,
    StopsAreOpen,
    TooLateToOrder,
    cancel_stop,
    close,
    deliver,
    leave,
    miss,
    open_round,
    order,
    reassign,
)
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

CARRIER = person("carrier-1")
THEN = NOW + DAY
"""The day of the round."""


def a_round(*meals: int) -> MealRound:
    """A round with a stop for each of `meals`."""
    command = OpenRound(community=HERE, on=(NOW + DAY).date(), cutoff=NOW + HOUR, carrier="carrier-1")
    found = open_round("meal-round-1", command, STAFF, NOW).aggregate
    for number, count in enumerate(meals):
        wish = Order(person=f"elder-{number}", meals=count, building="b1", home="301", diet="不吃辣")
        found = order(found, wish, STAFF, NOW).aggregate
    return found


def at(meals: MealRound, number: int) -> OfStop:
    return OfStop(stop=meals.stops[number].id)


def test_a_stop_that_is_cancelled_on_the_way_takes_nothing_from_the_next() -> None:
    meals = leave(a_round(10, 10, 10), CARRIER, THEN).aggregate
    meals = deliver(meals, at(meals, 0), CARRIER, THEN).aggregate
    cancelled = cancel_stop(meals, at(meals, 1), STAFF, NOW)
    assert_folds(meals, cancelled)
    assert isinstance(said(cancelled), MealStopCancelled)
    assert said(cancelled).person == "elder-1"
    meals = cancelled.aggregate
    assert (meals.stops[2].meals, meals.spare) == (10, 10)
    with pytest.raises(StopNotNow):
        deliver(meals, at(meals, 1), CARRIER, THEN)
    with pytest.raises(StopsAreOpen):
        close(meals, CARRIER, THEN)
    meals = deliver(meals, at(meals, 2), CARRIER, THEN).aggregate
    closed = close(meals, CARRIER, THEN)
    assert_folds(meals, closed)
    state = closed.aggregate.public()
    assert (state.loaded, state.delivered, state.returned) == (30, 20, 10)
    assert state.status is MealRoundStatus.CLOSED


def test_spare_meals_go_to_somebody_by_name_and_no_more_than_there_are() -> None:
    meals = leave(a_round(2, 1), CARRIER, THEN).aggregate
    missed = miss(meals, at(meals, 0), CARRIER, THEN)
    assert_folds(meals, missed)
    assert isinstance(said(missed), MealMissed)
    meals = missed.aggregate
    with pytest.raises(NotSpare):
        reassign(meals, Reassign(stop=meals.stops[1].id, meals=3), CARRIER, THEN)
    given = reassign(meals, Reassign(stop=meals.stops[1].id, meals=2), CARRIER, THEN)
    assert_folds(meals, given)
    assert (given.aggregate.stops[1].meals, given.aggregate.spare) == (3, 0)


def test_orders_end_with_the_cut_off_and_are_one_each() -> None:
    meals = a_round(1)
    assert order(meals, Order(), person("elder-9"), NOW).events
    with pytest.raises(TooLateToOrder):
        order(meals, Order(), person("elder-9"), NOW + HOUR)
    with pytest.raises(OrderedAlready):
        order(meals, Order(), person("elder-0"), NOW)
    with pytest.raises(NotYours):
        order(meals, Order(person="elder-9"), person("ann"), NOW)
    with pytest.raises(NotYours):
        leave(meals, person("ann"), THEN)
    again = cancel_stop(meals, at(meals, 0), person("elder-0"), NOW).aggregate
    assert len(order(again, Order(), person("elder-0"), NOW).aggregate.stops) == 2


def test_a_round_is_ordered_before_its_cut_off_and_leaves_after_it_on_its_day() -> None:
    day = (NOW + DAY).date()
    for on, cutoff in ((day, NOW), ((NOW - DAY).date(), NOW + HOUR), (day, NOW + 3 * DAY)):
        with pytest.raises(CutOffNotThen):
            open_round("meal-round-1", OpenRound(community=HERE, on=on, cutoff=cutoff), STAFF, NOW)
    for early in (NOW, NOW + HOUR):
        for by in (CARRIER, STAFF):
            with pytest.raises(NotTheirDay):
                leave(a_round(1), by, early)


def test_who_was_not_at_home_gets_their_meals_at_a_second_try_while_they_are_there() -> None:
    meals = leave(a_round(2, 1), CARRIER, THEN).aggregate
    missed = miss(meals, at(meals, 0), CARRIER, THEN).aggregate
    found = deliver(missed, at(meals, 0), CARRIER, THEN)
    assert_folds(missed, found)
    assert (found.aggregate.spare, said(found).meals) == (0, 2)
    gone = reassign(missed, Reassign(stop=meals.stops[1].id, meals=1), CARRIER, THEN).aggregate
    with pytest.raises(NotSpare):
        deliver(gone, at(meals, 0), CARRIER, THEN)


STEPS = st.lists(
    st.tuples(st.sampled_from([cancel_stop, deliver, miss, reassign, close]), st.integers(0, 3), st.integers(1, 3)),
    max_size=12,
)


@settings(max_examples=80)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), STEPS)
def test_nothing_is_lost_whatever_happens_on_the_way(counts: list[int], steps: Any) -> None:
    meals = leave(a_round(*counts), CARRIER, THEN).aggregate
    for what, number, more in steps:
        stop = meals.stops[number % len(counts)].id
        try:
            if what is close:
                decision = close(meals, STAFF, NOW)
            else:
                decision = what(
                    meals, Reassign(stop=stop, meals=more) if what is reassign else OfStop(stop=stop), STAFF, NOW
                )
        except CommunityError:
            continue
        assert_folds(meals, decision)
        meals = decision.aggregate
        state = meals.public()
        assert state.loaded == sum(counts)
        assert meals.spare >= 0
        if state.status is MealRoundStatus.CLOSED:
            assert state.delivered + state.returned == state.loaded
