"""Seats over HTTP: my offers, yes and no, sign-up by oneself, a yes taken back, and offers by staff."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.chassis.values import Request
from services.contracts.marks import Id
from services.volunteers.api.views import Listed, NeedView, listed, need_view
from services.volunteers.domain import errors
from services.volunteers.matching.staffing import Staffing
from services.volunteers.needs.api.changing import changing_need
from services.volunteers.needs.domain import seating
from services.volunteers.seats.service import Seats
from services.volunteers.store import BY_START, Store, asked
from services.volunteers.teams.domain import Membership

BASE = "/api/volunteers/v1"

_REFUSALS = (
    NotYours,
    UnknownAggregate,
    StaleVersion,
    errors.NoSuchOffer,
    errors.OfferNotNow,
    errors.NeedClosed,
    errors.AlreadyStarted,
)
_SEATING = (*_REFUSALS, errors.NotEligible, errors.NoOpenSeat, errors.NeedHasMoved)


class OfferTo(Request):
    """Whom staff ask."""

    person: Id


def router(store: Store, staffing: Staffing) -> APIRouter:
    """The routes of seats, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["offers"])

    @routes.get("/offers/me", summary="What I am asked for, and what I have accepted", responses=problems(NotYours))
    async def mine(principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]) -> Listed[NeedView]:
        principal.require(community)
        found = await store.needs.select(
            asked(community, principal.sub), sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor
        )
        return listed(found, lambda stored: need_view(stored, principal))

    _answering(routes, store, staffing.seats)
    _seating(routes, store, staffing.seats)
    return routes


def _answering(routes: APIRouter, store: Store, seats: Seats) -> None:
    @routes.post(
        "/needs/{id}/accept",
        response_model=NeedView,
        summary="Yes",
        responses=problems(*_REFUSALS, errors.NotEligible, errors.OfferExpired),
    )
    async def accept(id: Id, command: CommandDep) -> Response:
        return await seats.accept(id, command.principal, changing_need(store, id, command))

    @routes.post("/needs/{id}/decline", response_model=NeedView, summary="No", responses=problems(*_REFUSALS))
    async def decline(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changing_need(store, id, command)(lambda need, now: seating.decline(need, by, now))

    @routes.post(
        "/needs/{id}/withdraw", response_model=NeedView, summary="Take a yes back", responses=problems(*_REFUSALS)
    )
    async def withdraw(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        by = command.principal
        person = (body.person if body is not None else None) or by.sub
        return await changing_need(store, id, command)(lambda need, now: seating.withdraw(need, person, by, now))


def _seating(routes: APIRouter, store: Store, seats: Seats) -> None:
    @routes.post(
        "/needs/{id}/take",
        response_model=NeedView,
        summary="Sign up",
        responses=problems(*_SEATING, errors.OfferExpired),
    )
    async def take(id: Id, command: CommandDep) -> Response:
        """Take a seat by oneself; an offer that stands is accepted. The filters that always hold, hold."""
        return await seats.take(id, command.principal, command.cause, changing_need(store, id, command))

    @routes.post(
        "/needs/{id}/offers",
        response_model=NeedView,
        summary="Ask somebody",
        responses=problems(*_SEATING, errors.AskedBefore),
    )
    async def ask(id: Id, body: OfferTo, command: CommandDep) -> Response:
        """Staff ask a volunteer of their choice. The filters that always hold, hold."""
        return await seats.ask(id, body.person, command.principal, command.cause, changing_need(store, id, command))
