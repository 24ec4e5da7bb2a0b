"""Broadcasts over HTTP: staff begin, pause, resume and stop them, and see their progress."""

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
from services.notify.broadcasts.domain import Announce, Broadcast, BroadcastOver, BroadcastStatus, NobodyThere
from services.notify.broadcasts.sending import chosen, give_up
from services.notify.knowledge.store import Knowledge
from services.notify.notices.domain.notice import Notice
from services.notify.persons.people import People

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
    text: str
    text_en: str | None
    status: BroadcastStatus
    reached: int
    total: int | None
    by: str
    at: datetime
    done_at: datetime | None


def router(
    broadcasts: Aggregates[Broadcast], notices: Aggregates[Notice], people: People, knowledge: Knowledge
) -> APIRouter:
    """The routes of broadcasts."""
    routes = APIRouter(prefix=BASE, tags=["broadcasts"])
    theirs = problems(NotYours, UnknownAggregate, BroadcastOver)

    @routes.post(
        "",
        status_code=201,
        response_model=BroadcastView,
        summary="Begin a broadcast (staff)",
        responses=problems(NotYours, NobodyThere),
    )
    async def begin(body: Announce, command: CommandDep) -> Response:
        """Whom a broadcast reaches is told when it is begun: one that reaches nobody is most likely misspelt."""
        by = command.principal
        by.require(body.community, Role.STAFF)
        if body.which is not None and not await chosen(people, knowledge, body.community, body.whom, body.which):
            raise NobodyThere(which=body.which)
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

    @routes.get(
        "/{id}",
        response_model=BroadcastView,
        summary="One broadcast, with its progress",
        responses=problems(UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await known(broadcasts, id, known_to(principal, Role.STAFF)), broadcast_view, request)

    @routes.post("/{id}/pause", response_model=BroadcastView, summary="Pause a broadcast", responses=theirs)
    async def pause(id: Id, command: CommandDep) -> Response:
        by = command.principal
        mine = known_to(by, Role.STAFF)
        return await command.change(
            broadcasts, id, lambda each, _: domain.pause(each, by), broadcast_view, known_to=mine
        )

    @routes.post("/{id}/resume", response_model=BroadcastView, summary="Resume a broadcast", responses=theirs)
    async def resume(id: Id, command: CommandDep) -> Response:
        by = command.principal
        mine = known_to(by, Role.STAFF)
        return await command.change(
            broadcasts, id, lambda each, _: domain.resume(each, by), broadcast_view, known_to=mine
        )

    @routes.post("/{id}/stop", response_model=BroadcastView, summary="Stop a broadcast", responses=theirs)
    async def stop(id: Id, command: CommandDep) -> Response:
        """Stop the broadcast. Messages that wait for a gateway are given up; messages that were delivered stay."""
        by = command.principal
        answer = await command.change(
            broadcasts,
            id,
            lambda each, now: domain.stop(each, by, now),
            broadcast_view,
            known_to=known_to(by, Role.STAFF),
        )
        await give_up(notices, id, command.cause)
        return answer

    return routes


def broadcast_view(stored: Stored[Broadcast]) -> BroadcastView:
    """The view of a broadcast, with its progress."""
    return BroadcastView(**stored.aggregate.model_dump(include=set(BroadcastView.model_fields)))
