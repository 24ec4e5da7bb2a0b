"""Meal rounds forget whom they must forget, and carry them nothing more."""

from services.contracts.volunteers import MealRoundStatus
from services.volunteers.meals.domain.erasure import forget
from services.volunteers.meals.domain.rounds import OfStop, StopStatus, close, deliver, leave
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.meals.test_rounds import CARRIER, THEN, a_round
from tests.unit.volunteers.world import STAFF


def test_an_erased_person_leaves_figures_alone() -> None:
    meals = a_round(2)
    for who in ("elder-0", "carrier-1"):
        decision = forget(meals, who, "erased-1")
        assert_folds(meals, decision)
        assert who not in decision.aggregate.model_dump_json()
    assert "不吃辣" not in forget(meals, "elder-0", "erased-1").aggregate.model_dump_json()
    assert forget(meals, "ann", "erased-1").events == ()


def test_no_meal_is_carried_to_who_was_erased_and_what_was_delivered_stays_so() -> None:
    meals = leave(a_round(2, 3), CARRIER, THEN).aggregate
    meals = deliver(meals, OfStop(stop=meals.stops[0].id), CARRIER, THEN).aggregate
    for who in ("elder-0", "elder-1"):
        meals = forget(meals, who, "erased-1").aggregate
    assert [stop.status for stop in meals.stops] == [StopStatus.DELIVERED, StopStatus.CANCELLED]
    assert meals.spare == 3
    assert close(meals, STAFF, THEN).aggregate.status is MealRoundStatus.CLOSED
