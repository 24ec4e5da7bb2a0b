"""Volunteers over HTTP: people register and change their own record, or staff do it for them. Staff verify claims and
approve volunteers.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
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
from services.volunteers.names.store import Names
from services.volunteers.people.domain import guardians, leaving, partners, registering, vouching
from services.volunteers.people.domain.guardians import (
    GiveConsent,
    GuardianUnknown,
    NoConsentStands,
    NotAMinor,
    NotTheirOwnGuardian,
    TooManyConsents,
)
from services.volunteers.people.domain.leaving import MergedIntoItself, MergedTheOtherWay, MergeWith
from services.volunteers.people.domain.partners import AvoidedAndPreferred, Partner, TooManyAvoided
from services.volunteers.people.domain.profile import ChangeProfile, Register, Verify
from services.volunteers.people.domain.volunteer import HasLeft, Volunteer, WasMerged, volunteer_id
from services.volunteers.people.domain.vouching import (
    BornLater,
    CertificateByStaff,
    NoGuardianConsent,
    NotByOneself,
    NotTheirAge,
    TooYoung,
)
from services.volunteers.people.mergers import last_record
from services.volunteers.people.store import EVER, FORMERLY, avoiding
from services.volunteers.people.views import VolunteerView, volunteer_view
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1/volunteers"


def router(volunteers: Aggregates[Volunteer], names: Names, clock: Clock, least_age: int) -> APIRouter:
    """The routes of volunteers."""
    view = _views(names, clock, least_age)
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
        person = body.person or by.sub
        points = (await names.of(body.community)).points if body.community in by.communities else {}
        avoiders = await volunteers.select(avoiding(body.community, person), limit=FORMERLY)
        avoided_by = frozenset(one.aggregate.person for one in avoiders.items)
        return await command.create(
            volunteers,
            lambda id, now: registering.register(body, by, now, points, avoided_by),
            await view(by),
            id=volunteer_id(body.community, person),
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
        skill: Annotated[Code | None, Query(description="Only volunteers with this verified skill.")] = None,
        unit: Annotated[Id | None, Query(description="Only volunteers whom this partner supplies.")] = None,
        approved: Annotated[bool | None, Query(description="Only approved volunteers, or only others.")] = None,
    ) -> Response:
        principal.require(community, Role.STAFF)
        query = matching(community, status=status, skills=skill, unit=unit) | {"state.erased": False}
        if skill is not None:
            query["state.claimed_skills"] = {"$exists": True}  # in older records without this field, skills are claims
        if approved is not None:
            query["state.approved_at"] = {"$gt": EVER} if approved else None
        found = await volunteers.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, await view(principal), request)

    @routes.get("/me", summary="My own record as a volunteer", responses=problems(NotYours, UnknownAggregate))
    async def me(principal: PrincipalDep, community: Annotated[Id, Query()]) -> VolunteerView:
        principal.require(community)
        return (await view(principal))(await volunteers.get(volunteer_id(community, principal.sub)))

    @routes.get(
        "/wards",
        response_model=PageView[VolunteerView],
        summary="The volunteers for whom I decide as their guardian",
        responses=problems(NotYours),
    )
    async def wards(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        query = {"state.community": community, "state.guardian": principal.sub}
        found = await volunteers.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, await view(principal), request)

    @routes.get("/{id}", summary="One volunteer", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> VolunteerView:
        return (await view(principal))(await known(volunteers, id, known_to(principal)))

    change = _changing(routes, volunteers, names, view, least_age)
    _partners(routes, volunteers, change)
    _guardians(routes, change)
    _ending(routes, volunteers, change, least_age)
    return routes


View = Callable[[Principal], Awaitable[Callable[[Stored[Volunteer]], VolunteerView]]]
Change = Callable[[str, Command, "Decide"], Awaitable[Response]]
OfPartner = Callable[[Volunteer, str], Decision[Volunteer]]
Decide = Callable[[Volunteer, Principal, datetime], Decision[Volunteer]]


def _views(names: Names, clock: Clock, least_age: int) -> View:
    async def view(by: Principal) -> Callable[[Stored[Volunteer]], VolunteerView]:
        """The function that shows volunteers to `by`. The names are read before, since the answer to a command is made
        inside the write that stores it, where nothing can be read.
        """
        await names.prepare(by.communities)
        return lambda stored: volunteer_view(stored, by, names.known(stored.aggregate.community), clock(), least_age)

    return view


def _changing(routes: APIRouter, volunteers: Aggregates[Volunteer], names: Names, view: View, least_age: int) -> Change:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)
    by_staff = problems(NotYours, UnknownAggregate, StaleVersion, NotByOneself)

    async def changed(id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        return await command.change(
            volunteers, id, lambda v, now: decide(v, by, now), await view(by), known_to=known_to(by)
        )

    @routes.patch(
        "/{id}",
        response_model=VolunteerView,
        summary="Change a volunteer's skills, availability or limits",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, CertificateByStaff, HasLeft, NotTheirAge),
    )
    async def change(id: Id, body: ChangeProfile, command: CommandDep) -> Response:
        def decide(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
            return registering.change(volunteer, body, by, now, names.known(volunteer.community).points)

        return await changed(id, command, decide)

    @routes.post(
        "/{id}/verify",
        response_model=VolunteerView,
        summary="Verify skills, certificates or age (staff)",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, NotByOneself, BornLater, NotTheirAge),
    )
    async def verify(id: Id, body: Verify, command: CommandDep) -> Response:
        """Verify skills, certificates, or that the volunteer is an adult. What is verified counts from now on. A
        verified date of birth decides whether the volunteer is an adult on the day of a service.
        """
        return await changed(id, command, lambda v, by, now: vouching.verify(v, body, by, now, least_age))

    @routes.post(
        "/{id}/approve",
        response_model=VolunteerView,
        summary="Approve a volunteer (staff)",
        responses=problems(
            *(NotYours, UnknownAggregate, StaleVersion, NotByOneself, WasMerged, TooYoung, NoGuardianConsent)
        ),
    )
    async def approve(id: Id, command: CommandDep) -> Response:
        """Approve a volunteer. Nobody is approved whose verified date of birth makes them younger than the least age,
        and no minor is approved without a guardian's consent.
        """
        return await changed(id, command, lambda v, by, now: vouching.approve(v, by, now, least_age))

    @routes.post(
        "/{id}/disapprove", response_model=VolunteerView, summary="Disapprove a volunteer (staff)", responses=by_staff
    )
    async def disapprove(id: Id, command: CommandDep) -> Response:
        """Disapprove a volunteer. Their seats in needs that are still to be served are given back."""
        return await changed(id, command, vouching.disapprove)

    @routes.post("/{id}/pause", response_model=VolunteerView, summary="Pause: be asked for nothing", responses=refusals)
    async def pause(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, registering.pause)

    @routes.post(
        "/{id}/resume",
        response_model=VolunteerView,
        summary="Resume: be asked again",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, HasLeft),
    )
    async def resume(id: Id, command: CommandDep) -> Response:
        return await changed(id, command, registering.resume)

    return changed


def _partners(routes: APIRouter, volunteers: Aggregates[Volunteer], changed: Change) -> None:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)

    async def going_on(id: str, body: Partner, command: Command) -> Partner:
        """The wish, about the record under which the other volunteer goes on."""
        one = (await known(volunteers, id, known_to(command.principal))).aggregate
        last = await last_record(volunteers, one.community, body.person)
        return body if last is None or last.erased else Partner(person=last.person)

    async def with_other(id: str, body: Partner, command: Command, decide: OfPartner) -> None:
        one = (await known(volunteers, id, known_to(command.principal))).aggregate
        registering.require_self_or_staff(one.community, one.person, command.principal)
        if decide is partners.avoided:
            partners.require_going_on(one)
        other = await volunteers.find(volunteer_id(one.community, body.person))
        if other is not None:
            await volunteers.change(other.aggregate.id, lambda v, now: decide(v, one.person), command.cause)

    @routes.post(
        "/{id}/avoid",
        response_model=VolunteerView,
        summary="Never serve together with somebody",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, TooManyAvoided, HasLeft, WasMerged),
    )
    async def avoid(id: Id, body: Partner, command: CommandDep) -> Response:
        """Never put the volunteer together with another person. That person is not told. The record of that person is
        written first, so that one of the two records refuses even if the second write fails.
        """
        body = await going_on(id, body, command)
        await with_other(id, body, command, partners.avoided)
        return await changed(id, command, _about_oneself(body, partners.avoid))

    @routes.post(
        "/{id}/meet-again",
        response_model=VolunteerView,
        summary="Serve together with somebody again",
        responses=refusals,
    )
    async def meet_again(id: Id, body: Partner, command: CommandDep) -> Response:
        body = await going_on(id, body, command)
        await with_other(id, body, command, partners.avoided_no_more)
        return await changed(id, command, _about_oneself(body, partners.meet_again))

    @routes.post(
        "/{id}/prefer",
        response_model=VolunteerView,
        summary="Prefer to serve with somebody",
        responses=problems(
            *(NotYours, UnknownAggregate, StaleVersion, TooManyAvoided, AvoidedAndPreferred, HasLeft, WasMerged)
        ),
    )
    async def prefer(id: Id, body: Partner, command: CommandDep) -> Response:
        body = await going_on(id, body, command)
        return await changed(id, command, _about_oneself(body, partners.prefer))

    @routes.post(
        "/{id}/prefer-no-more",
        response_model=VolunteerView,
        summary="No longer prefer to serve with somebody",
        responses=refusals,
    )
    async def prefer_no_more(id: Id, body: Partner, command: CommandDep) -> Response:
        body = await going_on(id, body, command)
        return await changed(id, command, _about_oneself(body, partners.prefer_no_more))


def _guardians(routes: APIRouter, changed: Change) -> None:
    @routes.post(
        "/{id}/consent",
        response_model=VolunteerView,
        summary="Consent, as their guardian, that a minor serves",
        responses=problems(
            *(NotYours, UnknownAggregate, StaleVersion, NotByOneself, HasLeft, WasMerged, NotAMinor),
            *(GuardianUnknown, NotTheirOwnGuardian, TooManyConsents),
        ),
    )
    async def consent(id: Id, body: GiveConsent, command: CommandDep) -> Response:
        """Staff enter it for a guardian whom they have seen; whom they entered may do it as well."""
        return await changed(id, command, lambda v, by, now: guardians.consent(v, body, by, now))

    @routes.post(
        "/{id}/withdraw-consent",
        response_model=VolunteerView,
        summary="Take a guardian's consent back",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, NotByOneself, NoConsentStands),
    )
    async def withdraw_consent(id: Id, command: CommandDep) -> Response:
        """The minor is not approved any more; seats that are still to be served are given back."""
        return await changed(id, command, guardians.withdraw)


def _ending(routes: APIRouter, volunteers: Aggregates[Volunteer], changed: Change, least_age: int) -> None:
    refusals = problems(NotYours, UnknownAggregate, StaleVersion)

    @routes.post("/{id}/leave", response_model=VolunteerView, summary="Leave for good", responses=refusals)
    async def leave(id: Id, command: CommandDep) -> Response:
        """Leave for good. Hours stay on record, and seats that are still to be served are given back. Staff may approve
        the volunteer again.
        """
        return await changed(id, command, leaving.leave)

    @routes.post(
        "/{id}/merge",
        response_model=VolunteerView,
        summary="Merge another record of the same person into this one (staff)",
        responses=problems(
            *(NotYours, UnknownAggregate, StaleVersion, NotByOneself),
            *(MergedIntoItself, MergedTheOtherWay, HasLeft, WasMerged),
        ),
    )
    async def merge(id: Id, body: MergeWith, command: CommandDep) -> Response:
        """Merge two records of one person. This record goes on, and the other one ends. Where the two differ, the
        stricter value counts. Hours and teams of the record that ends go over to this record.
        """
        by = command.principal
        one = (await known(volunteers, id, known_to(by))).aggregate
        vouching.require_another_of_staff(one, by)
        if body.person == one.person:
            raise MergedIntoItself()
        read = await volunteers.get(volunteer_id(one.community, body.person))
        other = read.aggregate
        if other.erased:
            raise UnknownAggregate(kind=volunteers.kind.name, id=other.id)
        answer = await changed(id, command, lambda v, by, now: leaving.absorb(v, other, by, now, least_age))
        ended = await volunteers.change(other.id, lambda v, now: leaving.end(v, one.person, by, now), command.cause)
        if ended.version > read.version + 2:  # it was changed between its reading and its end, which are two events
            last = ended.aggregate
            await volunteers.change(id, lambda v, now: leaving.absorb(v, last, by, now, least_age), command.cause)
        return answer


def _about_oneself(body: Partner, decide: OfPartner) -> Decide:
    def decided(volunteer: Volunteer, by: Principal, now: datetime) -> Decision[Volunteer]:
        registering.require_self_or_staff(volunteer.community, volunteer.person, by)
        return decide(volunteer, body.person)

    return decided
