"""Who was told where an elder lives: the record, for staff."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.contracts.marks import Id
from services.volunteers.api.views import Listed
from services.volunteers.store import Store


class ReadingView(BaseModel):
    """A reading. `need`: the visit that it was for, null where staff read the plan itself."""

    id: str
    community: str
    person: str
    need: str | None
    care_plan: str
    at: datetime


def router(store: Store) -> APIRouter:
    """The routes of readings, on `store`."""
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
        found, following = await store.readings.page(community, need, person, page.limit, page.cursor)
        return Listed(items=[ReadingView(**asdict(reading)) for reading in found], next=following)

    return routes
