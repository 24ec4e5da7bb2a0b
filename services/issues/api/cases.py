"""Cases over HTTP: report, the commands of the table, one, many, and the table itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal, Role
from services.chassis.store import Stored
from services.contracts.issues import CaseStatus
from services.contracts.marks import Code, Id
from services.issues.api.views import CaseView, case_view
from services.issues.domain import aftermath, cases, handling, reporting
from services.issues.domain.cases import Case
from services.issues.domain.catalogue import UnknownCategory
from services.issues.domain.transitions import TRANSITIONS, WHO, CaseCommand, NotNow
from services.issues.photos import NotYourPhoto
from services.issues.store import Store, matching

B = TypeVar("B", bound=BaseModel)

BASE = "/api/issues/v1/cases"


class TransitionView(BaseModel):
    """One row of the table. `source` null: the case begins. `roles` empty: any member of the community."""

    source: CaseStatus | None
    command: CaseCommand
    target: CaseStatus
    roles: list[Role]
    reason: str | None


TABLE = [
    TransitionView(source=t.source, command=t.command, target=t.target, roles=sorted(WHO[t.command]), reason=t.reason)
    for t in TRANSITIONS
]

_REFUSALS = (UnknownAggregate, NotYours, NotNow, StaleVersion)


def router(store: Store) -> APIRouter:
    """The routes of cases, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["cases"])

    @routes.get("/transitions", summary="The table of transitions")
    async def transitions(principal: PrincipalDep) -> list[TransitionView]:
        return TABLE

    @routes.post(
        "",
        status_code=201,
        response_model=CaseView,
        summary="Report a problem",
        responses=problems(
            UnknownAggregate,
            NotYours,
            UnknownCategory,
            NotYourPhoto,
            cases.TitleByResident,
            cases.EvidenceMissing,
            cases.PlaceElsewhere,
        ),
    )
    async def report(body: reporting.Report, command: CommandDep) -> Response:
        by = command.principal
        place = await store.places.get(body.place)
        catalogue = await store.catalogues.of(body.community)
        await store.photos.require((*body.before, *body.after), body.community, by)
        return await command.create(
            store.cases,
            lambda id, now: reporting.report(id, body, place, catalogue, by, now),
            _view(by),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", response_model=PageView[CaseView], summary="Cases of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[list[CaseStatus] | None, Query(max_length=13)] = None,
        unit: Annotated[Id | None, Query()] = None,
        building: Annotated[Id | None, Query()] = None,
        round: Annotated[Id | None, Query()] = None,
        category: Annotated[Code | None, Query()] = None,
        overdue: Annotated[bool | None, Query()] = None,
        reporter: Annotated[Literal["me"] | None, Query(description="Only those that the caller reported.")] = None,
    ) -> Response:
        principal.require(community)
        query = matching(
            community,
            status=status,
            unit=unit,
            building=building,
            round=round,
            category=category,
            overdue=overdue,
            reporter=principal.sub if reporter == "me" else None,
        )
        return paged(await store.cases.select(query, limit=page.limit, cursor=page.cursor), _view(principal), request)

    @routes.get("/{id}", response_model=CaseView, summary="One case", responses=problems(UnknownAggregate, NotYours))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await store.cases.get(id)
        principal.require(stored.aggregate.community)
        return etagged(stored, _view(principal), request)

    _filing(routes, store)
    _handling(routes, store)
    _aftermath(routes, store)
    return routes


def _view(by: Principal) -> Callable[[Stored[Case]], CaseView]:
    return lambda stored: case_view(stored, by)


async def _change(
    store: Store,
    id: str,
    body: B,
    command: CommandDep,
    decide: Callable[[Case, B, Principal, datetime], Decision[Case]],
) -> Response:
    by = command.principal
    return await command.change(store.cases, id, lambda case, now: decide(case, body, by, now), _view(by))


def _filing(routes: APIRouter, store: Store) -> None:
    @routes.post("/{id}/accept", response_model=CaseView, responses=problems(*_REFUSALS, UnknownCategory))
    async def accept(id: Id, body: reporting.Accept, command: CommandDep) -> Response:
        community = (await store.cases.get(id)).aggregate.community
        catalogue = await store.catalogues.of(community)
        return await _change(
            store, id, body, command, lambda case, body, by, now: reporting.accept(case, body, catalogue, by, now)
        )

    @routes.post("/{id}/reject", response_model=CaseView, responses=problems(*_REFUSALS))
    async def reject(id: Id, body: reporting.Reject, command: CommandDep) -> Response:
        return await _change(store, id, body, command, reporting.reject)

    @routes.post(
        "/{id}/dispatch",
        response_model=CaseView,
        responses=problems(*_REFUSALS, cases.UnitElsewhere, cases.DueInThePast),
    )
    async def dispatch(id: Id, body: handling.Dispatch, command: CommandDep) -> Response:
        unit = await store.units.get(body.unit)
        return await _change(
            store, id, body, command, lambda case, body, by, now: handling.dispatch(case, body, unit, by, now)
        )


def _handling(routes: APIRouter, store: Store) -> None:
    @routes.post("/{id}/return", response_model=CaseView, responses=problems(*_REFUSALS))
    async def give_back(id: Id, body: handling.Return, command: CommandDep) -> Response:
        return await _change(store, id, body, command, handling.give_back)

    @routes.post("/{id}/start", response_model=CaseView, responses=problems(*_REFUSALS))
    async def start(id: Id, command: CommandDep, body: handling.Start | None = None) -> Response:
        return await _change(store, id, body or handling.Start(), command, handling.start)

    @routes.post(
        "/{id}/handle",
        response_model=CaseView,
        responses=problems(*_REFUSALS, NotYourPhoto, cases.EvidenceMissing, cases.TooManyPhotos),
    )
    async def handle(id: Id, body: handling.Handle, command: CommandDep) -> Response:
        if body.photos:
            community = (await store.cases.get(id)).aggregate.community
            await store.photos.require(body.photos, community, command.principal)
        return await _change(store, id, body, command, handling.handle)

    verifying = problems(*_REFUSALS, cases.VerifierIsHandler, cases.VerifierIsReporter)

    @routes.post("/{id}/verify", response_model=CaseView, responses=verifying)
    async def verify(id: Id, body: handling.Verify, command: CommandDep) -> Response:
        return await _change(store, id, body, command, handling.verify)

    @routes.post("/{id}/send-back", response_model=CaseView, responses=verifying)
    async def send_back(id: Id, body: handling.SendBack, command: CommandDep) -> Response:
        return await _change(store, id, body, command, handling.send_back)


def _aftermath(routes: APIRouter, store: Store) -> None:
    judging = problems(*_REFUSALS, cases.OnlyTheReporter)

    @routes.post(
        "/{id}/reopen",
        response_model=CaseView,
        responses=problems(*_REFUSALS, cases.OnlyTheReporter, cases.TooLateToReopen),
    )
    async def reopen(id: Id, body: aftermath.Reopen, command: CommandDep) -> Response:
        return await _change(store, id, body, command, aftermath.reopen)

    @routes.post("/{id}/rate", response_model=CaseView, responses=judging)
    async def rate(id: Id, body: aftermath.Rate, command: CommandDep) -> Response:
        return await _change(store, id, body, command, aftermath.rate)
