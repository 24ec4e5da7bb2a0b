"""Check-in and check-out over HTTP."""

from datetime import datetime

from fastapi import APIRouter, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.events.api.requests import CheckInOrOut
from services.events.api.views import PresenceView, in_role
from services.events.domain import attendance, errors
from services.events.domain.activity import Activity
from services.events.store import Store

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, errors.WrongCode, errors.NotScheduled)


def router(store: Store) -> APIRouter:
    """The routes of attendance, on `store`."""
    routes = APIRouter(prefix="/api/events/v1/activities/{id}", tags=["attendance"])

    @routes.post(
        "/check-ins",
        summary="Somebody is there",
        response_model=PresenceView,
        responses=problems(
            *_CHANGE,
            errors.AttendanceAhead,
            errors.TooEarlyToCheckIn,
            errors.TooLateToCheckIn,
            errors.NotAVolunteerHere,
            errors.NotRegistered,
            errors.AlreadyCheckedIn,
        ),
    )
    async def check_in(id: Id, body: CheckInOrOut, command: CommandDep) -> Response:
        return await _attend(store, id, body, command, attendance.check_in)

    @routes.post(
        "/check-outs",
        summary="Somebody leaves",
        response_model=PresenceView,
        responses=problems(
            *_CHANGE, errors.AttendanceAhead, errors.LeftBeforeComing, errors.NotCheckedIn, errors.AlreadyCheckedOut
        ),
    )
    async def check_out(id: Id, body: CheckInOrOut, command: CommandDep) -> Response:
        return await _attend(store, id, body, command, attendance.check_out)

    return routes


async def _attend(store: Store, id: str, body: CheckInOrOut, command: CommandDep, act: attendance.Attend) -> Response:
    by = command.principal
    person = body.person or by.sub

    def decide(activity: Activity, now: datetime) -> Decision[Activity]:
        role = in_role(activity, person, body.as_volunteer)
        return act(activity, person, by, now, as_volunteer=role, code=body.code, at=body.at)

    return await command.change(
        store.activities,
        id,
        decide,
        lambda stored: PresenceView.of(stored.aggregate, person, body.as_volunteer),
    )
