"""What routing does on the cases' own events: suggests, dispatches where the community wants that, keeps the outcome.

An event delivered again has no second effect: a suggestion is made again the same, a dispatch leaves the event's mark
on the case, and the outcome of a dispatch is written under the event's sequence.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Role, system
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.event import Event
from services.contracts.issues import (
    CaseAccepted,
    CaseAnonymised,
    CaseDispatched,
    CaseHandled,
    CaseReopened,
    CaseReported,
    CaseReturned,
    CaseStatus,
)
from services.contracts.issues.cases import CaseReassigned, CaseWordsExpired
from services.contracts.issues.routing import DispatchSource, Routed
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks
from services.issues.cases.domain.handling import Dispatch as DispatchCase
from services.issues.cases.domain.handling import dispatch
from services.issues.cases.domain.reporting import Accept, accept
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.routing.dispatches import Dispatch
from services.issues.routing.domain.accuracy import Outcome
from services.issues.routing.domain.policy import Routing
from services.issues.routing.domain.suggesting import Suggestion, is_for_the_platform
from services.issues.routing.forgetting import forget
from services.issues.routing.suggester import WAITING, remember, suggestion_of
from services.issues.store import Store
from services.issues.units.domain import Unit


def react(handlers: Handlers, store: Store) -> None:
    """Register the reactions of routing."""
    _suggesting(handlers, store)
    _outcomes(handlers, store)

    @handlers.on(CaseAnonymised)
    async def unlearn(received: Received[CaseAnonymised]) -> None:
        """No model may know the words that are gone."""
        await forget(store, [received.envelope.aggregate_id], received.cause)

    @handlers.on(CaseWordsExpired)
    async def unlearn_expired(received: Received[CaseWordsExpired]) -> None:
        """Neither those whose time is over."""
        await forget(store, [received.envelope.aggregate_id], received.cause)


def _suggesting(handlers: Handlers, store: Store) -> None:
    @handlers.on(CaseReported)
    async def suggest_for_reported(received: Received[CaseReported]) -> None:
        await route(store, received)

    @handlers.on(CaseAccepted)
    async def suggest_for_accepted(received: Received[CaseAccepted]) -> None:
        """Filed, perhaps under another category than it was reported under: then somebody corrected it."""
        await _note_correction(store, received)
        await route(store, received)

    @handlers.on(CaseReturned)
    async def suggest_for_returned(received: Received[CaseReturned]) -> None:
        await store.routing.dispatches.ended(
            received.envelope.aggregate_id, received.envelope.sequence, Outcome.RETURNED
        )
        await route(store, received)

    @handlers.on(CaseReopened)
    async def suggest_for_reopened(received: Received[CaseReopened]) -> None:
        await route(store, received)


def _outcomes(handlers: Handlers, store: Store) -> None:
    @handlers.on(CaseDispatched)
    async def count_dispatch(received: Received[CaseDispatched]) -> None:
        await _began(store, received)

    @handlers.on(CaseReassigned)
    async def count_reassignment(received: Received[CaseReassigned]) -> None:
        await _began(store, received)

    @handlers.on(CaseHandled)
    async def count_handled(received: Received[CaseHandled]) -> None:
        await store.routing.dispatches.ended(
            received.envelope.aggregate_id, received.envelope.sequence, Outcome.HANDLED
        )


async def _began(store: Store, received: Received[CaseDispatched] | Received[CaseReassigned]) -> None:
    """A unit has the case from now on."""
    envelope, event = received.envelope, received.event
    case = (await store.cases.get(envelope.aggregate_id)).aggregate
    routed = event.routed
    await store.routing.dispatches.began(
        Dispatch(
            case=case.id,
            seq=envelope.sequence,
            community=case.community,
            unit=event.unit,
            category=case.category,
            source=DispatchSource.PERSON if routed is None else routed.source,
            at=envelope.time,
            withheld=not case.is_public,
        )
    )


async def route(store: Store, received: Received[Any]) -> None:
    """Suggest for the case, and dispatch it if that is for the platform to do.

    Where a community has set nothing up, nothing is kept: a suggestion is then made when somebody asks for it.
    """
    routing = await store.routing.routing_of(received.envelope.community)
    if not routing.rules_on and routing.model is None:
        return
    case = (await store.cases.get(received.envelope.aggregate_id)).aggregate
    if case.status not in WAITING:
        return
    suggestion = await suggestion_of(store, case, routing)
    is_ours = is_for_the_platform(case, suggestion, routing.automatic)
    filed = is_ours and case.status is CaseStatus.REPORTED
    await remember(store, case, suggestion, routing, received.envelope.time, filed=filed)
    if is_ours:
        await _dispatch(store, case, suggestion, routing, received)


async def _dispatch(
    store: Store, case: Case, suggestion: Suggestion, routing: Routing, received: Received[Any]
) -> None:
    unit = await store.units.get(suggestion.unit or "")
    catalogue = await store.catalogues.of(case.community)
    means = Means(unit, catalogue, store.clocks)

    def decide(current: Case, now: datetime) -> Decision[Case]:
        if not is_for_the_platform(current, suggestion, routing.automatic):
            return decided(current)  # a person was faster
        return dispatch_by_platform(current, suggestion, means, now)

    await store.cases.change(case.id, decide, received.cause, taken=received.taken)


@dataclass(frozen=True, slots=True)
class Means:
    """What a dispatch takes: the unit that is suggested, the community's catalogue, and how the clocks run."""

    unit: Unit
    catalogue: Catalogue
    clocks: Clocks


def dispatch_by_platform(case: Case, suggestion: Suggestion, means: Means, now: datetime) -> Decision[Case]:
    """Dispatch the case as suggested, and file it before where nobody has; by what is told with the event."""
    by = system(case.community, Role.STAFF)
    events: list[Event] = []
    if case.status is CaseStatus.REPORTED:
        filed = accept(case, Accept(), means.catalogue, by, now)
        case, events = filed.aggregate, [*filed.events]
    done = dispatch(case, DispatchCase(unit=means.unit.id), means.unit, means.clocks, by, now)
    routed = routed_by(suggestion)
    told = [
        event.model_copy(update={"routed": routed}) if isinstance(event, CaseDispatched) else event
        for event in done.events
    ]
    return decided(done.aggregate, *events, *told)


def routed_by(suggestion: Suggestion) -> Routed | None:
    """What the record says about a dispatch by `suggestion`."""
    if suggestion.source is DispatchSource.RULE:
        return Routed(source=DispatchSource.RULE, rule=suggestion.rule, edition=suggestion.edition)
    if suggestion.source is DispatchSource.MODEL:
        return Routed(source=DispatchSource.MODEL, model=suggestion.model, confidence=suggestion.confidence)
    return None


async def _note_correction(store: Store, received: Received[CaseAccepted]) -> None:
    """Remember that the category was corrected: the journal knows under which it was reported."""
    id = received.envelope.aggregate_id
    reported = None
    async for entry in store.routing.journal.history(id):
        reported = entry.data.get("category")
        break
    if reported is not None and reported != received.event.category:
        document = {"community": received.envelope.community}
        await store.routing.corrections.update_one({"_id": id}, {"$setOnInsert": document}, upsert=True)
