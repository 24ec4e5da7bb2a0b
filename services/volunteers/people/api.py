"""Volunteers over HTTP: people register and change themselves, or staff do it for them; staff verify and approve."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Code, Id
from services.contracts.volunteers import VolunteerStatus
from services.volunteers.people.domain import leaving, partners, registering, vouching
from services.volunteers.people.domain.leaving import HasLeft, MergedIntoItself, MergeWith
from services.volunteers.people.domain.partners import AvoidedAndPreferred, Partner, TooManyAvoided
from services.volunteers.people.domain.profile import ChangeProfile, Register, Verify
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.domain.vouching import CertificateByStaff, NotByOneself
from services.volunteers.people.store import EVER
from services.volunteers.people.views import VolunteerView, volunteer_view
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1/volunteers"


def router(volunteers: Aggregates[Volunteer]) -> APIRouter:
    """The routes of volunteers."""
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
            volunteers,
            lambda id, now: registering.register(body, by, now),
            _view(by),
            id=volunteer_id(body.community, body.person or by.sub),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "", response_model=PageView[VolunteerView], summary="Volunteers of a community", responses=problems(NotYours)
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[VolunteerStatus | None, Query()] = None,
        skill: Annotated[Code | None, Query(description="Verified.")] = None,
        unit: Annotated[Id | None, Query(description="Those whom this partner organisation supplies.")] = None,
        approved: Annotated[bool | None, Query(description="Or those who wait to be.")] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        query = matching(community, status=status, skills=skill, unit=unit) | {"state.erased": False}
        if skill is not None:
            query["state.claimed_skills"] = {"$exists": True}  # before that, skills were claims
        if approved is not None:
            query["state.approved_at"] = {"$gt": EVER} if approved else None
        return paged(await volunteers.select(query, limit=page.limit, cursor=page.cursor), _view(principal), request)

    @routes.get("/me", summary="Oneself as a volunteer", responses=problems(NotYours, UnknownAggregate))
    async def me(principal: PrincipalDep, community: Annotated[Id, Query()]) -> VolunteerView:
        principal.require(community)
        return volunteer_view(await volunteers.get(volunteer_id(community, principal.sub)), principal)

    @routes.get("/{id}", summary="One volunteer", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> VolunteerView:
        return volunteer_view(await known(volunteers, id, known_to(principal)), principal)

    _changing(routes, volunteers)
    return routes


OfPartner = Callable[[Volunteer, str], Decision[Volunteer]]
Decide = Callable[[Volunteer, Principal, datetime], Decision[Volunteer]]


def _changing(routes: APIRouter, volunteers: Aggregates[Volunteer]) -> None:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)
    by_staff = problems(NotYours, UnknownAggregate, StaleVersion, NotByOneself)

    async def changed(id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        return await command.change(volunteers, id, lambda v, now: decide(v, by, now), _view(by), known_to=known_to(by))

    @routes.patch(
        "/{id}",
        response_model=VolunteerView,
        summary="Change skills, availability, limits",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, CertificateByStaff),
    )
    async def change(id: Id, body: ChangeProfile, command: CommandDep) -> Response:
        return await changed(id, command, lambda v, by, now: registering.change(v, body, by, now))

    @routes.post("/{id}/verify", response_model=VolunteerView, summary="It was seen to be so", responses=by_staff)
    async def verify(id: Id, body: Verify, command: CommandDep) -> Response:
        """Skills, certificates and being grown up count from now on."""
        return await changed(id, command, lambda v, by, now: vouching.verify(v, body, by, now))

    @routes.post("/{id}/approve", response_model=VolunteerView, summary="They may act", responses=by_staff)
    async def approve(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, vouching.approve)

    @routes.post("/{id}/disapprove", response_model=VolunteerView, summary="They act no more", responses=by_staff)
    async def disapprove(id: Id, command: CommandDep) -> Response:
        """Their seats in needs that are still to be served are given back."""
        return await changed(id, command, vouching.disapprove)

    @routes.post("/{id}/pause", response_model=VolunteerView, summary="Don't ask", responses=refusals)
    async def pause(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, registering.pause)

    @routes.post(
        "/{id}/avoid",
        response_model=VolunteerView,
        summary="Never together with them",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, TooManyAvoided),
    )
    async def avoid(id: Id, body: Partner, command: CommandDep) -> Response:
        """The other's record is written first, so that one of the two refuses wherever this ends."""
        await _with_other(id, body, command, partners.avoid)
        return await changed(id, command, _about_oneself(body, partners.avoid))

    @routes.post("/{id}/meet-again", response_model=VolunteerView, summary="Together again", responses=refusals)
    async def meet_again(id: Id, body: Partner, command: CommandDep) -> Response:
        await _with_other(id, body, command, partners.meet_again)
        return await changed(id, command, _about_oneself(body, partners.meet_again))

    @routes.post(
        "/{id}/prefer",
        response_model=VolunteerView,
        summary="I like to serve with them",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, TooManyAvoided, AvoidedAndPreferred),
    )
    async def prefer(id: Id, body: Partner, command: CommandDep) -> Response:
        return await changed(id, command, _about_oneself(body, partners.prefer))

    @routes.post("/{id}/prefer-no-more", response_model=VolunteerView, summary="It does not matter", responses=refusals)
    async def prefer_no_more(id: Id, body: Partner, command: CommandDep) -> Response:
        return await changed(id, command, _about_oneself(body, partners.prefer_no_more))

    @routes.post("/{id}/leave", response_model=VolunteerView, summary="I leave for good", responses=refusals)
    async def leave(id: Id, command: CommandDep) -> Response:
        """Hours stay on record; seats that are still to be served are given back. Staff may approve them again."""
        return await changed(id, command, leaving.leave)

    @routes.post(
        "/{id}/merge",
        response_model=VolunteerView,
        summary="The other record is of the same person",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, NotByOneself, MergedIntoItself, HasLeft),
    )
    async def merge(id: Id, body: MergeWith, command: CommandDep) -> Response:
        """This record goes on, the other leaves. Wherever they differ the stricter counts; hours and teams follow."""
        by = command.principal
        one = (await known(volunteers, id, known_to(by))).aggregate
        vouching.require_another_of_staff(one, by)
        if body.person == one.person:
            raise MergedIntoItself()
        other = (await volunteers.get(volunteer_id(one.community, body.person))).aggregate
        answer = await changed(id, command, lambda v, by, now: leaving.absorb(v, other, by))
        await volunteers.change(other.id, lambda v, now: leaving.end(v, one.person, by, now), command.cause)
        return answer

    async def _with_other(id: str, body: Partner, command: Command, decide: OfPartner) -> None:
        one = (await known(volunteers, id, known_to(command.principal))).aggregate
        registering.require_self_or_staff(one.community, one.person, command.principal)
        other = await volunteers.find(volunteer_id(one.community, body.person))
        if other is not None:
            await volunteers.change(other.aggregate.id, lambda v, now: decide(v, one.person), command.cause)

    @routes.post("/{id}/resume", response_model=VolunteerView, summary="Ask again", responses=refusals)
    async def resume(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, registering.resume)


def _about_oneself(body: Partner, decide: OfPartner) -> Decide:
    def decided(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
        registering.require_self_or_staff(volunteer.community, volunteer.person, by)
        return decide(volunteer, body.person)

    return decided


def _view(by: Principal) -> Callable[[Stored[Volunteer]], VolunteerView]:
    return lambda stored: volunteer_view(stored, by)
