"""The record of readings over HTTP, for staff: who was told where an elder lives."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.contracts.marks import Id
from services.volunteers.care.readings import Readings
from services.volunteers.care.views import ReadingView
from services.volunteers.shared.views import Listed


def router(readings: Readings) -> APIRouter:
    """The routes of the record."""
    routes = APIRouter(prefix="/api/volunteers/v1/readings", tags=["care plans"])

    @routes.get("", summary="Who read where an elder lives, the latest first", responses=problems(NotYours))
    async def many(
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        need: Annotated[Id | None, Query()] = None,
        person: Annotated[Id | None, Query()] = None,
    ) -> Listed[ReadingView]:
        principal.require(community, Role.STAFF)
        found, following = await readings.page(community, need, person, page.limit, page.cursor)
        return Listed(items=[ReadingView(**asdict(reading)) for reading in found], next=following)

    return routes
