"""Check-in and check-out over HTTP, by the desk or by oneself with the code at the venue; and the roster of the desk.

Whoever has nothing to do with an activity gets the answer of one that isn't there.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.tries import Tries
from services.contracts.marks import Id
from services.events.activities.api import BASE
from services.events.activities.domain.activity import Activity, NotScheduled
from services.events.attendance.domain import attendance as rules
from services.events.attendance.domain.attendance import CheckInOrOut, StrikePresence
from services.events.attendance.domain.codes import CodeTime, TooManyTries, WrongCode, code_shown
from services.events.attendance.store import Volunteers
from services.events.attendance.views import PresenceView, RosterView
from services.events.registrations.domain import NotRegistered

_CHANGE = (UnknownAggregate, NotYours, StaleVersion, WrongCode, TooManyTries, NotScheduled)
_STRIKE = (UnknownAggregate, NotYours, StaleVersion, NotScheduled)
_NO_CODE = ""
"""A code that is never right: a decision answers it as it answers every wrong one."""

Decide = Callable[[Activity, datetime], Decision[Activity]]


def routers(
    activities: Aggregates[Activity], volunteers: Volunteers, tries: Tries, time: CodeTime, clock: Clock
) -> list[APIRouter]:
    """The routes of attendance. `time` says when codes exist."""
    return [_roster(activities, time, clock), _checking(volunteers, _Attending(activities, tries, time, clock))]


def _roster(activities: Aggregates[Activity], time: CodeTime, clock: Clock) -> APIRouter:
    routes = APIRouter(prefix=BASE, tags=["activities"])

    @routes.get(
        "/activities/{id}/roster",
        summary="The roster of an activity, with the check-in code around its time (the desk)",
        responses=problems(UnknownAggregate),
    )
    async def roster(id: Id, principal: PrincipalDep) -> RosterView:
        stored = await known(activities, id, lambda activity: activity.is_desk(principal))
        return RosterView.of(stored, code_shown(stored.aggregate, clock(), time))

    return routes


def _checking(volunteers: Volunteers, attend: "_Attending") -> APIRouter:
    routes = APIRouter(prefix=BASE + "/activities/{id}", tags=["attendance"])

    @routes.post(
        "/check-ins",
        summary="Check in",
        response_model=PresenceView,
        responses=problems(
            *_CHANGE,
            rules.AttendanceAhead,
            rules.TooEarlyToCheckIn,
            rules.TooLateToCheckIn,
            rules.NotAVolunteerHere,
            rules.NotApproved,
            NotRegistered,
            rules.AlreadyCheckedIn,
        ),
    )
    async def check_in(id: Id, body: CheckInOrOut, command: CommandDep) -> Response:
        activity = await attend.known(id, command)
        approved = await volunteers.is_approved(activity.community, body.person or command.principal.sub)
        return await attend(activity, body, command, partial(rules.check_in, approved=approved))

    @routes.post(
        "/check-outs",
        summary="Check out",
        response_model=PresenceView,
        responses=problems(
            *_CHANGE, rules.AttendanceAhead, rules.LeftBeforeComing, rules.NotCheckedIn, rules.AlreadyCheckedOut
        ),
    )
    async def check_out(id: Id, body: CheckInOrOut, command: CommandDep) -> Response:
        return await attend(await attend.known(id, command), body, command, rules.check_out)

    @routes.post(
        "/presences/strike",
        summary="Correct a presence that was recorded by mistake: nobody was there (the desk)",
        response_model=RosterView,
        responses=problems(*_STRIKE, rules.NotCheckedIn, rules.AlreadyCheckedOut),
    )
    async def strike(id: Id, body: StrikePresence, command: CommandDep) -> Response:
        return await attend.strike(id, body, command)

    return routes


class _Attending:
    """Carries a check-in or check-out out. A code is counted as a try before it is compared."""

    def __init__(self, activities: Aggregates[Activity], tries: Tries, time: CodeTime, clock: Clock) -> None:
        self._activities = activities
        self._tries = tries
        self._time = time
        self._clock = clock

    async def known(self, id: str, command: Command) -> Activity:
        return (await known(self._activities, id, known_to(command.principal))).aggregate

    async def strike(self, id: str, body: StrikePresence, command: Command) -> Response:
        by = command.principal
        return await command.change(
            self._activities,
            id,
            lambda activity, now: rules.strike(activity, body.person, by, now, as_volunteer=body.as_volunteer),
            lambda stored: RosterView.of(stored, code_shown(stored.aggregate, self._clock(), self._time)),
            known_to=lambda activity: activity.is_desk(by),
        )

    async def __call__(self, activity: Activity, body: CheckInOrOut, command: Command, act: rules.Attend) -> Response:
        by = command.principal
        person = body.person or by.sub

        def with_code(code: str | None) -> Decide:
            def decide(activity: Activity, now: datetime) -> Decision[Activity]:
                role = rules.role_of(activity, person, body.as_volunteer)
                return act(activity, person, by, now, as_volunteer=role, code=code, at=body.at, time=self._time)

            return decide

        async def change(decide: Decide) -> Response:
            return await command.change(
                self._activities,
                activity.id,
                decide,
                lambda stored: PresenceView.of(stored.aggregate, person, body.as_volunteer),
                known_to=known_to(by),
            )

        if body.code is None or person != by.sub:
            return await change(with_code(body.code))
        now = self._clock()
        refusal = _refusal(with_code(_NO_CODE), activity, now)
        if not isinstance(refusal, WrongCode):
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
