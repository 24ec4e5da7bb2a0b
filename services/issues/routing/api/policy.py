"""A community's routing over HTTP: its rules, the model that is on, dispatching without a person, and suggestions."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep, View
from services.chassis.http.language import Language, LanguageDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.chassis.store.mongo import Document
from services.contracts.issues.routing import Automatic, DispatchSource, Target
from services.contracts.marks import Id
from services.contracts.text import Plain
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.handling import UnitElsewhere
from services.issues.cases.domain.reporting import PlaceElsewhere
from services.issues.cases.visibility import known_case
from services.issues.catalogue.domain.catalogue import Catalogue, UnknownCategory
from services.issues.privacy.vault import Vault
from services.issues.routing.domain import policy as rules_of
from services.issues.routing.domain.accuracy import DispatchOutcome
from services.issues.routing.domain.classifier import Word
from services.issues.routing.domain.policy import Routing, not_set_up, open_routing, routing_id
from services.issues.routing.domain.rules import WINNER, Rule, shadowed
from services.issues.routing.domain.suggesting import Likely, Suggestion
from services.issues.routing.store import RoutingKept
from services.issues.routing.suggester import Known, Named, RoutingNames, Suggester, guesses, text_of, words_for

BASE = "/api/issues/v1/routing"
_SHOWN = 3

_Decide = Callable[[Routing, datetime], Decision[Routing]]


class ShadowView(BaseModel):
    """A rule that can never win, because the rule `by` comes before it and matches whenever it does."""

    rule: str
    by: str


class RoutingView(BaseModel):
    """The routing of a community. `draft_rules` are the edition `draft`; `rules` are on, as `edition` (0: none).
    `shadowed` are rules of the draft that can never win."""

    community: str
    version: int
    draft: int
    draft_rules: tuple[Rule, ...]
    shadowed: list[ShadowView]
    edition: int
    rules: tuple[Rule, ...]
    model: str | None
    awaiting: str | None = Field(description="The withdrawn model that is being replaced.")
    automatic: Automatic
    threshold: float
    names: RoutingNames = Field(description="Of what the rules name.")


class WordView(BaseModel):
    """A piece of the text that spoke for the label, and its share among all such pieces."""

    text: str
    weight: float


class HopView(BaseModel):
    """A dispatch of the case, with its outcome."""

    unit: str
    at: datetime
    source: DispatchSource
    outcome: DispatchOutcome


class SuggestionView(Suggestion):
    """The suggestion for a case. `words` and `category_words` are the pieces of text that made the model choose its
    likeliest unit and category. `dispatches` are the dispatches so far; `decides` tells who chose the first unit, or
    will choose it."""

    case: str
    decides: Literal["person", "platform"]
    words: list[WordView]
    category_words: list[WordView]
    dispatches: list[HopView]
    names: RoutingNames


class SuggestText(BaseModel):
    """The text that somebody has typed so far."""

    model_config = {"frozen": True, "extra": "forbid"}

    community: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), Plain] = Field(
        repr=False
    )


class CategoryGuess(BaseModel):
    """A category that fits the text. `sure`: whether its confidence reaches the community's threshold."""

    category: str
    zh: str
    en: str
    confidence: float
    sure: bool
    words: list[WordView]


class TextSuggestion(BaseModel):
    """Categories for the text, the likeliest first; empty where no model is on, or the model knows none of the
    words."""

    model: str | None
    threshold: float
    categories: list[CategoryGuess]


def routing_view(known: Known, language: Language) -> Callable[[Stored[Routing]], RoutingView]:
    """How the staff of a community see its routing, whose names were loaded."""

    def view(stored: Stored[Routing]) -> RoutingView:
        routing = stored.aggregate
        return RoutingView(
            community=routing.community,
            version=stored.version,
            draft=routing.draft,
            draft_rules=routing.draft_rules,
            shadowed=[ShadowView(rule=shadow.rule, by=shadow.by) for shadow in shadowed(routing.draft_rules)],
            edition=routing.edition,
            rules=routing.rules_on,
            model=routing.model,
            awaiting=routing.awaiting,
            automatic=routing.automatic,
            threshold=routing.threshold,
            names=known.called(routing.community, _named_in(routing), language),
        )

    return view


