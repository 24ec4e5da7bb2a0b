"""Coming and going. Minutes run from the check-in to the check-out, and never beyond the planned end."""

from datetime import datetime
from hmac import compare_digest
from typing import Protocol

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal
from services.contracts.activities import ActivityCheckedIn, ActivityCheckedOut
from services.events.domain.activity import CHECK_IN_OPENS, Activity, Presence
from services.events.domain.errors import (
    AlreadyCheckedIn,
    AlreadyCheckedOut,
    AttendanceAhead,
    LeftBeforeComing,
    NotAVolunteerHere,
    NotCheckedIn,
    NotRegistered,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
    WrongCode,
)


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
    ) -> Decision[Activity]: ...


def check_in(
    activity: Activity,
    person: str,
    by: Principal,
    now: datetime,
    *,
    as_volunteer: bool,
    code: str | None = None,
    at: datetime | None = None,
) -> Decision[Activity]:
    """Somebody is there: seen by the desk, or shown by the code that hangs at the venue.

    Args:
        at: when they came, if the desk copies a list kept on paper.

    Raises:
        NotYours, WrongCode, NotScheduled, AttendanceAhead, TooEarlyToCheckIn, TooLateToCheckIn, NotAVolunteerHere,
        NotRegistered, AlreadyCheckedIn
    """
    _require_presence(activity, person, by, code)
    activity.require_scheduled()
    moment = _moment(activity, by, now, at)
    if moment < activity.starts_at - CHECK_IN_OPENS:
        raise TooEarlyToCheckIn(minutes=int(CHECK_IN_OPENS.total_seconds()) // 60)
    if moment >= activity.ends_at:
        raise TooLateToCheckIn()
    if activity.presence_of(person, as_volunteer=as_volunteer) is not None:
        raise AlreadyCheckedIn()
    heads = _heads(activity, person, as_volunteer=as_volunteer)
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
) -> Decision[Activity]:
    """Somebody leaves. After the planned end, the planned end counts.

    Args:
        at: when they left, if the desk copies a list kept on paper.

    Raises:
        NotYours, WrongCode, NotScheduled, AttendanceAhead, LeftBeforeComing, NotCheckedIn, AlreadyCheckedOut
    """
    _require_presence(activity, person, by, code)
    activity.require_scheduled()
    presence = activity.presence_of(person, as_volunteer=as_volunteer)
    if presence is None:
        raise NotCheckedIn()
    if presence.left_at is not None:
        raise AlreadyCheckedOut()
    moment = _moment(activity, by, now, at)
    if moment < presence.arrived_at:
        raise LeftBeforeComing()
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


def _require_presence(activity: Activity, person: str, by: Principal, code: str | None) -> None:
    if person == by.sub and code is not None:
        by.require(activity.community)
        if not compare_digest(code.encode(), activity.check_in_code.encode()):
            raise WrongCode()
    else:
        activity.require_desk(by)


def _moment(activity: Activity, by: Principal, now: datetime, at: datetime | None) -> datetime:
    """The time that counts. Only the desk may name another than the present, and none to come."""
    if at is None:
        return now
    activity.require_desk(by)
    if at > now:
        raise AttendanceAhead()
    return at


def _heads(activity: Activity, person: str, *, as_volunteer: bool) -> int:
    if as_volunteer:
        if person not in activity.volunteers:
            raise NotAVolunteerHere()
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
