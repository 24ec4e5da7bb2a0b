"""The seats of a need: they are offered, accepted, declined and given back, and offers expire.

Guarantees: a need never has more live offers than seats. Nobody is asked twice for the same need. Only the person asked
answers an offer. Each offer has a hold of the volunteer's time that was made for it alone. The event `need.staffed` is
published exactly when the last seat is accepted.
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
    NeedRevised,
    NeedStaffed,
    NeedStatus,
    SeatRole,
    TakenOff,
)
from services.volunteers.needs.domain.inviting import (
    SHORTEST,
    answered_yes,
    asked_instead,
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
"""An offer can be answered for so long, unless the settings say otherwise, and never after the start."""


class NoOpenSeat(Conflict, code="need.no-open-seat", zh="名额已满。", en="Every seat is taken or offered."):
    """Every seat has a live offer already, so no further offer is made."""


class AskedBefore(
    Conflict, code="need.asked-before", zh="已经询问过该志愿者。", en="This volunteer was asked already."
):
    """The person was asked for this need before, or was taken off it."""


class OfferExpired(Conflict, code="offer.expired", zh="邀请已过期。", en="The offer has expired."):
    """The answer comes after the offer has expired, when another person may have the seat."""


class CheckedIn(
    Conflict,
    code="need.checked-in",
    zh="已经签到，不能再退出或移除；如签到有误，请工作人员先更正签到。",
    en="Checked in already, so the seat can't be given up; where that was a mistake, it is corrected first.",
):
    """The person is checked in, and a seat of a person who is there is given to nobody else."""


class NeedHasMoved(
    Conflict, code="need.has-moved", zh="服务时间刚刚变更，请重试。", en="Its time has just changed; try again."
):
    """The need was moved after the volunteer's time was booked, so the booking is for another time."""


def answered_within(need: Need, now: datetime, stands: timedelta = OFFER_STANDS) -> timedelta:
    """How long an offer made now can be answered: `stands`, or, if the start is near, a third of the time that is left,
    so that others can still be asked.
    """
    return min(stands, max((need.starts_at - now) / 3, SHORTEST))


def tentative(need: Need, offer: str, now: datetime, stands: timedelta = OFFER_STANDS) -> Booking:
    """The booking of a volunteer's time for the offer `offer`, which is made now. Both expire `stands` from now, or at
    the start of the need if that is earlier.
    """
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
    """Offer a seat of `role` to `person`, whose time `booking` holds. `by`: the member of staff who chose the person;
    `reason`: why. Both are None where matching chose them.

    Raises:
        NeedClosed, AlreadyStarted: the need is no longer planned.
        NeedHasMoved: the booking is for another time.
        AskedBefore: the person has or had an offer, which was not released.
        OfferExpired: the booking has expired.
        NoOpenSeat: every seat is taken or offered.
    """
    require_planning(need, now)
    if any(o.person == person and o.status in ASKED for o in need.offers):
        raise AskedBefore()
    return _offer(need, booking, person, now, role, reason, by)


def take(
    need: Need, booking: Booking | None, by: Principal, now: datetime, role: SeatRole = SeatRole.HELPER
) -> Decision[Need]:
    """The caller signs up: an offer is made and accepted at once. If they have a live offer, it is accepted instead.

    A person who declined an offer or let it expire may change their mind by signing up.

    Raises:
        NoSuchOffer: the caller has no live offer, and `booking` is None.
        AskedBefore: the caller was taken off the need.
        NeedHasMoved, OfferExpired, NoOpenSeat: as for `offer`.
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
    """The caller accepts their offer. A second time changes nothing.

    Raises:
        NoSuchOffer: the caller never had an offer.
        OfferExpired: the offer has expired.
        OfferNotNow: the offer was declined or has ended otherwise.
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
    """The caller declines their offer or invitation. A second time changes nothing.

    Raises:
        NoSuchOffer: the caller had neither an offer nor an invitation.
        OfferNotNow: the offer was accepted or has ended otherwise.
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
    """The person withdraws from their seat before the service starts, or staff do it for them.

    Raises:
        NotYours: the seat is another person's, and the caller is not staff.
        NoSuchOffer, OfferNotNow: the person has not accepted a seat.
        CheckedIn: the person is checked in.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    by.require(need.community)
    if by.sub != person and not by.has(need.community, Role.STAFF):
        raise NotYours()
    theirs = _offer_to(need, person)
    if theirs.status is OfferStatus.WITHDRAWN:
        return decided(need)
    require_planning(need, now)
    _require_not_there(theirs)
    changed = _with_offer(need, theirs, status=target(theirs.status, OfferCommand.WITHDRAW), answered_at=now)
    changed = changed.model_copy(update={"status": NeedStatus.OPEN})
    return decided(changed, event_from(NeedReopened, changed, offer=theirs.id, person=person))


