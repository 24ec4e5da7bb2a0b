"""Seats and the waiting list.

What holds after every command: no more heads are seated than there are seats; nobody waits who would fit; of two
waiting parties that would both fit, the one that came first is seated first. A large party at the head of the list
does not hold seats back from a small one behind it, since an empty chair helps nobody.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Principal
from services.contracts.activities import ActivityPromoted, ActivityRegistered, ActivityWaitlisted, ActivityWithdrawn
from services.contracts.event import Event
from services.events.activities.domain.activity import MAX_PARTY, MAX_WAITING_PARTIES, Activity, Party
from services.events.activities.domain.errors import (
    AgeNotConfirmed,
    AlreadyRegistered,
    GuardianMissing,
    NotRegistered,
    PartyTooLarge,
    RegistrationClosed,
    WaitingListFull,
)


def register(
    activity: Activity,
    person: str,
    heads: int,
    by: Principal,
    now: datetime,
    *,
    guardian: bool = False,
    ages_confirmed: bool = False,
) -> Decision[Activity]:
    """Seat a party or put it on the waiting list, all of it or none; the desk may do it for somebody else.

    Args:
        guardian: who registers is the guardian of the children in the party and consents.
        ages_confirmed: everybody has reached the activity's minimum age.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, AlreadyRegistered, PartyTooLarge, GuardianMissing,
        AgeNotConfirmed, WaitingListFull
    """
    _require_open(activity, person, by, now)
    if activity.party_of(person) is not None:
        raise AlreadyRegistered()
    limit = min(MAX_PARTY, activity.capacity)
    if heads > limit:
        raise PartyTooLarge(limit=limit)
    if activity.guardian_required and not guardian:
        raise GuardianMissing()
    if activity.min_age is not None and not ages_confirmed:
        raise AgeNotConfirmed(min_age=activity.min_age)
    party = Party(person=person, heads=heads, registered_at=now, by=by.sub, guardian=guardian)
    return _seat(activity, party, now) if heads <= activity.free else _queue(activity, party, now)


def withdraw(activity: Activity, person: str, by: Principal, now: datetime) -> Decision[Activity]:
    """Give up a party's seats, or its place on the list; who waits and now fits moves up.

    Raises:
        NotYours, NotScheduled, RegistrationClosed, NotRegistered
    """
    _require_open(activity, person, by, now)
    if activity.party_of(person) is None:
        raise NotRegistered()
    return release(activity, person, now)


def release(activity: Activity, person: str, now: datetime) -> Decision[Activity]:
    """Take `person`'s party out and let the waiting ones move up."""
    party = activity.party_of(person)
    if party is None:
        return decided(activity)
    waited = activity.position_of(person) is not None
    left = activity.model_copy(
        update={
            "seated": tuple(p for p in activity.seated if p.person != person),
            "waiting": tuple(p for p in activity.waiting if p.person != person),
            "changed_at": now,
        }
    )
    event = ActivityWithdrawn(
        person=person, party=party.heads, waitlisted=waited, taken=left.taken, waiting=left.waiting_heads
    )
    promoted, promotions = _promote(left)
    return decided(promoted, event, *promotions)


def _require_open(activity: Activity, person: str, by: Principal, now: datetime) -> None:
    if person == by.sub:
        by.require(activity.community)
    else:
        activity.require_desk(by)
    activity.require_scheduled()
    if now >= activity.starts_at:
        raise RegistrationClosed()


def _seat(activity: Activity, party: Party, now: datetime) -> Decision[Activity]:
    seated = activity.model_copy(update={"seated": (*activity.seated, party), "changed_at": now})
    event = ActivityRegistered(
        person=party.person,
        party=party.heads,
        starts_at=seated.starts_at,
        taken=seated.taken,
        own=party.by == party.person,
    )
    return decided(seated, event)


def _queue(activity: Activity, party: Party, now: datetime) -> Decision[Activity]:
    if len(activity.waiting) >= MAX_WAITING_PARTIES:
        raise WaitingListFull()
    queued = activity.model_copy(update={"waiting": (*activity.waiting, party), "changed_at": now})
    event = ActivityWaitlisted(
        person=party.person,
        party=party.heads,
        position=len(queued.waiting),
        waiting=queued.waiting_heads,
        own=party.by == party.person,
    )
    return decided(queued, event)


def _promote(activity: Activity) -> tuple[Activity, list[Event]]:
    events: list[Event] = []
    for party in activity.waiting:
        if party.heads > activity.free:
            continue
        activity = activity.model_copy(
            update={
                "seated": (*activity.seated, party),
                "waiting": tuple(p for p in activity.waiting if p.person != party.person),
            }
        )
        events.append(
            ActivityPromoted(
                person=party.person,
                party=party.heads,
                starts_at=activity.starts_at,
                taken=activity.taken,
                waiting=activity.waiting_heads,
            )
        )
    return activity, events
