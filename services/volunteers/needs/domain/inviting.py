"""How a volunteer is found for an empty seat: people who stand by are asked, then rings of people, then a grid worker.

A ring is a group of people who are invited at the same time. The search goes on in hops (`Hop`).

Guarantees: an invitation ends once. When the seats are filled, the time changes or the help is not wanted any more,
everybody with an open invitation is told so. Nobody is invited twice to the same need, unless the need has moved since.
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
"""If more time than this is left before the start, the next run of matching fills the seat …"""
RINGS_BEFORE = timedelta(hours=4)
"""… if more than this is left, rings of people are invited, and if less is left, the grid worker is told as well."""

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=4)
"""A ring waits for answers for a quarter of the time that is left before the start, but never less than `SHORTEST` and
never more than `LONGEST`."""

FOUND_WITHIN = timedelta(minutes=1)
"""A process may take so long to choose the people of a ring. After that, another process may choose them."""

_LOST = frozenset({OfferStatus.DECLINED, OfferStatus.EXPIRED, OfferStatus.WITHDRAWN, OfferStatus.TAKEN_OFF})
"""An offer of these statuses has left a seat empty that was offered before."""

_STANDS = frozenset(InvitationStatus) - {InvitationStatus.RELEASED}
"""A person with an invitation of these statuses is not invited again. A released one does not count: the need moved."""


class SeatsAreOpen(
    Conflict, code="need.seats-are-open", zh="还有名额，可直接报名。", en="There are open seats: take one."
):
    """Nobody stands by for a need with open seats, since they may take one of them."""


class HasSeat(Conflict, code="need.has-seat", zh="您已有名额。", en="You have a seat in it already."):
    """The person has a seat in the need or is offered one, so they can neither stand by nor take a second seat."""


def waits_for(now: datetime, starts_at: datetime) -> timedelta:
    """The time to answer for a person who is asked at `now` for an empty seat: a quarter of the time that is left,
    between `SHORTEST` and `LONGEST`, and never beyond the start.
    """
    return min(max((starts_at - now) / 4, SHORTEST), LONGEST, max(starts_at - now, timedelta(0)))


def hop_at(need: Need, now: datetime) -> Hop:
    """The hop by which a volunteer is looked for now: it depends on the time that is left and on who stands by."""
    left = need.starts_at - now
    if need.standby:
        return Hop.STANDBY
    if left > PLANNED_BEFORE:
        return Hop.PLAN
    return Hop.RING if left > RINGS_BEFORE else Hop.GRID_WORKER


def is_refilled(need: Need, now: datetime) -> bool:
    """Whether more than the next run of matching looks for a volunteer.

    It does if somebody stands by, if a seat was lost within `PLANNED_BEFORE` of the start, or if any seat is empty
    within `RINGS_BEFORE` of the start.
    """
    if need.is_final or need.open_seats == 0 or now >= need.starts_at:
        return False
    left = need.starts_at - now
    if left > PLANNED_BEFORE:
        return bool(need.standby)
    return left <= RINGS_BEFORE or bool(need.standby) or any(offer.status in _LOST for offer in need.offers)


def is_due(need: Need, now: datetime) -> bool:
    """Whether the next hop follows now: there was no hop yet, the time of the present one is over, or everybody whom it
    asked has answered.
    """
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
    """Say that the next run of matching looks for a volunteer, since a seat was lost long before the start.

    Nothing changes if somebody stands by, or if the need has said so already.
    """
    if need.is_final or need.open_seats == 0 or need.standby or need.starts_at - now <= PLANNED_BEFORE:
        return decided(need)
    if need.refill is not None and need.refill.hop is not Hop.STANDBY:
        return decided(need)
    return _hop(need, Hop.PLAN, need.starts_at - PLANNED_BEFORE, now, asked=0)


def ask_standby(need: Need, until: datetime, now: datetime) -> Decision[Need]:
    """Record that a person who stands by was offered a seat, and may answer until `until`."""
    return _hop(need, Hop.STANDBY, until, now, asked=1)


def claim(need: Need, id: str, now: datetime) -> Decision[Need]:
    """Claim the next ring for the process `id`, which chooses its people. After `FOUND_WITHIN` another process may
    claim the ring. Nothing changes if no hop is due.
    """
    if not is_due(need, now):
        return decided(need)
    ring = max((i.ring for i in need.invited), default=0)
    claimed = Refill(hop=Hop.RING, ring=ring, since=now, until=now + FOUND_WITHIN, claimed=id)
    return decided(need.model_copy(update={"refill": claimed}), NeedRingClaimed(until=claimed.until))


def invite(need: Need, people: Sequence[str], now: datetime, claimed: str | None = None) -> Decision[Need]:
    """Invite the people of a ring at once. The grid worker is told too if nobody is left to invite, or little time is.

    Nothing changes if another process than `claimed` has claimed the ring since, or, without `claimed`, if no hop is
    due. People who had an offer or an invitation for this need before are left out, unless it was released.
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
    """The caller declines their invitation. None if the caller has no invitation, or it was released."""
    mine = next((i for i in need.invited if i.person == by.sub and i.status in _STANDS), None)
    if mine is None:
        return None
    if mine.status is not InvitationStatus.OPEN:
        return decided(need)
    changed = _with(need, by.sub, InvitationStatus.DECLINED)
    return decided(changed, event_from(NeedInvitationDeclined, changed, person=by.sub))


