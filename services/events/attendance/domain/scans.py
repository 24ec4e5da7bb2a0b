"""What a phone has seen while it had no connection, and people who come without a registration.

A batch may be sent any number of times, by several phones and in any order: each scan counts once, the first time at
which somebody was seen is when they came, and each scan has an answer of its own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import CommunityError, Conflict
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.activities import ActivityCheckedIn, ActivityPresenceCorrected, ActivityStatus
from services.contracts.event import Event
from services.contracts.marks import Id
from services.contracts.text import Plain
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, Presence
from services.events.activities.domain.requests import Moment
from services.events.attendance.domain.attendance import (
    CHECK_IN_OPENS,
    AttendanceAhead,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
)
from services.events.attendance.domain.tickets import holder
from services.events.children.domain import Label
from services.events.registrations.domain import NotRegistered

MAX_BATCH = 200
ENTERED_WITHIN = timedelta(days=30)
"""So long after the end the desk may still enter who came, from a list on paper or from a phone."""
MAX_WALK_INS = 500

Code = Annotated[str, StringConstraints(min_length=1, max_length=200), Plain]


class TooManyWalkIns(
    Conflict, code="activity.too-many-walk-ins", zh="现场登记人数过多。", en="Too many people came unregistered."
):
    """An activity is one document, so its lists are bounded."""


class Scan(Request):
    """Somebody whom a phone has seen: by the code they showed, or picked from the list. `id` is the phone's own."""

    id: Id
    at: Moment
    code: Code | None = None
    person: Id | None = None


class Batch(Request):
    """What one phone has seen since it was connected last."""

    scans: tuple[Scan, ...] = Field(min_length=1, max_length=MAX_BATCH)


class Outcome(StrEnum):
    """What became of a scan."""

    PRESENT = "present"
    SEEN_BEFORE = "seen-before"
    REFUSED = "refused"


class Answered(BaseModel):
    """What became of one scan; `code` says why where it was refused, and the phone keeps it then."""

    id: str
    outcome: Outcome
    person: str | None = None
    code: str | None = None
    reason_zh: str | None = None
    reason_en: str | None = None


class WalkIn(Request):
    """People who came without a registration. Without `person` they have no account; the desk calls them `label`."""

    person: Id | None = None
    label: Label | None = None
    heads: int = Field(default=1, ge=1, le=MAX_PARTY)
    at: Moment | None = None


def take_in(activity: Activity, scans: Sequence[Scan], by: Principal, now: datetime) -> Decision[Activity]:
    """Enter what a phone has seen. A scan that can't be taken changes nothing, and holds no other up.

    Raises:
        NotYours
        NotScheduled: the activity was cancelled.
    """
    _require_entering(activity, by, now)
    events: list[Event] = []
    for scan in scans:
        try:
            activity, event = _seen(activity, scan, by, now)
        except CommunityError:
            continue
        events += event
    return decided(activity.model_copy(update={"changed_at": now}) if events else activity, *events)


def answers(activity: Activity, scans: Sequence[Scan], now: datetime) -> list[Answered]:
    """What became of each scan of a batch, read from the activity as it stands after it."""
    return [_answer(activity, scan, now) for scan in scans]


def walk_in(activity: Activity, person: str, body: WalkIn, by: Principal, now: datetime) -> Decision[Activity]:
    """The desk enters people who came without a registration, while it runs or after.

    Raises:
        NotYours, NotScheduled, AttendanceAhead, TooEarlyToCheckIn, TooLateToCheckIn, TooManyWalkIns
    """
    _require_entering(activity, by, now)
    at = now if body.at is None else body.at
    _require_time(activity, at, now)
    if activity.presence_of(person, as_volunteer=False) is not None:
        return decided(activity)
    if sum(1 for presence in activity.presences if presence.walk_in) >= MAX_WALK_INS:
        raise TooManyWalkIns()
    arrived = min(at, activity.ends_at)
    presence = Presence(
        person=person,
        as_volunteer=False,
        heads=body.heads,
        arrived_at=arrived,
        by=by.sub,
        walk_in=True,
        label=body.label,
    )
    came = activity.model_copy(update={"presences": (*activity.presences, presence), "changed_at": now})
    return decided(came, _came(came, presence))


def _seen(activity: Activity, scan: Scan, by: Principal, now: datetime) -> tuple[Activity, list[Event]]:
    person, heads = _whom(activity, scan)
    _require_time(activity, scan.at, now)
    before = activity.presence_of(person, as_volunteer=False)
    if before is None:
        presence = Presence(
            person=person, as_volunteer=False, heads=heads, arrived_at=scan.at, by=by.sub, scans=(scan.id,)
        )
        came = activity.model_copy(update={"presences": (*activity.presences, presence)})
        return came, [_came(came, presence)]
    if scan.id in before.scans:
        return activity, []
    again = before.model_copy(
        update={"arrived_at": min(before.arrived_at, scan.at), "scans": (*before.scans, scan.id)[-MAX_BATCH:]}
    )
    corrected = activity.model_copy(
        update={"presences": tuple(again if p is before else p for p in activity.presences)}
    )
    event = ActivityPresenceCorrected(person=person, as_volunteer=False, at=again.arrived_at, seen=len(again.scans))
    return corrected, [event]


def _whom(activity: Activity, scan: Scan) -> tuple[str, int]:
    if scan.code is not None:
        party = holder(activity, scan.code, scan.at)
        return party.person, party.heads
    party_named = next((p for p in activity.seated if p.person == scan.person), None)
    if party_named is None:
        raise NotRegistered()
    return party_named.person, party_named.heads


def _answer(activity: Activity, scan: Scan, now: datetime) -> Answered:
    try:
        person, _ = _whom(activity, scan)
        _require_time(activity, scan.at, now)
    except CommunityError as refusal:
        told = {"code": refusal.code, "reason_zh": refusal.sentence("zh"), "reason_en": refusal.sentence("en")}
        return Answered(id=scan.id, outcome=Outcome.REFUSED, **told)
    presence = activity.presence_of(person, as_volunteer=False)
    first = presence is not None and presence.scans[:1] == (scan.id,)
    return Answered(id=scan.id, outcome=Outcome.PRESENT if first else Outcome.SEEN_BEFORE, person=person)


def _require_entering(activity: Activity, by: Principal, now: datetime) -> None:
    activity.require_desk(by)
    if activity.status is ActivityStatus.CANCELLED:
        activity.require_scheduled()
    if now > activity.ends_at + ENTERED_WITHIN:
        raise TooLateToCheckIn()


def _require_time(activity: Activity, at: datetime, now: datetime) -> None:
    if at > now:
        raise AttendanceAhead()
    if at < activity.starts_at - CHECK_IN_OPENS:
        raise TooEarlyToCheckIn(minutes=int(CHECK_IN_OPENS.total_seconds()) // 60)


def _came(activity: Activity, presence: Presence) -> ActivityCheckedIn:
    return ActivityCheckedIn(
        person=presence.person,
        as_volunteer=False,
        at=presence.arrived_at,
        by=presence.by,
        attended=activity.attended,
    )
