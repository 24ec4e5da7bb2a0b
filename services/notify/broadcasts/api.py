"""Broadcasts over HTTP: staff begin, hold, let go on and stop them, and see how far they have come."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.notify.broadcasts import domain
from services.notify.broadcasts.domain import Announce, Broadcast, BroadcastOver, BroadcastStatus
from services.notify.notices.domain.notice import Notice, supersede
from services.notify.notices.store import Notices

BASE = "/api/notify/v1/broadcasts"


class BroadcastView(BaseModel):
    """A broadcast and its progress: `reached` of `total` people."""

    id: str
    community: str
    whom: str
    which: str | None
    sort: str
    title: str
    title_en: str | None
    status: BroadcastStatus
    reached: int
    total: int | None
    by: str
    at: datetime
    done_at: datetime | None


def router(broadcasts: Aggregates[Broadcast], notices: Aggregates[Notice]) -> APIRouter:
    """The routes of broadcasts."""
    routes = APIRouter(prefix=BASE, tags=["broadcasts"])
    theirs = problems(NotYours, UnknownAggregate, BroadcastOver)

    @routes.post("", status_code=201, response_model=BroadcastView, summary="Tell many", responses=problems(NotYours))
    async def begin(body: Announce, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            broadcasts, lambda id, now: domain.announce(id, body, by, now), broadcast_view, location=f"{BASE}/{{id}}"
        )

    @routes.get("", response_model=PageView[BroadcastView], summary="Broadcasts", responses=problems(NotYours))
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community, Role.STAFF)
        found = await broadcasts.select({"state.community": community}, limit=page.limit, cursor=page.cursor)
        return paged(found, broadcast_view, request)

    @routes.get("/{id}", response_model=BroadcastView, summary="Its progress", responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await known(broadcasts, id, known_to(principal, Role.STAFF)), broadcast_view, request)

    @routes.post("/{id}/pause", response_model=BroadcastView, summary="Hold it", responses=theirs)
    async def pause(id: Id, command: CommandDep) -> Response:
        by = command.principal
        mine = known_to(by, Role.STAFF)
        return await command.change(
            broadcasts, id, lambda each, _: domain.pause(each, by), broadcast_view, known_to=mine
        )

    @routes.post("/{id}/resume", response_model=BroadcastView, summary="Let it go on", responses=theirs)
    async def resume(id: Id, command: CommandDep) -> Response:
        by = command.principal
        mine = known_to(by, Role.STAFF)
        return await command.change(
            broadcasts, id, lambda each, _: domain.resume(each, by), broadcast_view, known_to=mine
        )

    @routes.post("/{id}/stop", response_model=BroadcastView, summary="End it", responses=theirs)
    async def stop(id: Id, command: CommandDep) -> Response:
        """What waits for a gateway is given up; who was told stays told."""
        by = command.principal
        answer = await command.change(
            broadcasts,
            id,
            lambda each, now: domain.stop(each, by, now),
            broadcast_view,
            known_to=known_to(by, Role.STAFF),
        )
        for waiting in await Notices(notices).waiting(id, "broadcast"):
            await notices.change(waiting, lambda notice, _: supersede(notice, 2), command.cause)
        return answer

    return routes


def broadcast_view(stored: Stored[Broadcast]) -> BroadcastView:
    """A broadcast and its progress."""
    return BroadcastView(**stored.aggregate.model_dump(include=set(BroadcastView.model_fields)))
