"""Wishes over HTTP: propose, support, answer, report on the plan; and moderate."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
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
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.issues import WishStatus
from services.contracts.marks import Id
from services.issues.shared.queries import matching
from services.issues.supports.domain.supports import GiveSupport
from services.issues.wishes.answer_times import AnswerTimes
from services.issues.wishes.domain import wishes as rules
from services.issues.wishes.domain.open_limit import MAX_OPEN, TooManyWishes, free_seat
from services.issues.wishes.domain.wishes import Wish
from services.issues.wishes.joining import WishJoining
from services.issues.wishes.views import WishView, wish_view

B = TypeVar("B", bound=BaseModel | None)

BASE = "/api/issues/v1/wishes"

_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, rules.WishIsHidden)
_JOINING = problems(NotYours, UnknownAggregate, rules.WishIsAnswered, rules.WishIsHidden)


class Order(StrEnum):
    """The order of a list: newest first, or the wishes with most supporters first."""

    NEWEST = "newest"
    WANTED = "wanted"


def router(joining: WishJoining, answers: AnswerTimes) -> APIRouter:
    """The routes of wishes. `joining` holds the aggregates of wishes and of their supports."""
    routes = APIRouter(prefix=BASE, tags=["wishes"])

    @routes.post(
        "",
        status_code=201,
        response_model=WishView,
        summary="Propose a wish",
        responses=problems(NotYours, TooManyWishes),
    )
    async def propose(body: rules.Propose, command: CommandDep) -> Response:
        return await _propose(joining.wishes, answers, body, command)

    @routes.get("", response_model=PageView[WishView], summary="Wishes of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[WishStatus | None, Query()] = None,
        stage: Annotated[rules.Stage | None, Query()] = None,
        overdue: Annotated[bool | None, Query()] = None,
        order: Annotated[Order, Query()] = Order.NEWEST,
    ) -> Response:
        principal.require(community)
        query = matching(community, status=status, stage=stage, overdue=overdue)
        if not principal.has(community, Role.STAFF):
            query["$or"] = [{"state.hidden": {"$ne": True}}, {"state.proposer": principal.sub}]
        sort = "state.counted" if order is Order.WANTED else "at"
        found = await joining.wishes.select(query, sort=sort, limit=page.limit, cursor=page.cursor)
        mine = await joining.supported_by(principal.sub, [stored.aggregate.id for stored in found.items])
        return paged(found, lambda stored: wish_view(stored, principal, supports=stored.aggregate.id in mine), request)

    @routes.get("/{id}", response_model=WishView, summary="One wish", responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return await _shown(joining, await joining.known(id, principal), principal, request)

    @routes.post("/{id}/support", response_model=WishView, summary="Support a wish", responses=_JOINING)
    async def support(id: Id, request: Request, command: CommandDep, body: GiveSupport | None = None) -> Response:
        """Support the wish. The answer, also to a repetition, shows the wish as it is now."""
        stored = await joining.support(id, body or GiveSupport(), command)
        return await _shown(joining, stored, command.principal, request)

    @routes.delete(
        "/{id}/support", response_model=WishView, summary="Withdraw one's support of a wish", responses=_JOINING
    )
    async def leave(id: Id, request: Request, command: CommandDep) -> Response:
        return await _shown(joining, await joining.leave(id, command), command.principal, request)

    _answering(routes, joining)
    _moderating(routes, joining)
    return routes


async def _propose(wishes: Aggregates[Wish], answers: AnswerTimes, body: rules.Propose, command: Command) -> Response:
    by, id = command.principal, await command.fresh_id(wishes.secret, wishes.kind.name)
    while True:
        seat = await _seat(wishes, body.community, by, id)
        try:
            return await _create(wishes, id, body, seat, answers, command)
        except AlreadyExists:
            # No wish has this id, so the seat was taken: another proposal came first, and the next look sees it.
            if seat is None or await wishes.find(id) is not None:
                raise


async def _create(
    wishes: Aggregates[Wish], id: str, body: rules.Propose, seat: int | None, answers: AnswerTimes, command: Command
) -> Response:
    by = command.principal
    return await command.create(
        wishes,
        lambda id, now: rules.propose(
            id, body, by, now, partial(answers.owed, body.community), seat, within=answers.within
        ),
        lambda stored: wish_view(stored, by, supports=False),
        id=id,
        location=f"{BASE}/{id}",
    )


def _answering(routes: APIRouter, joining: WishJoining) -> None:
    @routes.post(
        "/{id}/answer",
        response_model=WishView,
        summary="Answer a wish (staff)",
        responses=problems(*_REFUSALS, rules.WishIsAnswered, rules.PlanOfDeclined, rules.PlanInThePast),
    )
    async def answer(id: Id, body: rules.Answer, command: CommandDep) -> Response:
        return await _change(joining, id, body, command, rules.answer)

    @routes.post(
        "/{id}/progress",
        response_model=WishView,
        summary="Report progress on a wish's plan (staff)",
        responses=problems(*_REFUSALS, rules.WishNotUnderWay, rules.TooManyReports, rules.PlanInThePast),
    )
    async def progress(id: Id, body: rules.ReportProgress, command: CommandDep) -> Response:
        return await _change(joining, id, body, command, rules.report_progress)

    ending = problems(*_REFUSALS, rules.WishNotUnderWay)

    @routes.post(
        "/{id}/finish", response_model=WishView, summary="Report that a wish is fulfilled (staff)", responses=ending
    )
    async def finish(id: Id, body: rules.Finish, command: CommandDep) -> Response:
        return await _change(joining, id, body, command, rules.finish)

    @routes.post(
        "/{id}/drop",
        response_model=WishView,
        summary="Drop the plan of a wish, with a reason (staff)",
        responses=ending,
    )
    async def drop(id: Id, body: rules.Drop, command: CommandDep) -> Response:
        return await _change(joining, id, body, command, rules.drop)


def _moderating(routes: APIRouter, joining: WishJoining) -> None:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)

    @routes.post(
        "/{id}/retitle", response_model=WishView, summary="Correct the title of a wish (staff)", responses=refusals
    )
    async def retitle(id: Id, body: rules.Retitle, command: CommandDep) -> Response:
        return await _change(joining, id, body, command, rules.retitle)

    @routes.post("/{id}/hide", response_model=WishView, summary="Hide a wish (staff)", responses=refusals)
    async def hide(id: Id, body: rules.Hide, command: CommandDep) -> Response:
        return await _change(joining, id, body, command, rules.hide)

    @routes.post("/{id}/show", response_model=WishView, summary="Show a hidden wish again (staff)", responses=refusals)
    async def show(id: Id, command: CommandDep) -> Response:
        return await _change(joining, id, None, command, lambda wish, _, by, now: rules.show(wish, by, now))


async def _change(
    joining: WishJoining,
    id: str,
    body: B,
    command: Command,
    decide: Callable[[Wish, B, Principal, datetime], Decision[Wish]],
) -> Response:
    by = command.principal
    mine = id in await joining.supported_by(by.sub, [id])
    return await command.change(
        joining.wishes,
        id,
        lambda wish, now: decide(wish, body, by, now),
        lambda stored: wish_view(stored, by, supports=mine),
        known_to=lambda wish: wish.known_to(by),
    )


async def _shown(joining: WishJoining, stored: Stored[Wish], by: Principal, request: Request) -> Response:
    mine = bool(await joining.supported_by(by.sub, [stored.aggregate.id]))
    return etagged(stored, lambda stored: wish_view(stored, by, supports=mine), request)


async def _seat(wishes: Aggregates[Wish], community: str, by: Principal, id: str) -> int | None:
    """The seat that the proposal `id` may take; None where it needs none, or where the proposal was made before.

    Raises:
        TooManyWishes: no seat is free.
    """
    if by.has(community, Role.STAFF):
        return None
    theirs = {"state.proposer": by.sub, "state.status": WishStatus.OPEN, "state.community": community}
    found = wishes.collection.find(theirs, {"state.seat": 1}).limit(MAX_OPEN)
    taken = [document["state"].get("seat") async for document in found]
    try:
        return free_seat(taken)
    except TooManyWishes:
        if await wishes.find(id) is None:
            raise
        return None  # a repeated request, perhaps the one that took the last seat: it gets its first answer