def stand_by(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The caller stands by: if a seat becomes free, they are asked before others. A second time changes nothing.

    Raises:
        NeedClosed, AlreadyStarted: the need is no longer planned.
        HasSeat: the caller has a seat, or is offered one.
        SeatsAreOpen: a seat is open, and nobody stands by for it.
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
    """Let a person stand by no longer, since a seat is open for which they could not be asked."""
    return step_aside(need, person) if need.open_seats else decided(need)


def give_up(need: Need, by: Principal) -> Decision[Need]:
    """The caller no longer stands by.

    Raises:
        NotYours: the caller is of another community.
    """
    by.require(need.community)
    return step_aside(need, by.sub)


def step_aside(need: Need, person: str) -> Decision[Need]:
    """The person no longer stands by. A second time changes nothing."""
    changed = without_standby(need, person)
    if changed is need:
        return decided(need)
    return decided(changed, event_from(NeedStandbyLeft, changed, person=person))


def without_standby(need: Need, person: str) -> Need:
    """The need without `person` among those who stand by."""
    left = tuple(each for each in need.standby if each.person != person)
    return need if len(left) == len(need.standby) else need.model_copy(update={"standby": left})


def answered_yes(need: Need, person: str) -> Need:
    """The need after `person` said yes: they no longer stand by, and an open invitation to them is accepted."""
    need = without_standby(need, person)
    return _with(need, person, InvitationStatus.ACCEPTED) if _open_to(need, person) else need


def end_invitations(need: Need, why: InvitationEnd) -> tuple[Need, list[Event]]:
    """End the search for a volunteer and all open invitations. Returns the need, and an event for each person to tell.

    If the need moved, answered invitations are released as well, so that the same people may be invited again.
    """
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
    """The need after `person` was erased: they no longer stand by, and their invitations name `stand_in` instead."""
    invited = tuple(i.model_copy(update={"person": stand_in}) if i.person == person else i for i in need.invited)
    return without_standby(need, person).model_copy(update={"invited": invited})


def asked_instead(need: Need, person: str, into: str) -> Need:
    """The need with `into` in the place of `person` among the people who were invited or stand by. Nobody stands there
    twice.
    """
    known = {i.person for i in need.invited}
    invited = tuple(
        i.model_copy(update={"person": into}) if i.person == person and into not in known else i for i in need.invited
    )
    waits = {each.person for each in need.standby}
    standby = tuple(
        each.model_copy(update={"person": into}) if each.person == person else each
        for each in need.standby
        if each.person != person or into not in waits
    )
    return need.model_copy(update={"invited": invited, "standby": standby})


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
