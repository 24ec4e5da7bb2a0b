"""A list for staff: who was told what of a case, a need or an activity, when and how; who was not, and why."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import Invalid, NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Document
from services.chassis.values import Moment
from services.contracts.marks import Id
from services.contracts.notices import NoticeStatus
from services.notify.notices.domain.notice import Notice
from services.notify.notices.store import Notices, told_of
from services.notify.notices.views import ToldView, Verdict, WhyView, told

_OUTCOMES = {
    "told": (NoticeStatus.DELIVERED, NoticeStatus.READ),
    "waiting": (NoticeStatus.QUEUED, NoticeStatus.SENDING),
    "not-told": (NoticeStatus.SUPPRESSED, NoticeStatus.UNCERTAIN),
}


_MOST = 50
Belongs = Callable[[str, str], Awaitable[bool]]
"""Whether a person is known to belong to a community."""


class AboutWhat(
    Invalid,
    code="why.about-what",
    zh="请指明 about（案件、活动或需求的编号）、cause（事件或群发的编号）或 person（收件人）。",
    en="Name what it is about (`about`), what caused it (`cause`: an event, a broadcast), or a recipient (`person`).",
):
    """Nobody could read a list of everything."""


def router(notices: Aggregates[Notice], belongs: Belongs) -> APIRouter:
    """The routes of the list, and of one person in it."""
    routes = APIRouter(prefix="/api/notify/v1", tags=["why"])

    @routes.get(
        "/why",
        response_model=PageView[ToldView],
        summary="Who was told of something, who was not, and why",
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
        query: dict[str, Any] = {"state.community": community, **_of(about, cause)}
        if person is not None:
            query["state.recipient"] = person
        if len(query) == 1:
            raise AboutWhat()
        if outcome is not None:
            query["state.status"] = {"$in": list(_OUTCOMES[outcome])}
        span = {"$gte": since, "$lt": until}
        if bounds := {name: moment for name, moment in span.items() if moment is not None}:
            query["at"] = bounds
        return paged(await notices.select(query, limit=page.limit, cursor=page.cursor), told, request)

    @routes.get(
        "/why/one",
        summary="Why one person heard of one fact, or did not",
        responses=problems(NotYours, AboutWhat),
    )
    async def why_one(
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        person: Annotated[Id, Query(description="Id of the person.")],
        about: Annotated[Id | None, Query(description="Id of a case, an activity, a need or a wish.")] = None,
        cause: Annotated[Id | None, Query(description="Id of the event, or of the broadcast.")] = None,
    ) -> WhyView:
        """Somebody who was to be told nothing is answered too: because it concerns others, or because nobody was told.
        Of people who don't belong to the community, and of those who aren't there, the answer is one."""
        principal.require(community, Role.STAFF)
        if about is None and cause is None:
            raise AboutWhat()
        fact = {"state.community": community, **_of(about, cause)}
        theirs = (await notices.select({**fact, "state.recipient": person}, limit=_MOST)).items
        instead = (await notices.select({**fact, "state.behalf": person}, limit=_MOST)).items
        others, kinds = await Notices(notices).concerned({**fact, "state.recipient": {"$ne": person}})
        return WhyView(
            person=person,
            verdict=verdict([each.aggregate.status for each in theirs], others),
            belongs=await belongs(person, community),
            others=others,
            kinds=kinds,
            messages=[told(each) for each in theirs],
            in_their_place=[told(each) for each in instead],
        )

    return routes


def _of(about: str | None, cause: str | None) -> Document:
    asked = [told_of(name, id) for name, id in (("about", about), ("cause", cause)) if id is not None]
    return asked[0] if len(asked) == 1 else {"$and": asked} if asked else {}


def verdict(statuses: Sequence[NoticeStatus], others: int) -> Verdict:
    """The verdict on a person whose messages have these `statuses`, where `others` were to be told as well."""
    for outcome in (Verdict.TOLD, Verdict.WAITING):
        if any(status in _OUTCOMES[outcome] for status in statuses):
            return outcome
    if statuses:
        return Verdict.NOT_TOLD
    return Verdict.NOT_CONCERNED if others else Verdict.NOBODY_TOLD
