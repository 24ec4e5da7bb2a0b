"""Offers over HTTP: volunteers read their own, accept, decline, sign up and withdraw; staff ask somebody."""

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
from services.volunteers.needs.api.changing import Changing
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.eligibility import NotEligible
from services.volunteers.needs.domain.inviting import HasSeat
from services.volunteers.needs.domain.need import AlreadyStarted, Need, NeedClosed
from services.volunteers.needs.domain.offers import NoSuchOffer, OfferNotNow
from services.volunteers.needs.domain.seating import AskedBefore, CheckedIn, NeedHasMoved, NoOpenSeat, OfferExpired
from services.volunteers.needs.presenting import NeedPresenter
from services.volunteers.needs.store import BY_START, asked
from services.volunteers.needs.views import NeedView
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
    """Name the person whom staff ask, and the reason why they choose this person instead of the choice of matching.
    `role`: the role of the seat; null means the first open role whose filters admit the person.
    """

    person: Id
    reason: Text
    role: SeatRole | None = None


class TakeSeat(Body):
    """`role`: the role of the seat that the caller wants; null means the first open role whose filters admit the
    caller.
    """

    role: SeatRole | None = None


def router(needs: Aggregates[Need], shown: NeedPresenter, change: Changing, seats: Seats) -> APIRouter:
    """The routes of offers."""
    routes = APIRouter(prefix=BASE, tags=["offers"])

    @routes.get(
        "/offers/me",
        response_model=PageView[NeedView],
        summary="My offers and seats",
        responses=problems(NotYours),
    )
    async def mine(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        found = await needs.select(
            asked(community, principal.sub), sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor
        )
        view = await shown.reading(principal, [stored.aggregate for stored in found.items])
        return paged(found, view, request)

    _answering(routes, change, seats)
    _seating(routes, change, seats)
    return routes


def _answering(routes: APIRouter, change: Changing, seats: Seats) -> None:
    @routes.post(
        "/needs/{id}/accept",
        response_model=NeedView,
        summary="Accept an offer",
        responses=problems(*_REFUSALS, NotEligible, OfferExpired),
    )
    async def accept(id: Id, command: CommandDep) -> Response:
        return await seats.accept(id, command.principal, change.of(id, command))

    @routes.post(
        "/needs/{id}/decline", response_model=NeedView, summary="Decline an offer", responses=problems(*_REFUSALS)
    )
    async def decline(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await change.of(id, command, filtered=True)(lambda need, now: seating.decline(need, by, now))

    @routes.post(
        "/needs/{id}/withdraw",
        response_model=NeedView,
        summary="Withdraw from a seat",
        responses=problems(*_REFUSALS, CheckedIn),
    )
    async def withdraw(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        by = command.principal
        person = (body.person if body is not None else None) or by.sub
        changed = change.of(id, command, filtered=True)
        return await changed(lambda need, now: seating.withdraw(need, person, by, now))


class TakeOff(Body):
    """Name the person who is taken off a seat, and the reason, which the person is told."""

    person: Id
    reason: TakenOff


def _seating(routes: APIRouter, change: Changing, seats: Seats) -> None:
    @routes.post(
        "/needs/{id}/take",
        response_model=NeedView,
        summary="Take a seat",
        responses=problems(*_SEATING, OfferExpired, AskedBefore, HasSeat),
    )
    async def take(id: Id, command: CommandDep, body: TakeSeat | None = None) -> Response:
        """Take a seat. A standing offer or invitation to the caller is accepted. Filters may refuse."""
        role = None if body is None else body.role
        return await seats.take(id, command.principal, command.cause, change.of(id, command), role)

    @routes.post(
        "/needs/{id}/take-off",
        response_model=NeedView,
        summary="Take somebody off a seat (staff)",
        responses=problems(*_REFUSALS, CheckedIn),
    )
    async def take_off(id: Id, body: TakeOff, command: CommandDep) -> Response:
        """Take somebody off their seat, as staff. The seat is open to others at once, and the next person is asked."""
        by = command.principal
        return await change.of(id, command)(lambda need, now: seating.take_off(need, body.person, body.reason, by, now))

    @routes.post(
        "/needs/{id}/offers",
        response_model=NeedView,
        summary="Ask a volunteer (staff)",
        responses=problems(*_SEATING, AskedBefore),
    )
    async def ask(id: Id, body: OfferTo, command: CommandDep) -> Response:
        """Ask a volunteer of the staff's choice. Filters may refuse."""
        changed = change.of(id, command, body.person)
        return await seats.ask(id, body.person, body.reason, command.principal, command.cause, changed, body.role)
