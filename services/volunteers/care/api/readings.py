"""The record of readings over HTTP, for staff: who was told where an elder lives, and when."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.contracts.marks import Id
from services.volunteers.care.readings import Readings
from services.volunteers.care.views import ReadingView


def router(readings: Readings) -> APIRouter:
    """The route of the record of readings."""
    routes = APIRouter(prefix="/api/volunteers/v1/readings", tags=["care plans"])

    @routes.get(
        "",
        response_model=PageView[ReadingView],
        summary="The record of who read where an elder lives, the latest first",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        need: Annotated[Id | None, Query()] = None,
        person: Annotated[Id | None, Query()] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        found, following = await readings.page(community, need, person, page.limit, page.cursor)
        return page_of([ReadingView(**asdict(reading)) for reading in found], following, request)

    return routes
