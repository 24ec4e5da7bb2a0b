"""An activity is scheduled, and moved to another time or place."""

from datetime import date, datetime, time

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import ZONE
from services.contracts.activities import (
    ActivityDetails,
    ActivityKind,
    ActivityMoved,
    ActivityScheduled,
    HelperSeats,
)
from services.contracts.event import Event
from services.contracts.marks import Masked
from services.contracts.value import Value
from services.events.activities.domain.activity import MAX_DURATION, Activity
from services.events.activities.domain.parties import Party
from services.events.activities.domain.privacy import BUSY_ZH
from services.events.activities.domain.reminding import past_reminders
from services.events.activities.domain.seats import asking, offered_anew

_MOVES_REMEMBERED = 10


class StartsInThePast(Invalid, code="activity.starts-in-past", zh="开始时间已经过去。", en="The start is in the past."):
    """The activity starts in the past, so that nobody could register for it."""


class EndsBeforeItStarts(
    Invalid, code="activity.ends-before-start", zh="结束时间须晚于开始时间。", en="It must end after it starts."
):
    """An activity has a duration."""


class TooLong(
    Invalid, code="activity.too-long", zh="活动最长 {days} 天。", en="An activity lasts {days} days at most."
):
    """A wrong year would make an activity that never ends."""


class NotWholeDays(
    Invalid,
    code="activity.not-whole-days",
    zh="全天活动须从零点开始，到零点结束。",
    en="What takes whole days begins and ends at midnight.",
):
    """The end of what takes whole days is the first day that it has no more."""


class AgesEmpty(
    Invalid,
    code="activity.ages-empty",
    zh="最小年龄不得大于最大年龄（{max_age} 岁）。",
    en="The lowest age is not above the highest ({max_age}).",
):
    """Nobody would be of the ages that the activity is for."""


class Plan(Value):
    """The plan of an activity. Times are UTC.

    Plans are made from activities, series, drafts and requests by the names of fields, and these from plans; so a field
    that is added here stands in all of them (`tests/unit/events/activities/test_requests.py` names them).
    """

    model_config = ConfigDict(frozen=True)

    title: Masked
    title_en: Masked | None = None
    kind: ActivityKind
    starts_at: datetime
    ends_at: datetime
    venue: str
    building: str | None = None
    organiser: str
    instructors: tuple[str, ...] = ()
    capacity: int
    volunteers_needed: int = 0
    skill: str | None = None
    helpers: tuple[HelperSeats, ...] = ()
    min_age: int | None = None
    guardian_required: bool = False
    details: ActivityDetails = ActivityDetails()
    private: bool = False
    all_day: bool = False
    budget_note: str | None = None
    insurance_number: str | None = None
    filing_number: str | None = None

    @property
    def booked_as(self) -> str:
        """What the bookings of its venue call it, which everybody may read."""
        return BUSY_ZH if self.private else self.title


def schedule(
    id: str, community: str, plan: Plan, check_in_code: str, by: Principal, now: datetime
) -> Decision[Activity]:
    """The activity that `plan` makes. Staff schedule for any organiser, organisers for themselves.

    Raises:
        NotYours, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays, AgesEmpty
    """
    by.require(community, Role.STAFF, Role.ORGANISER)
    if not by.has(community, Role.STAFF) and plan.organiser != by.sub:
        raise NotYours()
    check_times(plan.starts_at, plan.ends_at, now, whole_days=plan.all_day)
    check_ages(plan.min_age, plan.details.max_age)
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
        reminded=past_reminders(plan.details.terms.reminder_hours, plan.starts_at, now),
        **{name: getattr(plan, name) for name in Plan.model_fields},
    ).as_decided(now)
    return decided(activity, event_from(ActivityScheduled, activity))


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
    """The activity gets another time or place. On the same day registrations stand; on another, each party is asked.

    Raises:
        NotYours, NotScheduled, HasBegun, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays
    """
    activity.require_manager(by)
    activity.require_untouched(now)
    check_times(starts_at, ends_at, now, whole_days=activity.all_day)
    return relocate(activity, now, starts_at=starts_at, ends_at=ends_at, venue=venue, building=building)


def relocate(
    activity: Activity, now: datetime, *, starts_at: datetime, ends_at: datetime, venue: str, building: str | None
) -> Decision[Activity]:
    """`move`, once it is clear that it may be: what is the same changes nothing."""
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
            "shown_changes": activity.shown_changes + 1,
            "reminded": _reminded(activity, starts_at, now),
            "staff_warned": activity.staff_warned and starts_at == activity.starts_at,
            "helpers_warned": activity.helpers_warned if starts_at == activity.starts_at else None,
            "goes_ahead": activity.goes_ahead and starts_at == activity.starts_at,
            "seated": tuple(asking(_of_day(p, activity), starts_at, now) for p in activity.seated),
            "waiting": tuple(_of_day(p, activity) for p in activity.waiting),
            "changed_at": now,
        }
    )
    offers: list[Event] = []
    if starts_at != activity.starts_at:
        moved, offers = offered_anew(moved.as_decided(now), now)
    asked = [party.asked_until for party in moved.seated if party.asked_until is not None]
    event = ActivityMoved(
        starts_at=starts_at,
        ends_at=ends_at,
        venue=venue,
        building=building,
        previous_starts_at=activity.starts_at,
        previous_ends_at=activity.ends_at,
        previous_venue=activity.venue,
        asks_until=max(asked, default=None),
        unasked=[party.person for party in moved.seated if party.asked_until is None] if asked else None,
    )
    return decided(moved, event, *offers)


def _reminded(activity: Activity, starts_at: datetime, now: datetime) -> tuple[int, ...]:
    """Which reminders are due no more: who is told of another start needs no reminder whose time has passed."""
    if starts_at == activity.starts_at:
        return activity.reminded
    return past_reminders(activity.details.terms.reminder_hours, starts_at, now)


def _of_day(party: Party, activity: Activity) -> Party:
    """`party` with the day to which it agreed on record."""
    return party if party.agreed_on is not None else party.model_copy(update={"agreed_on": activity.day})


def check_ages(min_age: int | None, max_age: int | None) -> None:
    """Whether somebody is of these ages.

    Raises:
        AgesEmpty
    """
    if min_age is not None and max_age is not None and min_age > max_age:
        raise AgesEmpty(max_age=max_age)


def check_times(starts_at: datetime, ends_at: datetime, now: datetime, *, whole_days: bool = False) -> None:
    """Whether an activity may have these times.

    Raises:
        StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays
    """
    if starts_at <= now:
        raise StartsInThePast()
    if ends_at <= starts_at:
        raise EndsBeforeItStarts()
    if ends_at - starts_at > MAX_DURATION:
        raise TooLong(days=MAX_DURATION.days)
    if whole_days and any(moment.astimezone(ZONE).time() != time.min for moment in (starts_at, ends_at)):
        raise NotWholeDays()
