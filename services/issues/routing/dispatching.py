"""Suggests for a case that waits for a unit, and dispatches it where the community leaves that to the platform."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.aggregate import Decision, decided
from services.chassis.principal import Role, system
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.handlers import Received
from services.contracts.event import Event
from services.contracts.issues import CaseDispatched, CaseStatus
from services.contracts.issues.cases import CaseReassigned
from services.contracts.issues.routing import DispatchSource, Routed
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks, Clocks
from services.issues.cases.domain.handling import Dispatch as DispatchCase
from services.issues.cases.domain.handling import dispatch
from services.issues.cases.domain.reporting import Accept, accept
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.routing.dispatches import DispatchRecord
from services.issues.routing.domain.policy import Routing
from services.issues.routing.domain.suggesting import Suggestion, is_for_the_platform
from services.issues.routing.store import RoutingKept
from services.issues.routing.suggester import WAITING, Suggester
from services.issues.units.domain import Unit


@dataclass(frozen=True, slots=True)
class Dispatching:
    """Routes cases by the suggestions of `suggester`, and records dispatches."""

    cases: Aggregates[Case]
    suggester: Suggester
    clocks: AnyClocks

    @property
    def kept(self) -> RoutingKept:
        """The collections of the room."""
        return self.suggester.kept

    async def route(self, received: Received[Any]) -> None:
        """Make a suggestion for the case, and dispatch the case if the platform decides.

        Nothing is stored where the community has not set up routing: a suggestion is then made when somebody asks for
        it.
        """
        routing = await self.kept.routing_of(received.envelope.community)
        if not routing.rules_on and routing.model is None:
            return
        case = (await self.cases.get(received.envelope.aggregate_id)).aggregate
        if case.status not in WAITING:
            return
        suggestion = await self.suggester.suggestion_of(case, routing)
        is_ours = is_for_the_platform(case, suggestion, routing.automatic)
        filed = is_ours and case.status is CaseStatus.REPORTED
        await self.suggester.remember(case, suggestion, routing, received.envelope.time, filed=filed)
        if is_ours:
            await self._dispatch(case, suggestion, routing, received)

    async def note(self, received: Received[CaseDispatched] | Received[CaseReassigned]) -> None:
        """Record that a unit has the case from now on."""
        envelope, event = received.envelope, received.event
        case = (await self.cases.get(envelope.aggregate_id)).aggregate
        routed = event.routed
        await self.kept.dispatches.began(
            DispatchRecord(
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

    async def _dispatch(self, case: Case, suggestion: Suggestion, routing: Routing, received: Received[Any]) -> None:
        unit = await self.suggester.known.units.get(suggestion.unit or "")
        catalogue = await self.suggester.known.catalogues.of(case.community)
        means = Means(unit, catalogue, self.clocks.of(case.community))

        def decide(current: Case, now: datetime) -> Decision[Case]:
            if not is_for_the_platform(current, suggestion, routing.automatic):
                return decided(current)  # a person was faster
            return dispatch_by_platform(current, suggestion, means, now)

        await self.cases.change(case.id, decide, received.cause, taken=received.taken)


@dataclass(frozen=True, slots=True)
class Means:
    """The things that a dispatch needs: the suggested unit, the community's catalogue, and the clocks of its cases."""

    unit: Unit
    catalogue: Catalogue
    clocks: Clocks


def dispatch_by_platform(case: Case, suggestion: Suggestion, means: Means, now: datetime) -> Decision[Case]:
    """Dispatch the case as suggested, after filing it where nobody has. The event tells what decided."""
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
    """The part of the record that tells what decided a dispatch by `suggestion`; None where nothing could."""
    if suggestion.source is DispatchSource.RULE:
        return Routed(source=DispatchSource.RULE, rule=suggestion.rule, edition=suggestion.edition)
    if suggestion.source is DispatchSource.MODEL:
        return Routed(source=DispatchSource.MODEL, model=suggestion.model, confidence=suggestion.confidence)
    return None
