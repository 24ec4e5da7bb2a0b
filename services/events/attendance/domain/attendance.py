"""People check in and out: seen by the desk, or shown by the code that hangs at the venue."""

from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.activities import ActivityCheckedIn, ActivityPresenceCorrected, ActivityStatus
from services.contracts.event import Event
from services.contracts.marks import Id
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Presence
from services.events.activities.domain.presences import come_back, leave
from services.events.activities.domain.requests import Moment
from services.events.attendance.domain.codes import CodeTime, WrongCode, is_right
from services.events.registrations.domain import NotRegistered

CHECK_IN_OPENS = timedelta(minutes=60)
"""How long before the start the desk begins to check people in."""
ENTERED_WITHIN = timedelta(days=30)
"""So long after the end the desk may still enter who came, from a list on paper or from a phone."""
CODE_TIME = CodeTime()
"""When codes exist, where settings don't say otherwise."""


class AttendanceAhead(
    Invalid,
    code="activity.attendance-ahead",
    zh="签到或签退时间不能在将来。",
    en="The time of coming or leaving can't be in the future.",
):
    """A list on paper tells of the past."""


class LeftBeforeComing(
    Invalid, code="activity.left-before-coming", zh="签退时间早于签到时间。", en="Nobody leaves before they come."
):
    """The two times of a list on paper don't fit."""


class TooEarlyToCheckIn(
    Conflict,
    code="activity.too-early-to-check-in",
    zh="开始前 {minutes} 分钟起可以签到。",
    en="Check-in opens {minutes} minutes before the start.",
):
    """Hours begin with the activity, or with setting it up."""


class TooLateToCheckIn(Conflict, code="activity.too-late-to-check-in", zh="活动已经结束。", en="The activity is over."):
    """The activity is over, so that nobody checks in any more."""


class AlreadyCheckedIn(Conflict, code="activity.already-checked-in", zh="已经签到。", en="Checked in already."):
    """A person who is there checks in once in each role."""


class NotCheckedIn(Conflict, code="activity.not-checked-in", zh="尚未签到。", en="Not checked in."):
    """The party checks out without having checked in."""


class AlreadyCheckedOut(Conflict, code="activity.already-checked-out", zh="已经签退。", en="Checked out already."):
    """The minutes of a stay are counted once."""


class NotAVolunteerHere(
    Conflict,
    code="activity.not-a-volunteer-here",
    zh="不在本次活动的志愿者名单中。",
    en="Not one of the volunteers of this activity.",
):
    """Only volunteers whom the volunteers service has named earn hours here."""


class NotApproved(
    Conflict,
    code="activity.volunteer-not-approved",
    zh="该志愿者尚未获得批准。",
    en="Staff have not approved this volunteer.",
):
    """Whoever may not act as a volunteer earns no hours."""


class CheckInOrOut(Request):
    """A check-in or check-out of `person` or, without one, of the caller by the code at the venue."""

    person: Id | None = None
    as_volunteer: bool | None = Field(default=None, description="By default: whether they volunteer here.")
    code: str | None = Field(default=None, min_length=1, max_length=16)
    at: Moment | None = Field(default=None, description="When, if the desk copies a list kept on paper.")


class StrikePresence(Request):
    """Whose presence was recorded by mistake."""

    person: Id
    as_volunteer: bool = False


class Attend(Protocol):
    """A check-in or a check-out."""

    def __call__(
        self,
        activity: Activity,
        person: str,
        by: Principal,
        now: datetime,
        *,
        as_volunteer: bool,
        code: str | None = None,
        at: datetime | None = None,
        time: CodeTime = CODE_TIME,
    ) -> Decision[Activity]: ...


