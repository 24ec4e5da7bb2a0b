"""An activity is scheduled, and moved to another time or place."""

from datetime import date, datetime, timedelta

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.activities import (
    ActivityKind,
    ActivityMoved,
    ActivityScheduled,
)
from services.contracts.marks import Masked
from services.contracts.value import Value
from services.events.activities.domain.activity import Activity

MAX_DURATION = timedelta(days=14)
_MOVES_REMEMBERED = 10


class StartsInThePast(Invalid, code="activity.starts-in-past", zh="开始时间已经过去。", en="The start is in the past."):
    """Nobody could register for such an activity."""


class EndsBeforeItStarts(
    Invalid, code="activity.ends-before-start", zh="结束时间须晚于开始时间。", en="It must end after it starts."
):
    """An activity has a duration."""


class TooLong(
    Invalid, code="activity.too-long", zh="活动最长 {days} 天。", en="An activity lasts {days} days at most."
):
    """A wrong year would make an activity that never ends."""


class Plan(Value):
    """The plan of an activity. Times are UTC."""

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
    """The activity that `plan` makes. Staff schedule for any organiser, organisers for themselves.

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
    """The activity that `plan` makes, on its own or as one date (`occurrence`) of a `series`."""
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
    """The activity gets another time or place; registrations stand.

    Raises:
        NotYours, NotScheduled, HasBegun, StartsInThePast, EndsBeforeItStarts, TooLong
    """
    activity.require_manager(by)
    activity.require_untouched(now)
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


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Whether an activity may have these times.

    Raises:
        StartsInThePast, EndsBeforeItStarts, TooLong
    """
    if starts_at <= now:
        raise StartsInThePast()
    if ends_at <= starts_at:
        raise EndsBeforeItStarts()
    if ends_at - starts_at > MAX_DURATION:
        raise TooLong(days=MAX_DURATION.days)
