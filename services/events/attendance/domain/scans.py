"""Takes scans that a phone made without a connection, and people who come without a registration.

A batch may be sent any number of times, by several phones and in any order: each scan counts once, the earliest scan of
a person is their arrival, and each scan has an answer of its own. A scan after somebody was checked out says that they
came back.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import CommunityError, Conflict
from services.chassis.principal import Principal
from services.chassis.values import Request
from services.contracts.activities import ActivityCheckedIn, ActivityPresenceCorrected, ActivityStatus
from services.contracts.event import Event
from services.contracts.marks import Code as GroupCode
from services.contracts.marks import Id
from services.contracts.text import Plain
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, Presence
from services.events.activities.domain.presences import come_back
from services.events.activities.domain.requests import Moment
from services.events.attendance.domain.attendance import (
    CHECK_IN_OPENS,
    ENTERED_WITHIN,
    AlreadyCheckedIn,
    AttendanceAhead,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
)
from services.events.attendance.domain.tickets import holder
from services.events.children.domain import Label
from services.events.registrations.domain import ChildrenUncounted, GroupsUnclear, NotRegistered

MAX_BATCH = 200
MAX_WALK_INS = 500

Code = Annotated[str, StringConstraints(min_length=1, max_length=200), Plain]


class TooManyWalkIns(
    Conflict, code="activity.too-many-walk-ins", zh="现场登记人数过多。", en="Too many people came unregistered."
):
    """An activity is one document, so its lists are bounded."""


class LeftAlready(
    Conflict,
    code="activity.left-already",
    zh="此前已签到并已签退；如已返回，请用签到重新登记。",
    en="Checked in and out already; if they are back, check them in again.",
):
    """Who was there and comes back is checked in, so that they are not counted as others."""


class ScanIdTwice(
    Conflict,
    code="activity.scan-id-twice",
    zh="同一批中有两条不同的扫码记录用了同一个编号，请重新扫码。",
    en="Two different scans of the batch have the same id; scan again.",
):
    """An answer names its scan by the id, so the later one is refused."""


class Scan(Request):
    """Somebody whom a phone has seen: by the code they showed, or picked from the list. `id` is the phone's own."""

    id: Id
    at: Moment
    code: Code | None = None
    person: Id | None = None


class Batch(Request):
    """The scans that one phone has made since it was last connected."""

    scans: tuple[Scan, ...] = Field(min_length=1, max_length=MAX_BATCH)


class Outcome(StrEnum):
    """The outcome of a scan."""

    PRESENT = "present"
    SEEN_BEFORE = "seen-before"
    REFUSED = "refused"


class Answered(BaseModel):
    """The outcome of one scan. A refused scan has the `code` of the refusal, and the phone keeps it."""

    id: str
    outcome: Outcome
    person: str | None = None
    code: str | None = None
    reason_zh: str | None = None
    reason_en: str | None = None


class WalkIn(Request):
    """People who came without a registration. Without `person` they have no account; the desk calls them `label`.

    They take places while they are there. Somebody who has a seat is checked in, and takes places only for the heads
    above those of the party; somebody who waits is let in as a guest.
    """

    person: Id | None = None
    label: Label | None = None
    heads: int = Field(default=1, ge=1, le=MAX_PARTY)
    children: int = Field(default=0, ge=0, le=MAX_PARTY, description="How many of the heads are children.")
    group: GroupCode | None = Field(default=None, description="The ticket group whose places they take, if known.")
    at: Moment | None = None


def take_in(activity: Activity, scans: Sequence[Scan], by: Principal, now: datetime) -> Decision[Activity]:
    """Enter what a phone has seen. A scan that can't be taken changes nothing, and holds no other up.

    Raises:
        NotYours
        NotScheduled: the activity was cancelled.
        TooLateToCheckIn: it ended longer ago than `ENTERED_WITHIN`.
    """
    _require_entering(activity, by, now)
    events: list[Event] = []
    for scan in scans:
        if _is_second(scan, scans):
            continue
        try:
            activity, event = _seen(activity, scan, by, now)
        except CommunityError:
            continue
        events += event
    return decided(activity.model_copy(update={"changed_at": now}) if events else activity, *events)


def answers(activity: Activity, scans: Sequence[Scan], now: datetime) -> list[Answered]:
    """The outcome of each scan of a batch, read from the activity after the batch."""
    return [_answer(activity, scan, scans, now) for scan in scans]