def check_in(
    activity: Activity,
    person: str,
    by: Principal,
    now: datetime,
    *,
    approved: bool,
    as_volunteer: bool,
    code: str | None = None,
    at: datetime | None = None,
    time: CodeTime = CODE_TIME,
) -> Decision[Activity]:
    """Somebody is there: seen by the desk, or shown by the code that hangs at the venue.

    A code is compared last, when nothing else stands against the check-in; so no other answer tells anything about it.
    Who had left, or was checked out by mistake, is there again: since `at`, but not before they were checked out.
    After it was completed the desk still enters a party that came, for `ENTERED_WITHIN`; helpers are not entered then,
    because their hours are counted.

    Args:
        approved: whether the person may act as a volunteer.
        at: when they came, if the desk copies a list kept on paper.
        time: when the code exists.

    Raises:
        NotYours, NotScheduled, AttendanceAhead, NotAVolunteerHere, NotApproved, NotRegistered, AlreadyCheckedIn
        TooEarlyToCheckIn, TooLateToCheckIn: the desk came too early or too late.
        WrongCode: the code is wrong, or it was shown at the wrong time.
    """
    by_code = _require_presence(activity, person, by, code)
    moment = _moment(activity, by, now, at)
    before = activity.presence_of(person, as_volunteer=as_volunteer)
    if as_volunteer or by_code is not None or before is not None or activity.status is not ActivityStatus.COMPLETED:
        activity.require_scheduled()
    elif now > activity.ends_at + ENTERED_WITHIN:
        raise TooLateToCheckIn()
    if before is not None:
        if before.left_at is None:
            raise AlreadyCheckedIn()
        moment = max(moment, before.left_at)
    if before is not None and not as_volunteer:
        heads = before.heads  # also of those who walked in without a seat
    else:
        heads = _heads(activity, person, as_volunteer=as_volunteer, approved=approved)
    early, late = moment < activity.starts_at - CHECK_IN_OPENS, moment >= activity.ends_at
    if by_code is not None:
        if not is_right(activity, by_code, now, time) or early or late:
            raise WrongCode()
    elif early:
        raise TooEarlyToCheckIn(minutes=int(CHECK_IN_OPENS.total_seconds()) // 60)
    elif late:
        raise TooLateToCheckIn()
    if before is not None:
        presence = come_back(before, moment)
    else:
        presence = Presence(person=person, as_volunteer=as_volunteer, heads=heads, arrived_at=moment, by=by.sub)
    there = activity if as_volunteer else seats.arrived(activity, person)
    others = tuple(each for each in activity.presences if each is not before)
    arrived = there.model_copy(update={"presences": (*others, presence), "changed_at": now})
    event = ActivityCheckedIn(person=person, as_volunteer=as_volunteer, at=moment, by=by.sub, attended=arrived.attended)
    return decided(arrived, event)


def check_out(
    activity: Activity,
    person: str,
    by: Principal,
    now: datetime,
    *,
    as_volunteer: bool,
    code: str | None = None,
    at: datetime | None = None,
    time: CodeTime = CODE_TIME,
) -> Decision[Activity]:
    """Somebody leaves; after the planned end, the planned end counts. A code is compared last, as at the check-in.

    Args:
        at: when they left, if the desk copies a list kept on paper.
        time: when the code exists.

    Raises:
        NotYours, WrongCode, NotScheduled, AttendanceAhead, LeftBeforeComing, NotCheckedIn, AlreadyCheckedOut
    """
    by_code = _require_presence(activity, person, by, code)
    moment = _moment(activity, by, now, at)
    activity.require_scheduled()
    presence = activity.presence_of(person, as_volunteer=as_volunteer)
    if presence is None:
        raise NotCheckedIn()
    if presence.left_at is not None:
        raise AlreadyCheckedOut()
    if moment < presence.here_since:
        raise LeftBeforeComing()
    if by_code is not None and not is_right(activity, by_code, now, time):
        raise WrongCode()
    left, event = leave(activity, presence, moment)
    presences = tuple(left if p is presence else p for p in activity.presences)
    gone = activity.model_copy(update={"presences": presences, "changed_at": now})
    return _with_free_place(gone, now, event)


def strike(
    activity: Activity, person: str, by: Principal, now: datetime, *, as_volunteer: bool = False
) -> Decision[Activity]:
    """The desk corrects that somebody was there, who was not. Hours of a volunteer who was checked out, also where
    they came back, are corrected where they are kept.

    Raises:
        NotYours, NotScheduled, NotCheckedIn, AlreadyCheckedOut
    """
    activity.require_desk(by)
    activity.require_scheduled()
    presence = activity.presence_of(person, as_volunteer=as_volunteer)
    if presence is None:
        raise NotCheckedIn()
    if as_volunteer and (presence.left_at is not None or presence.stay > 1):
        raise AlreadyCheckedOut()
    presences = tuple(p for p in activity.presences if p is not presence)
    struck = activity.model_copy(update={"presences": presences, "changed_at": now})
    event = ActivityPresenceCorrected(
        person=person, as_volunteer=as_volunteer, at=presence.arrived_at, seen=0, attended=struck.attended
    )
    waits, again = (struck, list[Event]()) if as_volunteer else seats.waits_again(struck, person)
    return _with_free_place(waits, now, event, *again)


def _with_free_place(activity: Activity, now: datetime, *events: Event) -> Decision[Activity]:
    """What follows when somebody is there no more: before the start, a place that a walk-in or a guest had is given
    on."""
    if now >= activity.starts_at or activity.status is not ActivityStatus.SCHEDULED:
        return decided(activity, *events)
    promoted, promotions = seats.move_up(activity, now)
    return decided(promoted, *events, *promotions)


def _require_presence(activity: Activity, person: str, by: Principal, code: str | None) -> str | None:
    """The code by which the person shows that they are there; None where the desk has seen them."""
    if person == by.sub and code is not None:
        by.require(activity.community)
        return code
    activity.require_desk(by)
    return None


def _moment(activity: Activity, by: Principal, now: datetime, at: datetime | None) -> datetime:
    """The time that counts. Only the desk may name another than the present, and never a future one."""
    if at is None:
        return now
    activity.require_desk(by)
    if at > now:
        raise AttendanceAhead()
    return at


def _heads(activity: Activity, person: str, *, as_volunteer: bool, approved: bool) -> int:
    if as_volunteer:
        if person not in activity.volunteers:
            raise NotAVolunteerHere()
        if not approved:
            raise NotApproved()
        return 0
    party = next((p for p in activity.seated if p.person == person), None)
    if party is None:
        raise NotRegistered()
    return party.heads


def role_of(activity: Activity, person: str, as_volunteer: bool | None) -> bool:
    """Whether `person` comes or goes as a volunteer: as named, else as they checked in, else as they are listed."""
    if as_volunteer is not None:
        return as_volunteer
    return person in activity.volunteers or activity.presence_of(person, as_volunteer=True) is not None
