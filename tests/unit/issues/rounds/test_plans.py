"""Recurring rounds: every date of the rule becomes one round, whenever a sweep looks; dates fall out, terms change."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.aggregate import Decision
from services.chassis.calendar.days import Arrangement
from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.chassis.values import local_date
from services.contracts.issues import RoundDue, RoundPlanEnded, RoundPlanStatus, RoundStatus
from services.issues.catalogue.domain.working_time import WorkingTime
from services.issues.rounds.domain.plans import (
    ChangePlan,
    DateIsARound,
    EndPlan,
    NoSuchDate,
    PlanHasEnded,
    PlanRounds,
    RoundPlan,
    SkipDate,
    advance,
    change_plan,
    end_plan,
    plan_rounds,
    round_id,
    round_of,
    skip_date,
)
from services.issues.rounds.domain.recurrence import RuleUnreadable, normalise, starts
from services.issues.rounds.domain.rounds import NoSuchFloors, NotABuilding
from tests.unit.issues.world import (
    HANDLER,
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    UNIT,
    WALKER,
    a_building,
    a_compound,
    assert_folds,
)

BUILDINGS = [a_building(n) for n in range(1, 4)]

IDS = tuple(building.id for building in BUILDINGS)

MONTHLY = "FREQ=MONTHLY;BYMONTHDAY=5"

NINE = datetime(2024, 2, 5, 1, 0, tzinfo=UTC)
"""Nine in the morning of the first date, a week from now."""


def terms(**fields: Any) -> dict[str, Any]:
    return {"buildings": IDS, "rule": MONTHLY, "first": NINE, **fields}


def a_plan(by: Principal = STAFF, **fields: Any) -> Decision[RoundPlan]:
    body = {"community": HERE, **({"walker": WALKER.sub} if by is STAFF else {}), **terms(**fields)}
    return plan_rounds("roundplan-1", PlanRounds.model_validate(body), BUILDINGS, by, NOW)


def dues(decision: Decision[RoundPlan]) -> list[RoundDue]:
    return [event for event in decision.events if isinstance(event, RoundDue)]


def test_a_month_without_the_day_of_the_first_date_is_not_left_out_in_silence() -> None:
    last = datetime(2024, 3, 30, 17, 0, tzinfo=UTC)  # the 31st, on the community's calendar
    with pytest.raises(RuleUnreadable):
        a_plan(rule="FREQ=MONTHLY", first=last)
    with pytest.raises(RuleUnreadable):
        change_plan(
            a_plan().aggregate,
            ChangePlan.model_validate({"walker": WALKER.sub, **terms(rule="rrule:freq=monthly", first=last)}),
            BUILDINGS,
            STAFF,
            NOW,
        )
    assert a_plan(rule="FREQ=MONTHLY;BYMONTHDAY=-1", first=last).aggregate.next is not None
    assert a_plan(rule="FREQ=MONTHLY", first=datetime(2024, 3, 28, 1, 0, tzinfo=UTC)).aggregate.next is not None


@given(
    rule=st.sampled_from(
        (MONTHLY, "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=4", "FREQ=DAILY;UNTIL=20240220")
    ),
    looks=st.lists(st.integers(0, 200), max_size=12),
    ahead=st.integers(0, 60),
)
def test_every_date_becomes_one_round_whenever_anybody_looks(rule: str, looks: list[int], ahead: int) -> None:
    decision = a_plan(rule=rule, days_ahead=ahead)
    assert_folds(None, decision)
    plan, named = decision.aggregate, dues(decision)
    for day in [*sorted(looks), 200, 200, 200, 200, 0]:
        decision = advance(plan, NOW + timedelta(days=day))
        assert_folds(plan, decision)
        plan, named = decision.aggregate, named + dues(decision)
    until = local_date(NOW + timedelta(days=200 + ahead))
    expected = []
    for start in starts(normalise(rule), NINE, NINE.date()):
        if start > NOW + timedelta(days=200 + ahead):
            break
        expected.append(local_date(start))
    assert [due.occurrence for due in named] == expected
    assert [due.round for due in named] == [round_id(plan.id, on) for on in expected]
    assert len({due.round for due in named}) == len(named)
    assert (plan.status is RoundPlanStatus.ENDED) == ("COUNT" in rule or "UNTIL" in rule)
    assert plan.next is None or plan.next >= until


def test_a_date_becomes_a_round_with_the_terms_of_its_day() -> None:
    decision = a_plan(floors={IDS[0]: (3, 1)}, title="每月查找问题", unit=UNIT.id)
    [due] = dues(decision)
    made = round_of(decision.aggregate, due, NOW)
    assert_folds(None, made)
    round = made.aggregate
    assert (round.id, round.plan, round.occurrence) == (due.round, "roundplan-1", date(2024, 2, 5))
    assert (round.starts_at, round.walker, round.unit, round.title) == (NINE, WALKER.sub, UNIT.id, "每月查找问题")
    assert (round.buildings, round.floors_planned, round.status) == (IDS, 2 + 18 + 18, RoundStatus.PLANNED)


def test_a_date_is_left_out_once() -> None:
    plan = a_plan().aggregate
    march = SkipDate(on=date(2024, 3, 5))
    skipped = skip_date(plan, march, STAFF, NOW)
    assert_folds(plan, skipped)
    assert skipped.aggregate.next == date(2024, 4, 5)
    assert skip_date(skipped.aggregate, march, STAFF, NOW).events == ()
    later = advance(skipped.aggregate, NOW + timedelta(days=70))
    assert [due.occurrence for due in dues(later)] == [date(2024, 4, 5)]
    for wrong, error in (
        (date(2024, 3, 6), NoSuchDate),
        (date(2024, 2, 5), DateIsARound),
        (date(9999, 1, 5), NoSuchDate),
        (date(1, 1, 1), DateIsARound),
    ):
        with pytest.raises(error):
            skip_date(plan, SkipDate(on=wrong), STAFF, NOW)


def test_a_change_holds_from_its_date_on_and_not_before() -> None:
    plan = a_plan().aggregate
    tuesdays = ChangePlan.model_validate(
        terms(buildings=IDS[:1], rule="FREQ=MONTHLY;BYDAY=2TU", first=datetime(2024, 4, 9, 6, tzinfo=UTC), walker="g-2")
    )
    changed = change_plan(plan, tuesdays, BUILDINGS, STAFF, NOW)
    assert_folds(plan, changed)
    later = advance(changed.aggregate, NOW + timedelta(days=110))
    named = [(due.occurrence, due.starts_at.hour) for due in dues(later)]
    assert named == [(date(2024, 3, 5), 1), (date(2024, 4, 5), 1), (date(2024, 4, 9), 6), (date(2024, 5, 14), 6)]
    rounds = [round_of(later.aggregate, due, NOW).aggregate for due in dues(later)]
    assert [(len(round.buildings), round.walker) for round in rounds] == [(3, "grid-1")] * 2 + [(1, "g-2")] * 2
    with pytest.raises(DateIsARound):
        change_plan(plan, ChangePlan.model_validate(terms(walker="g-2")), BUILDINGS, STAFF, NOW)


def test_a_change_for_an_earlier_date_takes_the_place_of_a_later_one() -> None:
    plan = a_plan().aggregate
    for month in (6, 4):
        first = datetime(2024, month, 9, 6, tzinfo=UTC)
        command = ChangePlan.model_validate(terms(rule="FREQ=MONTHLY;BYMONTHDAY=9", first=first, walker=f"g-{month}"))
        plan = change_plan(plan, command, BUILDINGS, STAFF, NOW).aggregate
    assert [segment.walker for segment in plan.segments] == ["grid-1", "g-4"]


def test_a_plan_ends_at_once_or_from_a_date_on() -> None:
    plan = a_plan().aggregate
    at_once = end_plan(plan, EndPlan(), STAFF, NOW)
    assert_folds(plan, at_once)
    assert (at_once.aggregate.status, at_once.aggregate.next) == (RoundPlanStatus.ENDED, None)
    assert advance(at_once.aggregate, NOW + timedelta(days=999)).events == ()
    with pytest.raises(PlanHasEnded):
        skip_date(at_once.aggregate, SkipDate(on=date(2024, 3, 5)), STAFF, NOW)
    later = end_plan(plan, EndPlan(since=date(2024, 4, 5)), STAFF, NOW)
    assert_folds(plan, later)
    assert later.aggregate.status is RoundPlanStatus.RUNNING
    done = advance(later.aggregate, NOW + timedelta(days=99))
    assert_folds(later.aggregate, done)
    assert [due.occurrence for due in dues(done)] == [date(2024, 3, 5)]
    assert isinstance(done.events[-1], RoundPlanEnded)
    assert done.aggregate.status is RoundPlanStatus.ENDED


def test_dates_that_have_passed_are_left_out() -> None:
    plan = a_plan(first=NOW - timedelta(days=100), days_ahead=0)
    assert dues(plan) == []
    assert plan.aggregate.next == date(2024, 2, 5)


def test_staff_plan_for_anybody_and_only_staff_or_the_planner_change() -> None:
    own = a_plan(HANDLER, unit=UNIT.id).aggregate
    assert (own.segments[0].walker, own.planner) == (HANDLER.sub, HANDLER.sub)
    assert end_plan(own, EndPlan(), HANDLER, NOW).events
    for by, fields in ((WALKER, {"walker": "g-2"}), (HANDLER, {"unit": "unit-other"}), (RESIDENT, {}), (STRANGER, {})):
        with pytest.raises(NotYours):
            a_plan(by, **fields)
    for by in (WALKER, RESIDENT, STRANGER):
        with pytest.raises(NotYours):
            end_plan(own, EndPlan(), by, NOW)
        with pytest.raises(NotYours):
            skip_date(own, SkipDate(on=date(2024, 3, 5)), by, NOW)
        with pytest.raises(NotYours):
            change_plan(own, ChangePlan.model_validate(terms()), BUILDINGS, by, NOW)


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    for fields, error in (
        ({"rule": "FREQ=MONTHLY;BYMONTHDAY=5;UNTIL=20240101"}, NoSuchDate),
        ({"first": NOW + timedelta(days=5000)}, NoSuchDate),
        ({"first": datetime(1, 1, 1, tzinfo=UTC)}, NoSuchDate),
        ({"first": datetime(9999, 12, 31, 23, tzinfo=UTC)}, NoSuchDate),
        ({"rule": "whenever"}, RuleUnreadable),
        ({"buildings": (a_compound().id,)}, NotABuilding),
        ({"floors": {IDS[0]: (99,)}}, NoSuchFloors),
    ):
        with pytest.raises(error):
            a_plan(**fields)


def test_a_plan_keeps_off_holidays_if_it_says_so() -> None:
    """On the 1st of each month: Labour Day, National Day, New Year and the Spring Festival of 2025 are left out."""
    first = datetime(2024, 2, 1, 1, tzinfo=UTC)
    rule = "FREQ=MONTHLY;BYMONTHDAY=1"
    walked, kept_off = (a_plan(rule=rule, first=first, keeps_off_holidays=off).aggregate for off in (False, True))
    months = [[on.month for on, *_ in islice(plan.ahead(), 10)] for plan in (walked, kept_off)]
    assert months == [[3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 4, 6, 7, 8, 9, 11, 12, 3, 4]]


def test_an_arrangement_that_was_loaded_counts_for_plans() -> None:
    loaded = WorkingTime(arrangements={2024: Arrangement(frozenset({date(2024, 3, 1)}), frozenset())})
    first = datetime(2024, 2, 1, 1, tzinfo=UTC)
    plan = a_plan(rule="FREQ=MONTHLY;BYMONTHDAY=1", first=first, keeps_off_holidays=True).aggregate
    near = advance(plan, datetime(2024, 4, 1, tzinfo=UTC), loaded)
    assert [event.occurrence.month for event in near.events if isinstance(event, RoundDue)][-1] == 4
    assert date(2024, 3, 1) not in [event.occurrence for event in near.events if isinstance(event, RoundDue)]


def test_a_rule_that_gives_nothing_but_holidays_gives_no_rounds() -> None:
    yearly = "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=1"
    with pytest.raises(NoSuchDate):
        a_plan(rule=yearly, first=datetime(2024, 10, 1, 1, tzinfo=UTC), keeps_off_holidays=True)
