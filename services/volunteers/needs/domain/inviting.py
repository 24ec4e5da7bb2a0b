"""Rings of people who are asked together, who stands by, and where somebody is looked for when a seat is empty.

Guarantees: an invitation ends once, and nobody who was invited is left without a word when the seats are filled, the
time changes or the help is not wanted any more; nobody is invited twice for the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal
from services.contracts.event import Event
from services.contracts.volunteers import (
    Hop,
    InvitationEnd,
    NeedInvitationDeclined,
    NeedInvitationEnded,
    NeedInvited,
    NeedRefilling,
    NeedRingClaimed,
    NeedStandbyJoined,
    NeedStandbyLeft,
)
from services.volunteers.needs.domain.asked import Invitation, InvitationStatus, Refill, Standby
from services.volunteers.needs.domain.need import Need, require_planning
from services.volunteers.needs.domain.offers import LIVE, OfferStatus

PLANNED_BEFORE = timedelta(hours=48)
"""With more time than this before the start, the next plan finds somebody …"""
RINGS_BEFORE = timedelta(hours=4)
"""… with more than this, those who stand by and rings of people do, and with less the grid worker is told as well."""

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=4)
"""A ring waits a quarter of the time that is left for answers, and between these."""

FOUND_WITHIN = timedelta(minutes=1)
"""So long a process may take to find the people of a ring."""

_LOST = frozenset({OfferStatus.DECLINED, OfferStatus.EXPIRED, OfferStatus.WITHDRAWN, OfferStatus.TAKEN_OFF})
_STANDS = frozenset(InvitationStatus) - {InvitationStatus.RELEASED}


class SeatsAreOpen(
    Conflict, code="need.seats-are-open", zh="还有名额，可直接报名。", en="There are open seats: take one."
):
    """People stand by for needs that are full."""


class HasSeat(Conflict, code="need.has-seat", zh="您已有名额。", en="You have a seat in it already."):
    """Who has a seat, or is asked for one, does not stand by."""


def waits_for(now: datetime, starts_at: datetime) -> timedelta:
    """How long somebody who is asked at `now` may take to answer, when a seat that had been given is empty again."""
    return min(max((starts_at - now) / 4, SHORTEST), LONGEST, max(starts_at - now, timedelta(0)))


def hop_at(need: Need, now: datetime) -> Hop:
    """Where somebody is looked for now, by the time that is left and by who stands by."""
    left = need.starts_at - now
    if left > PLANNED_BEFORE:
        return Hop.PLAN
    if need.standby:
        return Hop.STANDBY
    return Hop.RING if left > RINGS_BEFORE else Hop.GRID_WORKER


def is_refilled(need: Need, now: datetime) -> bool:
    """Whether it is not the plan alone that looks for somebody: a seat was lost, or it begins before long."""
    if need.is_final or need.open_seats == 0 or now >= need.starts_at:
        return False
    left = need.starts_at - now
    if left > PLANNED_BEFORE:
        return False
    return left <= RINGS_BEFORE or bool(need.standby) or any(offer.status in _LOST for offer in need.offers)


def is_due(need: Need, now: datetime) -> bool:
    """Whether the next hop is to follow now: there was none, its time is over, or everybody has answered."""
    if not is_refilled(need, now):
        return False
    refill = need.refill
    if refill is None or refill.hop is Hop.PLAN or now >= refill.until:
        return True
    if refill.claimed:
        return False
    waited_for = any(i.status is InvitationStatus.OPEN for i in need.invited)
    asked = any(offer.status is OfferStatus.OFFERED for offer in need.offers)
    if refill.hop is Hop.STANDBY:
        return not asked
    late = need.starts_at - now <= RINGS_BEFORE
    return (refill.hop is Hop.RING and (late or not waited_for)) or (bool(need.standby) and not asked)


def plan_again(need: Need, now: datetime) -> Decision[Need]:
    """A seat was lost long before the start: the next plan finds somebody. Said once for each time."""
    if need.is_final or need.open_seats == 0 or need.refill is not None or need.starts_at - now <= PLANNED_BEFORE:
        return decided(need)
    return _hop(need, Hop.PLAN, need.starts_at - PLANNED_BEFORE, now, asked=0)


def ask_standby(need: Need, until: datetime, now: datetime) -> Decision[Need]:
    """Somebody who stands by has been asked, and may answer until `until`."""
    return _hop(need, Hop.STANDBY, until, now, asked=1)


def claim(need: Need, id: str, now: datetime) -> Decision[Need]:
    """One process is to find the people of the next ring, under `id`; after a minute another one may."""
    if not is_due(need, now):
        return decided(need)
    ring = max((i.ring for i in need.invited), default=0)
    claimed = Refill(hop=Hop.RING, ring=ring, since=now, until=now + FOUND_WITHIN, claimed=id)
    return decided(need.model_copy(update={"refill": claimed}), NeedRingClaimed(until=claimed.until))


def invite(need: Need, people: Sequence[str], now: datetime, claimed: str | None = None) -> Decision[Need]:
    """Ask a ring of people at once, or, where nobody is left or little time is, tell the grid worker as well.

    It is done where the ring is `claimed` under this id and by nobody else since, or where the next hop is due. Whoever
    was asked before, by an offer or by an invitation that stands, is passed over.
    """
    mine = need.refill is not None and need.refill.claimed == claimed is not None and is_refilled(need, now)
    if not mine and (claimed is not None or not is_due(need, now)):
        return decided(need)
    before = {i.person for i in need.invited if i.status in _STANDS}
    before |= {o.person for o in need.offers if o.status is not OfferStatus.RELEASED}
    asked = [person for person in dict.fromkeys(people) if person not in before]
    late = need.starts_at - now <= RINGS_BEFORE
    until = now + (waits_for(now, need.starts_at) if asked else min(LONGEST, need.starts_at - now))
    ring = 1 + max((i.ring for i in need.invited), default=0)
    lapsed = tuple(
        i.model_copy(update={"status": InvitationStatus.EXPIRED}) if _ran_out(i, now) else i for i in need.invited
    )
    made = tuple(Invitation(person=person, ring=ring, at=now, until=until) for person in asked)
    hop = Hop.RING if asked and not late else Hop.GRID_WORKER
    step = _hop(need.model_copy(update={"invited": (*lapsed, *made)}), hop, until, now, len(asked))
    told = [event_from(NeedInvited, step.aggregate, person=each.person, ring=ring, until=until) for each in made]
    return decided(step.aggregate, *step.events, *told)


def decline_invitation(need: Need, by: Principal, now: datetime) -> Decision[Need] | None:
    """The person says no to an invitation that stands; None where there is none to them."""
    mine = next((i for i in need.invited if i.person == by.sub and i.status in _STANDS), None)
    if mine is None:
        return None
    if mine.status is not InvitationStatus.OPEN:
        return decided(need)
    changed = _with(need, by.sub, InvitationStatus.DECLINED)
    return decided(changed, event_from(NeedInvitationDeclined, changed, person=by.sub))


def stand_by(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The person wants to be asked before others should a seat come free; a second time changes nothing.

    Raises:
        NeedClosed, AlreadyStarted: the need is no longer planned.
        HasSeat: they have a seat, or are asked for one.
        SeatsAreOpen: they may take one at once.
    """
    by.require(need.community)
    if any(each.person == by.sub for each in need.standby):
        return decided(need)
    require_planning(need, now)
    if any(o.person == by.sub and o.status in LIVE for o in need.offers):
        raise HasSeat()
    if need.open_seats and not need.standby:
        raise SeatsAreOpen()
    changed = need.model_copy(update={"standby": (*need.standby, Standby(person=by.sub, since=now))})
    return decided(changed, event_from(NeedStandbyJoined, changed, person=by.sub))