def take_off(need: Need, person: str, reason: TakenOff, by: Principal, now: datetime) -> Decision[Need]:
    """Staff take a person off the need. The seat that the person had accepted or was offered is open again, and the
    person can't take it any more.

    Raises:
        NotYours: the caller is not staff.
        NoSuchOffer, OfferNotNow: the person has no seat.
        CheckedIn: the person is checked in.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    require_staff(need, by)
    theirs = _offer_to(need, person)
    if theirs.status is OfferStatus.TAKEN_OFF:
        return decided(need)
    require_planning(need, now)
    _require_not_there(theirs)
    status = target(theirs.status, OfferCommand.TAKE_OFF)
    changed = _with_offer(need, theirs, status=status, answered_at=now)
    if theirs.status is OfferStatus.OFFERED:
        return decided(changed, event_from(NeedDeclined, changed, offer=theirs.id, person=person, taken_off=reason))
    changed = changed.model_copy(update={"status": NeedStatus.OPEN})
    return decided(changed, event_from(NeedReopened, changed, offer=theirs.id, person=person, taken_off=reason))


def expire(need: Need, now: datetime) -> Decision[Need]:
    """Expire the offers that were not answered in time. Their seats are open again."""
    if need.is_final:
        return decided(need)
    changed, events = need, []
    for late in need.offers:
        if late.status is OfferStatus.OFFERED and now >= late.expires_at:
            changed = _with_offer(changed, late, status=target(late.status, OfferCommand.EXPIRE), answered_at=now)
            events.append(event_from(NeedExpired, changed, offer=late.id, person=late.person))
    return decided(changed, *events)


def dismiss(need: Need, person: str, now: datetime, reason: TakenOff | None = None) -> Decision[Need]:
    """Give back the seat of a person who may no longer serve in the need. Nothing changes if they have no seat, or if
    the service is over: then staff decide about their hours.

    `reason`: why they are taken off, which they are told; None if they are told nothing.
    """
    theirs = next((o for o in need.offers if o.person == person and o.status in OPEN), None)
    if theirs is None or need.is_final or now >= need.ends_at:
        return decided(need)
    changed, event = _given_back(need, theirs, now, reason)
    return decided(changed, event)


def hand_over(need: Need, person: str, into: str, booking: Booking, now: datetime) -> Decision[Need]:
    """Hand the seat of `person` over to `into`: both are records of one person, and the record of `into` goes on.

    `booking` holds the time of `into`. The seat keeps its status. Nothing changes if `into` has a seat in the need
    already, if `person` has none, if the need has moved since, or if it is over.
    """
    owed = next((o for o in need.offers if o.person == person and o.status in OPEN), None)
    moved = (booking.need, booking.starts_at, booking.ends_at) != (need.id, need.starts_at, need.ends_at)
    if owed is None or moved or need.is_final or _live(need, into) is not None:
        return decided(need)
    given, back = _given_back(need, owed, now)
    made = owed.model_copy(update={"id": booking.offer, "person": into, "offered_at": now})
    changed = without_standby(given.model_copy(update={"offers": (*given.offers, made)}), into)
    events: list[Event] = [back]
    if owed.status is OfferStatus.OFFERED:
        told = {"offer": made.id, "person": into, "expires_at": made.expires_at, "role": made.role}
        return decided(changed, back, event_from(NeedOffered, changed, **told))
    changed = changed.model_copy(update={"status": need.status})
    events.append(event_from(NeedAccepted, changed, offer=made.id, person=into))
    if need.status is NeedStatus.STAFFED:
        events.append(event_from(NeedStaffed, changed))
    return decided(changed, *events)


def follow_merger(need: Need, person: str, into: str) -> Decision[Need]:
    """Replace `person` by `into` among the people who are barred, were taken off, are invited or stand by: both are
    records of one person, and the record of `into` goes on.
    """
    changed = asked_instead(need, person, into)
    if any(offer.person == person and offer.status is OfferStatus.TAKEN_OFF for offer in need.offers):
        offers = tuple(
            o.model_copy(update={"person": into}) if (o.person, o.status) == (person, OfferStatus.TAKEN_OFF) else o
            for o in need.offers
        )
        changed = changed.model_copy(update={"offers": offers})
    if person in need.barred:
        changed = changed.model_copy(update={"barred": need.barred - {person} | {into}})
    return decided(need) if changed == need else decided(changed, event_from(NeedRevised, changed))


def forget(need: Need, person: str, stand_in: str, now: datetime) -> Decision[Need]:
    """Forget a person who was erased: the seat that they still had is given back, and `stand_in` replaces their id."""
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


def _require_not_there(theirs: Offer) -> None:
    if theirs.status is OfferStatus.CHECKED_IN:
        raise CheckedIn()


def _given_back(need: Need, owed: Offer, now: datetime, reason: TakenOff | None = None) -> tuple[Need, Event]:
    told = {"offer": owed.id, "person": owed.person, "taken_off": reason}
    if owed.status is OfferStatus.OFFERED:
        changed = _with_offer(need, owed, status=OfferStatus.DECLINED, answered_at=now)
        return changed, event_from(NeedDeclined, changed, **told)
    changed = _with_offer(need, owed, status=OfferStatus.WITHDRAWN, answered_at=now)
    changed = changed.model_copy(update={"status": NeedStatus.OPEN})
    return changed, event_from(NeedReopened, changed, **told)


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
        raise OfferExpired()  # the hold of the volunteer's time may have been released by now
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
        NoSuchOffer: the person never had an offer.
    """
    found = need.offer_to(person)
    if found is None:
        raise NoSuchOffer()
    return found


def _with_offer(need: Need, which: Offer, **changes: object) -> Need:
    offers = tuple(o.model_copy(update=changes) if o.id == which.id else o for o in need.offers)
    return need.model_copy(update={"offers": offers})
