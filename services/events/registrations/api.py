"""Registrations over HTTP: register oneself, or somebody else at the desk; see one's place; withdraw."""

from datetime import datetime

from fastapi import APIRouter, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.contracts.marks import Id
from services.events.activities.api.requests import Register
from services.events.activities.domain import errors
from services.events.activities.domain.activity import Activity
from services.events.activities.store import Store
from services.events.activities.views import RegistrationView, own_or_desk
from services.events.registrations import domain

ME = "me"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, errors.NotScheduled, errors.RegistrationClosed)


def router(store: Store) -> APIRouter:
    """The routes of registrations, on `store`."""
    routes = APIRouter(prefix="/api/events/v1/activities/{id}/registrations", tags=["registrations"])

    @routes.post(
        "",
        summary="Take seats or a place on the waiting list",
        response_model=RegistrationView,
        responses=problems(
            *_CHANGE,
            errors.AlreadyRegistered,
            errors.PartyTooLarge,
            errors.WaitingListFull,
            errors.GuardianMissing,
            errors.AgeNotConfirmed,
        ),
    )
    async def register(id: Id, body: Register, command: CommandDep) -> Response:
        by = command.principal
        person = body.person or by.sub

        def decide(activity: Activity, now: datetime) -> Decision[Activity]:
            return domain.register(
                activity,
                person,
                body.party,
                by,
                now,
                guardian=body.guardian,
                ages_confirmed=body.ages_confirmed,
            )

        return await command.change(
            store.activities,
            id,
            decide,
            lambda stored: RegistrationView.of(stored.aggregate, person),
            known_to=known_to(by),
        )

    @routes.get(
        "/{person}",
        summary="Where a registration stands (`me`: one's own)",
        responses=problems(UnknownAggregate, errors.NotRegistered),
    )
    async def position(id: Id, person: Id, principal: PrincipalDep) -> RegistrationView:
        whose = principal.sub if person == ME else person
        stored = await known(store.activities, id, lambda activity: own_or_desk(activity, whose, principal))
        activity = stored.aggregate
        view = RegistrationView.of(activity, whose)
        if view.status == "none":
            raise errors.NotRegistered()
        return view

    @routes.post(
        "/{person}/withdraw",
        summary="Give up the seats or the place (`me`: one's own)",
        response_model=RegistrationView,
        responses=problems(*_CHANGE, errors.NotRegistered),
    )
    async def withdraw(id: Id, person: Id, command: CommandDep) -> Response:
        by = command.principal
        whose = by.sub if person == ME else person
        return await command.change(
            store.activities,
            id,
            lambda activity, now: domain.withdraw(activity, whose, by, now),
            lambda stored: RegistrationView.of(stored.aggregate, whose),
            known_to=known_to(by),
        )

    return routes
