"""Seats over HTTP: my offers, yes and no, sign-up by oneself, a yes taken back, and offers by staff."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.volunteers.api.views import Listed, NeedView, listed, need_view
from services.volunteers.domain import errors, seating
from services.volunteers.domain.needs import Need, require_planning, require_staff
from services.volunteers.domain.offers import LIVE
from services.volunteers.domain.teams import Membership
from services.volunteers.domain.volunteers import volunteer_id
from services.volunteers.domain.words import Request
from services.volunteers.staffing import Staffing
from services.volunteers.store import BY_START, Store, asked

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

    _answering(routes, store)
    _seating(routes, store, staffing)
    return routes


def _answering(routes: APIRouter, store: Store) -> None:
    @routes.post(
        "/needs/{id}/accept",
        response_model=NeedView,
        summary="Yes",
        responses=problems(*_REFUSALS, errors.OfferExpired),
    )
    async def accept(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await _change(store, id, command, lambda need, now: seating.accept(need, by, now))

    @routes.post("/needs/{id}/decline", response_model=NeedView, summary="No", responses=problems(*_REFUSALS))
    async def decline(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await _change(store, id, command, lambda need, now: seating.decline(need, by, now))

    @routes.post(
        "/needs/{id}/withdraw", response_model=NeedView, summary="Take a yes back", responses=problems(*_REFUSALS)
    )
    async def withdraw(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        by = command.principal
        person = (body.person if body is not None else None) or by.sub
        return await _change(store, id, command, lambda need, now: seating.withdraw(need, person, by, now))


def _seating(routes: APIRouter, store: Store, staffing: Staffing) -> None:
    @routes.post(
        "/needs/{id}/take",
        response_model=NeedView,
        summary="Sign up",
        responses=problems(*_SEATING, errors.OfferExpired),
    )
    async def take(id: Id, command: CommandDep) -> Response:
        """Take a seat by oneself; an offer that stands is accepted. The filters that always hold, hold."""
        by = command.principal
        need = (await store.needs.get(id)).aggregate
        by.require(need.community)
        if any(offer.person == by.sub and offer.status in LIVE for offer in need.offers):
            return await _change(store, id, command, lambda n, now: seating.take(n, None, by, now))
        require_planning(need, store.clock())
        volunteer = volunteer_id(need.community, by.sub)
        booking, new = await staffing.hold(need, volunteer, command.cause)
        try:
            return await _change(store, id, command, lambda n, now: seating.take(n, booking, by, now))
        finally:
            if new:
                await staffing.confirm(volunteer, booking)

    @routes.post(
        "/needs/{id}/offers",
        response_model=NeedView,
        summary="Ask somebody",
        responses=problems(*_SEATING, errors.AskedBefore),
    )
    async def ask(id: Id, body: OfferTo, command: CommandDep) -> Response:
        """Staff ask a volunteer of their choice. The filters that always hold, hold."""
        need = (await store.needs.get(id)).aggregate
        require_staff(need, command.principal)
        require_planning(need, store.clock())
        volunteer = volunteer_id(need.community, body.person)
        booking, new = await staffing.hold(need, volunteer, command.cause)
        try:
            return await _change(store, id, command, lambda n, now: seating.offer(n, booking, body.person, now))
        finally:
            if new:
                await staffing.confirm(volunteer, booking)


async def _change(
    store: Store, id: str, command: CommandDep, decide: Callable[[Need, datetime], Decision[Need]]
) -> Response:
    by = command.principal
    return await command.change(store.needs, id, decide, lambda stored: need_view(stored, by))
