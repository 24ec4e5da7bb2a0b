"""Partner organisations over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import AlreadyExists, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to
from services.contracts.marks import Id
from services.issues.shared.queries import matching
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import RegisterUnit, Unit, register_unit, unit_id
from services.issues.units.views import UnitView, unit_view

BASE = "/api/issues/v1/units"


def router(units: Unchanging[Unit]) -> APIRouter:
    """The routes of partner organisations."""
    routes = APIRouter(prefix=BASE, tags=["units"])

    @routes.post(
        "",
        status_code=201,
        response_model=UnitView,
        summary="Register a partner organisation",
        responses=problems(NotYours, AlreadyExists),
    )
    async def register(body: RegisterUnit, command: CommandDep) -> Response:
        return await command.create(
            units.stored,
            lambda _, now: register_unit(body, command.principal, now),
            unit_view,
            id=unit_id(body.community, body.code),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "",
        response_model=PageView[UnitView],
        summary="Partner organisations",
        responses=problems(NotYours),
    )
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        return paged(
            await units.stored.select(matching(community), limit=page.limit, cursor=page.cursor),
            unit_view,
            request,
        )

    @routes.get(
        "/{id}",
        response_model=UnitView,
        summary="One partner organisation",
        responses=problems(UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await known(units.stored, id, known_to(principal)), unit_view, request)

    return routes
