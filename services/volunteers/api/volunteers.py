"""Volunteers over HTTP: register, change, pause and resume oneself, or by staff on record."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.chassis.store import Stored
from services.contracts.marks import Code, Id
from services.contracts.volunteers import VolunteerStatus
from services.volunteers.api.views import Listed, VolunteerView, listed, volunteer_view
from services.volunteers.domain import volunteers
from services.volunteers.domain.errors import CertificateByStaff
from services.volunteers.domain.volunteers import Change, Register, Volunteer, volunteer_id
from services.volunteers.store import Store, matching

BASE = "/api/volunteers/v1/volunteers"


def router(store: Store) -> APIRouter:
    """The routes of volunteers, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["volunteers"])

    @routes.post(
        "",
        status_code=201,
        response_model=VolunteerView,
        summary="Register as a volunteer",
        responses=problems(NotYours, CertificateByStaff, AlreadyExists),
    )
    async def register(body: Register, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            store.volunteers,
            lambda id, now: volunteers.register(body, by, now),
            _view(by),
            id=volunteer_id(body.community, body.person or by.sub),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", summary="Volunteers of a community", responses=problems(NotYours))
    async def many(
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[VolunteerStatus | None, Query()] = None,
        skill: Annotated[Code | None, Query()] = None,
    ) -> Listed[VolunteerView]:
        principal.require(community, Role.STAFF)
        query = matching(community, status=status, skills=skill) | {"state.erased": False}
        return listed(await store.volunteers.select(query, limit=page.limit, cursor=page.cursor), _view(principal))

    @routes.get("/me", summary="Oneself as a volunteer", responses=problems(NotYours, UnknownAggregate))
    async def me(principal: PrincipalDep, community: Annotated[Id, Query()]) -> VolunteerView:
        principal.require(community)
        return volunteer_view(await store.volunteers.get(volunteer_id(community, principal.sub)), principal)

    @routes.get("/{id}", summary="One volunteer", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> VolunteerView:
        stored = await store.volunteers.get(id)
        principal.require(stored.aggregate.community)
        return volunteer_view(stored, principal)

    _changing(routes, store)
    return routes


def _changing(routes: APIRouter, store: Store) -> None:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)

    @routes.patch(
        "/{id}",
        response_model=VolunteerView,
        summary="Change skills, availability, limits",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, CertificateByStaff),
    )
    async def change(id: Id, body: Change, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            store.volunteers, id, lambda volunteer, now: volunteers.change(volunteer, body, by, now), _view(by)
        )

    @routes.post("/{id}/pause", response_model=VolunteerView, summary="Don't ask", responses=refusals)
    async def pause(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            store.volunteers, id, lambda volunteer, now: volunteers.pause(volunteer, by, now), _view(by)
        )

    @routes.post("/{id}/resume", response_model=VolunteerView, summary="Ask again", responses=refusals)
    async def resume(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await command.change(
            store.volunteers, id, lambda volunteer, now: volunteers.resume(volunteer, by, now), _view(by)
        )


def _view(by: Principal) -> Callable[[Stored[Volunteer]], VolunteerView]:
    return lambda stored: volunteer_view(stored, by)
