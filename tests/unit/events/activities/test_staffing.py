"""Helpers of an activity are whom the volunteers service names, as long as the activity is ahead."""

from typing import Any

from services.contracts.activities import (
    ActivityCancelled,
    ActivityDetails,
    ActivityHelpersJoined,
    ActivityShortStaffed,
)
from services.events.activities.domain import changing, ending, scheduling, staffing
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.requests import ChangeActivity
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


def _short(**given: Any) -> Activity:
    times = {name: given.pop(name) for name in ("starts_at", "ends_at") if name in given}
    return activity(details=ActivityDetails.model_validate({"terms": given}), **times)


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


def test_of_several_warnings_each_is_given_at_its_time_as_long_as_helpers_are_missing() -> None:
    short = _short(helpers_warn_hours=72, helpers_warn_again_hours=(24, 6), when_short_staffed="cancel")
    given = []
    for hours in (72, 24, 6):
        if hours == 6:  # they are cancelled before: a decision stands above a warning
            break
        assert short.staffing_due == START - hours * HOUR
        warned = took(short, lambda a, hours=hours: staffing.look_for_gaps(a, START - hours * HOUR))  # type: ignore[misc]
        given += [type(event) for event in warned.events]
        short = warned.aggregate
    assert given == [ActivityShortStaffed, ActivityShortStaffed]
    assert short.staffing_due == START - 12 * HOUR
    goes_ahead = _short(helpers_warn_hours=72, helpers_warn_again_hours=(24, 6))
    late = took(goes_ahead, lambda a: staffing.look_for_gaps(a, START - 20 * HOUR))
    assert len(late.events) == 1, "of two that are due at once one is given"
    assert late.aggregate.staffing_due == START - 6 * HOUR
    found = staffing.staff(late.aggregate, ["helper-1", "helper-2"], NOW).aggregate
    assert found.staffing_due is None


def test_who_falls_out_late_is_told_at_once_although_it_was_warned_before() -> None:
    warned = staffing.look_for_gaps(_short(), START - 48 * HOUR).aggregate
    found = staffing.staff(warned, ["helper-1", "helper-2"], START - 40 * HOUR).aggregate
    left = took(found, lambda a: staffing.unstaff(a, ["helper-1"], START - 3 * HOUR)).aggregate
    again = took(left, lambda a: staffing.look_for_gaps(a, START - 3 * HOUR))
    assert [(type(event), event.missing) for event in again.events] == [(ActivityShortStaffed, 1)]  # type: ignore[attr-defined]
    assert took(again.aggregate, lambda a: staffing.look_for_gaps(a, START - HOUR)).events == ()


def test_what_is_announced_moved_or_changed_too_late_to_find_helpers_goes_ahead() -> None:
    terms = {"when_short_staffed": "cancel", "helpers_decide_hours": 12}
    late = _short(**terms, starts_at=NOW + 6 * HOUR, ends_at=NOW + 8 * HOUR)
    near = {"starts_at": NOW + 5 * HOUR, "ends_at": NOW + 6 * HOUR, "venue": "x", "building": None}
    moved = scheduling.move(_short(**terms), STAFF, NOW, **near).aggregate  # type: ignore[arg-type]
    change = ChangeActivity.model_validate({"details": {"terms": terms}})
    soon = _short(starts_at=NOW + 6 * HOUR, ends_at=NOW + 8 * HOUR)
    changed = changing.change(soon, change.to(soon.details), STAFF, NOW).aggregate
    for each in (late, moved, changed):
        told = took(each, lambda a: staffing.look_for_gaps(a, NOW))
        assert [type(event) for event in told.events] == [ActivityShortStaffed]
        assert told.aggregate.cancels_at is None
    far = scheduling.move(moved, STAFF, NOW, starts_at=START, ends_at=END, venue="x", building=None).aggregate
    assert far.cancels_at == START - 12 * HOUR


def test_who_falls_out_after_it_was_decided_cancels_nothing() -> None:
    short = _short(when_short_staffed="cancel", helpers_decide_hours=12)
    found = staffing.staff(short, ["helper-1", "helper-2"], START - 20 * HOUR).aggregate
    left = took(found, lambda a: staffing.unstaff(a, ["helper-1"], START - 3 * HOUR)).aggregate
    told = took(left, lambda a: staffing.look_for_gaps(a, START - 3 * HOUR))
    assert [type(event) for event in told.events] == [ActivityShortStaffed]
    early = staffing.unstaff(found, ["helper-1"], START - 13 * HOUR).aggregate
    off = took(early, lambda a: staffing.look_for_gaps(a, START - 12 * HOUR))
    assert [type(event) for event in off.events] == [ActivityCancelled]


def test_what_was_warned_of_before_there_were_several_times_is_not_warned_of_again() -> None:
    before = _short().model_copy(update={"staff_warned": True})
    assert before.staffing_due is None


def test_by_its_terms_it_is_cancelled_when_they_are_not_found_in_time() -> None:
    short = _short(when_short_staffed="cancel", helpers_decide_hours=12)
    warned = took(short, lambda a: staffing.look_for_gaps(a, START - 48 * HOUR)).aggregate
    assert warned.staffing_due == START - 12 * HOUR
    found = staffing.staff(warned, ["helper-1", "helper-2"], NOW).aggregate
    assert found.staffing_due is None
    off = took(warned, lambda a: staffing.look_for_gaps(a, START - 12 * HOUR))
    (cancelled,) = off.events
    assert isinstance(cancelled, ActivityCancelled)
    assert cancelled.organised_by == short.organiser, "nobody decided it, so the organiser is told as well"
    assert off.aggregate.staffing_due is None
    late = took(short, lambda a: staffing.look_for_gaps(a, START - 11 * HOUR))
    assert [type(e) for e in late.events] == [ActivityCancelled]


def test_each_yes_is_followed_before_all_are_found() -> None:
    one = took(activity(), lambda a: staffing.follow(a, ["helper-1"], NOW))
    assert [type(e) for e in one.events] == [ActivityHelpersJoined]
    assert one.aggregate.helpers_missing == 1
    assert took(one.aggregate, lambda a: staffing.follow(a, ["helper-1", "helper-2"], NOW)).events == ()
