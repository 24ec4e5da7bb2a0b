"""The helpers of an activity. The volunteers service decides who they are; only they can check in as helpers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import (
    ActivityHelpersJoined,
    ActivityShortStaffed,
    ActivityStaffed,
    ActivityStatus,
    ActivityUnderstaffed,
)
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.ending import drop_by_its_terms

SHORT_OF_HELPERS = "志愿者不足 (too few volunteers)"


def staff(activity: Activity, volunteers: Sequence[str], now: datetime) -> Decision[Activity]:
    """`volunteers` help; no more are needed. Old news about an activity that is over or cancelled changes nothing."""
    staffed = _with(activity, volunteers, now)
    return decided(activity) if staffed is None else decided(staffed, ActivityStaffed(volunteers=list(volunteers)))


def follow(activity: Activity, volunteers: Sequence[str], now: datetime) -> Decision[Activity]:
    """Somebody said yes, and `volunteers` help so far; that all are found is told by `staff`."""
    if len(volunteers) >= activity.volunteers_needed:
        return decided(activity)
    joined = _with(activity, volunteers, now)
    return decided(activity) if joined is None else decided(joined, ActivityHelpersJoined(volunteers=list(volunteers)))


def unstaff(activity: Activity, volunteers: Sequence[str], now: datetime) -> Decision[Activity]:
    """Somebody fell out, and `volunteers` still help. Where the time of a warning has passed, it is given again; where
    all were there when it was decided whether it takes place, it does."""
    left = _with(activity, volunteers, now)
    if left is None:
        return decided(activity)
    is_decided = activity.cancels_at is not None and activity.cancels_at <= now and not activity.helpers_missing
    warnings = {"staff_warned": False, "helpers_warned": None, "goes_ahead": activity.goes_ahead or is_decided}
    left = left.model_copy(update=warnings)
    return decided(left, ActivityUnderstaffed(volunteers=list(volunteers)))


def look_for_gaps(activity: Activity, now: datetime) -> Decision[Activity]:
    """Tell that helpers are missing, at each time that its terms set; and cancel it where they say so.

    Of several warnings that are due at once one is given. Whoever registered, waits or helps is told of a cancellation,
    and the organiser too; the helpers are free again.
    """
    due = activity.staffing_due
    if due is None or now < due or not activity.is_ahead(now):
        return decided(activity)
    cancels_at = activity.cancels_at
    if cancels_at is not None and now >= cancels_at:
        return drop_by_its_terms(activity, now, SHORT_OF_HELPERS)
    passed = min(hours for hours in activity.warnings_ahead if activity.starts_at - timedelta(hours=hours) <= now)
    warned = activity.model_copy(update={"staff_warned": True, "helpers_warned": passed, "changed_at": now})
    event = ActivityShortStaffed(
        organiser=warned.organiser,
        missing=warned.helpers_missing,
        starts_at=warned.starts_at,
        cancels_at=cancels_at,
    )
    return decided(warned, event)


def _with(activity: Activity, volunteers: Sequence[str], now: datetime) -> Activity | None:
    if activity.status is not ActivityStatus.SCHEDULED or tuple(volunteers) == activity.volunteers:
        return None
    return activity.model_copy(update={"volunteers": tuple(volunteers), "changed_at": now})
