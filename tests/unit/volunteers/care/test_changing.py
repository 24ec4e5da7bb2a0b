"""A plan that changes, pauses and goes on says which dates stand, which fall away and which are new."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors import NotYours
from services.chassis.values import local_date
from services.contracts.volunteers import CarePlanChanged, CarePlanRaised
from services.volunteers.care.domain.changing import (
    FOR_EVER,
    ChangePlan,
    Pause,
    PauseIsOver,
    change_plan,
    pause_plan,
    resume_plan,
)
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import CarePlanClosedAlready, LevelWithoutSkill, close_plan, raise_visits
from services.volunteers.needs.domain.following import follow
from services.volunteers.needs.domain.opening import open_for_visit
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_plan, weekly
from tests.unit.volunteers.world import DAY, HOUR, NOW, STAFF, person


def test_a_visit_at_another_hour_keeps_its_need_and_one_on_another_day_has_a_new_one() -> None:
    plan = a_plan(recurrence=weekly(2, at="15:00")).aggregate
    later = change_plan(plan, ChangePlan(recurrence=weekly(2, at="16:00")), STAFF, NOW)
    assert_folds(plan, later)
    assert [v.need for v in said(later).visits] == [v.need for v in plan.visits]
    assert all(new.starts_at - old.starts_at == HOUR for new, old in zip(said(later).visits, plan.visits, strict=True))
    assert said(later).cancelled == []
    other = change_plan(plan, ChangePlan(recurrence=weekly(3, at="15:00")), STAFF, NOW)
    assert set(said(other).cancelled) == {visit.need for visit in plan.visits}
    assert isinstance(said(other, 1), CarePlanRaised)
    assert {visit.on.isoweekday() for visit in said(other, 1).visits} == {3}


def test_a_pause_cancels_its_dates_alone_and_what_is_resumed_has_needs_of_its_own() -> None:
    plan = a_plan(recurrence=weekly(2)).aggregate
    until = (NOW + 10 * DAY).date()
    paused = pause_plan(plan, Pause(until=until), STAFF, NOW)
    assert_folds(plan, paused)
    gone = [visit.need for visit in plan.visits if visit.on < until]
    assert said(paused).cancelled == gone
    assert all(visit.on >= until for visit in paused.aggregate.visits)
    resumed = resume_plan(paused.aggregate, STAFF, NOW + DAY / 2)
    assert resumed.aggregate.paused_until is None
    new = {visit.need for visit in said(resumed, 1).visits}
    assert new
    assert not new & set(gone)
    assert resume_plan(resumed.aggregate, STAFF, NOW).events == ()


def test_a_plan_paused_for_good_raises_nothing_until_it_is_resumed() -> None:
    paused = pause_plan(a_plan().aggregate, Pause(), STAFF, NOW).aggregate
    assert (paused.visits, paused.paused_until) == ((), FOR_EVER)
    later = raise_visits(paused, NOW + 20 * DAY).aggregate
    assert later.visits == ()
    assert resume_plan(later, STAFF, NOW + 21 * DAY).aggregate.visits[0].starts_at > NOW + 21 * DAY


def test_staff_alone_change_a_plan_that_is_open() -> None:
    plan = a_plan().aggregate
    with pytest.raises(NotYours):
        change_plan(plan, ChangePlan(seats=2), person("ann"), NOW)
    closed = close_plan(plan, STAFF, NOW).aggregate
    commands: list[Callable[[], object]] = [
        lambda: change_plan(closed, ChangePlan(seats=2), STAFF, NOW),
        lambda: pause_plan(closed, Pause(), STAFF, NOW),
        lambda: resume_plan(closed, STAFF, NOW),
    ]
    for command in commands:
        with pytest.raises(CarePlanClosedAlready):
            command()
    assert change_plan(plan, ChangePlan(seats=plan.seats), STAFF, NOW).events == ()


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["change", "pause", "resume", "raise", "wait"]), st.integers(1, 7)), max_size=12)
)
def test_every_date_has_one_need_that_stands_whatever_is_done(steps: list[tuple[str, int]]) -> None:
    """The needs that events opened and did not cancel are those of the plan's visits."""
    decision, now = a_plan(), NOW
    plan = decision.aggregate
    standing = {
        visit.need: visit for event in decision.events if isinstance(event, CarePlanRaised) for visit in event.visits
    }
    for what, number in steps:
        if what == "wait":
            now += number * timedelta(days=3)
            continue
        if what == "change":
            decision = change_plan(plan, ChangePlan(recurrence=weekly(number, at=f"{8 + number:02}:00")), STAFF, now)
        elif what == "pause":
            decision = pause_plan(plan, Pause(until=(now + number * DAY).date()), STAFF, now)
        elif what == "resume":
            decision = resume_plan(plan, STAFF, now)
        else:
            decision = raise_visits(plan, now)
        plan = decision.aggregate
        for event in decision.events:
            if isinstance(event, CarePlanChanged):
                for need in event.cancelled:
                    del standing[need]
                standing |= {visit.need: visit for visit in event.visits}
            elif isinstance(event, CarePlanRaised):
                assert not standing.keys() & {visit.need for visit in event.visits}
                standing |= {visit.need: visit for visit in event.visits}
        to_come = {need for need, visit in standing.items() if visit.starts_at > now}
        assert to_come == {visit.need for visit in plan.visits if visit.starts_at > now}
        days = [visit.on for visit in plan.visits if visit.starts_at > now]
        assert len(days) == len(set(days))


def test_a_pause_that_is_over_already_is_refused() -> None:
    for until in (NOW.date() - DAY, local_date(NOW)):
        with pytest.raises(PauseIsOver):
            pause_plan(a_plan().aggregate, Pause(until=until), STAFF, NOW)


def test_a_plan_asks_a_level_of_the_skill_of_its_kind_and_its_visits_follow() -> None:
    plan = a_plan(kind=CareKind.HAIRCUT, skill_level=2).aggregate
    need = open_for_visit(plan, plan.visits[0]).aggregate
    assert (need.skill, need.skill_level) == ("haircut", 2)
    higher = change_plan(plan, ChangePlan(skill_level=3), STAFF, NOW).aggregate
    assert follow(need, higher, higher.visits[0], NOW).aggregate.skill_level == 3
    with pytest.raises(LevelWithoutSkill):
        a_plan(kind=CareKind.CHAT, skill_level=2)
    with pytest.raises(LevelWithoutSkill):
        change_plan(a_plan().aggregate, ChangePlan(skill_level=2), STAFF, NOW)
