"""From the yes to the service: a volunteer confirms that they come, is checked in, or is a no-show.

Staff may also move a volunteer from a seat of one role to a seat of the other. The volunteer never has both seats.
"""

from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, derived_id, event_from
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
"""A check-in is accepted from so long before the start of the service …"""
LATE = timedelta(hours=12)
"""… until so long after its end, since staff may write it down afterwards."""


_AWAITED = frozenset({OfferStatus.ACCEPTED, OfferStatus.CONFIRMED, OfferStatus.NO_SHOW})
"""The statuses from which a check-in is accepted: the person has said yes, and was not seen there so far."""


class NotTheTime(
    Conflict, code="need.not-the-time", zh="现在不在签到时间内。", en="It is not the time to check in for this."
):
    """A check-in is refused more than `ARRIVAL` before the service and more than `LATE` after it."""


def promise(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """The caller, who has accepted a seat, confirms that they come. A second confirmation changes nothing.

    Raises:
        NoSuchOffer, OfferNotNow: the caller has no seat.
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
    """Record that the person checked in to the need that starts `at`. Nothing changes where the person has no seat any
    more, or the need was moved since.
    """
    theirs = next((o for o in need.offers if o.person == person and o.status in _AWAITED), None)
    if theirs is None or need.starts_at != at:
        return decided(need)
    changed = _with(need, theirs, status=target(theirs.status, OfferCommand.CHECK_IN))
    return decided(changed, event_from(NeedCheckedIn, changed, offer=theirs.id, person=person))


def has_seat(need: Need, person: str, at: datetime) -> bool:
    """Whether the person has a seat in the need, and the need is not cancelled and starts `at`."""
    stands = need.status is not NeedStatus.CANCELLED and need.starts_at == at
    return stands and any(offer.person == person and offer.status in LIVE for offer in need.offers)


def was_handed_over(need: Need, person: str) -> bool:
    """Whether the seat of the person was handed over to another record of the same person (`seating.hand_over`)."""
    return holder(need, person) != person


def holder(need: Need, person: str) -> str:
    """The person to whom the seat of `person` was handed over, through all mergers of their records; `person` if it
    was handed over to nobody.
    """
    theirs = {offer.id for offer in need.offers if offer.person == person}
    for offer in need.offers:
        if any(offer.id == derived_id("offer", before, offer.person) for before in theirs):
            return holder(need, offer.person)
    return person


def check_in(need: Need, person: str, by: Principal, now: datetime) -> Decision[Need]:
    """Staff record that the person came, also after a no-show was recorded. A second record changes nothing.

    Raises:
        NotYours: the caller is not staff.
        ConfirmedByOneself: the person is the caller.
        OfActivity: the need belongs to an activity, and people check in to the activity instead.
        NotTheTime: the check-in is too early or too late.
        NoSuchOffer, OfferNotNow: the person has no seat.
        NeedClosed: the need was cancelled.
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


def not_there(need: Need, person: str, by: Principal, now: datetime) -> Decision[Need]:
    """Staff or a grid worker correct a check-in by mistake, before the start. The person is still expected. After the
    start staff decide only whether to confirm hours.

    Raises:
        NotYours: the caller is neither staff nor a grid worker.
        OfActivity: the need belongs to an activity, and the activity keeps its check-ins.
        NoSuchOffer, OfferNotNow: the person was not checked in.
        NeedClosed, AlreadyStarted: the need is no longer planned.
    """
    by.require(need.community, Role.STAFF, Role.GRID_WORKER)
    _require_place(need)
    theirs = _seat_of(need, person)
    require_planning(need, now)
    changed = _with(need, theirs, status=target(theirs.status, OfferCommand.CORRECT))
    return decided(changed, event_from(NeedSeatConfirmed, changed, offer=theirs.id, person=person, not_there=True))


def no_show(need: Need, person: str, by: Principal, now: datetime) -> Decision[Need]:
    """Staff or a grid worker record that the person did not come. If nobody came, the need has lapsed.

    Raises:
        NotYours: the caller is neither staff nor a grid worker.
        OfActivity: the need belongs to an activity, and the activity keeps its check-ins.
        NotStarted: the service has not begun yet.
        NoSuchOffer, OfferNotNow: the person has no seat, or was checked in.
        NeedClosed: the need was cancelled.
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
    """Staff give the person a seat of another role. The seat of the former role is open by the same write.

    Raises:
        NotYours: the caller is not staff.
        NoSuchOffer: the person has no seat.
        NoOpenSeat: the other role has no open seat.
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
    """Remind everybody who serves soon (`reminders.reminded_from`). Each of them is reminded once."""
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
