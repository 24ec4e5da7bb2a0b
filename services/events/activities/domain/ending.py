"""An activity ends: cancelled before it begins, or completed once it is over."""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role, system
from services.contracts.activities import ActivityCancelled, ActivityCompleted, ActivityStatus, ActivityStopped
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.presences import leave_forgotten

COMPLETED_AFTER = timedelta(hours=6)
"""How long after its end an activity that nobody completed is completed by itself."""


class NotUnderWay(
    Conflict,
    code="activity.not-under-way",
    zh="活动不在进行中，不能中止。",
    en="It isn't under way, so it can't be broken off.",
):
    """The activity is not under way, so that it can't be broken off: before its start it is cancelled, after its end
    completed."""


class NotOverYet(Conflict, code="activity.not-over-yet", zh="活动尚未结束。", en="The activity is not over yet."):
    """Only an activity that has taken place is completed."""


def cancel(activity: Activity, by: Principal, now: datetime, reason: str | None) -> Decision[Activity]:
    """The activity won't take place.

    Raises:
        NotYours, NotScheduled, HasBegun
    """
    activity.require_manager(by)
    activity.require_untouched(now)
    return _cancelled(activity, now, reason)


def drop(activity: Activity, now: datetime, reason: str | None) -> Decision[Activity]:
    """Cancel an activity because its series says so. One that has begun or ended is left as it is."""
    if not activity.is_ahead(now):
        return decided(activity)
    return _cancelled(activity, now, reason)


def drop_by_its_terms(activity: Activity, now: datetime, reason: str) -> Decision[Activity]:
    """Cancel an activity that is ahead because its own terms say so. Nobody decided it, so its organiser is told."""
    return _cancelled(activity, now, reason, organised_by=activity.organiser)


def stop(activity: Activity, by: Principal, now: datetime, reason: str | None) -> Decision[Activity]:
    """An activity that has begun is broken off: it ends now, and helpers who are there have served until now.

    Raises:
        NotYours, NotScheduled
        NotUnderWay: it has not begun, or is over.
    """
    activity.require_manager(by)
    activity.require_scheduled()
    at = now.replace(microsecond=0)
    if not activity.starts_at < at < activity.ends_at:
        raise NotUnderWay()
    broken_off = activity.model_copy(
        update={
            "ends_at": at,
            "shown_changes": activity.shown_changes + 1,
            "stopped": True,
            "reason": reason,
            "changed_at": now,
        }
    )
    presences, events = leave_forgotten(broken_off)
    completed = broken_off.model_copy(update={"status": ActivityStatus.COMPLETED, "presences": presences})
    stopped = ActivityStopped(ends_at=at, reason=reason)
    return decided(completed, stopped, *events, ActivityCompleted(status=ActivityStatus.COMPLETED, at=now))


def _cancelled(
    activity: Activity, now: datetime, reason: str | None, organised_by: str | None = None
) -> Decision[Activity]:
    changes = {"shown_changes": activity.shown_changes + 1, "reason": reason, "changed_at": now}
    cancelled = activity.model_copy(update={"status": ActivityStatus.CANCELLED, **changes})
    event = ActivityCancelled(status=ActivityStatus.CANCELLED, reason=reason, organised_by=organised_by)
    return decided(cancelled, event)


def complete(activity: Activity, by: Principal, now: datetime) -> Decision[Activity]:
    """The activity is over. Volunteers whom nobody checked out leave at the planned end, and are marked so.

    Raises:
        NotYours, NotScheduled, NotOverYet
    """
    activity.require_manager(by)
    activity.require_scheduled()
    if now < activity.ends_at:
        raise NotOverYet()
    presences, events = leave_forgotten(activity)
    completed = activity.model_copy(
        update={"status": ActivityStatus.COMPLETED, "presences": presences, "changed_at": now}
    )
    return decided(completed, *events, ActivityCompleted(status=ActivityStatus.COMPLETED, at=now))


def complete_by_itself(activity: Activity, now: datetime) -> Decision[Activity]:
    """Complete an activity as staff would, because nobody has done so for hours."""
    return complete(activity, system(activity.community, Role.STAFF), now)
