"""Offers over HTTP: volunteers read theirs, accept, decline, sign up and withdraw; staff ask somebody."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import Request as Body
from services.chassis.values import Text
from services.contracts.marks import Id
from services.contracts.volunteers import SeatRole, TakenOff
from services.volunteers.needs.api.changing import changing_need
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.eligibility import NotEligible
from services.volunteers.needs.domain.need import AlreadyStarted, Need, NeedClosed
from services.volunteers.needs.domain.offers import NoSuchOffer, OfferNotNow
from services.volunteers.needs.domain.seating import AskedBefore, NeedHasMoved, NoOpenSeat, OfferExpired
from services.volunteers.needs.store import BY_START, asked
from services.volunteers.needs.views import NeedView, need_view
from services.volunteers.seats.service import Seats
from services.volunteers.teams.domain.team import Membership

BASE = "/api/volunteers/v1"

_REFUSALS = (
    NotYours,
    UnknownAggregate,
    StaleVersion,
    NoSuchOffer,
    OfferNotNow,
    NeedClosed,
    AlreadyStarted,
)
_SEATING = (*_REFUSALS, NotEligible, NoOpenSeat, NeedHasMoved)


class OfferTo(Body):
    """The person whom staff ask by their own choice, past the plan, and why."""

    person: Id
    reason: Text
    role: SeatRole | None = None


class TakeSeat(Body):
    """The part that the caller wants; the first open one that they may take, unless they say which."""

    role: SeatRole | None = None


def router(needs: Aggregates[Need], seats: Seats) -> APIRouter:
    """The routes of offers."""
    routes = APIRouter(prefix=BASE, tags=["offers"])

    @routes.get(
        "/offers/me",
        response_model=PageView[NeedView],
        summary="What I am asked for, and what I have accepted",
        responses=problems(NotYours),
    )
    async def mine(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        found = await needs.select(
            asked(community, principal.sub), sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor
        )
        return paged(found, lambda stored: need_view(stored, principal), request)

    _answering(routes, needs, seats)
    _seating(routes, needs, seats)
    return routes


def _answering(routes: APIRouter, needs: Aggregates[Need], seats: Seats) -> None:
    @routes.post(
        "/needs/{id}/accept",
        response_model=NeedView,
        summary="Yes",
        responses=problems(*_REFUSALS, NotEligible, OfferExpired),
    )
    async def accept(id: Id, command: CommandDep) -> Response:
        return await seats.accept(id, command.principal, changing_need(needs, id, command))

    @routes.post("/needs/{id}/decline", response_model=NeedView, summary="No", responses=problems(*_REFUSALS))
    async def decline(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changing_need(needs, id, command)(lambda need, now: seating.decline(need, by, now))

    @routes.post(
        "/needs/{id}/withdraw", response_model=NeedView, summary="Take a yes back", responses=problems(*_REFUSALS)
    )
    async def withdraw(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        by = command.principal
        person = (body.person if body is not None else None) or by.sub
        return await changing_need(needs, id, command)(lambda need, now: seating.withdraw(need, person, by, now))


class TakeOff(Body):
    """The person who is taken off a seat, and why; they are told."""

    person: Id
    reason: TakenOff


def _seating(routes: APIRouter, needs: Aggregates[Need], seats: Seats) -> None:
    @routes.post(
        "/needs/{id}/take",
        response_model=NeedView,
        summary="Sign up",
        responses=problems(*_SEATING, OfferExpired, AskedBefore),
    )
    async def take(id: Id, command: CommandDep, body: TakeSeat | None = None) -> Response:
        """The caller takes a seat. An offer or an invitation to them that stands is accepted. Filters may refuse."""
        role = None if body is None else body.role
        return await seats.take(id, command.principal, command.cause, changing_need(needs, id, command), role)

    @routes.post(
        "/needs/{id}/take-off", response_model=NeedView, summary="They don't go", responses=problems(*_REFUSALS)
    )
    async def take_off(id: Id, body: TakeOff, command: CommandDep) -> Response:
        """Staff take somebody off. Their seat is open again at once, for others, and whoever is next is asked."""
        by = command.principal
        return await changing_need(needs, id, command)(
            lambda need, now: seating.take_off(need, body.person, body.reason, by, now)
        )

    @routes.post(
        "/needs/{id}/offers",
        response_model=NeedView,
        summary="Ask somebody",
        responses=problems(*_SEATING, AskedBefore),
    )
    async def ask(id: Id, body: OfferTo, command: CommandDep) -> Response:
        """Staff ask a volunteer of their choice. Filters may refuse."""
        change = changing_need(needs, id, command)
        return await seats.ask(id, body.person, body.reason, command.principal, command.cause, change, body.role)