def _named_in(routing: Routing, *also: Rule) -> Named:
    return Named.in_rules((*routing.draft_rules, *routing.rules_on, *also))


def router(suggester: Suggester, cases: Aggregates[Case], vault: Vault) -> APIRouter:
    """The routes of a community's routing, and of suggestions."""
    routes = APIRouter(tags=["routing"])
    _setting_up(routes, suggester.kept, suggester.known)
    _suggesting(routes, suggester)
    _suggesting_for_a_case(routes, suggester, cases, vault)
    return routes


def _setting_up(routes: APIRouter, kept: RoutingKept, known: Known) -> None:
    @routes.get(BASE, response_model=RoutingView, summary="The routing of a community", responses=problems(NotYours))
    async def one(
        request: Request, principal: PrincipalDep, language: LanguageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await kept.routings.find(routing_id(community))
        await known.load(community, Named() if found is None else _named_in(found.aggregate))
        view = routing_view(known, language)
        if found is None:  # nothing is stored yet, so there is no version for an ETag
            nothing = view(Stored(not_set_up(community), 0))
            return Response(nothing.model_dump_json(), media_type="application/json")
        return etagged(found, view, request)

    refusals = (NotYours, StaleVersion)

    async def change(command: Command, language: Language, community: str, decide: _Decide, *also: Rule) -> Response:
        await known.load(community, _named_in(await kept.routing_of(community), *also))
        return await _change(kept.routings, command, community, decide, routing_view(known, language))

    @routes.put(
        f"{BASE}/rules",
        response_model=RoutingView,
        summary="Write the whole draft of the rules",
        description=WINNER,
        responses=problems(*refusals, rules_of.RuleTwice, UnitElsewhere, PlaceElsewhere, UnknownCategory),
    )
    async def draft(body: rules_of.DraftRules, command: CommandDep, language: LanguageDep) -> Response:
        by = command.principal
        by.require(body.community, Role.STAFF)
        await _require_known(known, body)
        return await change(
            command, language, body.community, lambda r, now: rules_of.draft_rules(r, body, by, now), *body.rules
        )

    @routes.post(
        f"{BASE}/rules/switch",
        response_model=RoutingView,
        summary="Switch the draft on, or all rules off",
        responses=problems(*refusals, rules_of.NotThatDraft),
    )
    async def switch(body: rules_of.SwitchRules, command: CommandDep, language: LanguageDep) -> Response:
        by = command.principal
        return await change(command, language, body.community, lambda r, now: rules_of.switch_rules(r, body, by, now))

    @routes.post(
        f"{BASE}/model/switch",
        response_model=RoutingView,
        summary="Switch a model on, or off",
        responses=problems(*refusals, UnknownAggregate, rules_of.ModelNotReady),
    )
    async def switch_model(body: rules_of.SwitchModel, command: CommandDep, language: LanguageDep) -> Response:
        by = command.principal
        by.require(body.community, Role.STAFF)
        model = None if body.model is None else (await kept.models.get(body.model)).aggregate
        return await change(
            command, language, body.community, lambda r, now: rules_of.switch_model(r, body, model, by, now)
        )

    @routes.post(
        f"{BASE}/automatic",
        response_model=RoutingView,
        summary="Decide what is dispatched without a person, and how sure a model must be",
        responses=problems(*refusals),
    )
    async def automatic(body: rules_of.Automate, command: CommandDep, language: LanguageDep) -> Response:
        by = command.principal
        return await change(command, language, body.community, lambda r, now: rules_of.automate(r, body, by, now))


def _suggesting(routes: APIRouter, suggester: Suggester) -> None:
    kept, known = suggester.kept, suggester.known

    @routes.post(
        f"{BASE}/suggest", summary="Suggest categories for a text that is being typed", responses=problems(NotYours)
    )
    async def suggest(body: SuggestText, principal: PrincipalDep) -> TextSuggestion:
        principal.require(body.community)
        routing = await kept.routing_of(body.community)
        parts = None if routing.model is None else await kept.weights.of(routing.model)
        likely = guesses(parts or {}, Target.CATEGORY, body.text)[:_SHOWN]
        catalogue = await known.catalogues.of(body.community)
        return TextSuggestion(
            model=routing.model if parts else None,
            threshold=routing.threshold,
            categories=[
                CategoryGuess(
                    category=guess.label,
                    zh=names[0],
                    en=names[1],
                    confidence=round(guess.confidence, 4),
                    sure=guess.confidence >= routing.threshold,
                    words=_words(words_for(parts, Target.CATEGORY, guess.label, body.text)),
                )
                for guess in likely
                if (names := _names(catalogue, guess.label)) is not None
            ],
        )


def _suggesting_for_a_case(routes: APIRouter, suggester: Suggester, cases: Aggregates[Case], vault: Vault) -> None:
    kept = suggester.kept

    @routes.get(
        "/api/issues/v1/cases/{id}/suggestion",
        summary="The suggested unit for a case, and why",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def suggestion(id: Id, principal: PrincipalDep, language: LanguageDep) -> SuggestionView:
        case = (await known_case(cases, vault, id, principal))[0].aggregate
        principal.require(case.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
        made = await suggester.current(case)
        parts = None if made.model is None else await kept.weights.of(made.model)
        text, hops = text_of(case), _hops(await kept.dispatches.of(id))
        return SuggestionView(
            case=id,
            decides="platform" if hops and hops[0].source is not DispatchSource.PERSON else "person",
            words=_words(words_for(parts, Target.UNIT, _first(made.units), text)),
            category_words=_words(words_for(parts, Target.CATEGORY, _first(made.categories), text)),
            dispatches=hops,
            names=await suggester.known.names(
                case.community,
                _named_by(made, hops),
                language,
            ),
            **made.model_dump(),
        )


async def _change(
    routings: Aggregates[Routing], command: Command, community: str, decide: _Decide, view: View[Routing]
) -> Response:
    """Change the community's routing, which the first change creates."""
    id, by = routing_id(community), command.principal
    if await routings.find(id) is None:
        with suppress(AlreadyExists):
            await routings.create(id, lambda now: open_routing(community, by), command.cause)
    return await command.change(routings, id, decide, view)


async def _require_known(known: Known, body: rules_of.DraftRules) -> None:
    """Raises UnitElsewhere, PlaceElsewhere or UnknownCategory unless the community has every unit, place and category
    that the rules name."""
    units = await known.units.those_of([rule.unit for rule in body.rules])
    if any(rule.unit not in units or units[rule.unit].community != body.community for rule in body.rules):
        raise UnitElsewhere()
    named = [place for rule in body.rules for place in rule.when.places]
    places = await known.places.those_of(named)
    if any(place not in places or places[place].community != body.community for place in named):
        raise PlaceElsewhere()
    catalogue = await known.catalogues.of(body.community)
    for rule in body.rules:
        for code in rule.when.categories:
            catalogue.category(code)


def _words(words: list[Word]) -> list[WordView]:
    return [WordView(text=word.text, weight=word.weight) for word in words]


def _named_by(made: Suggestion, hops: Sequence[HopView]) -> Named:
    """What a suggestion names, also in the reasons of its rule, and in the rules that lost."""
    categories, places = ([r.fact for r in made.reasons if r.condition == kind] for kind in ("category", "place"))
    units = [made.unit, *(each.label for each in made.units)]
    return Named(
        [*units, *(hop.unit for hop in hops), *(loser.unit for loser in made.losers)],
        [made.category, *(each.label for each in made.categories), *categories],
        [place for place in places if place is not None],
    )


def _first(likely: Sequence[Likely]) -> str | None:
    return likely[0].label if likely else None


def _names(catalogue: Catalogue, code: str) -> tuple[str, str] | None:
    try:
        category = catalogue.category(code)
    except UnknownCategory:
        return None
    return category.zh, category.en


def _hops(found: Sequence[Document]) -> list[HopView]:
    return [HopView(unit=hop["unit"], source=hop["source"], outcome=hop["outcome"], at=hop["at"]) for hop in found]
