"""How a need is moved with its activity, is cancelled, is completed or lapses, and which offers end by that."""

from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.principal import SYSTEM, Principal, Role, system
from services.contracts.activities import ActivityMoved
from services.contracts.event import Event
from services.contracts.volunteers import (
    InvitationEnd,
    NeedCancelled,
    NeedCompleted,
    NeedLapsed,
    NeedMoved,
    NeedReopened,
    NeedStatus,
    OfferRef,
    Origin,
)
from services.volunteers.needs.domain.inviting import end_invitations
from services.volunteers.needs.domain.need import Need, NeedClosed, OfActivity
from services.volunteers.needs.domain.offers import TO_SERVE, Offer, OfferCommand, OfferStatus, target


def move(need: Need, moved: ActivityMoved, now: datetime) -> Decision[Need]:
    """The need follows its activity, which was moved. If the time changed, all offers are released, and the people who
    had one are asked again before others.
    """
    if need.is_final:
        return decided(need)
    where: dict[str, Any] = {"building": moved.building}
    if (moved.starts_at, moved.ends_at) == (need.starts_at, need.ends_at):
        changed = need.model_copy(update=where)
        return decided(changed, event_from(NeedMoved, changed, released=[]))
    released, offers = release_offers(need, now)
    need, told = end_invitations(need, InvitationEnd.MOVED)
    had_yes = bool(need.volunteers)
    when = {"starts_at": moved.starts_at, "ends_at": moved.ends_at, "status": NeedStatus.OPEN, "offers": offers}
    changed = need.model_copy(update=where | when)
    events: list[Event] = [event_from(NeedMoved, changed, released=released)]
    if had_yes:
        events.append(event_from(NeedReopened, changed, offer=None, person=None))
    return decided(changed, *events, *told)


def cancel(need: Need, by: Principal, now: datetime) -> Decision[Need]:
    """Cancel the need, as staff or as the platform. A second cancellation changes nothing.

    Raises:
        NotYours: the caller is not staff.
        OfActivity: the need belongs to an activity, and people cancel the activity instead.
        NeedClosed: the need is over.
    """
    by.require(need.community, Role.STAFF)
    if need.origin is Origin.ACTIVITY and by.sub != SYSTEM:
        raise OfActivity()
    if need.status is NeedStatus.CANCELLED:
        return decided(need)
    if need.is_final:
        raise NeedClosed(status=need.status.value)
    released, offers = release_offers(need, now, keep_yes=True)
    need, told = end_invitations(need, InvitationEnd.CANCELLED)
    changed = need.model_copy(update={"status": NeedStatus.CANCELLED, "offers": offers, "standby": ()})
    return decided(changed, event_from(NeedCancelled, changed, released=released), *told)


def call_off(need: Need, now: datetime) -> Decision[Need]:
    """Cancel the need, since its case or its request was withdrawn. A need that has begun or is over stays as it is."""
    if need.is_final or now >= need.starts_at:
        return decided(need)
    return cancel(need, system(need.community, Role.STAFF), now)


def complete(need: Need, now: datetime) -> Decision[Need]:
    """The activity is over, and its need is fulfilled. Offers without an answer are released."""
    if need.is_final:
        return decided(need)
    released, offers = release_offers(need, now, keep_yes=True, only_unanswered=True)
    need, told = end_invitations(need, InvitationEnd.CANCELLED)
    changed = need.model_copy(update={"status": NeedStatus.FULFILLED, "offers": offers})
    return decided(changed, event_from(NeedCompleted, changed, released=released), *told)


def lapse(need: Need, now: datetime) -> Decision[Need]:
    """The need lapses: it has ended with an empty seat. The people who said yes may still report hours."""
    if need.status is not NeedStatus.OPEN or now < need.ends_at:
        return decided(need)
    released, offers = release_offers(need, now, keep_yes=True, only_unanswered=True)
    need, told = end_invitations(need, InvitationEnd.CANCELLED)
    changed = need.model_copy(update={"status": NeedStatus.LAPSED, "offers": offers})
    return decided(changed, event_from(NeedLapsed, changed, released=released), *told)


def release_offers(
    need: Need, now: datetime, *, keep_yes: bool = False, only_unanswered: bool = False
) -> tuple[list[OfferRef], tuple[Offer, ...]]:
    """Release the offers that are still to be answered or served.

    Returns the offers that end, for the event, and all offers of the need as they are afterwards. `keep_yes`: an
    accepted offer keeps its status. `only_unanswered`: an accepted offer is not among those that end.
    """
    falls = [
        offer
        for offer in need.offers
        if offer.status is OfferStatus.OFFERED or (offer.status in TO_SERVE and not only_unanswered)
    ]
    gone = {o.id for o in falls if o.status is OfferStatus.OFFERED or not keep_yes}
    offers = tuple(
        o.model_copy(update={"status": target(o.status, OfferCommand.RELEASE), "answered_at": now})
        if o.id in gone
        else o
        for o in need.offers
    )
    return [OfferRef(offer=o.id, person=o.person) for o in falls], offers
