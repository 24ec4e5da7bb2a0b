"""An activity is scheduled, moved, cancelled, completed."""

from datetime import date, datetime, timedelta

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.activities import (
    ActivityCancelled,
    ActivityCompleted,
    ActivityKind,
    ActivityMoved,
    ActivityScheduled,
    ActivityStatus,
)
from services.contracts.marks import Masked
from services.contracts.value import Value
from services.events.activities.domain.activity import MAX_DURATION, Activity
from services.events.activities.domain.errors import (
    EndsBeforeItStarts,
    HasBegun,
    NotOverYet,
    StartsInThePast,
    TooLong,
)
from services.events.attendance.domain.attendance import check_out_forgotten

COMPLETED_AFTER = timedelta(hours=6)
"""How long after its end an activity that nobody completed is completed by itself."""
_MOVES_REMEMBERED = 10


class Plan(Value):
    """What is to take place. Times are UTC."""

    model_config = ConfigDict(frozen=True)

    title: Masked
    title_en: Masked | None = None
    kind: ActivityKind
    starts_at: datetime
    ends_at: datetime
    venue: str
    building: str | None = None
    organiser: str
    capacity: int
    volunteers_needed: int = 0
    skill: str | None = None
    min_age: int | None = None
    guardian_required: bool = False


def schedule(
    id: str, community: str, plan: Plan, check_in_code: str, by: Principal, now: datetime
) -> Decision[Activity]:
    """Staff schedule for any organiser, organisers for themselves.

    Raises:
        NotYours, StartsInThePast, EndsBeforeItStarts, TooLong
    """
    by.require(community, Role.STAFF, Role.ORGANISER)
    if not by.has(community, Role.STAFF) and plan.organiser != by.sub:
        raise NotYours()
    check_times(plan.starts_at, plan.ends_at, now)
    return announce(id, community, plan, check_in_code, now)


def announce(
    id: str,
    community: str,
    plan: Plan,
    check_in_code: str,
    now: datetime,
    series: str | None = None,
    occurrence: date | None = None,
) -> Decision[Activity]:
    """The activity as it begins, on its own or as one date of a series."""
    activity = Activity(
        id=id,
        community=community,
        check_in_code=check_in_code,
        changed_at=now,
        series=series,
        occurrence=occurrence,
        **plan.model_dump(),
    )
    return decided(activity, ActivityScheduled(**activity.public().model_dump()))


def move(
    activity: Activity,
    by: Principal,
    now: datetime,
    *,
    starts_at: datetime,
    ends_at: datetime,
    venue: str,
    building: str | None,
) -> Decision[Activity]:
    """Another time or place; registrations stand.

    Raises:
        NotYours, NotScheduled, HasBegun, StartsInThePast, EndsBeforeItStarts, TooLong
    """
    activity.require_manager(by)
    _require_untouched(activity, now)
    check_times(starts_at, ends_at, now)
    before = (activity.starts_at, activity.ends_at, activity.venue, activity.building)
    if before == (starts_at, ends_at, venue, building):
        return decided(activity)
    earlier = activity.previous_starts
    if starts_at != activity.starts_at:
        earlier = (*earlier, activity.starts_at)[-_MOVES_REMEMBERED:]
    moved = activity.model_copy(
        update={
            "starts_at": starts_at,
            "ends_at": ends_at,
            "venue": venue,
            "building": building,
            "previous_starts": earlier,
            "changed_at": now,
        }
    )
    event = ActivityMoved(
        starts_at=starts_at,
        ends_at=ends_at,
        venue=venue,
        building=building,
        previous_starts_at=activity.starts_at,
        previous_venue=activity.venue,
    )
    return decided(moved, event)


def cancel(activity: Activity, by: Principal, now: datetime, reason: str | None) -> Decision[Activity]:
    """It won't take place.

    Raises:
        NotYours, NotScheduled, HasBegun
    """
    activity.require_manager(by)
    _require_untouched(activity, now)
    cancelled = activity.model_copy(update={"status": ActivityStatus.CANCELLED, "changed_at": now})
    return decided(cancelled, ActivityCancelled(status=ActivityStatus.CANCELLED, reason=reason))


def drop(activity: Activity, now: datetime, reason: str | None) -> Decision[Activity]:
    """As `cancel`, for its series' sake; what has begun or ended is left as it is."""
    if activity.status is not ActivityStatus.SCHEDULED or now >= activity.starts_at or activity.presences:
        return decided(activity)
    cancelled = activity.model_copy(update={"status": ActivityStatus.CANCELLED, "changed_at": now})
    return decided(cancelled, ActivityCancelled(status=ActivityStatus.CANCELLED, reason=reason))


def complete(activity: Activity, by: Principal, now: datetime) -> Decision[Activity]:
    """It is over; volunteers whom nobody checked out are checked out at the planned end, and marked so.

    Raises:
        NotYours, NotScheduled, NotOverYet
    """
    activity.require_manager(by)
    activity.require_scheduled()
    if now < activity.ends_at:
        raise NotOverYet()
    presences, events = check_out_forgotten(activity)
    completed = activity.model_copy(
        update={"status": ActivityStatus.COMPLETED, "presences": presences, "changed_at": now}
    )
    return decided(completed, *events, ActivityCompleted(status=ActivityStatus.COMPLETED, at=now))


def _require_untouched(activity: Activity, now: datetime) -> None:
    activity.require_scheduled()
    if now >= activity.starts_at or activity.presences:
        raise HasBegun()


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises StartsInThePast, EndsBeforeItStarts, TooLong."""
    if starts_at <= now:
        raise StartsInThePast()
    if ends_at <= starts_at:
        raise EndsBeforeItStarts()
    if ends_at - starts_at > MAX_DURATION:
        raise TooLong(days=MAX_DURATION.days)
