"""Volunteers hear that they are asked for help, and that a need for which they are expected is cancelled."""

from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.notices import NoticeKind
from services.contracts.volunteers import (
    NeedAccepted,
    NeedCancelled,
    NeedDeclined,
    NeedExpired,
    NeedMoved,
    NeedOffered,
)
from services.notify.knowledge.domain import ActivityKnown
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.particulars import Particulars, of_need
from services.notify.notices.telling import Telling


def reactions(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    """Put the handlers that tell volunteers of needs into the table."""
    _about_offers(table, telling, knowledge)
    _about_released_seats(table, telling, knowledge)


def _about_offers(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    @table.on(NeedOffered)
    async def tell_of_offer(received: Received[NeedOffered]) -> None:
        offer = received.event
        named = await knowledge.activity(offer.activity) if offer.activity else ActivityKnown()
        about = Particulars(
            title=named.title,
            title_en=named.title_en,
            venue=named.venue,
            work=offer.category,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            answer_by=offer.expires_at,
        )
        await telling.tell(received, offer.person, NoticeKind.SEAT_OFFERED, about, expires=offer.expires_at)

    async def drop_offer(received: Received[NeedAccepted | NeedDeclined | NeedExpired]) -> None:
        await telling.supersede(received, NoticeKind.SEAT_OFFERED, [received.event.person])

    for answered in (NeedAccepted, NeedDeclined, NeedExpired):
        table.on(answered)(drop_offer)


def _about_released_seats(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    @table.on(NeedMoved)
    async def drop_moved_offers(received: Received[NeedMoved]) -> None:
        await telling.supersede(received, NoticeKind.SEAT_OFFERED, [r.person for r in received.event.released])

    @table.on(NeedCancelled)
    async def tell_of_release(received: Received[NeedCancelled]) -> None:
        await telling.supersede(received, NoticeKind.SEAT_OFFERED)
        if received.event.activity is not None:  # the activity's own cancellation tells them
            return
        known = await knowledge.need(received.envelope.aggregate_id)
        about = of_need(known)
        for released in {r.person: r for r in received.event.released}:
            await telling.tell(received, released, NoticeKind.SEAT_RELEASED, about)
