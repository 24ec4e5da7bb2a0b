"""Each stop of a meal round has its own meals, and what was delivered and came back make up what was loaded."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors import CommunityError, NotYours
from services.contracts.volunteers import MealMissed, MealRoundStatus, MealStopCancelled
from services.volunteers.meals.domain import (
    MealRound,
    NotSpare,
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
    forget,
    leave,
    miss,
    open_round,
    order,
    reassign,
)
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.world import DAY, HERE, HOUR, NOW, STAFF, person

CARRIER = person("carrier-1")


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
    meals = leave(a_round(10, 10, 10), CARRIER, NOW).aggregate
    meals = deliver(meals, at(meals, 0), CARRIER, NOW).aggregate
    cancelled = cancel_stop(meals, at(meals, 1), STAFF, NOW)
    assert_folds(meals, cancelled)
    assert isinstance(said(cancelled), MealStopCancelled)
    assert said(cancelled).person == "elder-1"
    meals = cancelled.aggregate
    assert (meals.stops[2].meals, meals.spare) == (10, 10)
    with pytest.raises(StopNotNow):
        deliver(meals, at(meals, 1), CARRIER, NOW)
    with pytest.raises(StopsAreOpen):
        close(meals, CARRIER, NOW)
    meals = deliver(meals, at(meals, 2), CARRIER, NOW).aggregate
    closed = close(meals, CARRIER, NOW)
    assert_folds(meals, closed)
    state = closed.aggregate.public()
    assert (state.loaded, state.delivered, state.returned) == (30, 20, 10)
    assert state.status is MealRoundStatus.CLOSED


def test_spare_meals_go_to_somebody_by_name_and_no_more_than_there_are() -> None:
    meals = leave(a_round(2, 1), CARRIER, NOW).aggregate
    missed = miss(meals, at(meals, 0), CARRIER, NOW)
    assert_folds(meals, missed)
    assert isinstance(said(missed), MealMissed)
    meals = missed.aggregate
    with pytest.raises(NotSpare):
        reassign(meals, Reassign(stop=meals.stops[1].id, meals=3), CARRIER, NOW)
    given = reassign(meals, Reassign(stop=meals.stops[1].id, meals=2), CARRIER, NOW)
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
        leave(meals, person("ann"), NOW)
    again = cancel_stop(meals, at(meals, 0), person("elder-0"), NOW).aggregate
    assert len(order(again, Order(), person("elder-0"), NOW).aggregate.stops) == 2


def test_an_erased_person_leaves_figures_alone() -> None:
    meals = a_round(2)
    for who in ("elder-0", "carrier-1"):
        decision = forget(meals, who, "erased-1")
        assert_folds(meals, decision)
        assert who not in decision.aggregate.model_dump_json()
    assert "不吃辣" not in forget(meals, "elder-0", "erased-1").aggregate.model_dump_json()
    assert forget(meals, "ann", "erased-1").events == ()


STEPS = st.lists(
    st.tuples(st.sampled_from([cancel_stop, deliver, miss, reassign, close]), st.integers(0, 3), st.integers(1, 3)),
    max_size=12,
)


@settings(max_examples=80)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), STEPS)
def test_nothing_is_lost_whatever_happens_on_the_way(counts: list[int], steps: Any) -> None:
    meals = leave(a_round(*counts), CARRIER, NOW).aggregate
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
