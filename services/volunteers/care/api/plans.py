"""Care plans over HTTP, for staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.contracts.volunteers import CareKind, CarePlanStatus
from services.volunteers.care.domain import changing, plans
from services.volunteers.care.domain.changing import ChangePlan, Pause
from services.volunteers.care.domain.plans import CarePlan, CarePlanClosedAlready
from services.volunteers.care.readings import Readings
from services.volunteers.care.views import CarePlanView, care_plan_view
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1/care-plans"


def router(care_plans: Aggregates[CarePlan], readings: Readings) -> APIRouter:
    """The routes of care plans. Whoever reads a plan with the elder's home in it is put on record."""
    routes = APIRouter(prefix=BASE, tags=["care plans"])

    @routes.post(
        "", status_code=201, response_model=CarePlanView, summary="Promise regular help", responses=problems(NotYours)
    )
    async def open_plan(body: plans.Open, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            care_plans,
            lambda id, now: plans.open_plan(id, body, by, now),
            lambda stored: care_plan_view(stored, exact=True),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "", response_model=PageView[CarePlanView], summary="Care plans of a community", responses=problems(NotYours)
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[CarePlanStatus | None, Query()] = None,
        kind: Annotated[CareKind | None, Query()] = None,
        elder: Annotated[Id | None, Query()] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        query = matching(community, status=status, kind=kind, elder=elder, erased=False)
        return paged(await care_plans.select(query, limit=page.limit, cursor=page.cursor), care_plan_view, request)

    @routes.get("/{id}", summary="One care plan; the reading is on record", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> CarePlanView:
        stored = await known(care_plans, id, known_to(principal, Role.STAFF))
        view = care_plan_view(stored, exact=True)
        await readings.put_on_record(stored.aggregate, principal, need=None)
        return view

    _changing(routes, care_plans)

    @routes.post(
        "/{id}/close",
        response_model=CarePlanView,
        summary="No more dates",
        responses=problems(UnknownAggregate, StaleVersion, CarePlanClosedAlready),
    )
    async def close(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            care_plans,
            id,
            lambda plan, now: plans.close_plan(plan, by, now),
            care_plan_view,
            known_to=known_to(by, Role.STAFF),
        )

    return routes


def _changing(routes: APIRouter, care_plans: Aggregates[CarePlan]) -> None:
    refusals = problems(UnknownAggregate, StaleVersion, CarePlanClosedAlready)

    async def changed(id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        return await command.change(
            care_plans,
            id,
            lambda plan, now: decide(plan, by, now),
            care_plan_view,
            known_to=known_to(by, Role.STAFF),
        )

    @routes.patch("/{id}", response_model=CarePlanView, summary="Other dates, other demands", responses=refusals)
    async def change(id: Id, body: ChangePlan, command: CommandDep) -> Response:
        """The needs of dates to come follow, but for what people changed by hand."""
        return await changed(id, command, lambda plan, by, now: changing.change_plan(plan, body, by, now))

    @routes.post("/{id}/pause", response_model=CarePlanView, summary="No dates for a while", responses=refusals)
    async def pause(id: Id, body: Pause, command: CommandDep) -> Response:
        return await changed(id, command, lambda plan, by, now: changing.pause_plan(plan, body, by, now))

    @routes.post("/{id}/resume", response_model=CarePlanView, summary="Dates again", responses=refusals)
    async def resume(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, changing.resume_plan)


Decide = Callable[[CarePlan, Principal, datetime], Decision[CarePlan]]
