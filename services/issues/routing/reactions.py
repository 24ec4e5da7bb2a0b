"""Reactions of routing to events of cases: it suggests, dispatches where the community wants that, and notes outcomes.

An event that is delivered again has no second effect: the same suggestion is made again, a dispatch leaves the event's
mark on the case, and the outcome of a dispatch is written under the event's sequence. The names of the handlers are
marks of their effects: keep them.
"""

from services.chassis.store.journal import Journal
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.issues import (
    CaseAccepted,
    CaseAnonymised,
    CaseDispatched,
    CaseHandled,
    CaseReopened,
    CaseReported,
    CaseReturned,
)
from services.contracts.issues.cases import CaseReassigned, CaseWordsExpired
from services.issues.routing.dispatching import Dispatching
from services.issues.routing.domain.accuracy import DispatchOutcome
from services.issues.routing.forgetting import forget
from services.issues.routing.store import RoutingKept


def reactions(handlers: Handlers, dispatching: Dispatching, journal: Journal) -> None:
    """Put the handlers of routing into the table."""
    kept = dispatching.kept
    _suggesting(handlers, dispatching, journal)
    _outcomes(handlers, dispatching)

    @handlers.on(CaseAnonymised)
    async def unlearn(received: Received[CaseAnonymised]) -> None:
        """Destroy models that have learnt from words which were erased."""
        await forget(kept, [received.envelope.aggregate_id], received.cause)

    @handlers.on(CaseWordsExpired)
    async def unlearn_expired(received: Received[CaseWordsExpired]) -> None:
        """Destroy models that have learnt from words which have expired."""
        await forget(kept, [received.envelope.aggregate_id], received.cause)


def _suggesting(handlers: Handlers, dispatching: Dispatching, journal: Journal) -> None:
    @handlers.on(CaseReported)
    async def suggest_for_reported(received: Received[CaseReported]) -> None:
        await dispatching.route(received)

    @handlers.on(CaseAccepted)
    async def suggest_for_accepted(received: Received[CaseAccepted]) -> None:
        """Route a case that was filed. If its category differs from the reported one, somebody corrected it."""
        await _note_correction(journal, dispatching.kept, received)
        await dispatching.route(received)

    @handlers.on(CaseReturned)
    async def suggest_for_returned(received: Received[CaseReturned]) -> None:
        ended = received.envelope
        await dispatching.kept.dispatches.ended(ended.aggregate_id, ended.sequence, DispatchOutcome.RETURNED)
        await dispatching.route(received)

    @handlers.on(CaseReopened)
    async def suggest_for_reopened(received: Received[CaseReopened]) -> None:
        await dispatching.route(received)


def _outcomes(handlers: Handlers, dispatching: Dispatching) -> None:
    @handlers.on(CaseDispatched)
    async def count_dispatch(received: Received[CaseDispatched]) -> None:
        await dispatching.note(received)

    @handlers.on(CaseReassigned)
    async def count_reassignment(received: Received[CaseReassigned]) -> None:
        await dispatching.note(received)

    @handlers.on(CaseHandled)
    async def count_handled(received: Received[CaseHandled]) -> None:
        ended = received.envelope
        await dispatching.kept.dispatches.ended(ended.aggregate_id, ended.sequence, DispatchOutcome.HANDLED)


async def _note_correction(journal: Journal, kept: RoutingKept, received: Received[CaseAccepted]) -> None:
    """Remember that the category was corrected. The journal tells the category under which the case was reported."""
    id = received.envelope.aggregate_id
    reported = None
    async for entry in journal.history(id):
        reported = entry.data.get("category")
        break
    if reported is not None and reported != received.event.category:
        document = {"community": received.envelope.community}
        await kept.corrections.update_one({"_id": id}, {"$setOnInsert": document}, upsert=True)
