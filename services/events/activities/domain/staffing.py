"""The helpers of an activity. The volunteers service decides who they are; only they can check in as helpers."""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import ActivityStaffed, ActivityStatus, ActivityUnderstaffed
from services.events.activities.domain.activity import Activity


def staff(activity: Activity, volunteers: Sequence[str], now: datetime) -> Decision[Activity]:
    """`volunteers` help; no more are needed. Old news about an activity that is over or cancelled changes nothing."""
    staffed = _with(activity, volunteers, now)
    return decided(activity) if staffed is None else decided(staffed, ActivityStaffed(volunteers=list(volunteers)))


def unstaff(activity: Activity, volunteers: Sequence[str], now: datetime) -> Decision[Activity]:
    """Somebody fell out, and `volunteers` still help."""
    left = _with(activity, volunteers, now)
    return decided(activity) if left is None else decided(left, ActivityUnderstaffed(volunteers=list(volunteers)))


def _with(activity: Activity, volunteers: Sequence[str], now: datetime) -> Activity | None:
    if activity.status is not ActivityStatus.SCHEDULED or tuple(volunteers) == activity.volunteers:
        return None
    return activity.model_copy(update={"volunteers": tuple(volunteers), "changed_at": now})
