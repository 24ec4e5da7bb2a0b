"""Makes the suggestion for a case by the rules and the model of its community, and keeps it beside the case.

What is remembered holds no words of anybody: which words mattered is worked out when somebody asks who may read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.store.mongo import Document
from services.contracts.issues import CaseStatus
from services.contracts.issues.routing import Target
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks
from services.issues.catalogue.domain.catalogue import Category, UnknownCategory
from services.issues.catalogue.store import Catalogues
from services.issues.places.domain.places import Place
from services.issues.routing.domain import classifier
from services.issues.routing.domain.classifier import Guess, Word
from services.issues.routing.domain.policy import Routing
from services.issues.routing.domain.rules import Facts
from services.issues.routing.domain.suggesting import Opinion, Suggestion, suggest
from services.issues.routing.store import RoutingKept
from services.issues.routing.weights import Parts
from services.issues.shared.cache import AggregateCache
from services.issues.shared.queries import matching
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit, unit_id

WAITING = (CaseStatus.REPORTED, CaseStatus.ACCEPTED, CaseStatus.RETURNED, CaseStatus.REOPENED)
"""Where a case waits for a unit."""


def text_of(case: Case) -> str | None:
    """The words of a case that the model reads."""
    return case.text or case.title


@dataclass(frozen=True, slots=True)
class Known:
    """What communities have that rules may name, and that suggestions are made from."""

    units: Unchanging[Unit]
    places: AggregateCache[Place]
    catalogues: Catalogues

    async def category(self, community: str, code: str) -> Category | None:
        """The category `code`, if the community's catalogue has it now."""
        try:
            return (await self.catalogues.of(community)).category(code)
        except UnknownCategory:
            return None


@dataclass(frozen=True, slots=True)
class Suggester:
    """Makes suggestions from what the room keeps and what communities have. `clocks` know when people work."""

    kept: RoutingKept
    known: Known
    clocks: AnyClocks

    async def facts_of(self, case: Case, at: datetime) -> Facts:
        """The facts of `case` that rules look at; `at` is the moment they judge by."""
        category = await self.known.category(case.community, case.category)
        return Facts(
            category=case.category,
            group=None if category is None else category.group,
            at=at,
            channel=case.channel,
            priority=case.priority,
            places=await self._places(case),
            working=self.clocks.of(case.community).time.is_open(at),
            answers=case.answers,
        )

    async def suggestion_of(self, case: Case, routing: Routing) -> Suggestion:
        """The suggestion for `case` as its community routes now."""
        facts = await self.facts_of(case, case.reported_at)
        opinion = None
        if routing.model is not None:
            opinion = await self._opinion_of(routing.model, text_of(case))
        returned = await self.kept.dispatches.returned_by(case.id) if case.returned else ()
        return suggest(routing, facts, opinion, await self._responsible(case), returned)

    async def current(self, case: Case) -> Suggestion:
        """The suggestion that was kept with the case; made anew where the case still waits and its community routes
        otherwise by now, or where none was kept."""
        routing = await self.kept.routing_of(case.community)
        kept = await self.kept.suggestions.find_one({"_id": case.id})
        if kept is not None and (case.status not in WAITING or kept["by"] == _basis(routing)):
            return Suggestion.model_validate(kept["suggestion"])
        return await self.suggestion_of(case, routing)

    async def remember(
        self, case: Case, suggestion: Suggestion, routing: Routing, at: datetime, *, filed: bool
    ) -> None:
        """Keep it beside the case. `filed`: the platform files the case, so no person has confirmed the category."""
        document: Document = {
            "community": case.community,
            "at": at,
            "by": _basis(routing),
            "suggestion": suggestion.model_dump(mode="json"),
            "filed": filed,
        }
        await self.kept.suggestions.replace_one({"_id": case.id}, document, upsert=True)

    async def _opinion_of(self, model: str, text: str | None) -> Opinion | None:
        """What `model` thinks of `text`; None where its numbers are gone. Units that are gone are left out."""
        parts = await self.kept.weights.of(model)
        if parts is None:
            return None
        units = guesses(parts, Target.UNIT, text)
        known = await self.known.units.those_of([guess.label for guess in units])
        return Opinion(model, guesses(parts, Target.CATEGORY, text), [guess for guess in units if guess.label in known])

    async def _places(self, case: Case) -> tuple[str, ...]:
        """Where the case is and everything above it, the finest first."""
        exact = case.at or case.place
        place = (await self.known.places.those_of([exact])).get(exact)
        return (exact, case.place) if place is None else (exact, *reversed(place.above))

    async def _responsible(self, case: Case) -> str | None:
        """The unit that the catalogue names for the category; where it names a kind, the only one of that kind."""
        category = await self.known.category(case.community, case.category)
        if category is None:
            return None
        units = self.known.units
        if category.unit is not None:
            id = unit_id(case.community, category.unit)
            return id if id in await units.those_of([id]) else None
        page = await units.stored.select(matching(case.community), limit=200)
        fitting = [stored.aggregate.id for stored in page.items if stored.aggregate.kind is category.unit_kind]
        return fitting[0] if len(fitting) == 1 else None


def guesses(parts: Parts, target: Target, text: str | None) -> Sequence[Guess]:
    """What a part of a model thinks of `text`; nothing where there is no such part, or it knows no word of it."""
    part = parts.get(target)
    if part is None or not text or not classifier.is_known(part.places, text):
        return ()
    return classifier.probabilities(part, text)


def words_for(parts: Parts | None, target: Target, label: str | None, text: str | None) -> list[Word]:
    """The words of `text` that spoke for `label`."""
    part = parts.get(target) if parts is not None else None
    if part is None or label not in part.labels or not text:
        return []
    return classifier.words(part, text, label)


def _basis(routing: Routing) -> Document:
    """What a suggestion rests on."""
    return {"edition": routing.edition, "model": routing.model, "threshold": routing.threshold}
