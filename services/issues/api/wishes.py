"""Wishes over HTTP: propose, support, answer."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.contracts.issues import WishStatus
from services.contracts.marks import Id
from services.issues.api.views import WishView, wish_view
from services.issues.domain import wishes
from services.issues.domain.wishes import Answer, Propose, WishIsAnswered
from services.issues.store import Store, matching

BASE = "/api/issues/v1/wishes"


def router(store: Store) -> APIRouter:
    """The routes of wishes, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["wishes"])

    @routes.post("", status_code=201, response_model=WishView, summary="Propose", responses=problems(NotYours))
    async def propose(body: Propose, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            store.wishes,
            lambda id, now: wishes.propose(id, body, by, now),
            lambda stored: wish_view(stored, by),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", response_model=PageView[WishView], summary="Wishes of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[WishStatus | None, Query()] = None,
    ) -> Response:
        principal.require(community)
        found = await store.wishes.select(matching(community, status=status), limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: wish_view(stored, principal), request)

    @routes.get("/{id}", response_model=WishView, summary="One wish", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await store.wishes.get(id)
        principal.require(stored.aggregate.community)
        return etagged(stored, lambda stored: wish_view(stored, principal), request)

    refusals = problems(NotYours, UnknownAggregate, WishIsAnswered)

    @routes.post("/{id}/support", response_model=WishView, summary="Support it, once", responses=refusals)
    async def support(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            store.wishes,
            id,
            lambda wish, now: wishes.support(wish, by, now),
            lambda stored: wish_view(stored, by),
        )

    @routes.post("/{id}/answer", response_model=WishView, summary="The committee's word", responses=refusals)
    async def answer(id: Id, body: Answer, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            store.wishes,
            id,
            lambda wish, now: wishes.answer(wish, body, by, now),
            lambda stored: wish_view(stored, by),
        )

    return routes
