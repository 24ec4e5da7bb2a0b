"""A need's seats: they are offered, accepted or declined, given back, and offers run out.

Guarantees: there are never more live offers than seats, nobody is asked twice for the same, only the person asked
answers, no offer is made without a hold made for it alone, and `need.staffed` is said exactly when the last empty seat
gets its yes.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.event import Event
from services.contracts.volunteers import (
    InvitationEnd,
    NeedAccepted,
    NeedDeclined,
    NeedExpired,
    NeedOffered,
    NeedPersonErased,
    NeedReopened,
    NeedStaffed,
    NeedStatus,
    SeatRole,
    TakenOff,
)
from services.volunteers.needs.domain.inviting import (
    SHORTEST,
    answered_yes,
    decline_invitation,
    end_invitations,
    forgotten,
    without_standby,
)
from services.volunteers.needs.domain.need import Need, require_planning, require_staff
from services.volunteers.needs.domain.offers import (
    ASKED,
    LIVE,
    OPEN,
    SERVING,
    NoSuchOffer,
    Offer,
    OfferCommand,
    OfferStatus,
    target,
)
from services.volunteers.people.domain.volunteer import Booking

OFFER_STANDS = timedelta(hours=24)
"""A seat is held for an answer for so long, unless settings say otherwise; never beyond the start."""


class NoOpenSeat(Conflict, code="need.no-open-seat", zh="名额已满。", en="Every seat is taken or offered."):
    """There are never more live offers than seats."""


class AskedBefore(
    Conflict, code="need.asked-before", zh="已经询问过该志愿者。", en="This volunteer was asked already."
):
    """Nobody is asked twice for the same."""


class OfferExpired(Conflict, code="offer.expired", zh="邀请已过期。", en="The offer has expired."):
    """The seat may be somebody else's by now."""


class NeedHasMoved(
    Conflict, code="need.has-moved", zh="服务时间刚刚变更，请重试。", en="Its time has just changed; try again."
):
    """The time that was held is not the time that is needed."""


def answered_within(need: Need, now: datetime, stands: timedelta = OFFER_STANDS) -> timedelta:
    """How long a seat is held for an answer: the less time is left, the shorter, so that others can still be asked."""
    return min(stands, max((need.starts_at - now) / 3, SHORTEST))


def tentative(need: Need, offer: str, now: datetime, stands: timedelta = OFFER_STANDS) -> Booking:
    """The booking for an offer made now. Both run out `stands` from now, at the start at the latest."""
    until = min(now + stands, need.starts_at)
    return Booking(
        need=need.id, offer=offer, starts_at=need.starts_at, ends_at=need.ends_at, until=until, building=need.building
    )


def offer(
    need: Need,
    booking: Booking,
    person: str,
    now: datetime,
    *,
    role: SeatRole = SeatRole.HELPER,
    reason: str | None = None,
    by: str | None = None,
) -> Decision[Need]:
    """Hold a seat of `role` for `person`, whose time `booking` holds. `by` of the staff chose them, for a `reason`.

    Raises:
        NeedClosed, AlreadyStarted: too late for seats.
        NeedHasMoved: the booking is for another time.
        AskedBefore: the person has or had an offer.
        OfferExpired: the booking ran out before the offer was made.
        NoOpenSeat: every seat is taken or offered.
    """
    require_planning(need, now)
    if any(o.person == person and o.status in ASKED for o in need.offers):
        raise AskedBefore()
    return _offer(need, booking, person, now, role, reason, by)


def take(
    need: Need, booking: Booking | None, by: Principal, now: datetime, role: SeatRole = SeatRole.HELPER
) -> Decision[Need]:
    """A volunteer signs up: an offer and its yes at once. An offer to them that still stands is accepted.

    Somebody who let an offer run out or said no may change their mind this way.

    Raises:
        NoSuchOffer: no offer stands, and no time is booked.
        NeedHasMoved, AskedBefore, OfferExpired, NoOpenSeat: as for `offer`, of the booking.
        The refusals of `accept`.
    """
    by.require(need.community)
    if _live(need, by.sub) is not None:
        return accept(need, by, now)
    require_planning(need, now)
    if any(o.person == by.sub and o.status is OfferStatus.TAKEN_OFF for o in need.offers):
        raise AskedBefore()
    if booking is None:
        raise NoSuchOffer()
    made = _offer(need, booking, by.sub, now, role)
    taken = accept(made.aggregate, by, now)
    return Decision(taken.aggregate, (*made.events, *taken.events))


