"""Check-in and check-out over HTTP: by the desk, or by oneself with the code at the venue."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.contracts.marks import Id
from services.events.activities.api.requests import CheckInOrOut
from services.events.activities.domain import errors
from services.events.activities.domain.activity import Activity
from services.events.activities.store import Store
from services.events.activities.views import PresenceView, in_role
from services.events.attendance.domain import attendance
from services.events.attendance.domain.codes import CodeTime
from services.events.attendance.tries import Tries

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, errors.WrongCode, errors.TooManyTries, errors.NotScheduled)
_NO_CODE = ""
"""Never right: what a decision says to it, it says to every wrong code."""

Decide = Callable[[Activity, datetime], Decision[Activity]]


def router(store: Store, time: CodeTime, tries: Tries) -> APIRouter:
    """The routes of attendance, on `store`."""
    routes = APIRouter(prefix="/api/events/v1/activities/{id}", tags=["attendance"])
    attend = _Attending(store, time, tries)

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
            errors.NotApproved,
            errors.NotRegistered,
            errors.AlreadyCheckedIn,
        ),
    )
    async def check_in(id: Id, body: CheckInOrOut, command: CommandDep) -> Response:
        activity = await attend.known(id, command)
        approved = await store.is_approved(activity.community, body.person or command.principal.sub)
        return await attend(activity, body, command, partial(attendance.check_in, approved=approved))

    @routes.post(
        "/check-outs",
        summary="Somebody leaves",
        response_model=PresenceView,
        responses=problems(
            *_CHANGE, errors.AttendanceAhead, errors.LeftBeforeComing, errors.NotCheckedIn, errors.AlreadyCheckedOut
        ),
    )
    async def check_out(id: Id, body: CheckInOrOut, command: CommandDep) -> Response:
        return await attend(await attend.known(id, command), body, command, attendance.check_out)

    return routes


class _Attending:
    def __init__(self, store: Store, time: CodeTime, tries: Tries) -> None:
        self._store = store
        self._time = time
        self._tries = tries

    async def known(self, id: str, command: Command) -> Activity:
        return (await known(self._store.activities, id, known_to(command.principal))).aggregate

    async def __call__(
        self, activity: Activity, body: CheckInOrOut, command: Command, act: attendance.Attend
    ) -> Response:
        by = command.principal
        person = body.person or by.sub

        def with_code(code: str | None) -> Decide:
            def decide(activity: Activity, now: datetime) -> Decision[Activity]:
                role = in_role(activity, person, body.as_volunteer)
                return act(activity, person, by, now, as_volunteer=role, code=code, at=body.at, time=self._time)

            return decide

        async def change(decide: Decide) -> Response:
            return await command.change(
                self._store.activities,
                activity.id,
                decide,
                lambda stored: PresenceView.of(stored.aggregate, person, body.as_volunteer),
                known_to=known_to(by),
            )

        if body.code is None or person != by.sub:
            return await change(with_code(body.code))
        now = self._store.clock()
        refusal = _refusal(with_code(_NO_CODE), activity, now)
        if not isinstance(refusal, errors.WrongCode):
            return await change(_refusing(refusal))  # nothing is compared, and what was done before is answered again
        async with self._tries.one(activity.id, person, now):
            return await change(with_code(body.code))


def _refusal(decide: Decide, activity: Activity, now: datetime) -> CommunityError:
    try:
        decide(activity, now)
    except CommunityError as refusal:
        return refusal
    raise AssertionError("an empty code was right")


def _refusing(refusal: CommunityError) -> Decide:
    def decide(activity: Activity, now: datetime) -> Decision[Activity]:
        raise refusal

    return decide
