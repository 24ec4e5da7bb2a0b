"""How an activity ends: who may cancel or complete it, when, and how helpers leave whom nobody checked out."""

from collections.abc import Callable
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Role
from services.contracts.activities import (
    ActivityCancelled,
    ActivityCheckedOut,
    ActivityCompleted,
    ActivityStatus,
    ActivityStopped,
)
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import HasBegun, NotScheduled
from services.events.activities.domain.ending import NotOverYet
from services.events.attendance.domain import attendance
from services.events.registrations import domain as registrations
from tests.unit.events.given import (
    END,
    HOUR,
    MINUTE,
    NOW,
    STAFF,
    START,
    activity,
    person,
    resident,
)
from tests.unit.events.lawful import took


def test_cancelling_is_final() -> None:
    decision = took(activity(), lambda a: ending.cancel(a, STAFF, NOW, "大雨 13812345678"))
    (event,) = decision.events
    assert isinstance(event, ActivityCancelled)
    assert "13812345678" not in str(event.reason)
    cancelled = decision.aggregate
    assert cancelled.reason == event.reason
    commands: list[Callable[[], Any]] = [
        lambda: ending.cancel(cancelled, STAFF, NOW, None),
        lambda: ending.complete(cancelled, STAFF, END),
        lambda: registrations.register(cancelled, "resident-1", 1, resident(1), NOW),
        lambda: scheduling.move(cancelled, STAFF, NOW, starts_at=START, ends_at=END, venue="garden", building=None),
        lambda: attendance.check_in(cancelled, "resident-1", STAFF, START, approved=True, as_volunteer=False),
    ]
    for command in commands:
        with pytest.raises(NotScheduled):
            command()


def test_an_activity_that_has_begun_is_not_undone() -> None:
    staffed = staffing.staff(activity(), ["helper-1", "helper-2"], NOW).aggregate
    early = attendance.check_in(staffed, "helper-1", STAFF, START - HOUR, approved=True, as_volunteer=True).aggregate
    for begun, at in ((activity(), START), (early, START - 30 * MINUTE)):
        with pytest.raises(HasBegun):
            ending.cancel(begun, STAFF, at, None)
        assert ending.drop(begun, at, None).events == ()
    with pytest.raises(HasBegun):
        scheduling.move(
            early, STAFF, START - MINUTE, starts_at=START + HOUR, ends_at=END + HOUR, venue="garden", building=None
        )


def test_only_staff_and_its_organiser_manage_it() -> None:
    for by in (resident(1), person("other", Role.ORGANISER), person("x", Role.STAFF, home="elsewhere")):
        with pytest.raises(NotYours):
            ending.cancel(activity(), by, NOW, None)
        with pytest.raises(NotYours):
            ending.complete(activity(), by, END)


def test_completion_waits_for_the_planned_end() -> None:
    with pytest.raises(NotOverYet):
        ending.complete(activity(), STAFF, END - MINUTE)
    decision = took(activity(), lambda a: ending.complete(a, STAFF, END))
    assert decision.aggregate.status is ActivityStatus.COMPLETED


def test_a_dropped_date_is_cancelled_once() -> None:
    dropped = took(activity(), lambda a: ending.drop(a, NOW, None))
    assert dropped.aggregate.status is ActivityStatus.CANCELLED
    assert took(dropped.aggregate, lambda a: ending.drop(a, NOW, None)).events == ()


def test_completion_checks_out_forgotten_helpers_first_and_each_once() -> None:
    staffed = staffing.staff(activity(), ["helper-1", "helper-2"], NOW).aggregate
    there = registrations.register(staffed, "resident-1", 1, resident(1), NOW).aggregate
    for who, helper in (("helper-1", True), ("helper-2", True), ("resident-1", False)):
        there = attendance.check_in(there, who, STAFF, START, approved=True, as_volunteer=helper).aggregate
    there = attendance.check_out(there, "helper-2", STAFF, START + HOUR, as_volunteer=True).aggregate
    decision = took(there, lambda a: ending.complete(a, STAFF, END + 6 * HOUR))
    out, done = decision.events
    assert isinstance(out, ActivityCheckedOut)
    assert isinstance(done, ActivityCompleted)
    assert (out.person, out.minutes, out.capped, out.at) == ("helper-1", 120, True, END)
    assert all(p.left_at is not None for p in decision.aggregate.presences if p.as_volunteer)
    with pytest.raises(NotScheduled):
        attendance.check_out(decision.aggregate, "helper-1", STAFF, END, as_volunteer=True)


def test_one_that_has_begun_is_broken_off_and_helpers_have_served_until_then() -> None:
    there = staffing.staff(activity(), ["helper-1"], NOW).aggregate
    there = attendance.check_in(there, "helper-1", STAFF, START, approved=True, as_volunteer=True).aggregate
    broken = took(there, lambda a: ending.stop(a, STAFF, START + 30 * MINUTE, "雷雨"))
    assert [type(e) for e in broken.events] == [ActivityStopped, ActivityCheckedOut, ActivityCompleted]
    assert (broken.aggregate.stopped, broken.aggregate.ends_at) == (True, START + 30 * MINUTE)
    assert broken.aggregate.presences[0].minutes == 30
    for moment in (START - MINUTE, START, END):
        with pytest.raises(ending.NotUnderWay):
            ending.stop(there, STAFF, moment, None)
    with pytest.raises(NotYours):
        ending.stop(there, resident(1), START + MINUTE, None)
