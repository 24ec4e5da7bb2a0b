"""Seats and the waiting list.

After every command this holds: no more heads are seated than there are seats; nobody waits who would fit; of two
waiting parties that would both fit, the one that came first is seated first. A large party at the head of the list
does not hold seats back from a small one behind it, since an empty chair helps nobody.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict
from services.contracts.activities import ActivityPromoted, ActivityRegistered, ActivityWaitlisted, ActivityWithdrawn
from services.contracts.event import Event
from services.events.activities.domain.activity import Activity, Party

MAX_WAITING_PARTIES = 200


class WaitingListFull(Conflict, code="activity.waiting-list-full", zh="候补名单已满。", en="The waiting list is full."):
    """An activity is one document, so its lists are bounded."""


def take(activity: Activity, party: Party, now: datetime) -> Decision[Activity]:
    """Give `party` its seats where all of it fits, else a place at the end of the waiting list.

    Raises:
        WaitingListFull
    """
    return _seat(activity, party, now) if party.heads <= activity.free else _queue(activity, party, now)


def release(activity: Activity, person: str, now: datetime) -> Decision[Activity]:
    """Take out the party of `person`; parties that wait and now fit move up."""
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
