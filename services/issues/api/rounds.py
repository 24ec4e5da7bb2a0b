"""Rounds and their visits over HTTP: plan, record one floor or a whole walk, complete."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import CommunityError, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.contracts.issues import RoundStatus
from services.contracts.marks import Id
from services.issues.api.views import RoundView, VisitView, round_view, visit_view
from services.issues.domain import visits
from services.issues.domain.catalogue import UnknownCategory
from services.issues.domain.counting import complete_round
from services.issues.domain.rounds import NotABuilding, PlanRound, RoundIsOver, plan_round
from services.issues.domain.visits import RecordVisit
from services.issues.photos import NotYourPhoto
from services.issues.store import Store, matching
from services.issues.walks import Outcome, Walk

BASE = "/api/issues/v1/rounds"
_AGAIN = {"model": VisitView, "description": "It was recorded before."}
MAX_VISITS_AT_ONCE = 500


class WalkBody(BaseModel):
    """Visits as they were taken down, each like the body of a single one; each is judged by itself."""

    visits: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_VISITS_AT_ONCE)]


class Refusal(BaseModel):
    """Why one visit was refused."""

    code: str
    zh: str
    en: str


class VisitResult(BaseModel):
    """What became of the visit at `index`; `already`: it was recorded before, and nothing has changed."""

    index: int
    id: str | None
    outcome: Outcome
    visit: str | None = None
    error: Refusal | None = None


class WalkResult(BaseModel):
    """One result for each visit sent, in the same order."""

    results: list[VisitResult]


_RECORDING = (
    UnknownAggregate,
    NotYours,
    RoundIsOver,
    UnknownCategory,
    NotYourPhoto,
    visits.BuildingNotInRound,
    visits.NoSuchFloor,
    visits.FindingTwice,
    visits.VisitedInTheFuture,
    visits.RecordedOtherwise,
)


def router(store: Store) -> APIRouter:
    """The routes of rounds and visits, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["rounds"])

    @routes.post(
        "",
        status_code=201,
        response_model=RoundView,
        summary="Plan a round",
        responses=problems(NotYours, NotABuilding),
    )
    async def plan(body: PlanRound, command: CommandDep) -> Response:
        buildings = list((await store.places.those_of(body.buildings)).values())
        return await command.create(
            store.rounds,
            lambda id, now: plan_round(id, body, buildings, command.principal, now),
            round_view,
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", response_model=PageView[RoundView], summary="Rounds of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[RoundStatus | None, Query()] = None,
        walker: Annotated[Id | None, Query()] = None,
        building: Annotated[Id | None, Query()] = None,
    ) -> Response:
        principal.require(community)
        query = matching(community, status=status, walker=walker, buildings=building)
        return paged(await store.rounds.select(query, limit=page.limit, cursor=page.cursor), round_view, request)

    @routes.get("/{id}", response_model=RoundView, summary="One round", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await store.rounds.get(id)
        principal.require(stored.aggregate.community)
        return etagged(stored, round_view, request)

    @routes.post(
        "/{id}/complete",
        response_model=RoundView,
        summary="The walk is done",
        responses=problems(NotYours, UnknownAggregate, RoundIsOver),
    )
    async def complete(id: Id, command: CommandDep) -> Response:
        """The figures are final, and the status `completed`, once every visit recorded until now is counted."""
        recorded = await store.visits.collection.count_documents({"state.round": id})
        return await command.change(
            store.rounds, id, lambda round, now: complete_round(round, recorded, command.principal, now), round_view
        )

    _visits(routes, store)
    return routes


def _visits(routes: APIRouter, store: Store) -> None:
    @routes.post(
        "/{id}/visits",
        status_code=201,
        summary="Record one floor",
        responses={200: _AGAIN, **problems(*_RECORDING)},
    )
    async def record(id: Id, body: RecordVisit, command: CommandDep, response: Response) -> VisitView:
        """The same body under the same id may be sent again at any time; the answer is what was recorded first."""
        by = command.principal
        walk = await Walk.open(store, id, by, command.cause)
        photos = [photo for finding in body.findings for photo in (*finding.before, *finding.after)]
        await store.photos.require(photos, walk.community, by)
        outcome, stored = await walk.record(body)
        response.status_code = 201 if outcome is Outcome.RECORDED else 200
        return visit_view(stored, by)

    @routes.post("/{id}/visits/batch", summary="Record a walk", responses=problems(*_RECORDING[:2]))
    async def record_all(id: Id, body: WalkBody, command: CommandDep) -> WalkResult:
        """Any part of a walk may be sent any number of times, in any order, with the same result."""
        walk = await Walk.open(store, id, command.principal, command.cause)
        results = await walk.record_all(body.visits)
        return WalkResult(
            results=[
                VisitResult(
                    index=index,
                    id=result.client_id,
                    outcome=result.outcome,
                    visit=None if result.stored is None else result.stored.aggregate.id,
                    error=_refusal(result.error),
                )
                for index, result in enumerate(results)
            ]
        )

    @routes.get(
        "/{id}/visits",
        response_model=PageView[VisitView],
        summary="The visits of a round",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def many(
        id: Id, request: Request, principal: PrincipalDep, page: PageDep, building: Annotated[Id | None, Query()] = None
    ) -> Response:
        community = (await store.rounds.get(id)).aggregate.community
        principal.require(community)
        query = matching(community, round=id, building=building)
        found = await store.visits.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: visit_view(stored, principal), request)


def _refusal(error: CommunityError | None) -> Refusal | None:
    if error is None:
        return None
    return Refusal(code=error.code, zh=error.sentence("zh"), en=error.sentence("en"))
