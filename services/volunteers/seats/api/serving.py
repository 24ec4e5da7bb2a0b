"""Hours served for needs, over HTTP: volunteers report them, and staff confirm them."""

from fastapi import APIRouter, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.volunteers.needs.api.changing import Changing
from services.volunteers.needs.domain.eligibility import NotEligible
from services.volunteers.needs.domain.need import NeedClosed, OfActivity
from services.volunteers.needs.domain.offers import NoSuchOffer, OfferNotNow
from services.volunteers.needs.domain.serving import (
    Confirm,
    ConfirmedByOneself,
    NotGivenYet,
    NothingMeasured,
    NotStarted,
    Report,
    TooManyMinutes,
)
from services.volunteers.needs.views import NeedView
from services.volunteers.seats.service import Seats

_REFUSALS = (
    NotYours,
    UnknownAggregate,
    StaleVersion,
    NeedClosed,
    OfActivity,
    NotEligible,
    NoSuchOffer,
    OfferNotNow,
    NotStarted,
    TooManyMinutes,
    NotGivenYet,
    NothingMeasured,
)


def router(change: Changing, seats: Seats) -> APIRouter:
    """The routes of hours served."""
    routes = APIRouter(prefix="/api/volunteers/v1/needs", tags=["needs"])

    @routes.post("/{id}/report", response_model=NeedView, summary="Report my hours", responses=problems(*_REFUSALS))
    async def report(id: Id, body: Report, command: CommandDep) -> Response:
        return await seats.report(id, body, command.principal, change.of(id, command))

    @routes.post(
        "/{id}/confirm",
        response_model=NeedView,
        summary="Confirm hours (staff)",
        responses=problems(*_REFUSALS, ConfirmedByOneself),
    )
    async def confirm(id: Id, body: Confirm, command: CommandDep) -> Response:
        return await seats.confirm(id, body, command.principal, change.of(id, command))

    return routes
