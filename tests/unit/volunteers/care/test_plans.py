"""Care plans raise the right dates, each once, and their events tell nothing about the elder's home."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import NotYours
from services.chassis.values import local_date
from services.contracts.volunteers import CareKind as ToldKind
from services.contracts.volunteers import CarePlanRaised, CarePlanStatus
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import (
    SIGHT,
    CarePlanClosedAlready,
    Open,
    close_plan,
    erase_plan,
    open_plan,
    raise_visits,
)
from services.volunteers.care.domain.recurrence import Every, Recurrence
from services.volunteers.needs.domain.opening import open_for_visit
from tests.unit.volunteers.decisions import assert_folds, said
from tests.unit.volunteers.making import a_plan, weekly
from tests.unit.volunteers.world import DAY, HERE, NOW, STAFF, person


def test_a_chat_is_a_kind_of_its_own_and_is_told_to_readers_of_events_as_a_visit_for_it() -> None:
    chat = a_plan(kind="chat")
    assert chat.aggregate.care is CareKind.CHAT
    assert (said(chat).kind, said(chat).purpose) == (ToldKind.VISIT, "chat")
    assert_folds(None, chat)
    need = open_for_visit(chat.aggregate, chat.aggregate.visits[0]).aggregate
    assert (need.category, need.skill, need.adults_only) == ("chat", None, True)
    assert [kind.purpose for kind in CareKind] == [None, "chat", None, None, None, None]
    assert {kind.told for kind in CareKind} == set(ToldKind)


def test_a_weekly_plan_raises_the_weekdays_in_sight_at_the_local_time() -> None:
    plan = a_plan(recurrence=weekly(2, 5, at="15:00")).aggregate
    assert {visit.on.isoweekday() for visit in plan.visits} == {2, 5}
    assert plan.visits[0].starts_at == datetime(2024, 1, 30, 7, 0, tzinfo=UTC)
    assert plan.visits[-1].on >= (NOW + SIGHT).date()


@pytest.mark.parametrize(
    ("recurrence", "days"),
    [
        ({"weekdays": (6,), "nth": 1}, [date(2024, 2, 3), date(2024, 3, 2)]),
        ({"weekdays": (4,), "nth": -1}, [date(2024, 2, 29)]),
        ({"day": 15}, [date(2024, 2, 15)]),
    ],
)
def test_a_monthly_plan_raises_its_day(recurrence: Any, days: Any) -> None:
    plan = a_plan(recurrence=Recurrence(every=Every.MONTH, at="09:00", since=NOW.date(), **recurrence)).aggregate
    assert [visit.on for visit in plan.visits] == days


RECURRENCES = st.one_of(
    st.builds(
        lambda days, interval, since: Recurrence(
            every=Every.WEEK, weekdays=tuple(sorted(days)), interval=interval, at="09:00", since=since
        ),
        st.sets(st.integers(1, 7), min_size=1),
        st.integers(1, 3),
        st.dates(date(2024, 1, 1), date(2024, 4, 1)),
    ),
    st.builds(
        lambda day, interval, since: Recurrence(every=Every.MONTH, day=day, interval=interval, at="09:00", since=since),
        st.integers(1, 28),
        st.integers(1, 3),
        st.dates(date(2024, 1, 1), date(2024, 4, 1)),
    ),
)


@given(RECURRENCES, st.lists(st.integers(0, 20), max_size=12))
def test_however_often_a_plan_is_swept_every_date_is_raised_once_and_none_is_left_out(
    recurrence: Any, pauses: Any
) -> None:
    decision = a_plan(recurrence=recurrence)
    assert_folds(None, decision)
    plan, now, raised = decision.aggregate, NOW, [e for e in decision.events if isinstance(e, CarePlanRaised)]
    for pause in pauses:
        now += pause * DAY
        decision = raise_visits(plan, now)
        assert_folds(plan, decision)
        plan = decision.aggregate
        raised += [e for e in decision.events if isinstance(e, CarePlanRaised)]
        assert raise_visits(plan, now).events == ()
    visits = [visit for event in raised for visit in event.visits]
    expected = [s.date() for s in recurrence.starts(local_date(NOW), plan.raised_until) if s > NOW]
    assert [visit.on for visit in visits] == expected
    assert len({visit.need for visit in visits}) == len(visits)


def test_a_date_that_passed_while_nobody_swept_is_not_raised_in_hindsight() -> None:
    plan = a_plan().aggregate
    late = NOW + timedelta(days=100)
    visits = said(raise_visits(plan, late)).visits
    assert all(visit.starts_at > late for visit in visits)


def test_nothing_about_the_elders_home_is_told() -> None:
    for event in a_plan().events:
        told = event.model_dump_json()
        assert "16-2-301" not in told
        assert "听力" not in told


def test_closing_cancels_what_is_still_to_come_and_ends_the_raising() -> None:
    plan = a_plan().aggregate
    decision = close_plan(plan, STAFF, plan.visits[0].ends_at)
    assert said(decision).needs == [visit.need for visit in plan.visits[1:]]
    assert_folds(plan, decision)
    assert raise_visits(decision.aggregate, NOW + timedelta(days=90)).events == ()
    with pytest.raises(CarePlanClosedAlready):
        close_plan(decision.aggregate, STAFF, NOW)


def test_only_staff_open_and_close_plans() -> None:
    command = Open(community=HERE, elder="elder-1", kind=CareKind.VISIT, recurrence=weekly())
    with pytest.raises(NotYours):
        open_plan("care-plan-1", command, person("ann"), NOW)
    with pytest.raises(NotYours):
        close_plan(a_plan().aggregate, person("ann"), NOW)


def test_an_erased_elder_leaves_nothing() -> None:
    plan = a_plan().aggregate
    decision = erase_plan(plan, "erased-1", NOW)
    left = decision.aggregate.model_dump_json()
    for trace in ("elder-1", "16-2-301", "听力", "building-16"):
        assert trace not in left
    assert decision.aggregate.public() is None
    assert decision.aggregate.status is CarePlanStatus.CLOSED
    assert said(decision).needs == [visit.need for visit in plan.visits]
    assert erase_plan(decision.aggregate, "erased-2", NOW).events == ()
