"""Who may take seats in an activity and on what terms, who answers for them, and how they are given up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal
from services.chassis.values import ZONE
from services.contracts.activities import ActivityConfirmed, Leaving, Overlap
from services.contracts.event import Event
from services.contracts.value import Value
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, GroupHeads, Party
from services.events.activities.domain.seats import accept, put, release, take
from services.events.children.domain import Child
from services.events.registrations.domain.refusals import (
    AgeNotConfirmed,
    AlreadyRegistered,
    GroupsUnclear,
    GuardianMissing,
    MissedTooOften,
    NoConsentStands,
    NotOpenYet,
    NotRegistered,
    Overlapping,
    OverlappingRefused,
    PartyTooLarge,
    RegistrationClosed,
    SeatsShort,
    TooLateToWithdraw,
    TooOld,
)
from services.events.registrations.domain.requests import Register, WhenShort


class Standing(Value):
    """What is known of a person elsewhere: what else they have at that time, and how often they were missed lately."""

    model_config = ConfigDict(frozen=True)

    overlapping: tuple[str, ...] = ()
    missed: int = 0
    missed_allowed: int | None = None


MISSED_OPENS = timedelta(hours=24)
"""So long before the start seats that are left are open to those who were missed too often, too."""


def register(
    activity: Activity,
    person: str,
    heads: int,
    by: Principal,
    now: datetime,
    *,
    guardian: bool = False,
    ages_confirmed: bool = False,
    asked: Register | None = None,
    standing: Standing | None = None,
    children: Sequence[Child] = (),
) -> Decision[Activity]:
    """Seat a party or put it on the waiting list, all of it or none; the desk may do it for somebody else.

    Args:
        guardian: the person who registers is the guardian of the children in the party, and consents.
        ages_confirmed: everybody in the party is of the ages that the activity is for.
        asked: what else the request says.
        standing: what is known of the person elsewhere.
        children: those whom the request names, as their guardian entered them.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotOpenYet, AlreadyRegistered, PartyTooLarge, GroupsUnclear,
        GuardianMissing, NoConsentStands, AgeNotConfirmed, TooOld, Overlapping, OverlappingRefused, MissedTooOften,
        SeatsShort, WaitingListFull
    """
    asked, standing = asked or Register(), standing or Standing()
    _require_open(activity, person, by, now)
    if activity.party_of(person) is not None:
        raise AlreadyRegistered()
    _require_window(activity, by, now)
    party = Party(
        person=person,
        heads=heads,
        registered_at=now,
        by=by.sub,
        guardian=guardian,
        groups=tuple(GroupHeads(group=each.group, heads=each.heads) for each in asked.groups),
        label=asked.label,
        children=asked.children,
        guest=asked.guest_reason is not None,
        reason=asked.guest_reason,
    )
    if party.guest or party.label is not None:
        activity.require_desk(by)
    _require_size(activity, party)
    _require_ages(activity, party, children, now, ages_confirmed=ages_confirmed)
    _require_time(activity, asked, standing, now)
    free = activity.free
    if asked.when_short is WhenShort.ASK and not party.guest and not activity.fits(party) and free > 0:
        raise SeatsShort(left=free, party=heads)
    return take(activity, party, now)


def withdraw(activity: Activity, person: str, by: Principal, now: datetime) -> Decision[Activity]:
    """Give up a party's seats, or its place on the list; parties that wait and now fit move up.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered
        TooLateToWithdraw: a seat is given up by oneself until the deadline, later by the desk.
    """
    _require_open(activity, person, by, now)
    if activity.party_of(person) is None:
        raise NotRegistered()
    deadline = activity.starts_at - timedelta(hours=activity.details.terms.cancel_hours_before)
    seated = activity.position_of(person) is None
    if seated and now >= deadline and not activity.is_desk(by):
        raise TooLateToWithdraw()
    return release(activity, person, now)


def remove(activity: Activity, person: str, by: Principal, now: datetime, reason: str) -> Decision[Activity]:
    """The desk takes a party out, and says why.

    Raises:
        NotYours, NotScheduled, NotRegistered
    """
    activity.require_desk(by)
    activity.require_scheduled()
    if activity.party_of(person) is None:
        raise NotRegistered()
    return release(activity, person, now, Leaving.DESK, reason)


def answer(activity: Activity, person: str, by: Principal, now: datetime, *, comes: bool) -> Decision[Activity]:
    """A party says whether it comes: to an offer of seats, another day or a reminder. A no frees its seats early.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered, NothingOffered
    """
    _require_open(activity, person, by, now)
    party = activity.party_of(person)
    if party is None:
        raise NotRegistered()
    if activity.position_of(person) is not None:
        return accept(activity, person, now) if comes else release(activity, person, now, Leaving.OFFER_REFUSED)
    if party.asked_until is not None:
        return seats.answer(activity, person, comes=comes, now=now)
    if not comes:
        return release(activity, person, now, Leaving.NOT_COMING)
    if party.coming:
        return decided(activity)
    sure = party.model_copy(update={"coming": True})
    coming = activity.model_copy(update={"seated": tuple(sure if p is party else p for p in activity.seated)})
    event = ActivityConfirmed(person=person, party=party.heads, starts_at=activity.starts_at)
    return decided(coming.model_copy(update={"changed_at": now}), event)


def move_up(
    activity: Activity, person: str, by: Principal, now: datetime, position: int, reason: str
) -> Decision[Activity]:
    """The desk puts a waiting party elsewhere on the list, against the published order, and says why.

    Raises:
        NotYours, NotScheduled, NotWaiting, PositionUnknown
    """
    activity.require_manager(by)
    activity.require_scheduled()
    return put(activity, person, position, reason, now)


def drop_child(activity: Activity, child: str, now: datetime) -> Decision[Activity]:
    """No consent stands for a child any more: the parties that it belongs to give up their seats."""
    events: list[Event] = []
    if not activity.is_ahead(now):
        return decided(activity)
    for party in (*activity.seated, *activity.waiting):
        if child in party.children:
            left = release(activity, party.person, now, Leaving.CONSENT_WITHDRAWN)
            activity, events = left.aggregate, [*events, *left.events]
    return decided(activity, *events)


def _require_window(activity: Activity, by: Principal, now: datetime) -> None:
    terms = activity.details.terms
    if terms.opens_hours_before is not None:
        opens_at = activity.starts_at - timedelta(hours=terms.opens_hours_before)
        if now < opens_at:
            raise NotOpenYet(opens_at=opens_at.astimezone(ZONE).isoformat(timespec="minutes"))
    if now >= activity.starts_at - timedelta(hours=terms.closes_hours_before) and not activity.is_desk(by):
        raise RegistrationClosed()


def _require_size(activity: Activity, party: Party) -> None:
    terms = activity.details.terms
    limit = min(MAX_PARTY, terms.largest_party, activity.capacity)
    if party.heads > limit:
        raise PartyTooLarge(limit=limit)
    in_groups = {each.group: each.heads for each in party.groups}
    known = {each.group: each.capacity for each in terms.groups}
    once = len(in_groups) == len(party.groups)
    if not once or not in_groups.keys() <= known.keys() or (known and sum(in_groups.values()) != party.heads):
        raise GroupsUnclear()
    if any(heads > known[group] for group, heads in in_groups.items()):
        raise PartyTooLarge(limit=min(known[group] for group in in_groups))


def _require_ages(
    activity: Activity, party: Party, children: Sequence[Child], now: datetime, *, ages_confirmed: bool
) -> None:
    theirs = {child.id for child in children if child.guardian == party.person}
    if not {*party.children} <= theirs or any(
        child.consent is None for child in children if child.needs_consent(now.year)
    ):
        raise NoConsentStands()
    if activity.guardian_required and not party.guardian and not party.children:
        raise GuardianMissing()
    if activity.min_age is not None and not ages_confirmed:
        raise AgeNotConfirmed(min_age=activity.min_age)
    if activity.details.max_age is not None and not ages_confirmed:
        raise TooOld(max_age=activity.details.max_age)


def _require_time(activity: Activity, asked: Register, standing: Standing, now: datetime) -> None:
    if standing.overlapping:
        other = standing.overlapping[0]
        if activity.details.terms.overlapping is Overlap.REFUSED:
            raise OverlappingRefused(activity=other)
        if not asked.despite_overlap:
            raise Overlapping(activity=other)
    allowed = standing.missed_allowed
    if allowed is not None and standing.missed >= allowed and now < activity.starts_at - MISSED_OPENS:
        raise MissedTooOften(missed=standing.missed, hours=int(MISSED_OPENS.total_seconds()) // 3600)


def _require_open(activity: Activity, person: str, by: Principal, now: datetime) -> None:
    if person == by.sub:
        by.require(activity.community)
    else:
        activity.require_desk(by)
    activity.require_scheduled()
    if now >= activity.starts_at:
        raise RegistrationClosed()


def own_or_desk(activity: Activity, person: str, by: Principal) -> bool:
    """Whether `by` is `person`, in the activity's community, or acts for others there."""
    return activity.community in by.communities if person == by.sub else activity.is_desk(by)
