"""Wishes over HTTP: propose, support, answer, report on the plan; and moderate."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Stored
from services.contracts.issues import WishStatus
from services.contracts.marks import Id
from services.issues.shared.queries import matching
from services.issues.store import Store
from services.issues.supports.domain.supports import GiveSupport
from services.issues.supports.joining import supported_by
from services.issues.wishes.domain import wishes
from services.issues.wishes.domain.open_limit import MAX_OPEN, TooManyWishes, free_seat
from services.issues.wishes.domain.wishes import Wish
from services.issues.wishes.joining import known_wish, leave_wish, support_wish
from services.issues.wishes.views import WishView, wish_view

B = TypeVar("B", bound=BaseModel | None)

BASE = "/api/issues/v1/wishes"

_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, wishes.WishIsHidden)
_JOINING = problems(NotYours, UnknownAggregate, wishes.WishIsAnswered, wishes.WishIsHidden)


class Order(StrEnum):
    """How a list is sorted: newest first, or those that most people want."""

    NEWEST = "newest"
    WANTED = "wanted"


def router(store: Store) -> APIRouter:
    """The routes of wishes, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["wishes"])

    @routes.post(
        "",
        status_code=201,
        response_model=WishView,
        summary="Propose",
        responses=problems(NotYours, TooManyWishes),
    )
    async def propose(body: wishes.Propose, command: CommandDep) -> Response:
        return await _propose(store, body, command)

    @routes.get("", response_model=PageView[WishView], summary="Wishes of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[WishStatus | None, Query()] = None,
        stage: Annotated[wishes.Stage | None, Query()] = None,
        overdue: Annotated[bool | None, Query()] = None,
        order: Annotated[Order, Query()] = Order.NEWEST,
    ) -> Response:
        principal.require(community)
        query = matching(community, status=status, stage=stage, overdue=overdue)
        if not principal.has(community, Role.STAFF):
            query["$or"] = [{"state.hidden": {"$ne": True}}, {"state.proposer": principal.sub}]
        sort = "state.counted" if order is Order.WANTED else "at"
        found = await store.wishes.select(query, sort=sort, limit=page.limit, cursor=page.cursor)
        mine = await supported_by(store.supports, principal.sub, [stored.aggregate.id for stored in found.items])
        return paged(found, lambda stored: wish_view(stored, principal, supports=stored.aggregate.id in mine), request)

    @routes.get("/{id}", response_model=WishView, summary="One wish", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return await _shown(store, await _visible(store, id, principal), principal, request)

    @routes.post("/{id}/support", response_model=WishView, summary="Support it, once", responses=_JOINING)
    async def support(id: Id, request: Request, command: CommandDep, body: GiveSupport | None = None) -> Response:
        """The answer shows the wish as it is now, to a repetition as well."""
        stored = await support_wish(store.wishes, store.supports, store.tallies, id, body or GiveSupport(), command)
        return await _shown(store, stored, command.principal, request)

    @routes.delete("/{id}/support", response_model=WishView, summary="Support it no longer", responses=_JOINING)
    async def leave(id: Id, request: Request, command: CommandDep) -> Response:
        return await _shown(
            store,
            await leave_wish(store.wishes, store.supports, store.tallies, id, command),
            command.principal,
            request,
        )

    _answering(routes, store)
    _moderating(routes, store)
    return routes


async def _propose(store: Store, body: wishes.Propose, command: Command) -> Response:
    by, id = command.principal, await command.fresh_id(store.wishes.secret, store.wishes.kind.name)
    while True:
        seat = await _seat(store, body.community, by, id)
        try:
            return await _create(store, id, body, seat, command)
        except AlreadyExists:
            # No wish of this id, so it was the seat: another proposal came first, and the next look sees it.
            if seat is None or await store.wishes.find(id) is not None:
                raise


async def _create(store: Store, id: str, body: wishes.Propose, seat: int | None, command: Command) -> Response:
    by = command.principal
    return await command.create(
        store.wishes,
        lambda id, now: wishes.propose(id, body, by, now, lambda now: _owed(store, now), seat),
        lambda stored: wish_view(stored, by, supports=False),
        id=id,
        location=f"{BASE}/{id}",
    )


def _answering(routes: APIRouter, store: Store) -> None:
    @routes.post(
        "/{id}/answer",
        response_model=WishView,
        summary="The committee's word",
        responses=problems(*_REFUSALS, wishes.WishIsAnswered, wishes.PlanOfDeclined, wishes.PlanInThePast),
    )
    async def answer(id: Id, body: wishes.Answer, command: CommandDep) -> Response:
        return await _change(store, id, body, command, wishes.answer)

    @routes.post(
        "/{id}/progress",
        response_model=WishView,
        summary="How far the plan is",
        responses=problems(*_REFUSALS, wishes.WishNotUnderWay, wishes.TooManyReports, wishes.PlanInThePast),
    )
    async def progress(id: Id, body: wishes.ReportProgress, command: CommandDep) -> Response:
        return await _change(store, id, body, command, wishes.report_progress)

    ending = problems(*_REFUSALS, wishes.WishNotUnderWay)

    @routes.post("/{id}/finish", response_model=WishView, summary="It is there", responses=ending)
    async def finish(id: Id, body: wishes.Finish, command: CommandDep) -> Response:
        return await _change(store, id, body, command, wishes.finish)

    @routes.post("/{id}/drop", response_model=WishView, summary="It will not be done after all", responses=ending)
    async def drop(id: Id, body: wishes.Drop, command: CommandDep) -> Response:
        return await _change(store, id, body, command, wishes.drop)


def _moderating(routes: APIRouter, store: Store) -> None:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)

    @routes.post("/{id}/retitle", response_model=WishView, summary="Put the title right", responses=refusals)
    async def retitle(id: Id, body: wishes.Retitle, command: CommandDep) -> Response:
        return await _change(store, id, body, command, wishes.retitle)

    @routes.post("/{id}/hide", response_model=WishView, summary="Take it out of sight", responses=refusals)
    async def hide(id: Id, body: wishes.Hide, command: CommandDep) -> Response:
        return await _change(store, id, body, command, wishes.hide)

    @routes.post("/{id}/show", response_model=WishView, summary="Bring it back", responses=refusals)
    async def show(id: Id, command: CommandDep) -> Response:
        return await _change(store, id, None, command, lambda wish, _, by, now: wishes.show(wish, by, now))


