"""From the yes to the service: somebody says once more that they come, is seen there, or is awaited in vain.

A part in a need is given to somebody else's place here as well: whoever has one seat may change it for another, and
never has both.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role
from services.contracts.volunteers import (
    NeedCheckedIn,
    NeedNoShow,
    NeedReminded,
    NeedReseated,
    NeedSeatConfirmed,
    NeedStatus,
    Origin,
    SeatRole,
)
from services.volunteers.needs.domain.need import Need, NeedClosed, OfActivity, require_planning, require_staff
from services.volunteers.needs.domain.offers import (
    LIVE,
    TO_SERVE,
    NoSuchOffer,
    Offer,
    OfferCommand,
    OfferStatus,
    target,
)
from services.volunteers.needs.domain.reminders import reminded_from
from services.volunteers.needs.domain.seating import NoOpenSeat
from services.volunteers.needs.domain.serving import ConfirmedByOneself, NotStarted

ARRIVAL = timedelta(hours=1)
"""Somebody may be checked in from so long before the start …"""
LATE = timedelta(hours=12)
"""… until so long after the end, by whoever writes it down afterwards."""


_AWAITED = frozenset({OfferStatus.ACCEPTED, OfferStatus.CONFIRMED, OfferStatus.NO_SHOW})


class NotTheTime(
    Conflict, code="need.not-the-time", zh="现在不在签到时间内。", en="It is not the time to check in for this."
):
    """Who is there is checked in while it is to take place."""


def promise(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The person, who had said yes, says that they come; a second time changes nothing.

    Raises:
        NoSuchOffer, OfferNotNow: they have no seat.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    by.require(need.community)
    mine = _seat_of(need, by.sub)
    if mine.status is OfferStatus.CONFIRMED:
        return decided(need)
    require_planning(need, now)
    changed = _with(need, mine, status=target(mine.status, OfferCommand.PROMISE))
    return decided(changed, event_from(NeedSeatConfirmed, changed, offer=mine.id, person=mine.person))


def arrived(need: Need, person: str, at: datetime) -> Decision[Need]:
    """The person was checked in to the need when it was to start `at`. Whoever has no seat any more is passed over."""
    theirs = next((o for o in need.offers if o.person == person and o.status in _AWAITED), None)
    if theirs is None or need.starts_at != at:
        return decided(need)
    changed = _with(need, theirs, status=target(theirs.status, OfferCommand.CHECK_IN))
    return decided(changed, event_from(NeedCheckedIn, changed, offer=theirs.id, person=person))


def check_in(need: Need, person: str, by: Principal, now: datetime) -> Decision[Need]:
    """Staff write down that somebody came, also where they were missed before; a second time changes nothing.

    Raises:
        NotYours: the caller is not staff.
        ConfirmedByOneself: they speak of themselves.
        OfActivity: people check in to the activity.
        NotTheTime: it is too early or too late.
        NoSuchOffer, OfferNotNow, NeedClosed: they have no seat in something that takes place.
    """
    require_staff(need, by)
    if person == by.sub:
        raise ConfirmedByOneself()
    _require_place(need)
    theirs = _seat_of(need, person)
    if theirs.status is OfferStatus.CHECKED_IN:
        return decided(need)
    if not need.starts_at - ARRIVAL <= now < need.ends_at + LATE:
        raise NotTheTime()
    changed = _with(need, theirs, status=target(theirs.status, OfferCommand.CHECK_IN))
    return decided(changed, event_from(NeedCheckedIn, changed, offer=theirs.id, person=person))


def no_show(need: Need, person: str, by: Principal, now: datetime) -> Decision[Need]:
    """Staff or a grid worker say that the person was awaited in vain. Where nobody came, the need has lapsed.

    Raises:
        NotYours: the caller is neither.
        OfActivity: who came to an activity is seen there.
        NotStarted: it has not begun yet.
        NoSuchOffer, OfferNotNow, NeedClosed: nobody waited for them.
    """
    by.require(need.community, Role.STAFF, Role.GRID_WORKER)
    _require_place(need)
    theirs = _seat_of(need, person)
    if theirs.status is OfferStatus.NO_SHOW:
        return decided(need)
    if now < need.starts_at:
        raise NotStarted()
    changed = _with(need, theirs, status=target(theirs.status, OfferCommand.MISS))
    live = [offer for offer in changed.offers if offer.status in LIVE]
    if need.status is NeedStatus.STAFFED and all(o.status not in TO_SERVE for o in live):
        served = any(o.status is OfferStatus.FULFILLED for o in live)
        changed = changed.model_copy(update={"status": NeedStatus.FULFILLED if served else NeedStatus.LAPSED})
    return decided(changed, event_from(NeedNoShow, changed, offer=theirs.id, person=person))


def reseat(need: Need, person: str, role: SeatRole, by: Principal, now: datetime) -> Decision[Need]:
    """Staff give somebody another part; the seat of the part before is open in the same step.

    Raises:
        NotYours: the caller is not staff.
        NoSuchOffer: they have no seat.
        NoOpenSeat: the other part has none left.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    require_staff(need, by)
    theirs = _seat_of(need, person)
    if theirs.status not in LIVE:
        raise NoSuchOffer()
    if theirs.role is role:
        return decided(need)
    require_planning(need, now)
    if need.open_in(role) == 0:
        raise NoOpenSeat()
    changed = _with(need, theirs, role=role)
    return decided(changed, event_from(NeedReseated, changed, offer=theirs.id, person=person, role=role))


def remind(need: Need, now: datetime) -> Decision[Need]:
    """Whoever is to serve soon is reminded, once."""
    if need.is_final or now >= need.starts_at:
        return decided(need)
    due = [o for o in need.offers if (at := reminded_from(o, need.starts_at)) is not None and at <= now]
    changed = need
    for offer in due:
        changed = _with(changed, offer, reminded_at=now)
    return decided(changed, *(event_from(NeedReminded, changed, person=o.person, bring=need.bring) for o in due))


def _require_place(need: Need) -> None:
    if need.origin is Origin.ACTIVITY:
        raise OfActivity()
    if need.status is NeedStatus.CANCELLED:
        raise NeedClosed(status=need.status.value)


def _seat_of(need: Need, person: str) -> Offer:
    found = need.offer_to(person)
    if found is None:
        raise NoSuchOffer()
    return found


def _with(need: Need, which: Offer, **changes: object) -> Need:
    offers = tuple(o.model_copy(update=changes) if o.id == which.id else o for o in need.offers)
    return need.model_copy(update={"offers": offers})
