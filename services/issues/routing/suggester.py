"""Makes the suggestion for a case from what is kept, and remembers it beside the case.

What is remembered holds no words of anybody: which words mattered is worked out when somebody asks who may read them.
"""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.store.mongo import Document
from services.contracts.issues import CaseStatus
from services.contracts.issues.routing import Target
from services.issues.cases.domain.case import Case
from services.issues.catalogue.domain.catalogue import Category, UnknownCategory
from services.issues.routing.domain import classifier
from services.issues.routing.domain.classifier import Guess, Word
from services.issues.routing.domain.policy import Routing
from services.issues.routing.domain.rules import Facts
from services.issues.routing.domain.suggesting import Opinion, Suggestion, suggest
from services.issues.routing.weights import Parts
from services.issues.shared.queries import matching
from services.issues.store import Store
from services.issues.units.domain import unit_id

WAITING = (CaseStatus.REPORTED, CaseStatus.ACCEPTED, CaseStatus.RETURNED, CaseStatus.REOPENED)
"""Where a case waits for a unit."""


def text_of(case: Case) -> str | None:
    """The words of a case that the model reads."""
    return case.text or case.title


async def facts_of(store: Store, case: Case, at: datetime) -> Facts:
    """What rules look at in `case`, `at` being the moment they judge by."""
    category = await _category(store, case.community, case.category)
    return Facts(
        category=case.category,
        group=None if category is None else category.group,
        at=at,
        channel=case.channel,
        priority=case.priority,
        places=await _places(store, case),
        working=store.clocks.time.is_open(at),
        answers=case.answers,
    )


async def suggestion_of(store: Store, case: Case, routing: Routing) -> Suggestion:
    """The suggestion for `case` as its community routes now."""
    facts = await facts_of(store, case, case.reported_at)
    opinion = None
    if routing.model is not None:
        opinion = await opinion_of(store, routing.model, text_of(case))
    returned = await store.routing.dispatches.returned_by(case.id) if case.returned else ()
    return suggest(routing, facts, opinion, await _responsible(store, case), returned)


async def opinion_of(store: Store, model: str, text: str | None) -> Opinion | None:
    """What `model` thinks of `text`; None where its numbers are gone. Units that are no longer there are left out."""
    parts = await store.routing.weights.of(model)
    if parts is None:
        return None
    units = guesses(parts, Target.UNIT, text)
    known = await store.units.those_of([guess.label for guess in units])
    return Opinion(model, guesses(parts, Target.CATEGORY, text), [guess for guess in units if guess.label in known])


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


async def current(store: Store, case: Case) -> Suggestion:
    """The suggestion that was kept with the case; made anew where the case still waits and its community routes
    otherwise by now, or where none was kept."""
    routing = await store.routing.routing_of(case.community)
    kept = await store.routing.suggestions.find_one({"_id": case.id})
    if kept is not None and (case.status not in WAITING or kept["by"] == _basis(routing)):
        return Suggestion.model_validate(kept["suggestion"])
    return await suggestion_of(store, case, routing)


async def remember(
    store: Store, case: Case, suggestion: Suggestion, routing: Routing, at: datetime, *, filed: bool
) -> None:
    """Keep it beside the case. `filed`: the platform files the case, so no person has confirmed the category."""
    document: Document = {
        "community": case.community,
        "at": at,
        "by": _basis(routing),
        "suggestion": suggestion.model_dump(mode="json"),
        "filed": filed,
    }
    await store.routing.suggestions.replace_one({"_id": case.id}, document, upsert=True)


def _basis(routing: Routing) -> Document:
    """What a suggestion rests on."""
    return {"edition": routing.edition, "model": routing.model, "threshold": routing.threshold}


async def _category(store: Store, community: str, code: str) -> Category | None:
    try:
        return (await store.catalogues.of(community)).category(code)
    except UnknownCategory:
        return None


async def _places(store: Store, case: Case) -> tuple[str, ...]:
    """Where the case is and everything above it, the finest first."""
    exact = case.at or case.place
    place = (await store.places.those_of([exact])).get(exact)
    return (exact, case.place) if place is None else (exact, *reversed(place.above))


async def _responsible(store: Store, case: Case) -> str | None:
    """The unit that the catalogue names for the category; where it names a kind, the only one of that kind."""
    category = await _category(store, case.community, case.category)
    if category is None:
        return None
    if category.unit is not None:
        id = unit_id(case.community, category.unit)
        return id if id in await store.units.those_of([id]) else None
    page = await store.units.stored.select(matching(case.community), limit=200)
    fitting = [stored.aggregate.id for stored in page.items if stored.aggregate.kind is category.unit_kind]
    return fitting[0] if len(fitting) == 1 else None
