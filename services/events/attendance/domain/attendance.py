"""Coming and going. Minutes run from the check-in to the check-out, and never beyond the planned end."""

from datetime import datetime
from typing import Protocol

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal
from services.contracts.activities import ActivityCheckedIn, ActivityCheckedOut
from services.events.activities.domain.activity import CHECK_IN_OPENS, Activity, Presence
from services.events.activities.domain.errors import (
    AlreadyCheckedIn,
    AlreadyCheckedOut,
    AttendanceAhead,
    LeftBeforeComing,
    NotApproved,
    NotAVolunteerHere,
    NotCheckedIn,
    NotRegistered,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
    WrongCode,
)
from services.events.attendance.domain.codes import CodeTime, is_right

CODE_TIME = CodeTime()
"""When codes exist, unless settings say otherwise."""


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

    A code is compared last, when nothing else stands against it: so no answer but the last tells anything of it.

    Args:
        approved: whether the person may act as a volunteer.
        at: when they came, if the desk copies a list kept on paper.
        time: when the code exists.

    Raises:
        NotYours, NotScheduled, AttendanceAhead, NotAVolunteerHere, NotApproved, NotRegistered, AlreadyCheckedIn
        TooEarlyToCheckIn, TooLateToCheckIn: said to the desk.
        WrongCode: said to who shows a code: it is wrong, or the time is.
    """
    by_code = _require_presence(activity, person, by, code)
    moment = _moment(activity, by, now, at)
    activity.require_scheduled()
    if activity.presence_of(person, as_volunteer=as_volunteer) is not None:
        raise AlreadyCheckedIn()
    heads = _heads(activity, person, as_volunteer=as_volunteer, approved=approved)
    early, late = moment < activity.starts_at - CHECK_IN_OPENS, moment >= activity.ends_at
    if by_code is not None:
        if not is_right(activity, by_code, now, time) or early or late:
            raise WrongCode()
    elif early:
        raise TooEarlyToCheckIn(minutes=int(CHECK_IN_OPENS.total_seconds()) // 60)
    elif late:
        raise TooLateToCheckIn()
    presence = Presence(person=person, as_volunteer=as_volunteer, heads=heads, arrived_at=moment, by=by.sub)
    arrived = activity.model_copy(update={"presences": (*activity.presences, presence), "changed_at": now})
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
    """Somebody leaves. After the planned end, the planned end counts. A code is compared last, as at the check-in.

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
    if moment < presence.arrived_at:
        raise LeftBeforeComing()
    if by_code is not None and not is_right(activity, by_code, now, time):
        raise WrongCode()
    left, event = _leave(activity, presence, moment)
    presences = tuple(left if p is presence else p for p in activity.presences)
    return decided(activity.model_copy(update={"presences": presences, "changed_at": now}), event)


def check_out_forgotten(activity: Activity) -> tuple[tuple[Presence, ...], list[ActivityCheckedOut]]:
    """Every volunteer still there leaves at the planned end. Parties earn no hours and are left as they are."""
    presences: list[Presence] = []
    events: list[ActivityCheckedOut] = []
    for presence in activity.presences:
        kept = presence
        if presence.as_volunteer and presence.left_at is None:
            kept, event = _leave(activity, presence, None)
            events.append(event)
        presences.append(kept)
    return tuple(presences), events


def _require_presence(activity: Activity, person: str, by: Principal, code: str | None) -> str | None:
    """The code, where it is by that that they show themselves to be there; None where the desk has seen them."""
    if person == by.sub and code is not None:
        by.require(activity.community)
        return code
    activity.require_desk(by)
    return None


def _moment(activity: Activity, by: Principal, now: datetime, at: datetime | None) -> datetime:
    """The time that counts. Only the desk may name another than the present, and none to come."""
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


def _leave(activity: Activity, presence: Presence, now: datetime | None) -> tuple[Presence, ActivityCheckedOut]:
    capped = now is None or now > activity.ends_at
    left_at = activity.ends_at if now is None or capped else now
    minutes = max(0, int((left_at - presence.arrived_at).total_seconds()) // 60)
    left = presence.model_copy(update={"left_at": left_at, "minutes": minutes, "capped": capped})
    event = ActivityCheckedOut(
        person=presence.person, as_volunteer=presence.as_volunteer, at=left_at, minutes=minutes, capped=capped
    )
    return left, event