def walk_in(activity: Activity, person: str, body: WalkIn, by: Principal, now: datetime) -> Decision[Activity]:
    """The desk enters people who came without a registration, while it runs or after, also above the capacity.

    Raises:
        NotYours, NotScheduled, AttendanceAhead, TooEarlyToCheckIn, TooLateToCheckIn, TooManyWalkIns, GroupsUnclear,
        ChildrenUncounted
        AlreadyCheckedIn, LeftAlready: they are there already, or were.
    """
    _require_entering(activity, by, now)
    at = now if body.at is None else body.at
    _require_time(activity, at, now)
    if (before := activity.presence_of(person, as_volunteer=False)) is not None:
        raise AlreadyCheckedIn() if before.left_at is None else LeftAlready()
    if body.group is not None and all(each.group != body.group for each in activity.details.terms.groups):
        raise GroupsUnclear()
    if body.children > body.heads:
        raise ChildrenUncounted()
    if sum(1 for presence in activity.presences if presence.walk_in) >= MAX_WALK_INS:
        raise TooManyWalkIns()
    waited = activity.position_of(person) is not None
    let = seats.let_in(activity, person, now)
    party = let.aggregate.party_of(person)
    seated = 0 if party is None else party.heads
    has_seats = party is not None and not (waited and party.guest)
    heads = max(body.heads, seated) if has_seats else body.heads
    presence = Presence(
        person=person,
        as_volunteer=False,
        heads=heads,
        arrived_at=min(at, activity.ends_at),
        by=by.sub,
        walk_in=not has_seats,
        label=body.label,
        children=0 if has_seats else body.children,
        beyond=heads - seated if has_seats else heads,
        group=body.group,
    )
    there = seats.arrived(let.aggregate, person)
    came = there.model_copy(update={"presences": (*activity.presences, presence), "changed_at": now})
    return decided(came, *let.events, _came(came, presence))


def _seen(activity: Activity, scan: Scan, by: Principal, now: datetime) -> tuple[Activity, list[Event]]:
    person, heads = _whom(activity, scan)
    _require_time(activity, scan.at, now)
    before = activity.presence_of(person, as_volunteer=False)
    if before is None:
        presence = Presence(
            person=person, as_volunteer=False, heads=heads, arrived_at=scan.at, by=by.sub, scans=(scan.id,)
        )
        there = seats.arrived(activity, person)
        came = there.model_copy(update={"presences": (*activity.presences, presence)})
        return came, [_came(came, presence)]
    if scan.id in before.scans:
        return activity, []
    again = before.model_copy(
        update={"arrived_at": min(before.arrived_at, scan.at), "scans": (*before.scans, scan.id)[-MAX_BATCH:]}
    )
    if _is_back(activity, before, scan):
        here = come_back(again, scan.at)
        back = activity.model_copy(update={"presences": tuple(here if p is before else p for p in activity.presences)})
        return back, [_came(back, here)]
    corrected = activity.model_copy(
        update={"presences": tuple(again if p is before else p for p in activity.presences)}
    )
    event = ActivityPresenceCorrected(
        person=person, as_volunteer=False, at=again.arrived_at, seen=len(again.scans), attended=corrected.attended
    )
    return corrected, [event]


def _is_back(activity: Activity, before: Presence, scan: Scan) -> bool:
    """Whether `scan` saw somebody while it ran, after they were checked out."""
    runs = activity.status is ActivityStatus.SCHEDULED and scan.at < activity.ends_at
    return runs and before.left_at is not None and before.left_at < scan.at


def _whom(activity: Activity, scan: Scan) -> tuple[str, int]:
    if scan.code is not None:
        party = holder(activity, scan.code, scan.at)
        return party.person, party.heads
    party_named = next((p for p in activity.seated if p.person == scan.person), None)
    if party_named is None:
        raise NotRegistered()
    return party_named.person, party_named.heads


def _is_second(scan: Scan, scans: Sequence[Scan]) -> bool:
    """Whether another scan of the batch had this one's id before it. The same scan twice is one."""
    return next(each for each in scans if each.id == scan.id) != scan


def _answer(activity: Activity, scan: Scan, scans: Sequence[Scan], now: datetime) -> Answered:
    try:
        if _is_second(scan, scans):
            raise ScanIdTwice()
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
        at=presence.here_since,
        by=presence.by,
        attended=activity.attended,
    )