async def _change(
    store: Store,
    id: str,
    body: B,
    command: Command,
    decide: Callable[[Wish, B, Principal, datetime], Decision[Wish]],
) -> Response:
    by = command.principal
    mine = id in await supported_by(store.supports, by.sub, [id])
    return await command.change(
        store.wishes,
        id,
        lambda wish, now: decide(wish, body, by, now),
        lambda stored: wish_view(stored, by, supports=mine),
        known_to=lambda wish: wish.known_to(by),
    )


async def _visible(store: Store, id: str, by: Principal) -> Stored[Wish]:
    stored = await known_wish(store.wishes, id, by)
    by.require(stored.aggregate.community)
    return stored


async def _shown(store: Store, stored: Stored[Wish], by: Principal, request: Request) -> Response:
    mine = bool(await supported_by(store.supports, by.sub, [stored.aggregate.id]))
    return etagged(stored, lambda stored: wish_view(stored, by, supports=mine), request)


async def _seat(store: Store, community: str, by: Principal, id: str) -> int | None:
    """The seat that the proposal `id` may take; None where it needs none, or was taken in before.

    Raises:
        TooManyWishes: there is none left.
    """
    if by.has(community, Role.STAFF):
        return None
    theirs = {"state.proposer": by.sub, "state.status": WishStatus.OPEN, "state.community": community}
    found = store.wishes.collection.find(theirs, {"state.seat": 1}).limit(MAX_OPEN)
    taken = [document["state"].get("seat") async for document in found]
    try:
        return free_seat(taken)
    except TooManyWishes:
        if await store.wishes.find(id) is None:
            raise
        return None  # the same request again, maybe the last that there was room for: it gets its first answer


def _owed(store: Store, now: datetime) -> datetime:
    return store.clocks.time.due(now, store.answer_within)
