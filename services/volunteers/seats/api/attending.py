"""From the yes to the service over HTTP: who says that they come, is there or not, stands by, or changes their part."""

from fastapi import APIRouter, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import SeatRole
from services.volunteers.needs.api.changing import changing_need
from services.volunteers.needs.domain import attending, inviting
from services.volunteers.needs.domain.attending import NotTheTime
from services.volunteers.needs.domain.eligibility import NotEligible
from services.volunteers.needs.domain.inviting import HasSeat, SeatsAreOpen
from services.volunteers.needs.domain.need import AlreadyStarted, Need, NeedClosed, OfActivity
from services.volunteers.needs.domain.offers import NoSuchOffer, OfferNotNow
from services.volunteers.needs.domain.seating import NoOpenSeat
from services.volunteers.needs.domain.serving import ConfirmedByOneself, NotStarted
from services.volunteers.needs.views import NeedView
from services.volunteers.seats.service import Seats

_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, NoSuchOffer, OfferNotNow, NeedClosed)


class Whom(Request):
    """The person whose seat it is."""

    person: Id


class Reseat(Whom):
    """The person, and the part that they are to have."""

    role: SeatRole


def router(needs: Aggregates[Need], seats: Seats) -> APIRouter:
    """The routes of attending."""
    routes = APIRouter(prefix="/api/volunteers/v1/needs", tags=["offers"])
    _coming(routes, needs, seats)
    _there(routes, needs, seats)
    return routes


def _coming(routes: APIRouter, needs: Aggregates[Need], seats: Seats) -> None:
    @routes.post(
        "/{id}/promise",
        response_model=NeedView,
        summary="I come",
        responses=problems(*_REFUSALS, AlreadyStarted, NotEligible),
    )
    async def promise(id: Id, command: CommandDep) -> Response:
        """Who said yes says shortly before that they come; who can't any more withdraws. Filters may refuse."""
        return await seats.promise(id, command.principal, changing_need(needs, id, command))

    @routes.post(
        "/{id}/standby",
        response_model=NeedView,
        summary="Stand by",
        responses=problems(
            NotYours, UnknownAggregate, StaleVersion, NeedClosed, AlreadyStarted, NotEligible, HasSeat, SeatsAreOpen
        ),
    )
    async def stand_by(id: Id, command: CommandDep) -> Response:
        """The caller is asked before others should a seat come free; those who stood by before come first."""
        return await seats.stand_by(id, command.principal, changing_need(needs, id, command))

    @routes.post(
        "/{id}/step-aside",
        response_model=NeedView,
        summary="Stand by no more",
        responses=problems(NotYours, UnknownAggregate, StaleVersion),
    )
    async def step_aside(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changing_need(needs, id, command)(lambda need, now: inviting.give_up(need, by))


def _there(routes: APIRouter, needs: Aggregates[Need], seats: Seats) -> None:
    @routes.post(
        "/{id}/came",
        response_model=NeedView,
        summary="They were there",
        responses=problems(*_REFUSALS, OfActivity, NotTheTime, NotEligible, ConfirmedByOneself),
    )
    async def came(id: Id, body: Whom, command: CommandDep) -> Response:
        """Staff write down that somebody came whom nobody checked in, or who had been missed. Filters may refuse."""
        return await seats.check_in(id, body.person, command.principal, changing_need(needs, id, command))

    @routes.post(
        "/{id}/no-show",
        response_model=NeedView,
        summary="They did not come",
        responses=problems(*_REFUSALS, OfActivity, NotStarted),
    )
    async def no_show(id: Id, body: Whom, command: CommandDep) -> Response:
        """Staff or a grid worker waited in vain. If they had come after all, `came` puts it right."""
        by = command.principal
        return await changing_need(needs, id, command)(lambda n, now: attending.no_show(n, body.person, by, now))

    @routes.post(
        "/{id}/reseat",
        response_model=NeedView,
        summary="Another part",
        responses=problems(*_REFUSALS, AlreadyStarted, NotEligible, NoOpenSeat),
    )
    async def reseat(id: Id, body: Reseat, command: CommandDep) -> Response:
        """Staff give somebody another part; the seat of the part before is open in the same step."""
        change = changing_need(needs, id, command)
        return await seats.reseat(id, body.person, body.role, command.principal, change)
