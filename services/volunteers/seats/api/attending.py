"""Seats from acceptance to service over HTTP: confirming, checking in, a no-show, standing by, and changing the
part."""

from fastapi import APIRouter, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import SeatRole
from services.volunteers.needs.api.changing import Changing
from services.volunteers.needs.domain import attending, inviting
from services.volunteers.needs.domain.attending import NotTheTime
from services.volunteers.needs.domain.eligibility import NotEligible
from services.volunteers.needs.domain.inviting import HasSeat, SeatsAreOpen
from services.volunteers.needs.domain.need import AlreadyStarted, NeedClosed, OfActivity
from services.volunteers.needs.domain.offers import NoSuchOffer, OfferNotNow
from services.volunteers.needs.domain.seating import NoOpenSeat
from services.volunteers.needs.domain.serving import ConfirmedByOneself, NotStarted
from services.volunteers.needs.views import NeedView
from services.volunteers.seats.service import Seats

_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, NoSuchOffer, OfferNotNow, NeedClosed)


class Whom(Request):
    """Name the person whose seat the command is about."""

    person: Id


class Reseat(Whom):
    """Name the person, and the role of the seat that they get."""

    role: SeatRole


def router(change: Changing, seats: Seats) -> APIRouter:
    """The routes of attending."""
    routes = APIRouter(prefix="/api/volunteers/v1/needs", tags=["offers"])
    _coming(routes, change, seats)
    _there(routes, change, seats)
    return routes


def _coming(routes: APIRouter, change: Changing, seats: Seats) -> None:
    @routes.post(
        "/{id}/promise",
        response_model=NeedView,
        summary="Confirm that I come",
        responses=problems(*_REFUSALS, AlreadyStarted, NotEligible),
    )
    async def promise(id: Id, command: CommandDep) -> Response:
        """Confirm, shortly before the service, that the caller comes. Somebody who can't come any more withdraws
        instead. Filters may refuse."""
        return await seats.promise(id, command.principal, change.of(id, command))

    @routes.post(
        "/{id}/standby",
        response_model=NeedView,
        summary="Stand by",
        responses=problems(
            NotYours, UnknownAggregate, StaleVersion, NeedClosed, AlreadyStarted, NotEligible, HasSeat, SeatsAreOpen
        ),
    )
    async def stand_by(id: Id, command: CommandDep) -> Response:
        """Stand by: if a seat becomes free, the people who stand by are asked before others, in their order."""
        return await seats.stand_by(id, command.principal, change.of(id, command))

    @routes.post(
        "/{id}/step-aside",
        response_model=NeedView,
        summary="No longer stand by",
        responses=problems(NotYours, UnknownAggregate, StaleVersion),
    )
    async def step_aside(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await change.of(id, command, filtered=True)(lambda need, now: inviting.give_up(need, by))


def _there(routes: APIRouter, change: Changing, seats: Seats) -> None:
    @routes.post(
        "/{id}/came",
        response_model=NeedView,
        summary="Record that somebody was there (staff)",
        responses=problems(*_REFUSALS, OfActivity, NotTheTime, NotEligible, ConfirmedByOneself),
    )
    async def came(id: Id, body: Whom, command: CommandDep) -> Response:
        """Record, as staff, that somebody came who was not checked in, or was recorded as a no-show. Filters may
        refuse."""
        return await seats.check_in(id, body.person, command.principal, change.of(id, command))

    @routes.post(
        "/{id}/not-there",
        response_model=NeedView,
        summary="Correct that somebody was checked in who is not there (staff, grid workers)",
        responses=problems(*_REFUSALS, OfActivity, AlreadyStarted),
    )
    async def not_there(id: Id, body: Whom, command: CommandDep) -> Response:
        """Correct a check-in by mistake, before the start. The person is still expected."""
        by = command.principal
        return await change.of(id, command)(lambda n, now: attending.not_there(n, body.person, by, now))

    @routes.post(
        "/{id}/no-show",
        response_model=NeedView,
        summary="Record that somebody did not come (staff, grid workers)",
        responses=problems(*_REFUSALS, OfActivity, NotStarted),
    )
    async def no_show(id: Id, body: Whom, command: CommandDep) -> Response:
        """Record, as staff or a grid worker, that somebody did not come. If they came after all, the check-in corrects
        it."""
        by = command.principal
        return await change.of(id, command)(lambda n, now: attending.no_show(n, body.person, by, now))

    @routes.post(
        "/{id}/reseat",
        response_model=NeedView,
        summary="Give somebody another part (staff)",
        responses=problems(*_REFUSALS, AlreadyStarted, NotEligible, NoOpenSeat),
    )
    async def reseat(id: Id, body: Reseat, command: CommandDep) -> Response:
        """Give somebody a seat of another role, as staff. The seat of the former role is open by the same write."""
        return await seats.reseat(id, body.person, body.role, command.principal, change.of(id, command))
