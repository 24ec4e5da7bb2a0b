"""Care plans over HTTP, for staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.contracts.volunteers import CarePlanStatus
from services.volunteers.care.domain import changing, plans
from services.volunteers.care.domain.changing import ChangePlan, Pause, PauseIsOver
from services.volunteers.care.domain.kinds import CareKind
from services.volunteers.care.domain.plans import CarePlan, CarePlanClosedAlready, LevelWithoutSkill
from services.volunteers.care.readings import Readings
from services.volunteers.care.views import CarePlanView, care_plan_view
from services.volunteers.names.store import Names
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1/care-plans"
Decide = Callable[[CarePlan, Principal, datetime], Decision[CarePlan]]


class Views(Protocol):
    """Makes the function that shows care plans to a caller."""

    async def __call__(self, by: Principal, *, exact: bool = False) -> Callable[[Stored[CarePlan]], CarePlanView]:
        """The function that shows care plans to `by`; with `exact` it shows the elder's home as well."""
        ...


def router(care_plans: Aggregates[CarePlan], readings: Readings, names: Names, clock: Clock) -> APIRouter:
    """The routes of care plans. Each reading of a plan with the elder's home in it is put on record."""
    routes = APIRouter(prefix=BASE, tags=["care plans"])
    view = _views(names, clock)

    @routes.post(
        "",
        status_code=201,
        response_model=CarePlanView,
        summary="Make a care plan: promise regular help",
        responses=problems(NotYours, LevelWithoutSkill),
    )
    async def open_plan(body: plans.Open, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            care_plans,
            lambda id, now: plans.open_plan(id, body, by, now),
            await view(by, exact=True),
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
        query = matching(community, status=status, elder=elder, erased=False)
        if kind is not None:
            query |= {"state.kind": kind.told.value, "state.purpose": kind.purpose}
        found = await care_plans.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, await view(principal), request)

    @routes.get("/{id}", summary="One care plan; reading it is recorded", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> CarePlanView:
        stored = await known(care_plans, id, known_to(principal, Role.STAFF))
        shown = (await view(principal, exact=True))(stored)
        await readings.put_on_record(shown.community, principal, need=None, care_plan=id)
        return shown

    _changing(routes, care_plans, view)
    return routes


def _views(names: Names, clock: Clock) -> Views:
    async def view(by: Principal, *, exact: bool = False) -> Callable[[Stored[CarePlan]], CarePlanView]:
        """The function that shows care plans to `by`. The names are read before, since the answer to a command is made
        inside the write that stores it, where nothing can be read.
        """
        await names.prepare(by.communities)

        def shown(stored: Stored[CarePlan]) -> CarePlanView:
            return care_plan_view(stored, by, names.known(stored.aggregate.community), clock(), exact=exact)

        return shown

    return view


def _changing(routes: APIRouter, care_plans: Aggregates[CarePlan], view: Views) -> None:
    refusals = problems(UnknownAggregate, StaleVersion, CarePlanClosedAlready)

    async def changed(id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        return await command.change(
            care_plans,
            id,
            lambda plan, now: decide(plan, by, now),
            await view(by),
            known_to=known_to(by, Role.STAFF),
        )

    @routes.patch(
        "/{id}",
        response_model=CarePlanView,
        summary="Change the dates or demands of a care plan",
        responses=problems(UnknownAggregate, StaleVersion, CarePlanClosedAlready, LevelWithoutSkill),
    )
    async def change(id: Id, body: ChangePlan, command: CommandDep) -> Response:
        """Change a care plan. The needs of its coming visits follow, except those that staff moved by hand."""
        return await changed(id, command, lambda plan, by, now: changing.change_plan(plan, body, by, now))

    @routes.post(
        "/{id}/pause",
        response_model=CarePlanView,
        summary="Pause a care plan",
        responses=problems(UnknownAggregate, StaleVersion, CarePlanClosedAlready, PauseIsOver),
    )
    async def pause(id: Id, body: Pause, command: CommandDep) -> Response:
        return await changed(id, command, lambda plan, by, now: changing.pause_plan(plan, body, by, now))

    @routes.post("/{id}/resume", response_model=CarePlanView, summary="Resume a care plan", responses=refusals)
    async def resume(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, changing.resume_plan)

    @routes.post("/{id}/close", response_model=CarePlanView, summary="Close a care plan", responses=refusals)
    async def close(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, plans.close_plan)
