"""Models, rehearsals and the dispatch accuracy over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.clock import Clock
from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
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
from services.issues.routing.sweeps import accuracy_of
from services.issues.shared.queries import matching

BASE = "/api/issues/v1/routing"


class AccuracyPeriodWrong(
    Invalid,
    code="routing.accuracy-period",
    zh="统计时段须有先后，且不超过 {days} 天。",
    en="A period begins before it ends, and spans {days} days at most.",
):
    """A bound on what is counted for one answer."""


class ModelView(RoutingModelState):
    """A classifier: how it was trained and how good it is."""

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


class AccuracyView(DispatchAccuracyState):
    """Dispatch accuracy (派单准确率): handled ÷ (handled + returned + reassigned), with its 95 % interval.

    Dispatches that are still open are counted as such and left out of the rate; below `smallest_sample` there is none.
    """

    community: str
    formula: str = "handled / (handled + returned + reassigned)"


def model_view(stored: Stored[RoutingModel]) -> ModelView:
    """A model as its community sees it."""
    model = stored.aggregate
    return ModelView(id=model.id, community=model.community, version=stored.version, **dict(model.public()))


def rehearsal_view(stored: Stored[Rehearsal]) -> RehearsalView:
    """A rehearsal as the staff see it."""
    rehearsal = stored.aggregate
    shown = {name: getattr(rehearsal, name) for name in RehearsalView.model_fields if name != "version"}
    return RehearsalView(version=stored.version, **shown)


def router(kept: RoutingKept, clock: Clock) -> APIRouter:
    """The routes of models, rehearsals and accuracy."""
    routes = APIRouter(prefix=BASE, tags=["routing"])
    _models(routes, kept)
    _rehearsals(routes, kept)

    @routes.get(
        "/accuracy", summary="How many dispatches were right", responses=problems(NotYours, AccuracyPeriodWrong)
    )
    async def accuracy(
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        since: Annotated[Moment | None, Query(description="Left out: 90 days before `until`.")] = None,
        until: Annotated[Moment | None, Query(description="Left out: now.")] = None,
    ) -> AccuracyView:
        principal.require(community)
        begins, ends = _period(since, until or clock())
        figures = await accuracy_of(kept.dispatches, community, begins, ends)
        return AccuracyView(community=community, **dict(figures.public()))

    return routes


def _period(since: datetime | None, until: datetime) -> tuple[datetime, datetime]:
    """Raises AccuracyPeriodWrong."""
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
        summary="Have a model trained on what the cases have taught",
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


def _rehearsals(routes: APIRouter, kept: RoutingKept) -> None:
    @routes.post(
        "/rehearsals",
        status_code=201,
        response_model=RehearsalView,
        summary="See what rules or a model would have done with past cases",
        responses=problems(NotYours, UnknownAggregate, rehearsing.RehearsalTooLong, rehearsing.RehearseWithoutModel),
    )
    async def ask(body: Rehearse, command: CommandDep) -> Response:
        by = command.principal
        by.require(body.community, Role.STAFF)
        routing = await kept.routing_of(body.community)
        model = None if body.model is None else (await kept.models.get(body.model)).aggregate
        return await command.create(
            kept.rehearsals,
            lambda id, now: ask_rehearsal(id, body, routing, model, by, now),
            rehearsal_view,
            location=lambda id: f"{BASE}/rehearsals/{id}",
        )

    @routes.get(
        "/rehearsals", response_model=PageView[RehearsalView], summary="Rehearsals", responses=problems(NotYours)
    )
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await kept.rehearsals.select(matching(community), limit=page.limit, cursor=page.cursor)
        return paged(found, rehearsal_view, request)

    @routes.get(
        "/rehearsals/{id}",
        response_model=RehearsalView,
        summary="One rehearsal",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await known(kept.rehearsals, id, known_to(principal))
        principal.require(stored.aggregate.community, Role.STAFF)
        return etagged(stored, rehearsal_view, request)
