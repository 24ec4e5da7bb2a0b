"""Messages that no gateway took, for staff: a list, and another try of one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import decided
from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.contracts.notices import NoticeStatus, Suppression
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.sending import resend
from services.notify.notices.store import Notices
from services.notify.notices.views import ToldView, told

BASE = "/api/notify/v1/undeliverable"


def router(notices: Aggregates[Notice]) -> APIRouter:
    """The routes of what no gateway took."""
    routes = APIRouter(prefix=BASE, tags=["why"])

    @routes.get(
        "",
        response_model=PageView[ToldView],
        summary="The messages that no gateway took, and that are true still",
        responses=problems(NotYours),
    )
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        query = {
            "state.community": community,
            "state.status": NoticeStatus.SUPPRESSED,
            "state.reason": {"$in": [Suppression.REFUSED, Suppression.UNREACHABLE]},
            "state.outdated": {"$ne": True},
        }
        return paged(await notices.select(query, limit=page.limit, cursor=page.cursor), told, request)

    @routes.post(
        "/{id}/again",
        response_model=ToldView,
        summary="Send a message again that no gateway took",
        responses=problems(UnknownAggregate),
    )
    async def again(id: Id, command: CommandDep) -> Response:
        """What may have been sent is not tried again, by another channel either, nor what has become untrue."""
        by = command.principal
        found = await notices.find(id)
        reached = found is not None and await Notices(notices).reached_otherwise(found.aggregate)

        return await command.change(
            notices,
            id,
            lambda notice, now: decided(notice) if reached else resend(notice, by, now),
            told,
            known_to=known_to(by, Role.STAFF),
        )

    return routes
