"""People who reported a case or stand behind it hear how it is handled, and until when."""

from datetime import datetime

from services.chassis.subscriber.handlers import E, Handlers, Received
from services.contracts.issues import (
    CaseDispatched,
    CaseExtended,
    CaseMerged,
    CasePaused,
    CaseRejected,
    CaseResumed,
    CaseVerified,
)
from services.contracts.notices import NoticeKind
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.particulars import of_case
from services.notify.notices.reactions.concerned import tell_all
from services.notify.notices.telling import Telling


def reactions(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    """Put the handlers that tell of cases into the table."""
    _about_handling(table, telling, knowledge)
    _about_deadlines(table, telling, knowledge)


def _about_handling(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    @table.on(CaseDispatched)
    async def tell_of_dispatch(received: Received[CaseDispatched]) -> None:
        known = await knowledge.case(received.envelope.aggregate_id)
        about = of_case(known).model_copy(update={"due_at": received.event.unit_due_at or received.event.due_at})
        await tell_all(telling, knowledge, received, known.reporter, NoticeKind.CASE_DISPATCHED, about)

    @table.on(CaseMerged)
    async def tell_of_merger(received: Received[CaseMerged]) -> None:
        known = await knowledge.case(received.envelope.aggregate_id)
        about = of_case(known).model_copy(update={"merged": True})
        await telling.supersede(received, NoticeKind.CASE_DISPATCHED)
        await tell_all(telling, knowledge, received, known.reporter, NoticeKind.CASE_DISPATCHED, about)

    @table.on(CaseRejected)
    async def tell_of_rejection(received: Received[CaseRejected]) -> None:
        known = await knowledge.case(received.envelope.aggregate_id)
        about = of_case(known).model_copy(update={"text": received.event.reason})
        await tell_all(telling, knowledge, received, known.reporter, NoticeKind.CASE_REJECTED, about)

    @table.on(CaseVerified)
    async def tell_of_verification(received: Received[CaseVerified]) -> None:
        known = await knowledge.case(received.envelope.aggregate_id)
        await telling.supersede(received, NoticeKind.CASE_DISPATCHED)
        await tell_all(telling, knowledge, received, received.event.reporter, NoticeKind.CASE_VERIFIED, of_case(known))


def _about_deadlines(table: Handlers, telling: Telling, knowledge: Knowledge) -> None:
    @table.on(CasePaused)
    async def forget_deadline(received: Received[CasePaused]) -> None:
        """The deadline holds no longer: people who have not been told of it yet aren't told."""
        await telling.supersede(received, NoticeKind.CASE_DISPATCHED)

    @table.on(CaseExtended)
    async def tell_of_extension(received: Received[CaseExtended]) -> None:
        await _tell_of_deadline(telling, knowledge, received, received.event.unit_due_at or received.event.due_at)

    @table.on(CaseResumed)
    async def tell_of_resumption(received: Received[CaseResumed]) -> None:
        await _tell_of_deadline(telling, knowledge, received, received.event.unit_due_at or received.event.due_at)


async def _tell_of_deadline(
    telling: Telling, knowledge: Knowledge, received: Received[E], due_at: datetime | None
) -> None:
    """Tell people that the unit has the case until another time than they were told."""
    known = await knowledge.case(received.envelope.aggregate_id)
    await telling.supersede(received, NoticeKind.CASE_DISPATCHED)
    about = of_case(known).model_copy(update={"due_at": due_at})
    await tell_all(telling, knowledge, received, known.reporter, NoticeKind.CASE_DISPATCHED, about)
