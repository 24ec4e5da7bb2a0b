"""An activity's life from the plan to its end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.activities import ActivityCancelled, ActivityMoved, ActivityScheduled, ActivityStatus
from services.events.activities.domain import scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.errors import (
    EndsBeforeItStarts,
    HasBegun,
    NotOverYet,
    NotScheduled,
    StartsInThePast,
    TooLong,
)
from services.events.attendance.domain import attendance
from services.events.registrations import domain
from tests.unit.events.given import (
    END,
    HOME,
    HOUR,
    MINUTE,
    NOW,
    ORGANISER,
    STAFF,
    START,
    activity,
    lawful,
    person,
    plan,
    resident,
    took,
)


def test_the_first_fact_carries_the_whole_state() -> None:
    decision = scheduling.schedule("activity-1", HOME, plan(), "314159", STAFF, NOW)
    lawful(None, decision)
    (event,) = decision.events
    assert isinstance(event, ActivityScheduled)
    assert set(event.public_data()) == set(ActivityScheduled.public_fields)
    assert "314159" not in event.model_dump_json()


def test_a_phone_number_in_a_title_reaches_nobody() -> None:
    decision = scheduling.schedule("activity-1", HOME, plan(title="义诊 13812345678"), "1", STAFF, NOW)
    assert "13812345678" not in decision.aggregate.model_dump_json() + decision.events[0].model_dump_json()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"starts_at": NOW}, StartsInThePast),
        ({"ends_at": START}, EndsBeforeItStarts),
        ({"ends_at": START + timedelta(days=15)}, TooLong),
    ],
)
def test_times_that_make_no_sense(changes: dict[str, object], error: type[CommunityError]) -> None:
    with pytest.raises(error):
        scheduling.schedule("activity-1", HOME, plan(**changes), "1", STAFF, NOW)


@pytest.mark.parametrize(
    "by",
    [
        resident(1),
        person("other", Role.ORGANISER),
        person("staff-of-elsewhere", Role.STAFF, home="elsewhere"),
    ],
)
def test_who_may_not_schedule_it_for_this_organiser(by: Principal) -> None:
    with pytest.raises(NotYours):
        scheduling.schedule("activity-1", HOME, plan(), "1", by, NOW)


def test_an_organiser_schedules_their_own() -> None:
    assert scheduling.schedule("activity-1", HOME, plan(), "1", ORGANISER, NOW).aggregate.organiser == ORGANISER.sub


def _move(a: Activity, **changes: Any) -> Decision[Activity]:
    kept: dict[str, Any] = {"starts_at": a.starts_at, "ends_at": a.ends_at, "venue": a.venue, "building": a.building}
    return took(a, lambda a: scheduling.move(a, ORGANISER, NOW, **{**kept, **changes}))


def test_moving_keeps_seats_and_remembers_where_it_was() -> None:
    registered = domain.register(activity(), "resident-1", 2, resident(1), NOW).aggregate
    decision = _move(registered, starts_at=START + HOUR, ends_at=END + HOUR, venue="garden", building=None)
    (event,) = decision.events
    assert isinstance(event, ActivityMoved)
    assert (event.previous_starts_at, event.previous_venue) == (START, "committee-hall")
    moved = decision.aggregate
    assert moved.seated == registered.seated
    assert moved.previous_starts == (START,)


def test_moving_to_where_it_is_says_nothing() -> None:
    assert _move(activity()).events == ()


def test_changing_only_the_place_is_not_another_start() -> None:
    assert _move(activity(), venue="garden").aggregate.previous_starts == ()


def test_cancelling_is_final() -> None:
    decision = took(activity(), lambda a: scheduling.cancel(a, STAFF, NOW, "大雨 13812345678"))
    (event,) = decision.events
    assert isinstance(event, ActivityCancelled)
    assert "13812345678" not in str(event.reason)
    cancelled = decision.aggregate
    commands: list[Callable[[], Any]] = [
        lambda: scheduling.cancel(cancelled, STAFF, NOW, None),
        lambda: scheduling.complete(cancelled, STAFF, END),
        lambda: domain.register(cancelled, "resident-1", 1, resident(1), NOW),
        lambda: _move(cancelled, venue="garden"),
        lambda: attendance.check_in(cancelled, "resident-1", STAFF, START, approved=True, as_volunteer=False),
    ]
    for command in commands:
        with pytest.raises(NotScheduled):
            command()


def test_what_has_begun_is_not_undone() -> None:
    staffed = staffing.staff(activity(), ["helper-1", "helper-2"], NOW).aggregate
    early = attendance.check_in(staffed, "helper-1", STAFF, START - HOUR, approved=True, as_volunteer=True).aggregate
    for begun, at in ((activity(), START), (early, START - 30 * MINUTE)):
        with pytest.raises(HasBegun):
            scheduling.cancel(begun, STAFF, at, None)
        assert scheduling.drop(begun, at, None).events == ()
    with pytest.raises(HasBegun):
        scheduling.move(
            early, STAFF, START - MINUTE, starts_at=START + HOUR, ends_at=END + HOUR, venue="garden", building=None
        )


def test_only_staff_and_its_organiser_manage_it() -> None:
    for by in (resident(1), person("other", Role.ORGANISER), person("x", Role.STAFF, home="elsewhere")):
        with pytest.raises(NotYours):
            scheduling.cancel(activity(), by, NOW, None)
        with pytest.raises(NotYours):
            scheduling.complete(activity(), by, END)


def test_completion_waits_for_the_planned_end() -> None:
    with pytest.raises(NotOverYet):
        scheduling.complete(activity(), STAFF, END - MINUTE)
    decision = took(activity(), lambda a: scheduling.complete(a, STAFF, END))
    assert decision.aggregate.status is ActivityStatus.COMPLETED


def test_a_dropped_date_is_cancelled_once() -> None:
    dropped = took(activity(), lambda a: scheduling.drop(a, NOW, None))
    assert dropped.aggregate.status is ActivityStatus.CANCELLED
    assert took(dropped.aggregate, lambda a: scheduling.drop(a, NOW, None)).events == ()


def test_staffing_comes_and_goes() -> None:
    staffed = took(activity(), lambda a: staffing.staff(a, ["helper-1", "helper-2"], NOW)).aggregate
    assert staffed.volunteers == ("helper-1", "helper-2")
    assert took(staffed, lambda a: staffing.staff(a, ["helper-1", "helper-2"], NOW)).events == ()
    left = took(staffed, lambda a: staffing.unstaff(a, ["helper-2"], NOW)).aggregate
    assert left.volunteers == ("helper-2",)
    cancelled = scheduling.cancel(left, STAFF, NOW, None).aggregate
    assert took(cancelled, lambda a: staffing.staff(a, ["helper-3"], NOW)).events == ()
