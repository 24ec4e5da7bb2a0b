"""The answers that a party gives: to an offer of seats, to a move to another day, to a reminder.

Who is signed in answers whatever is open. An answer by the link of a message is to what that message asked, and to
nothing that was asked before or since.
"""

from datetime import datetime, timedelta

from pydantic import ConfigDict

from services.chassis.aggregate import Decision, decided
from services.contracts.activities import ActivityConfirmed, Leaving
from services.contracts.value import Value
from services.events.activities.domain import seats
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.parties import Party
from services.events.activities.domain.seats import accept, release
from services.events.registrations.domain.refusals import AlreadyThere, NotRegistered

_ROUNDED = timedelta(milliseconds=1)
"""Stores keep no finer times, so that one that travelled may be less than this before itself."""


class Question(Value):
    """What a message asked: whether a party comes at `starts_at`, to be answered by `answer_by`; a reminder names no
    such time. `registered_at`: when the party registered to which seats were offered, where the message knew it."""

    model_config = ConfigDict(frozen=True)

    starts_at: datetime
    answer_by: datetime | None = None
    registered_at: datetime | None = None


def answer_to(
    activity: Activity, person: str, asked: Question, now: datetime, *, comes: bool, said_at: datetime
) -> Decision[Activity]:
    """The answer that `person` gave at `said_at` to what a message asked. Nothing changes where that is not open any
    more: it was answered, has lapsed, something else was asked since, or the party is gone, there already, or another
    one, which registered after that. So the same answer has no effect when it comes again, however late."""
    party = activity.party_of(person)
    if party is None or said_at < party.registered_at or not activity.is_before_start(now):
        return decided(activity)
    if not _is_open(activity, party, asked, now):
        return decided(activity)
    return answered(activity, person, now, comes=comes)


def answered(activity: Activity, person: str, now: datetime, *, comes: bool) -> Decision[Activity]:
    """What the answer of a party makes of an activity that is ahead. If it does not come, its seats are free at once.

    Raises:
        NotRegistered, NothingOffered, AlreadyThere
    """
    party = activity.party_of(person)
    if party is None:
        raise NotRegistered()
    if not comes:
        require_leaving(activity, person)
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


def require_leaving(activity: Activity, person: str) -> None:
    """Raises NotRegistered or AlreadyThere unless the party of `person` may give up what it has."""
    if activity.party_of(person) is None:
        raise NotRegistered()
    if activity.is_there(person):
        raise AlreadyThere()


def _is_open(activity: Activity, party: Party, asked: Question, now: datetime) -> bool:
    """Whether `asked` is what `party` may answer at `now`."""
    if activity.is_there(party.person) or not _same(activity.starts_at, asked.starts_at):
        return False
    if asked.registered_at is not None and not _same(party.registered_at, asked.registered_at):
        return False
    seated = activity.position_of(party.person) is None
    if asked.answer_by is None:
        return seated
    kept_until = party.asked_until if seated else party.offered_until
    return kept_until is not None and _same(kept_until, asked.answer_by) and now < kept_until


def _same(one: datetime, other: datetime) -> bool:
    return abs(one - other) < _ROUNDED