def accept(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The person asked says yes; a second time changes nothing.

    Raises:
        NoSuchOffer: nobody asked them.
        OfferExpired: the answer comes too late.
        OfferNotNow: the offer was answered or fell away.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    by.require(need.community)
    mine = _offer_to(need, by.sub)
    if mine.status in SERVING:
        return decided(need)
    require_planning(need, now)
    status = target(mine.status, OfferCommand.ACCEPT)
    if now >= mine.expires_at:
        raise OfferExpired()
    changed = answered_yes(_with_offer(need, mine, status=status, answered_at=now), mine.person)
    events: list[Event] = [event_from(NeedAccepted, changed, offer=mine.id, person=mine.person)]
    if len(changed.volunteers) < changed.seats:
        return decided(changed, *events)
    changed = changed.model_copy(update={"status": NeedStatus.STAFFED})
    events.append(event_from(NeedStaffed, changed))
    changed, thanks = end_invitations(changed, InvitationEnd.FILLED)
    return decided(changed, *events, *thanks)


def decline(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The person asked says no, to an offer or to an invitation; a second time changes nothing.

    Raises:
        NoSuchOffer: nobody asked them.
        OfferNotNow: the offer was accepted or fell away.
    """
    by.require(need.community)
    if _live(need, by.sub) is None and (invited := decline_invitation(need, by, now)) is not None:
        return invited
    mine = _offer_to(need, by.sub)
    if mine.status is OfferStatus.DECLINED:
        return decided(need)
    changed = _with_offer(need, mine, status=target(mine.status, OfferCommand.DECLINE), answered_at=now)
    return decided(changed, event_from(NeedDeclined, changed, offer=mine.id, person=mine.person))


def withdraw(need: Need, person: str, by: Principal, now: datetime) -> Decision[Need]:
    """A yes is taken back before the service starts, by the person or by staff on record.

    Raises:
        NotYours: the yes is somebody else's, and the caller is not staff.
        NoSuchOffer, OfferNotNow: there is no yes to take back.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    by.require(need.community)
    if by.sub != person and not by.has(need.community, Role.STAFF):
        raise NotYours()
    theirs = _offer_to(need, person)
    if theirs.status is OfferStatus.WITHDRAWN:
        return decided(need)
    require_planning(need, now)
    changed = _with_offer(need, theirs, status=target(theirs.status, OfferCommand.WITHDRAW), answered_at=now)
    changed = changed.model_copy(update={"status": NeedStatus.OPEN})
    return decided(changed, event_from(NeedReopened, changed, offer=theirs.id, person=person))


def take_off(need: Need, person: str, reason: TakenOff, by: Principal, now: datetime) -> Decision[Need]:
    """Staff take a person off: the seat that they were offered or had accepted is open again, and no longer for them.

    Raises:
        NotYours: the caller is not staff.
        NoSuchOffer, OfferNotNow: they have no seat.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    require_staff(need, by)
    theirs = _offer_to(need, person)
    if theirs.status is OfferStatus.TAKEN_OFF:
        return decided(need)
    require_planning(need, now)
    status = target(theirs.status, OfferCommand.TAKE_OFF)
    changed = _with_offer(need, theirs, status=status, answered_at=now)
    if theirs.status is OfferStatus.OFFERED:
        return decided(changed, event_from(NeedDeclined, changed, offer=theirs.id, person=person, taken_off=reason))
    changed = changed.model_copy(update={"status": NeedStatus.OPEN})
    return decided(changed, event_from(NeedReopened, changed, offer=theirs.id, person=person, taken_off=reason))


def expire(need: Need, now: datetime) -> Decision[Need]:
    """Offers whose time ran out without an answer free their seats."""
    if need.is_final:
        return decided(need)
    changed, events = need, []
    for late in need.offers:
        if late.status is OfferStatus.OFFERED and now >= late.expires_at:
            changed = _with_offer(changed, late, status=target(late.status, OfferCommand.EXPIRE), answered_at=now)
            events.append(event_from(NeedExpired, changed, offer=late.id, person=late.person))
    return decided(changed, *events)


def dismiss(need: Need, person: str, now: datetime) -> Decision[Need]:
    """Somebody may not act as a volunteer any more: the seat that they were offered or had accepted is given back."""
    theirs = next((o for o in need.offers if o.person == person and o.status in OPEN), None)
    if theirs is None or need.is_final:
        return decided(need)
    changed, event = _given_back(need, theirs, now)
    return decided(changed, event)


def forget(need: Need, person: str, stand_in: str, now: datetime) -> Decision[Need]:
    """A person is erased: the seat that they still had is given back, and their id is replaced wherever it stood."""
    named = {o.person for o in need.offers} | {i.person for i in need.invited} | {s.person for s in need.standby}
    if person not in named | need.barred:
        return decided(need)
    anonymous = tuple(o.model_copy(update={"person": stand_in}) if o.person == person else o for o in need.offers)
    changed = forgotten(need, person, stand_in).model_copy(
        update={"offers": anonymous, "barred": need.barred - {person}}
    )
    events: list[Event] = [event_from(NeedPersonErased, changed)]
    owed = next((o for o in anonymous if o.person == stand_in and o.status in OPEN), None)
    if owed is not None and not need.is_final and now < need.starts_at:
        changed, event = _given_back(changed, owed, now)
        events.append(event)
    return decided(changed, *events)


def _given_back(need: Need, owed: Offer, now: datetime) -> tuple[Need, Event]:
    if owed.status is OfferStatus.OFFERED:
        changed = _with_offer(need, owed, status=OfferStatus.DECLINED, answered_at=now)
        return changed, event_from(NeedDeclined, changed, offer=owed.id, person=owed.person)
    changed = _with_offer(need, owed, status=OfferStatus.WITHDRAWN, answered_at=now)
    changed = changed.model_copy(update={"status": NeedStatus.OPEN})
    return changed, event_from(NeedReopened, changed, offer=owed.id, person=owed.person)


def _offer(
    need: Need,
    booking: Booking,
    person: str,
    now: datetime,
    role: SeatRole,
    reason: str | None = None,
    by: str | None = None,
) -> Decision[Need]:
    if (booking.need, booking.starts_at, booking.ends_at) != (need.id, need.starts_at, need.ends_at):
        raise NeedHasMoved()
    if any(made.id == booking.offer for made in need.offers):
        raise AskedBefore()
    expires_at = booking.until or need.starts_at
    if now >= expires_at:
        raise OfferExpired()  # its hold may be released by now
    if need.open_in(role) == 0:
        raise NoOpenSeat()
    made = Offer(
        id=booking.offer,
        person=person,
        status=OfferStatus.OFFERED,
        offered_at=now,
        expires_at=expires_at,
        reason=reason,
        by=by,
        role=role,
    )
    changed = without_standby(need.model_copy(update={"offers": (*need.offers, made)}), person)
    told = event_from(NeedOffered, changed, offer=made.id, person=person, expires_at=expires_at, role=role)
    return decided(changed, told)


def _live(need: Need, person: str) -> Offer | None:
    return next((o for o in need.offers if o.person == person and o.status in LIVE), None)


def _offer_to(need: Need, person: str) -> Offer:
    """The person's offer, whatever its status.

    Raises:
        NoSuchOffer: nobody asked them.
    """
    found = need.offer_to(person)
    if found is None:
        raise NoSuchOffer()
    return found


def _with_offer(need: Need, which: Offer, **changes: object) -> Need:
    offers = tuple(o.model_copy(update=changes) if o.id == which.id else o for o in need.offers)
    return need.model_copy(update={"offers": offers})
