"""Seats and the waiting list.

After every command this holds: no more heads are seated or offered a seat than there are seats, in the whole and in
each ticket group (unless the capacity was lowered below those who had a seat: they keep it); nobody waits who would
fit; of two waiting parties that would both fit, the one that stands first is seated first. A large party at the head of
the list does not hold seats back from a small one behind it, since an empty chair helps nobody.

The list is ordered by the published rule: the groups with priority first, then as they came. The desk may put a party
elsewhere, with a reason that everybody may read.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, Invalid
from services.chassis.values import local_date
from services.contracts.activities import (
    ActivityConfirmed,
    ActivityMovedUp,
    ActivityOffered,
    ActivityPartyChanged,
    ActivityPromoted,
    ActivityRegistered,
    ActivityStatus,
    ActivityWaitlisted,
    ActivityWithdrawn,
    Leaving,
    Promotion,
)
from services.contracts.event import Event
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party

MAX_WAITING_PARTIES = 200
OFFERS_END = timedelta(hours=2)
"""So long before the start seats are not offered any more but given: an answer would come too late for the next."""


AT_THE_DOOR = "已到现场 (came to the door)"
ANSWERS_WITHIN = timedelta(hours=72)
"""How long people have to say whether another day suits them."""


class WaitingListFull(Conflict, code="activity.waiting-list-full", zh="候补名单已满。", en="The waiting list is full."):
    """An activity is one document, so its lists are bounded."""


class NotWaiting(Conflict, code="activity.not-waiting", zh="不在候补名单中。", en="Not on the waiting list."):
    """Only who waits can be put elsewhere on the list."""


class NothingOffered(
    Conflict, code="activity.nothing-offered", zh="目前没有为您保留的名额。", en="No seats are kept for you."
):
    """The offer was answered, has run out, or never was."""


class NothingAsked(
    Conflict, code="activity.nothing-asked", zh="目前没有需要您确认的事项。", en="There is nothing to say yes or no to."
):
    """Only who has a seat in an activity that was moved to another day is asked."""


class PositionUnknown(
    Invalid,
    code="activity.position-unknown",
    zh="候补名单没有第 {position} 位。",
    en="There is no place {position}.",
):
    """A place on the list is counted from 1."""


def take(activity: Activity, party: Party, now: datetime) -> Decision[Activity]:
    """Give `party` its seats where all of it fits, else a place on the waiting list.

    Raises:
        WaitingListFull
    """
    return seat(activity, party, now) if party.guest or activity.fits(party) else _queue(activity, party, now)


def release(
    activity: Activity,
    person: str,
    now: datetime,
    why: Leaving | None = None,
    reason: str | None = None,
) -> Decision[Activity]:
    """Take out the party of `person`; parties that wait and now fit move up, or are offered the seats."""
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
        person=person,
        party=party.heads,
        waitlisted=waited,
        taken=left.taken,
        waiting=left.waiting_heads,
        why=why,
        reason=reason,
        series=left.series,
    )
    promoted, promotions = move_up(left, now)
    return decided(promoted, event, *promotions)


def resize(activity: Activity, party: Party, by: str, now: datetime) -> Decision[Activity]:
    """`party` stands in the place of the one that its person registered; who asks has made sure that it fits there.
    Parties that wait and now fit move up."""
    waits = activity.position_of(party.person) is not None

    def other(each: Party) -> Party:
        return party if each.person == party.person else each

    sized = activity.model_copy(
        update={
            "seated": tuple(map(other, activity.seated)),
            "waiting": tuple(map(other, activity.waiting)),
            "changed_at": now,
        }
    )
    event = ActivityPartyChanged(
        person=party.person,
        party=party.heads,
        waitlisted=waits,
        taken=sized.taken,
        waiting=sized.waiting_heads,
        own=by == party.person,
    )
    promoted, promotions = move_up(sized, now)
    return decided(promoted, event, *promotions)


def accept(activity: Activity, person: str, now: datetime) -> Decision[Activity]:
    """A party takes the seats that it was offered.

    Raises:
        NothingOffered: it was offered none, or its time is over.
    """
    party = next((p for p in activity.waiting if p.person == person), None)
    if party is None or party.offered_until is None or now >= party.offered_until:
        raise NothingOffered()
    promoted, event = _promote(activity, party.model_copy(update={"agreed_on": None}), now)
    return decided(promoted.model_copy(update={"changed_at": now}), event)


def let_in(activity: Activity, person: str, now: datetime) -> Decision[Activity]:
    """A waiting party is at the door. It takes the seats that are kept for it; where none are, it is a guest, who takes
    no seat from those who wait before it."""
    party = next((p for p in activity.waiting if p.person == person), None)
    if party is None:
        return decided(activity)
    above = {} if party.offered_until is not None else {"guest": True, "reason": AT_THE_DOOR}
    let = party.model_copy(update={**above, "agreed_on": None})
    promoted, event = _promote(activity, let, now)
    return decided(promoted.model_copy(update={"changed_at": now}), event)


def waits_again(activity: Activity, person: str) -> tuple[Activity, list[Event]]:
    """The activity in which a waiting party that was let in at the door by mistake waits where it waited before."""
    let = next((p for p in activity.seated if p.person == person and p.guest and p.reason == AT_THE_DOOR), None)
    if let is None:
        return activity, []
    party = let.model_copy(update={"guest": False, "reason": None})
    stands = (_rank(activity, party), party.registered_at)
    before = [n for n, each in enumerate(activity.waiting, 1) if (_rank(activity, each), each.registered_at) <= stands]
    place = max(before, default=0)
    waiting = (*activity.waiting[:place], party, *activity.waiting[place:])
    seated = tuple(p for p in activity.seated if p is not let)
    back = activity.model_copy(update={"seated": seated, "waiting": waiting})
    event = ActivityWaitlisted(
        person=person, party=party.heads, position=place + 1, waiting=back.waiting_heads, series=back.series
    )
    return back, [event]


def arrived(activity: Activity, person: str) -> Activity:
    """The activity in which a party that is there is asked no more whether it comes on another day."""
    seated = tuple(
        party.model_copy(update={"agreed_on": None, "asked_until": None}) if party.person == person else party
        for party in activity.seated
    )
    return activity.model_copy(update={"seated": seated})


def offered_anew(activity: Activity, now: datetime) -> tuple[Activity, list[Event]]:
    """The open offers of an activity that has another start now: each is of that start, and ends in time before it."""
    events: list[Event] = []
    for party in activity.waiting:
        if party.offered_until is not None:
            activity, event = _offer(activity, party, now, party.offered_until)
            events.append(event)
    return activity, events


def put(activity: Activity, person: str, position: int, reason: str, now: datetime) -> Decision[Activity]:
    """Put a waiting party at another place on the list, against the published order; whoever then fits moves up.

    Raises:
        NotWaiting, PositionUnknown
    """
    party = next((p for p in activity.waiting if p.person == person), None)
    if party is None:
        raise NotWaiting()
    if not 1 <= position <= len(activity.waiting):
        raise PositionUnknown(position=position)
    if activity.position_of(person) == position:
        return decided(activity)
    others = [p for p in activity.waiting if p.person != person]
    moved = party.model_copy(update={"reason": reason})
    waiting = (*others[: position - 1], moved, *others[position - 1 :])
    changed = activity.model_copy(update={"waiting": waiting, "changed_at": now})
    promoted, promotions = move_up(changed, now)
    return decided(promoted, ActivityMovedUp(person=person, position=position, reason=reason), *promotions)


def move_up(activity: Activity, now: datetime) -> tuple[Activity, list[Event]]:
    """Whoever waits and now fits gets the seats or, by the terms, an offer of them."""
    events: list[Event] = []
    offers = activity.details.terms.promotion is Promotion.OFFER and activity.starts_at - now > OFFERS_END
    free = activity.free
    for party in activity.waiting:
        if not free:
            break
        if party.offered_until is not None or party.heads > free or not activity.fits(party):
            continue
        moved_up: tuple[Activity, Event] = (_offer if offers else _promote)(activity, party, now)
        activity = moved_up[0]
        events.append(moved_up[1])
        free = activity.free
    return activity, events


def asking(party: Party, starts_at: datetime, now: datetime) -> Party:
    """`party`, asked for its yes where it agreed to another day than that of `starts_at`."""
    if party.agreed_on is None:
        return party
    party = party.model_copy(update={"coming": None})  # they said so of another day
    if party.agreed_on == local_date(starts_at):
        return party.model_copy(update={"agreed_on": None, "asked_until": None})
    return party.model_copy(update={"asked_until": _in_time(now + ANSWERS_WITHIN, starts_at, now)})


def _in_time(until: datetime, starts_at: datetime, now: datetime) -> datetime:
    """`until`, or earlier, so that somebody else can still come; the start where there is no time for that."""
    latest = starts_at - OFFERS_END
    return min(until, latest) if latest > now else min(until, starts_at)


def answer(activity: Activity, person: str, *, comes: bool, now: datetime) -> Decision[Activity]:
    """A party says whether it comes on the day to which the activity was moved.

    Raises:
        NothingAsked
    """
    party = next((p for p in activity.seated if p.person == person), None)
    if party is None or party.asked_until is None:
        raise NothingAsked()
    if not comes:
        return release(activity, person, now, Leaving.MOVE_DECLINED)
    sure = party.model_copy(update={"agreed_on": None, "asked_until": None})
    seated = tuple(sure if p is party else p for p in activity.seated)
    confirmed = activity.model_copy(update={"seated": seated, "changed_at": now})
    event = ActivityConfirmed(person=person, party=party.heads, starts_at=activity.starts_at)
    return decided(confirmed, event)


def lapse(activity: Activity, now: datetime) -> Decision[Activity]:
    """Parties that did not answer in time, an offer or a question, have their seats no longer."""
    if activity.status is not ActivityStatus.SCHEDULED:
        return decided(activity)
    events: list[Event] = []
    for party in (*activity.waiting, *activity.seated):
        due, why = party.offered_until, Leaving.OFFER_EXPIRED
        if due is None:
            due, why = party.asked_until, Leaving.MOVE_UNANSWERED
        if due is not None and due <= now and not activity.is_there(party.person):
            left = release(activity, party.person, now, why)
            activity, events = left.aggregate, [*events, *left.events]
    return decided(activity, *events)


def seat(activity: Activity, party: Party, now: datetime) -> Decision[Activity]:
    """Give `party` seats, whether it fits or not; who asks has made sure of that."""
    seated = activity.model_copy(update={"seated": (*activity.seated, party), "changed_at": now})
    event = ActivityRegistered(
        person=party.person,
        party=party.heads,
        starts_at=seated.starts_at,
        taken=seated.taken,
        own=party.by == party.person,
        guest=party.guest,
        reason=party.reason,
        series=seated.series,
    )
    return decided(seated, event)


def _queue(activity: Activity, party: Party, now: datetime) -> Decision[Activity]:
    if len(activity.waiting) >= MAX_WAITING_PARTIES:
        raise WaitingListFull()
    behind = [n for n, other in enumerate(activity.waiting, 1) if _rank(activity, other) <= _rank(activity, party)]
    place = max(behind, default=0)
    waiting = (*activity.waiting[:place], party, *activity.waiting[place:])
    queued = activity.model_copy(update={"waiting": waiting, "changed_at": now})
    event = ActivityWaitlisted(
        person=party.person,
        party=party.heads,
        position=place + 1,
        waiting=queued.waiting_heads,
        own=party.by == party.person,
        series=queued.series,
    )
    return decided(queued, event)


def _rank(activity: Activity, party: Party) -> int:
    """0 for parties that go ahead by the published rule or were offered seats, 1 for all others."""
    ahead = set(activity.details.terms.priority)
    return 0 if party.offered_until is not None or any(each.group in ahead for each in party.groups) else 1


def _promote(activity: Activity, party: Party, now: datetime) -> tuple[Activity, ActivityPromoted]:
    seated = asking(party.model_copy(update={"offered_until": None}), activity.starts_at, now)
    activity = activity.model_copy(
        update={
            "seated": (*activity.seated, seated),
            "waiting": tuple(p for p in activity.waiting if p.person != party.person),
        }
    )
    event = ActivityPromoted(
        person=party.person,
        party=party.heads,
        starts_at=activity.starts_at,
        taken=activity.taken,
        waiting=activity.waiting_heads,
        asks_until=seated.asked_until,
    )
    return activity, event


def _offer(
    activity: Activity, party: Party, now: datetime, until: datetime | None = None
) -> tuple[Activity, ActivityOffered]:
    until = until or now + timedelta(hours=activity.details.terms.offer_hours)
    until = _in_time(until, activity.starts_at, now)
    offered = party.model_copy(update={"offered_until": until})
    waiting = tuple(offered if p is party else p for p in activity.waiting)
    event = ActivityOffered(
        person=party.person,
        party=party.heads,
        until=until,
        starts_at=activity.starts_at,
        registered_at=party.registered_at,
    )
    return activity.model_copy(update={"waiting": waiting}), event
