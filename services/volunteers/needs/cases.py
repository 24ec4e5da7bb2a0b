"""Cases that are handed to volunteers: each becomes a need, which is cancelled when the case is handled or taken away.

Volunteers have a case while a unit of the kind `UnitKind.VOLUNTEERS` has it. The events of a private case say neither
its category nor its building, so a private case opens no need; staff may open a need for it by hand.
"""

from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import derived_id
from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import (
    CaseDispatched,
    CaseHandled,
    CaseMerged,
    CaseReassigned,
    CaseRejected,
    CaseReturned,
    CaseSentBack,
    CaseWithheld,
    UnitKind,
)
from services.volunteers.needs.domain import opening, planning
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import BY_START, of_case

LATE = timedelta(days=2)
"""An event that arrives later than this opens no need, since nobody waits for that help any more."""
_MOST = 100
"""One event cancels at most so many needs of a case. A case has one need for each time that it was handed over."""


def reactions(handlers: Handlers, needs: Aggregates[Need], clock: Clock) -> None:
    """Put the handlers of cases into the table."""

    @handlers.on(CaseDispatched)
    @handlers.on(CaseReassigned)
    async def hand_over_case(received: Received[CaseDispatched | CaseReassigned]) -> None:
        """Open a need where the case was handed to volunteers; cancel its needs where another unit has the case now."""
        given = received.event
        if given.unit_kind is not UnitKind.VOLUNTEERS:
            await _call_off(needs, received)
        elif given.category is not None and clock() - received.envelope.time <= LATE:
            await _open(needs, received, given.category, given.building, given.due_at)

    @handlers.on(CaseSentBack)
    async def send_back_case(received: Received[CaseSentBack]) -> None:
        """Verification found that the case is not handled: open another need for a case that had needs before."""
        query = of_case(received.envelope.community, received.envelope.aggregate_id)
        page = await needs.select(query, sort=BY_START, limit=1)
        for stored in page.items if clock() - received.envelope.time <= LATE else ():
            await _open(needs, received, stored.aggregate.category, stored.aggregate.building, None)

    @handlers.on(CaseReturned)
    @handlers.on(CaseHandled)
    @handlers.on(CaseRejected)
    @handlers.on(CaseMerged)
    @handlers.on(CaseWithheld)
    async def call_off_case(
        received: Received[CaseReturned | CaseHandled | CaseRejected | CaseMerged | CaseWithheld],
    ) -> None:
        """Cancel the needs of the case, since nobody has to go there any more. A need that has begun goes on."""
        await _call_off(needs, received)


async def _open(
    needs: Aggregates[Need], received: Received[Any], category: str, building: str | None, due_at: datetime | None
) -> None:
    envelope = received.envelope
    id = derived_id("need", envelope.aggregate_id, str(envelope.sequence))
    await needs.create(
        id,
        lambda now: opening.open_for_case(
            id, envelope.aggregate_id, envelope.community, category, building, due_at, now
        ),
        received.cause,
        taken=received.taken,
    )


async def _call_off(needs: Aggregates[Need], received: Received[Any]) -> None:
    page = await needs.select(of_case(received.envelope.community, received.envelope.aggregate_id), limit=_MOST)
    for stored in page.items:
        await needs.change(stored.aggregate.id, planning.call_off, received.cause, taken=received.taken)