def pass_over(need: Need, person: str) -> Decision[Need]:
    """Somebody who stands by could not be asked for a seat that is open: they stand by no more."""
    return step_aside(need, person) if need.open_seats else decided(need)


def give_up(need: Need, by: Principal) -> Decision[Need]:
    """The person does not want to stand by any more.

    Raises:
        NotYours: they are of another community.
    """
    by.require(need.community)
    return step_aside(need, by.sub)


def step_aside(need: Need, person: str) -> Decision[Need]:
    """The person stands by no more; a second time changes nothing."""
    changed = without_standby(need, person)
    if changed is need:
        return decided(need)
    return decided(changed, event_from(NeedStandbyLeft, changed, person=person))


def without_standby(need: Need, person: str) -> Need:
    """The need without `person` among those who stand by."""
    left = tuple(each for each in need.standby if each.person != person)
    return need if len(left) == len(need.standby) else need.model_copy(update={"standby": left})


def answered_yes(need: Need, person: str) -> Need:
    """The need after `person` said yes: they stand by no more, and their invitation is answered."""
    need = without_standby(need, person)
    return _with(need, person, InvitationStatus.ACCEPTED) if _open_to(need, person) else need


def end_invitations(need: Need, why: InvitationEnd) -> tuple[Need, list[Event]]:
    """Nobody who was invited need answer any more, and each is told so. Nobody is looked for any more."""
    status = InvitationStatus.THANKED if why is InvitationEnd.FILLED else InvitationStatus.RELEASED
    ended = [i.person for i in need.invited if i.status is InvitationStatus.OPEN]
    gone: dict[str, Any] = {"refill": None}
    if why is InvitationEnd.MOVED:
        gone["invited"] = tuple(i.model_copy(update={"status": status}) for i in need.invited)
    else:
        gone["invited"] = tuple(
            i.model_copy(update={"status": status}) if i.status is InvitationStatus.OPEN else i for i in need.invited
        )
    changed = need.model_copy(update=gone)
    return changed, [event_from(NeedInvitationEnded, changed, person=person, why=why) for person in ended]


def forgotten(need: Need, person: str, stand_in: str) -> Need:
    """The need without a trace of `person` among those who were invited or stand by."""
    invited = tuple(i.model_copy(update={"person": stand_in}) if i.person == person else i for i in need.invited)
    return without_standby(need, person).model_copy(update={"invited": invited})


def _hop(need: Need, hop: Hop, until: datetime, now: datetime, asked: int) -> Decision[Need]:
    ring = max((i.ring for i in need.invited), default=0)
    changed = need.model_copy(update={"refill": Refill(hop=hop, ring=ring, since=now, until=until)})
    event = event_from(NeedRefilling, changed, hop=hop, ring=ring, asked=asked, vacant=need.open_seats, until=until)
    return decided(changed, event)


def _ran_out(invitation: Invitation, now: datetime) -> bool:
    return invitation.status is InvitationStatus.OPEN and invitation.until <= now


def _open_to(need: Need, person: str) -> bool:
    return any(i.person == person and i.status is InvitationStatus.OPEN for i in need.invited)


def _with(need: Need, person: str, status: InvitationStatus) -> Need:
    return need.model_copy(
        update={
            "invited": tuple(
                i.model_copy(update={"status": status})
                if i.person == person and i.status is InvitationStatus.OPEN
                else i
                for i in need.invited
            )
        }
    )
