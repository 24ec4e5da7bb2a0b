"""A need is moved, is cancelled and lapses, and answers fall away by that."""

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.activities import ActivityMoved
from services.contracts.volunteers import NeedMoved, NeedReopened, NeedStatus, Origin
from services.volunteers.needs.domain import planning, serving
from services.volunteers.needs.domain.need import Need, OfActivity
from services.volunteers.needs.domain.serving import Confirm, Report
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_need, accepted, offered
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person


def moved_by(need: Need, later: timedelta, **fields: Any) -> ActivityMoved:
    return ActivityMoved(
        starts_at=need.starts_at + later,
        ends_at=need.ends_at + later,
        venue="square",
        previous_starts_at=need.starts_at,
        previous_venue="hall",
        **fields,
    )


def test_a_new_time_lets_every_answer_fall_and_asks_the_same_people_again() -> None:
    need = offered(accepted(a_need(seats=2), "ann"), "bob")
    decision = planning.move(need, moved_by(need, DAY), NOW)
    assert [type(event) for event in decision.events] == [NeedMoved, NeedReopened]
    assert {ref.person for ref in said(decision).released} == {"ann", "bob"}
    assert_folds(need, decision)
    after = decision.aggregate
    assert after.open_seats == 2
    assert offered(after, "ann").open_seats == 1


def test_a_new_place_at_the_same_time_keeps_every_answer() -> None:
    need = accepted(a_need(), "ann")
    decision = planning.move(need, moved_by(need, 0 * DAY, building="building-3"), NOW)
    assert decision.aggregate.volunteers == ["ann"]
    assert decision.aggregate.building == "building-3"
    assert [type(event) for event in decision.events] == [NeedMoved]
    assert_folds(need, decision)


def test_cancelling_names_everybody_whose_offer_stood_and_is_done_once() -> None:
    need = offered(accepted(a_need(seats=3), "ann"), "bob")
    decision = planning.cancel(need, STAFF, NOW)
    assert {ref.person for ref in said(decision).released} == {"ann", "bob"}
    assert_folds(need, decision)
    assert planning.cancel(decision.aggregate, STAFF, NOW).events == ()
    with pytest.raises(NotYours):
        planning.cancel(need, person("ann"), NOW)


def test_an_activitys_need_is_cancelled_and_counted_in_the_activity() -> None:
    need = accepted(a_need(origin=Origin.ACTIVITY, activity="activity-1"), "ann")
    with pytest.raises(OfActivity):
        planning.cancel(need, STAFF, NOW)
    with pytest.raises(OfActivity):
        serving.report(need, Report(minutes=60), person("ann"), NOW + 2 * DAY)


def test_help_that_nobody_gave_lapses_and_those_who_came_are_still_counted() -> None:
    need = accepted(a_need(seats=2), "ann")
    assert planning.lapse(need, NOW + 2 * DAY).events == ()
    over = NOW + 2 * DAY + HOUR
    decision = planning.lapse(need, over)
    assert decision.aggregate.status is NeedStatus.LAPSED
    assert_folds(need, decision)
    confirmed = serving.confirm(decision.aggregate, Confirm(person="ann"), STAFF, over)
    assert said(confirmed).minutes == 60
    assert confirmed.aggregate.status is NeedStatus.LAPSED
