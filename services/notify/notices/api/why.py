"""A list for staff: who was told what of a case, a need or an activity, when and how; who was not, and why."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import Invalid, NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import Moment
from services.contracts.marks import Id
from services.contracts.notices import NoticeStatus
from services.notify.notices.domain.notice import Notice
from services.notify.notices.views import ToldView, told

_OUTCOMES = {
    "told": (NoticeStatus.DELIVERED, NoticeStatus.READ),
    "waiting": (NoticeStatus.QUEUED, NoticeStatus.SENDING),
    "not-told": (NoticeStatus.SUPPRESSED, NoticeStatus.UNCERTAIN),
}


class AboutWhat(
    Invalid,
    code="why.about-what",
    zh="请指明 about（案件、活动或需求的编号）、cause（事件或群发的编号）或 person（收件人）。",
    en="Name what it is about (`about`), what caused it (`cause`: an event, a broadcast), or a recipient (`person`).",
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
        cause: Annotated[Id | None, Query(description="Id of the event, or of the broadcast.")] = None,
        person: Annotated[Id | None, Query(description="Id of a recipient.")] = None,
        outcome: Annotated[Literal["told", "waiting", "not-told"] | None, Query()] = None,
        since: Annotated[Moment | None, Query(description="Planned at or after this time.")] = None,
        until: Annotated[Moment | None, Query(description="Planned before this time.")] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        asked = (("about", about), ("cause", cause), ("recipient", person))
        named = {name: value for name, value in asked if value is not None}
        if not named:
            raise AboutWhat()
        query: dict[str, Any] = {
            "state.community": community,
            **{f"state.{name}": value for name, value in named.items()},
        }
        if outcome is not None:
            query["state.status"] = {"$in": list(_OUTCOMES[outcome])}
        span = {"$gte": since, "$lt": until}
        if bounds := {name: moment for name, moment in span.items() if moment is not None}:
            query["at"] = bounds
        return paged(await notices.select(query, limit=page.limit, cursor=page.cursor), told, request)

    return routes
