"""Needs over HTTP: opened and cancelled by staff, read by all, reported, confirmed; and why somebody is not asked."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.contracts.marks import Id
from services.contracts.volunteers import NeedStatus, Origin
from services.volunteers.api.views import Listed, NeedView, VerdictView, WhyView, listed, need_view
from services.volunteers.domain import errors
from services.volunteers.needs.api.changing import changing_need
from services.volunteers.needs.domain import needs
from services.volunteers.needs.domain.eligibility import explain, first_failure
from services.volunteers.needs.domain.needs import OpenNeed
from services.volunteers.needs.domain.serving import Confirm, Report
from services.volunteers.needs.homes import Homes
from services.volunteers.people.domain.volunteers import volunteer_id
from services.volunteers.seats.service import Seats
from services.volunteers.store import BY_START, Store, matching, seated

BASE = "/api/volunteers/v1/needs"


def router(store: Store, seats: Seats, homes: Homes) -> APIRouter:
    """The routes of needs, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["needs"])

    @routes.post(
        "",
        status_code=201,
        response_model=NeedView,
        summary="Ask for help at one time",
        responses=problems(NotYours, errors.EndsBeforeStart, errors.TooLong, errors.AlreadyStarted),
    )
    async def open_need(body: OpenNeed, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            store.needs,
            lambda id, now: needs.open_need(id, body, by, now),
            lambda stored: need_view(stored, by),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", summary="Needs of a community, the earliest first", responses=problems(NotYours))
    async def many(
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[NeedStatus | None, Query()] = None,
        origin: Annotated[Origin | None, Query()] = None,
        activity: Annotated[Id | None, Query()] = None,
        care_plan: Annotated[Id | None, Query()] = None,
    ) -> Listed[NeedView]:
        principal.require(community)
        query = matching(community, status=status, origin=origin, activity=activity, care_plan=care_plan)
        if care_plan is not None and not principal.has(community, Role.STAFF):
            query |= seated(principal.sub)
        found = await store.needs.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor)
        return listed(found, lambda stored: need_view(stored, principal))

    @routes.get("/{id}", summary="One need", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> NeedView:
        """Where an elder lives is told to who is to go there, around its time, and the reading is on record."""
        stored = await known(store.needs, id, known_to(principal))
        return need_view(stored, principal, await homes.of_need(stored.aggregate, principal))

    _why(routes, store)
    _serving(routes, store, seats)
    return routes


def _why(routes: APIRouter, store: Store) -> None:
    @routes.get("/{id}/why", summary="Why not me?", responses=problems(NotYours, UnknownAggregate))
    async def why(id: Id, principal: PrincipalDep, person: Annotated[Id | None, Query()] = None) -> WhyView:
        """What each filter says of the caller, or, for staff, of anybody."""
        need = (await known(store.needs, id, known_to(principal))).aggregate
        whom = person or principal.sub
        if whom != principal.sub and not principal.has(need.community, Role.STAFF):
            raise NotYours()
        volunteer = (await store.volunteers.get(volunteer_id(need.community, whom))).aggregate
        now = store.clock()
        return WhyView(
            need=id,
            person=whom,
            first_failure=first_failure(need, volunteer, now),
            filters=[VerdictView(**asdict(verdict)) for verdict in explain(need, volunteer, now)],
        )


def _serving(routes: APIRouter, store: Store, seats: Seats) -> None:
    refusals = (NotYours, UnknownAggregate, StaleVersion, errors.NeedClosed, errors.OfActivity)
    hours = (
        *refusals,
        errors.NotEligible,
        errors.NoSuchOffer,
        errors.OfferNotNow,
        errors.NotStarted,
        errors.TooManyMinutes,
    )

    @routes.post("/{id}/cancel", response_model=NeedView, summary="Not wanted any more", responses=problems(*refusals))
    async def cancel(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changing_need(store, id, command)(lambda need, now: needs.cancel(need, by, now))

    @routes.post("/{id}/report", response_model=NeedView, summary="It is done", responses=problems(*hours))
    async def report(id: Id, body: Report, command: CommandDep) -> Response:
        return await seats.report(id, body, command.principal, changing_need(store, id, command))

    @routes.post("/{id}/confirm", response_model=NeedView, summary="It was done", responses=problems(*hours))
    async def confirm(id: Id, body: Confirm, command: CommandDep) -> Response:
        return await seats.confirm(id, body, command.principal, changing_need(store, id, command))
