"""Models, rehearsals and the dispatch accuracy over HTTP."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.clock import Clock
from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.language import Language, LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Stored
from services.chassis.values import Moment
from services.contracts.issues.routing import DispatchAccuracyState, RoutingModelState
from services.contracts.marks import Id
from services.issues.routing.domain import rehearsal as rehearsing
from services.issues.routing.domain.accuracy import LONGEST, PERIOD
from services.issues.routing.domain.model import AskModel, RoutingModel, ask_model
from services.issues.routing.domain.rehearsal import Rehearsal, Rehearse, ask_rehearsal
from services.issues.routing.store import RoutingKept
from services.issues.routing.suggester import Known, Named, RoutingNames
from services.issues.routing.sweeps import accuracy_of
from services.issues.shared.queries import matching

BASE = "/api/issues/v1/routing"


class AccuracyPeriodWrong(
    Invalid,
    code="routing.accuracy-period",
    zh="统计时段须有先后，且不超过 {days} 天。",
    en="A period begins before it ends, and spans {days} days at most.",
):
    """The period ends before it begins, or is longer than one answer may count."""


class ModelView(RoutingModelState):
    """A classifier: its training, and figures of how good it is."""

    id: str
    community: str
    version: int


class RehearsalView(BaseModel):
    """A rehearsal; `report` is null until it is done."""

    id: str
    community: str
    version: int
    what: rehearsing.What
    edition: int | None
    model: str | None
    threshold: float
    since: Moment
    until: Moment
    asked_at: Moment
    done_at: Moment | None
    report: rehearsing.RehearsalReport | None
    names: RoutingNames = Field(description="Of the units that cases went to and would have gone to.")


class AccuracyView(DispatchAccuracyState):
    """Dispatch accuracy (派单准确率): handled ÷ (handled + returned + reassigned), with its 95 % interval.

    Dispatches that are still open are counted apart and left out of the rate. With fewer decided dispatches than
    `smallest_sample` there is no rate.
    """

    community: str
    formula: str = "handled / (handled + returned + reassigned)"
    names: RoutingNames


def model_view(stored: Stored[RoutingModel]) -> ModelView:
    """The view of a model for members of its community."""
    model = stored.aggregate
    return ModelView(id=model.id, community=model.community, version=stored.version, **dict(model.public()))


def rehearsal_view(named: Known, language: Language) -> Callable[[Stored[Rehearsal]], RehearsalView]:
    """How staff see a rehearsal whose names were loaded."""

    def view(stored: Stored[Rehearsal]) -> RehearsalView:
        rehearsal = stored.aggregate
        fields = RehearsalView.model_fields.keys() - {"version", "names"}
        names = named.called(rehearsal.community, _named_in(rehearsal), language)
        return RehearsalView(version=stored.version, names=names, **{name: getattr(rehearsal, name) for name in fields})

    return view


def _named_in(rehearsal: Rehearsal) -> Named:
    differing = () if rehearsal.report is None else rehearsal.report.differing
    return Named([unit for each in differing for unit in (each.unit, each.rehearsed)])


def router(kept: RoutingKept, named: Known, clock: Clock) -> APIRouter:
    """The routes of models, rehearsals and accuracy."""
    routes = APIRouter(prefix=BASE, tags=["routing"])
    _models(routes, kept)
    _rehearsals(routes, kept, named)

    @routes.get(
        "/accuracy", summary="The dispatch accuracy of a community", responses=problems(NotYours, AccuracyPeriodWrong)
    )
    async def accuracy(
        principal: PrincipalDep,
        language: LanguageDep,
        community: Annotated[Id, Query()],
        since: Annotated[Moment | None, Query(description="Left out: 90 days before `until`.")] = None,
        until: Annotated[Moment | None, Query(description="Left out: now.")] = None,
    ) -> AccuracyView:
        principal.require(community)
        begins, ends = _period(since, until or clock())
        figures = await accuracy_of(kept.dispatches, community, begins, ends)
        of = Named([line.unit for line in figures.units], [line.category for line in figures.categories])
        names = await named.names(community, of, language)
        return AccuracyView(community=community, names=names, **dict(figures.public()))

    return routes


def _period(since: datetime | None, until: datetime) -> tuple[datetime, datetime]:
    """The period from `since` (None: 90 days before `until`) to `until`. Raises AccuracyPeriodWrong."""
    try:
        begins = since or until - PERIOD
    except OverflowError:
        raise AccuracyPeriodWrong(days=LONGEST.days) from None
    if not timedelta(0) < until - begins <= LONGEST:
        raise AccuracyPeriodWrong(days=LONGEST.days)
    return begins, until


def _models(routes: APIRouter, kept: RoutingKept) -> None:
    @routes.post(
        "/models",
        status_code=201,
        response_model=ModelView,
        summary="Train a model on past cases",
        responses=problems(NotYours),
    )
    async def ask(body: AskModel, command: CommandDep) -> Response:
        return await command.create(
            kept.models,
            lambda id, now: ask_model(id, body, command.principal, now),
            model_view,
            location=lambda id: f"{BASE}/models/{id}",
        )

    @routes.get("/models", response_model=PageView[ModelView], summary="Models", responses=problems(NotYours))
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        found = await kept.models.select(matching(community), limit=page.limit, cursor=page.cursor)
        return paged(found, model_view, request)

    @routes.get("/models/{id}", response_model=ModelView, summary="One model", responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await known(kept.models, id, known_to(principal)), model_view, request)


def _rehearsals(routes: APIRouter, kept: RoutingKept, named: Known) -> None:
    @routes.post(
        "/rehearsals",
        status_code=201,
        response_model=RehearsalView,
        summary="Rehearse rules or a model with past cases",
        responses=problems(NotYours, UnknownAggregate, rehearsing.RehearsalTooLong, rehearsing.RehearseWithoutModel),
    )
    async def ask(body: Rehearse, command: CommandDep, language: LanguageDep) -> Response:
        by = command.principal
        by.require(body.community, Role.STAFF)
        routing = await kept.routing_of(body.community)
        model = None if body.model is None else (await kept.models.get(body.model)).aggregate
        await named.load(body.community, Named())
        return await command.create(
            kept.rehearsals,
            lambda id, now: ask_rehearsal(id, body, routing, model, by, now),
            rehearsal_view(named, language),
            location=lambda id: f"{BASE}/rehearsals/{id}",
        )

    @routes.get(
        "/rehearsals", response_model=PageView[RehearsalView], summary="Rehearsals", responses=problems(NotYours)
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        language: LanguageDep,
        page: PageDep,
        community: Annotated[Id, Query()],
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await kept.rehearsals.select(matching(community), limit=page.limit, cursor=page.cursor)
        for stored in found.items:
            await named.load(community, _named_in(stored.aggregate))
        return paged(found, rehearsal_view(named, language), request)

    @routes.get(
        "/rehearsals/{id}",
        response_model=RehearsalView,
        summary="One rehearsal",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep, language: LanguageDep) -> Response:
        stored = await known(kept.rehearsals, id, known_to(principal))
        principal.require(stored.aggregate.community, Role.STAFF)
        await named.load(stored.aggregate.community, _named_in(stored.aggregate))
        return etagged(stored, rehearsal_view(named, language), request)
