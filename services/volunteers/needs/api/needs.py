"""Needs over HTTP: staff open and cancel them, all read them, and volunteers learn why they are not asked."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Code, Id
from services.contracts.volunteers import NeedStatus, Origin
from services.volunteers.needs.api.changing import changing_need
from services.volunteers.needs.domain import following, opening, planning
from services.volunteers.needs.domain.eligibility import explain, first_failure
from services.volunteers.needs.domain.following import MoveNeed, TooLate
from services.volunteers.needs.domain.need import AlreadyStarted, Need, NeedClosed, OfActivity
from services.volunteers.needs.domain.opening import EndsBeforeStart, OpenNeed, TooLong
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.store import BY_START, asked, between, seated
from services.volunteers.needs.views import NeedView, VerdictView, WhyView, need_view
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.shared.queries import matching
from services.volunteers.shared.values import Moment

BASE = "/api/volunteers/v1/needs"


def router(needs: Aggregates[Need], volunteers: Aggregates[Volunteer], homes: Homes, clock: Clock) -> APIRouter:
    """The routes of needs."""
    routes = APIRouter(prefix=BASE, tags=["needs"])

    @routes.post(
        "",
        status_code=201,
        response_model=NeedView,
        summary="Ask for help at one time",
        responses=problems(NotYours, EndsBeforeStart, TooLong, AlreadyStarted),
    )
    async def open_need(body: OpenNeed, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            needs,
            lambda id, now: opening.open_need(id, body, by, now),
            lambda stored: need_view(stored, by),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "",
        response_model=PageView[NeedView],
        summary="Needs of a community, the earliest first",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[NeedStatus | None, Query()] = None,
        origin: Annotated[Origin | None, Query()] = None,
        activity: Annotated[Id | None, Query()] = None,
        care_plan: Annotated[Id | None, Query()] = None,
        building: Annotated[Id | None, Query()] = None,
        category: Annotated[Code | None, Query()] = None,
        skill: Annotated[Code | None, Query()] = None,
        since: Annotated[Moment | None, Query(description="Those that start then or later.")] = None,
        until: Annotated[Moment | None, Query(description="Those that start before.")] = None,
        mine: Annotated[bool, Query(description="Only those for which the caller was asked, or has a seat.")] = False,
        unfilled: Annotated[bool, Query(description="Only those with an open seat.")] = False,
    ) -> Response:
        """A week of one's own is `mine` with `since` and `until`."""
        principal.require(community)
        given = {"status": status, "origin": origin, "activity": activity, "care_plan": care_plan}
        where = {"building": building, "category": category, "skill": skill}
        query = matching(community, **given, **where) | between(since, until)
        if unfilled:
            query["state.open_seats"] = {"$gt": 0}
        if care_plan is not None and not principal.has(community, Role.STAFF):
            query |= seated(principal.sub)
        if mine:
            query = {"$and": [query, asked(community, principal.sub)]}
        found = await needs.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: need_view(stored, principal), request)

    @routes.get("/{id}", summary="One need", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> NeedView:
        """An elder's home is told around the visit to volunteers who go there, and to staff; readings are on record."""
        stored = await known(needs, id, known_to(principal))
        return need_view(stored, principal, await homes.of_need(stored.aggregate, principal))

    _why(routes, needs, volunteers, clock)

    @routes.post(
        "/{id}/move",
        response_model=NeedView,
        summary="Another time",
        responses=problems(
            NotYours, UnknownAggregate, StaleVersion, NeedClosed, AlreadyStarted, OfActivity, EndsBeforeStart, TooLate
        ),
    )
    async def move(id: Id, body: MoveNeed, command: CommandDep) -> Response:
        """Staff move it; a visit no longer follows its care plan then. Whoever had a seat is asked again."""
        by = command.principal
        return await changing_need(needs, id, command)(lambda need, now: following.move_by_hand(need, body, by, now))

    @routes.post(
        "/{id}/cancel",
        response_model=NeedView,
        summary="Not wanted any more",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, NeedClosed, OfActivity),
    )
    async def cancel(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await changing_need(needs, id, command)(lambda need, now: planning.cancel(need, by, now))

    return routes


def _why(routes: APIRouter, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock) -> None:
    @routes.get("/{id}/why", summary="Why not me?", responses=problems(NotYours, UnknownAggregate))
    async def why(id: Id, principal: PrincipalDep, person: Annotated[Id | None, Query()] = None) -> WhyView:
        """The answer of each filter about the caller, or, for staff, about anybody."""
        need = (await known(needs, id, known_to(principal))).aggregate
        whom = person or principal.sub
        if whom != principal.sub and not principal.has(need.community, Role.STAFF):
            raise NotYours()
        volunteer = (await volunteers.get(volunteer_id(need.community, whom))).aggregate
        now = clock()
        return WhyView(
            need=id,
            person=whom,
            first_failure=first_failure(need, volunteer, now),
            filters=[VerdictView(**asdict(verdict)) for verdict in explain(need, volunteer, now)],
        )
