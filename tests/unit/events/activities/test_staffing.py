"""Helpers of an activity are whom the volunteers service names, as long as the activity is ahead."""

from services.contracts.activities import (
    ActivityCancelled,
    ActivityDetails,
    ActivityHelpersJoined,
    ActivityShortStaffed,
)
from services.events.activities.domain import ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from tests.unit.events.given import END, HOUR, MINUTE, NOW, ORGANISER, STAFF, START, activity
from tests.unit.events.lawful import took


def test_staffing_comes_and_goes() -> None:
    staffed = took(activity(), lambda a: staffing.staff(a, ["helper-1", "helper-2"], NOW)).aggregate
    assert staffed.volunteers == ("helper-1", "helper-2")
    assert took(staffed, lambda a: staffing.staff(a, ["helper-1", "helper-2"], NOW)).events == ()
    left = took(staffed, lambda a: staffing.unstaff(a, ["helper-2"], NOW)).aggregate
    assert left.volunteers == ("helper-2",)
    cancelled = ending.cancel(left, STAFF, NOW, None).aggregate
    assert took(cancelled, lambda a: staffing.staff(a, ["helper-3"], NOW)).events == ()


def _short(**terms: object) -> Activity:
    return activity(details=ActivityDetails.model_validate({"terms": terms}))


def test_missing_helpers_are_told_once_when_its_time_comes_near() -> None:
    short, due = _short(), START - 48 * HOUR
    assert short.staffing_due == due
    assert staffing.look_for_gaps(short, due - MINUTE).events == ()
    warned = took(short, lambda a: staffing.look_for_gaps(a, due))
    (event,) = warned.events
    assert isinstance(event, ActivityShortStaffed)
    assert (event.missing, event.organiser, event.cancels_at) == (2, ORGANISER.sub, None)
    assert warned.aggregate.staffing_due is None
    assert took(warned.aggregate, lambda a: staffing.look_for_gaps(a, START - HOUR)).events == ()
    moved = scheduling.move(
        warned.aggregate, STAFF, due, starts_at=START + HOUR, ends_at=END + HOUR, venue="x", building=None
    ).aggregate
    assert moved.staffing_due == due + HOUR


def test_by_its_terms_it_is_cancelled_when_they_are_not_found_in_time() -> None:
    short = _short(when_short_staffed="cancel", helpers_decide_hours=12)
    warned = took(short, lambda a: staffing.look_for_gaps(a, START - 48 * HOUR)).aggregate
    assert warned.staffing_due == START - 12 * HOUR
    found = staffing.staff(warned, ["helper-1", "helper-2"], NOW).aggregate
    assert found.staffing_due is None
    off = took(warned, lambda a: staffing.look_for_gaps(a, START - 12 * HOUR))
    assert [type(e) for e in off.events] == [ActivityCancelled]
    assert off.aggregate.staffing_due is None
    late = took(short, lambda a: staffing.look_for_gaps(a, START - 11 * HOUR))
    assert [type(e) for e in late.events] == [ActivityCancelled]


def test_each_yes_is_followed_before_all_are_found() -> None:
    one = took(activity(), lambda a: staffing.follow(a, ["helper-1"], NOW))
    assert [type(e) for e in one.events] == [ActivityHelpersJoined]
    assert one.aggregate.helpers_missing == 1
    assert took(one.aggregate, lambda a: staffing.follow(a, ["helper-1", "helper-2"], NOW)).events == ()
