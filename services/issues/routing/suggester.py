"""Makes the suggestion for a case by the rules and the model of its community, and keeps it beside the case.

A stored suggestion holds no words of anybody. The words that mattered are worked out when somebody asks who may read
them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field

from services.chassis.http.language import Language
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
from services.issues.routing.domain.rules import Facts, Rule
from services.issues.routing.domain.suggesting import Opinion, Suggestion, suggest
from services.issues.routing.store import RoutingKept
from services.issues.routing.weights import Parts
from services.issues.shared.cache import AggregateCache
from services.issues.shared.queries import matching
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit, unit_id

WAITING = (CaseStatus.REPORTED, CaseStatus.ACCEPTED, CaseStatus.RETURNED, CaseStatus.REOPENED)
"""The statuses of a case that waits for a unit."""


def text_of(case: Case) -> str | None:
    """The words of a case that the model reads."""
    return case.text or case.title


class RoutingNames(BaseModel):
    """What people call units, categories, their groups and places, by their ids and codes."""

    units: dict[str, str]
    categories: dict[str, str]
    groups: dict[str, str] = Field(default_factory=dict)
    places: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of units and places, and the codes of categories, that an answer names."""

    units: Sequence[str | None] = ()
    categories: Sequence[str | None] = ()
    places: Sequence[str] = ()

    @classmethod
    def in_rules(cls, rules: Iterable[Rule]) -> "Named":
        """What `rules` name."""
        every = list(rules)
        return cls(
            [rule.unit for rule in every],
            [code for rule in every for code in rule.when.categories],
            [place for rule in every for place in rule.when.places],
        )


@dataclass(frozen=True, slots=True)
class Known:
    """The units, places and categories of communities, which rules name and suggestions are made from."""

    units: Unchanging[Unit]
    places: AggregateCache[Place]
    catalogues: Catalogues

    async def category(self, community: str, code: str) -> Category | None:
        """The category `code`; None unless the community's catalogue has it now."""
        try:
            return (await self.catalogues.of(community)).category(code)
        except UnknownCategory:
            return None

    async def load(self, community: str, named: Named) -> None:
        """Load what is `named`, so that `called` knows it."""
        await self.catalogues.of(community)
        await self.units.those_of(sorted({id for id in named.units if id is not None}))
        await self.places.those_of(sorted(set(named.places)))

    def called(self, community: str, named: Named, language: Language) -> RoutingNames:
        """The words for what is `named` and loaded, of what `community` has, or had; and for all groups of
        categories."""
        zh, catalogue = language == "zh", self.catalogues.known(community)
        units = {id: self.units.known(id) for id in named.units if id is not None}
        places = {id: self.places.known(id) for id in named.places}
        known = {code: catalogue.ever(code) for code in named.categories if code is not None and catalogue is not None}
        return RoutingNames(
            units={
                id: unit.title if zh else unit.title_en or unit.title
                for id, unit in units.items()
                if unit is not None and unit.community == community
            },
            categories={code: each.zh if zh else each.en for code, each in known.items() if each is not None},
            groups={each.code: each.zh if zh else each.en for each in (catalogue.groups if catalogue else ())},
            places={
                id: place.title for id, place in places.items() if place is not None and place.community == community
            },
        )

    async def names(self, community: str, named: Named, language: Language) -> RoutingNames:
        """The words for what is `named`, of what `community` has, or had."""
        await self.load(community, named)
        return self.called(community, named, language)


@dataclass(frozen=True, slots=True)
class Suggester:
    """Makes suggestions by the routing in `kept` and the units, places and categories in `known`. `clocks` tell working
    time."""

    kept: RoutingKept
    known: Known
    clocks: AnyClocks

    async def facts_of(self, case: Case, at: datetime) -> Facts:
        """The facts of `case` that rules look at, with `at` as the moment."""
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
        """The suggestion for `case` by its community's present `routing`."""
        facts = await self.facts_of(case, case.reported_at)
        opinion = None
        if routing.model is not None:
            opinion = await self._opinion_of(routing.model, text_of(case))
        returned = await self.kept.dispatches.returned_by(case.id) if case.returned else ()
        return suggest(routing, facts, opinion, await self._responsible(case), returned)

    async def current(self, case: Case) -> Suggestion:
        """The stored suggestion for the case. It is made anew where none is stored, or where the case still waits and
        its community's routing has changed."""
        routing = await self.kept.routing_of(case.community)
        kept = await self.kept.suggestions.find_one({"_id": case.id})
        if kept is not None and (case.status not in WAITING or kept["by"] == _basis(routing)):
            return Suggestion.model_validate(kept["suggestion"])
        return await self.suggestion_of(case, routing)

    async def remember(
        self, case: Case, suggestion: Suggestion, routing: Routing, at: datetime, *, filed: bool
    ) -> None:
        """Store the suggestion. `filed`: the platform files the case, so that no person has confirmed the category."""
        document: Document = {
            "community": case.community,
            "at": at,
            "by": _basis(routing),
            "suggestion": suggestion.model_dump(mode="json"),
            "filed": filed,
        }
        await self.kept.suggestions.replace_one({"_id": case.id}, document, upsert=True)

    async def _opinion_of(self, model: str, text: str | None) -> Opinion | None:
        """The opinion of `model` on `text`; None where the model's numbers were destroyed. Units that no longer exist
        are left out."""
        parts = await self.kept.weights.of(model)
        if parts is None:
            return None
        units = guesses(parts, Target.UNIT, text)
        known = await self.known.units.those_of([guess.label for guess in units])
        return Opinion(model, guesses(parts, Target.CATEGORY, text), [guess for guess in units if guess.label in known])

    async def _places(self, case: Case) -> tuple[str, ...]:
        """The place of the case and all places above it, the finest first."""
        exact = case.at or case.place
        place = (await self.known.places.those_of([exact])).get(exact)
        return (exact, case.place) if place is None else (exact, *reversed(place.above))

    async def _responsible(self, case: Case) -> str | None:
        """The unit that the catalogue names for the category, or the only unit of the kind that it names."""
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
    """The guesses of the part `target` of a model about `text`; empty where there is no such part, or it knows none of
    the words."""
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
    """The editions of rules, model and threshold that a suggestion was made by, to see later whether they have
    changed."""
    return {"edition": routing.edition, "model": routing.model, "threshold": routing.threshold}
