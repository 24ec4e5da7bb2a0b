"""A list for staff: who was told what of a case, a need or an activity, when and how; who was not, and why."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import Invalid, NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.notify.notices.domain.notice import Notice
from services.notify.notices.views import ToldView, told


class AboutWhat(
    Invalid,
    code="why.about-what",
    zh="请指明 about（案件、活动或需求的编号）或 cause（事件编号）。",
    en="Name what it is about (`about`: a case, an activity, a need) or which event caused it (`cause`).",
):
    """Nobody could read a list of everything."""


def router(notices: Aggregates[Notice]) -> APIRouter:
    """The route of the list."""
    routes = APIRouter(prefix="/api/notify/v1", tags=["why"])

    @routes.get(
        "/why",
        response_model=PageView[ToldView],
        summary="Who was told, and who was not",
        responses=problems(NotYours, AboutWhat),
    )
    async def why(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        about: Annotated[Id | None, Query(description="Id of a case, an activity, a need or a wish.")] = None,
        cause: Annotated[Id | None, Query(description="Id of the event.")] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        named = {name: value for name, value in (("about", about), ("cause", cause)) if value is not None}
        if not named:
            raise AboutWhat()
        query = {"state.community": community, **{f"state.{name}": value for name, value in named.items()}}
        return paged(await notices.select(query, limit=page.limit, cursor=page.cursor), told, request)

    return routes
