"""The rules of taking and giving up seats in an activity: its terms, and who may act for whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal
from services.chassis.values import ZONE
from services.chassis.words import Worded
from services.contracts.activities import Leaving, Overlap
from services.contracts.event import Event
from services.contracts.value import Value
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import MAX_PARTY, GroupHeads, Party
from services.events.activities.domain.seats import put, release, take
from services.events.children.domain import Child
from services.events.registrations.domain.answering import answered, require_leaving
from services.events.registrations.domain.refusals import (
    AgeNotConfirmed,
    AlreadyRegistered,
    ChildrenUncounted,
    ChildUnfit,
    GroupsUnclear,
    GuardianMissing,
    GuardianOfNobody,
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
from services.events.registrations.domain.requests import ChangeParty, Register, WhenShort


class Beside(Value):
    """Another activity, and what it is called where that is known already."""

    activity: str
    title: str | None = None
    title_en: str | None = None

    @property
    def worded(self) -> Worded:
        """Its id, which people read as its title."""
        if self.title is None:
            return Worded(self.activity, "正在提交的另一项报名", "one that is being registered for just now")
        return Worded(self.activity, f"“{self.title}”", f"“{self.title_en or self.title}”")


class Standing(Value):
    """Facts about a person in other activities: what else they have at that time, what they are just being registered
    for (`claimed`), and how often they were missed lately."""

    model_config = ConfigDict(frozen=True)

    overlapping: tuple[Beside, ...] = ()
    claimed: tuple[Beside, ...] = ()
    missed: int = 0
    missed_allowed: int | None = None


MISSED_OPENS = timedelta(hours=24)
"""The time before the start from which on seats that are left are open also to people who were missed too often."""


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
    """Seat a whole party, or put it on the waiting list. The desk may do it for somebody else.

    Args:
        guardian: the person who registers is the guardian of the children in the party, and consents.
        ages_confirmed: everybody in the party is of the ages that the activity is for.
        asked: the other fields of the request.
        standing: facts about the person in other activities.
        children: the children whom the request names, as their guardian entered them.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotOpenYet, AlreadyRegistered, PartyTooLarge, GroupsUnclear,
        GuardianMissing, NoConsentStands, AgeNotConfirmed, TooOld, Overlapping, OverlappingRefused, MissedTooOften,
        SeatsShort, WaitingListFull, ChildrenUncounted, GuardianOfNobody, ChildUnfit
    """
    asked, standing = asked or Register(), standing or Standing()
    require_children(asked.children, guardian=guardian)
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
        label=asked.label or asked.called,
        children=asked.children,
        guest=asked.guest_reason is not None,
        reason=asked.guest_reason,
    )
    if party.guest or asked.label is not None:
        activity.require_desk(by)
    _require_size(activity, party)
    _require_ages(activity, party, children, now, ages_confirmed=ages_confirmed)
    _require_time(activity, asked, standing, now)
    free = activity.free
    if asked.when_short is WhenShort.ASK and not party.guest and not activity.fits(party) and free > 0:
        raise _short(activity, party)
    return take(activity, party, now)


def change_party(
    activity: Activity, person: str, asked: ChangeParty, by: Principal, now: datetime, children: Sequence[Child] = ()
) -> Decision[Activity]:
    """Make a party larger or smaller, or name others in it. It keeps its place; what it gives up is given on.

    Args:
        children: the children whom the party has by then, as their guardian entered them.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered, AlreadyThere, PartyTooLarge, GroupsUnclear,
        ChildrenUncounted, GuardianMissing, NoConsentStands, ChildUnfit
        SeatsShort: the party has seats, or an offer of them, and there are too few for what is added.
        NotOpenYet, AgeNotConfirmed, TooOld: heads are added.
        TooLateToWithdraw: seats are given up, and the deadline has passed.
    """
    _require_open(activity, person, by, now)
    require_leaving(activity, person)
    party = activity.party_of(person)
    if party is None:
        raise NotRegistered()
    groups = party.groups
    if asked.groups is not None:
        groups = tuple(GroupHeads(group=each.group, heads=each.heads) for each in asked.groups)
    changes = {"heads": asked.party, "groups": groups, "children": _named(party, asked)}
    changed = party.model_copy(update={**changes, "guardian": party.guardian and bool(_named(party, asked))})
    if changed == party:
        return decided(activity)
    grows = changed.heads > party.heads or any(each.heads > party.heads_of(each.group) for each in groups)
    added = not {*changed.children} <= {*party.children}
    _require_size(activity, changed, at_least=party.heads)
    _require_ages(activity, changed, children, now, ages_confirmed=asked.ages_confirmed or not (grows or added))
    has_seats = party.offered_until is not None or activity.position_of(person) is None
    if changed.heads > party.heads:
        _require_window(activity, by, now)
    elif has_seats and changed.heads < party.heads:
        _require_before_deadline(activity, by, now)
    if has_seats and grows and not party.guest:
        others = activity.model_copy(
            update={
                "seated": tuple(p for p in activity.seated if p.person != person),
                "waiting": tuple(p for p in activity.waiting if p.person != person),
            }
        )
        if not others.fits(changed):
            raise _short(others, changed)
    return seats.resize(activity, changed, by.sub, now)


def _short(activity: Activity, party: Party) -> SeatsShort:
    """What is short for `party`: seats in one of its groups, where there are enough in the whole."""
    if party.heads <= activity.free:
        for each in party.groups:
            left = activity.free_in(each.group)
            if each.heads > left and any(group.group == each.group for group in activity.details.terms.groups):
                return SeatsShort(left=left, party=each.heads)
    return SeatsShort(left=activity.free, party=party.heads)


def _named(party: Party, asked: ChangeParty) -> tuple[str, ...]:
    return party.children if asked.children is None else asked.children


def require_children(children: Sequence[str], *, guardian: bool) -> None:
    """Raises GuardianOfNobody if somebody registers as a guardian and names no child."""
    if guardian and not children:
        raise GuardianOfNobody()


def withdraw(activity: Activity, person: str, by: Principal, now: datetime) -> Decision[Activity]:
    """Give up a party's seats, or its place on the list. Waiting parties that now fit move up.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered, AlreadyThere
        TooLateToWithdraw: the deadline has passed, after which only the desk gives up a seat.
    """
    _require_open(activity, person, by, now)
    require_leaving(activity, person)
    if activity.position_of(person) is None:
        _require_before_deadline(activity, by, now)
    return release(activity, person, now)


def remove(activity: Activity, person: str, by: Principal, now: datetime, reason: str) -> Decision[Activity]:
    """Remove a party, as the desk, for a reason that the person can read.

    Raises:
        NotYours, NotScheduled, NotRegistered, AlreadyThere
    """
    activity.require_desk(by)
    activity.require_scheduled()
    require_leaving(activity, person)
    return release(activity, person, now, Leaving.DESK, reason)


def answer(activity: Activity, person: str, by: Principal, now: datetime, *, comes: bool) -> Decision[Activity]:
    """Answer, for a party, an offer of seats, a move to another day, or a reminder. If the party does not come, its
    seats are free at once.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered, NothingOffered, AlreadyThere
    """
    _require_open(activity, person, by, now)
    return answered(activity, person, now, comes=comes)


def move_up(
    activity: Activity, person: str, by: Principal, now: datetime, position: int, reason: str
) -> Decision[Activity]:
    """Move a waiting party on the list against the published order, as staff or the organiser, for a reason that
    everybody can read.

    Raises:
        NotYours, NotScheduled, NotWaiting, PositionUnknown
    """
    activity.require_manager(by)
    activity.require_scheduled()
    return put(activity, person, position, reason, now)


def drop_child(activity: Activity, child: str, now: datetime) -> Decision[Activity]:
    """Give up the seats of the parties that `child` belongs to, because there is no valid consent for the child any
    more. Who is there already keeps the seats."""
    events: list[Event] = []
    if not activity.is_before_start(now):
        return decided(activity)
    for party in (*activity.seated, *activity.waiting):
        if child in party.children and not activity.is_there(party.person):
            left = release(activity, party.person, now, Leaving.CONSENT_WITHDRAWN)
            activity, events = left.aggregate, [*events, *left.events]
    return decided(activity, *events)


def _require_before_deadline(activity: Activity, by: Principal, now: datetime) -> None:
    deadline = activity.starts_at - timedelta(hours=activity.details.terms.cancel_hours_before)
    if now >= deadline and not activity.is_desk(by):
        raise TooLateToWithdraw()


def _require_window(activity: Activity, by: Principal, now: datetime) -> None:
    terms = activity.details.terms
    if terms.opens_hours_before is not None:
        opens_at = activity.starts_at - timedelta(hours=terms.opens_hours_before)
        if now < opens_at:
            raise NotOpenYet(opens_at=opens_at.astimezone(ZONE).isoformat(timespec="minutes"))
    if now >= activity.starts_at - timedelta(hours=terms.closes_hours_before) and not activity.is_desk(by):
        raise RegistrationClosed()


def _require_size(activity: Activity, party: Party, at_least: int = 0) -> None:
    """Raises PartyTooLarge, ChildrenUncounted or GroupsUnclear unless the party is of a size that is taken and its
    heads are counted right. A party that has `at_least` heads already is not too large with them, also where the terms
    take fewer by now: a party may always become smaller."""
    terms = activity.details.terms
    limit = max(at_least, min(MAX_PARTY, terms.largest_party, activity.capacity))
    if party.heads > limit:
        raise PartyTooLarge(limit=limit)
    if len(party.children) > party.heads or len({*party.children}) < len(party.children):
        raise ChildrenUncounted()
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
    if activity.guardian_required and not party.children:
        raise GuardianMissing()
    if activity.min_age is not None and not ages_confirmed:
        raise AgeNotConfirmed(min_age=activity.min_age, ages=_ages(activity))
    if activity.details.max_age is not None and not ages_confirmed:
        raise TooOld(max_age=activity.details.max_age)
    if any(_is_unfit(child.birth_year, activity) for child in children if child.id in party.children):
        raise ChildUnfit(ages=_ages(activity))


def _is_unfit(birth_year: int | None, activity: Activity) -> bool:
    """Whether nobody born in that year is of the ages that `activity` is for on its day."""
    if birth_year is None:
        return False
    turns, low, high = activity.day.year - birth_year, activity.min_age, activity.details.max_age
    return (low is not None and turns < low) or (high is not None and turns - 1 > high)


def _ages(activity: Activity) -> str:
    low, high = activity.min_age, activity.details.max_age
    return f"{low}+" if high is None else f"{low or 0}–{high}"


def asks_of_overlaps(activity: Activity, *, despite: bool) -> bool:
    """Whether somebody who registers, `despite` an overlap or not, is refused or warned for one."""
    return not despite or activity.details.terms.overlapping is Overlap.REFUSED


def _require_time(activity: Activity, asked: Register, standing: Standing, now: datetime) -> None:
    for other in (*standing.overlapping, *standing.claimed)[:1]:
        if activity.details.terms.overlapping is Overlap.REFUSED:
            raise OverlappingRefused(activity=other.worded)
        if not asked.despite_overlap:
            raise Overlapping(activity=other.worded)
    require_reliable(standing, activity.starts_at, now)


def require_reliable(standing: Standing, starts_at: datetime, now: datetime) -> None:
    """Raises MissedTooOften while seats for that start are not open yet to somebody who was missed too often."""
    allowed = standing.missed_allowed
    if allowed is not None and standing.missed >= allowed and now < starts_at - MISSED_OPENS:
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
    """Whether `by` is `person`, in the activity's community and may know of it, or acts for others there."""
    at_home = activity.community in by.communities and not activity.hides_from(by)
    return at_home if person == by.sub else activity.is_desk(by)
