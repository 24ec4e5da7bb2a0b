"""Rounds and their visits over HTTP: plan, record one floor or a whole walk, complete."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, WithJsonSchema

from services.chassis.errors import CommunityError, Invalid, NotYours, UnknownAggregate
from services.chassis.http.bulk import BulkRoute
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.demands import BULKY
from services.chassis.http.language import language_of
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to
from services.contracts.issues import RoundStatus
from services.contracts.marks import Id
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.rounds.domain import visits
from services.issues.rounds.domain.figures import complete_round
from services.issues.rounds.domain.fixed_photos import FixPhotoOld, FixPhotoUsed
from services.issues.rounds.domain.rounds import NoSuchFloors, NotABuilding, PlanRound, Round, RoundIsOver, plan_round
from services.issues.rounds.domain.visits import RecordVisit
from services.issues.rounds.names import Names
from services.issues.rounds.views import RoundView, VisitView, round_view, visit_view
from services.issues.rounds.walks import Outcome, Result, Walks
from services.issues.shared.queries import matching
from services.issues.uploads.photos import NotYourPhoto

BASE = "/api/issues/v1/rounds"
_AGAIN = {"model": VisitView, "description": "It was recorded before."}
MAX_VISITS_AT_ONCE = 10_000
MAX_FINDINGS_AT_ONCE = 20_000


class TooManyFindings(
    Invalid,
    code="walk.too-many-findings",
    zh="一次最多上传 {limit} 个问题，请分批上传。",
    en="At most {limit} findings are taken at once. Send the walk in parts.",
):
    """A walk is sent with more findings than one request may have; it may be sent in parts."""


class WalkBody(BaseModel):
    """Visits of one walk, each in the form of the body that records a single one. Each is judged by itself.

    A malformed visit is refused alone, so the form of `visits` is not checked before the request is taken.
    """

    visits: Annotated[
        list[Any],
        Field(min_length=1, max_length=MAX_VISITS_AT_ONCE),
        WithJsonSchema(
            {
                "type": "array",
                "items": {"description": "Like the body of a single visit."},
                "minItems": 1,
                "maxItems": MAX_VISITS_AT_ONCE,
            }
        ),
    ]


class Refusal(BaseModel):
    """The reason why one visit, or one of its findings, was refused."""

    code: str
    zh: str
    en: str


class FindingRefusal(BaseModel):
    """The fault of the finding at `index` of its visit, counted from 0."""

    index: int
    id: str | None
    error: Refusal


class VisitResult(BaseModel):
    """The outcome of the visit at `index`, counted from 0. `already`: it was recorded before, and nothing has changed.

    A visit is recorded or refused as a whole. Once every fault in `findings` is mended, it may be sent again under its
    id.
    """

    index: int
    id: str | None
    outcome: Outcome
    visit: str | None = None
    error: Refusal | None = None
    findings: list[FindingRefusal] = []


class WalkResult(BaseModel):
    """One result for each visit sent, in the same order."""

    results: list[VisitResult]


_RECORDING = (
    UnknownAggregate,
    NotYours,
    RoundIsOver,
    UnknownCategory,
    NotYourPhoto,
    FixPhotoUsed,
    FixPhotoOld,
    visits.BuildingNotInRound,
    visits.NoSuchFloor,
    visits.FindingTwice,
    visits.FixWithoutPhoto,
    visits.FindingElsewhere,
    visits.VisitedInTheFuture,
    visits.VisitedLongBefore,
    visits.RecordedOtherwise,
)


def router(walks: Walks, names: Names) -> APIRouter:
    """The routes of rounds and visits, which are shown with `names`."""
    rounds = walks.rounds
    routes = APIRouter(prefix=BASE, tags=["rounds"], route_class=BulkRoute)

    @routes.post(
        "",
        status_code=201,
        response_model=RoundView,
        summary="Plan a round",
        responses=problems(NotYours, NotABuilding, NoSuchFloors),
    )
    async def plan(body: PlanRound, command: CommandDep) -> Response:
        buildings = list((await walks.places.those_of(body.buildings)).values())
        await names.load((), [body.unit])
        return await command.create(
            rounds,
            lambda id, now: plan_round(id, body, buildings, command.principal, now),
            round_view(names, command.language),
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
        found = await rounds.select(query, limit=page.limit, cursor=page.cursor)
        await load(*(stored.aggregate for stored in found.items))
        return paged(found, round_view(names, language_of(request)), request)

    @routes.get("/{id}", response_model=RoundView, summary="One round", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await known(rounds, id, known_to(principal))
        await load(stored.aggregate)
        return etagged(stored, round_view(names, language_of(request)), request)

    @routes.post(
        "/{id}/complete",
        response_model=RoundView,
        summary="Complete a round, whose walk is done",
        responses=problems(NotYours, UnknownAggregate, RoundIsOver),
    )
    async def complete(id: Id, command: CommandDep) -> Response:
        """End the walk. Its figures are final, and its status is `completed`, once every visit recorded until now is
        counted."""
        recorded = await walks.visits.collection.count_documents({"state.round": id})
        await load(*(stored.aggregate for stored in [await rounds.find(id)] if stored is not None))
        return await command.change(
            rounds,
            id,
            lambda round, now: complete_round(round, recorded, command.principal, now),
            round_view(names, command.language),
            known_to=known_to(command.principal),
        )

    async def load(*shown: Round) -> None:
        await names.load([id for round in shown for id in round.buildings], [round.unit for round in shown])

    _visits(routes, walks, names)
    return routes


def _visits(routes: APIRouter, walks: Walks, names: Names) -> None:
    @routes.post(
        "/{id}/visits",
        status_code=201,
        summary="Record a visit of one floor",
        responses={200: _AGAIN, **problems(*_RECORDING)},
    )
    async def record(id: Id, body: RecordVisit, command: CommandDep, response: Response) -> VisitView:
        """Record a floor. The same body under the same id may be sent again at any time; the answer is what was
        recorded first."""
        walk = await walks.open(id, command.principal, command.cause)
        outcome, stored = await walk.record(body)
        response.status_code = 201 if outcome is Outcome.RECORDED else 200
        await names.load_of_visits(stored.aggregate.community, [stored.aggregate.building])
        return visit_view(stored, command.principal, names, command.language)

    @routes.post(
        "/{id}/visits/batch",
        response_model=WalkResult,
        summary="Record the visits of a walk, or a part of it",
        responses=problems(*_RECORDING[:2], TooManyFindings),
        openapi_extra=BULKY,
    )
    async def record_all(id: Id, body: WalkBody, command: CommandDep) -> Response:
        """Record any part of a walk. Parts may be sent any number of times, in any order, with the same result.

        The body may be as large as an upload. After a 503, or no answer at all, the same body may be sent again.
        """
        if sum(_count_findings(visit) for visit in body.visits) > MAX_FINDINGS_AT_ONCE:
            raise TooManyFindings(limit=MAX_FINDINGS_AT_ONCE)
        walk = await walks.open(id, command.principal, command.cause)
        results = await walk.record_all(body.visits)
        told = WalkResult(results=[_told(index, result) for index, result in enumerate(results)])
        return Response(told.model_dump_json(), media_type="application/json")

    @routes.get(
        "/{id}/visits",
        response_model=PageView[VisitView],
        summary="The visits of a round",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def many(
        id: Id, request: Request, principal: PrincipalDep, page: PageDep, building: Annotated[Id | None, Query()] = None
    ) -> Response:
        community = (await known(walks.rounds, id, known_to(principal))).aggregate.community
        query = matching(community, round=id, building=building)
        found = await walks.visits.select(query, limit=page.limit, cursor=page.cursor)
        await names.load_of_visits(community, [stored.aggregate.building for stored in found.items])
        language = language_of(request)
        return paged(found, lambda stored: visit_view(stored, principal, names, language), request)


def _count_findings(visit: Any) -> int:
    findings = visit.get("findings") if isinstance(visit, dict) else None
    return len(findings) if isinstance(findings, list) else 0


def _told(index: int, result: Result) -> VisitResult:
    return VisitResult(
        index=index,
        id=result.client_id,
        outcome=result.outcome,
        visit=None if result.stored is None else result.stored.aggregate.id,
        error=None if result.error is None else _refusal(result.error),
        findings=[FindingRefusal(index=f.index, id=f.id, error=_refusal(f.error)) for f in result.faults],
    )


def _refusal(error: CommunityError) -> Refusal:
    return Refusal(code=error.code, zh=error.sentence("zh"), en=error.sentence("en"))
