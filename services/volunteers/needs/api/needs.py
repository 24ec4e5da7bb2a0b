"""Needs over HTTP: staff open, move and cancel needs, everybody of the community reads them, and volunteers learn which
filters refuse them.
"""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, page_of, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Code, Id
from services.contracts.volunteers import NeedStatus, Origin
from services.volunteers.needs.api.changing import Changing
from services.volunteers.needs.domain import following, opening, planning
from services.volunteers.needs.domain.eligibility import asking_of, explain, first_failure
from services.volunteers.needs.domain.following import MoveNeed, TooLate
from services.volunteers.needs.domain.need import AlreadyStarted, Need, NeedClosed, OfActivity
from services.volunteers.needs.domain.opening import OpenNeed
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.possible import may_take
from services.volunteers.needs.presenting import NeedPresenter
from services.volunteers.needs.store import BY_START, asked, between, seated
from services.volunteers.needs.views import NeedView, VerdictView, WhyView
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.people.mergers import names_of
from services.volunteers.shared.queries import matching
from services.volunteers.shared.values import Moment
from services.volunteers.shared.values.spans import EndsBeforeStart, TooLong

BASE = "/api/volunteers/v1/needs"
_TIMES = (EndsBeforeStart, TooLong)
_MOST_PAGES = 10
"""One request with `for_me` looks through at most so many pages for needs that the caller could take. The cursor of its
answer goes on from there."""


def router(
    needs: Aggregates[Need], volunteers: Aggregates[Volunteer], homes: Homes, shown: NeedPresenter, clock: Clock
) -> APIRouter:
    """The routes of needs."""
    routes = APIRouter(prefix=BASE, tags=["needs"])
    change = Changing(needs, shown)
    _reading(routes, needs, volunteers, homes, shown, clock)
    _why(routes, needs, volunteers, clock)

    @routes.post(
        "",
        status_code=201,
        response_model=NeedView,
        summary="Ask for help at one time",
        responses=problems(NotYours, *_TIMES, AlreadyStarted),
    )
    async def open_need(body: OpenNeed, command: CommandDep) -> Response:
        by, helped = command.principal, frozenset[str]()
        if body.helped is not None:
            helped = await names_of(volunteers, body.community, body.helped)
        return await command.create(
            needs,
            lambda id, now: opening.open_need(id, body, by, now, helped),
            await shown.answering(by, "", filtered=True),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.post(
        "/{id}/move",
        response_model=NeedView,
        summary="Move a need to another time (staff)",
        responses=problems(
            NotYours, UnknownAggregate, StaleVersion, NeedClosed, AlreadyStarted, OfActivity, *_TIMES, TooLate
        ),
    )
    async def move(id: Id, body: MoveNeed, command: CommandDep) -> Response:
        """Move a need, as staff. A visit that was moved no longer follows its care plan. Everybody who had a seat in
        the need is asked again.
        """
        by = command.principal
        return await change.of(id, command)(lambda need, now: following.move_by_hand(need, body, by, now))

    @routes.post(
        "/{id}/cancel",
        response_model=NeedView,
        summary="Cancel a need",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, NeedClosed, OfActivity),
    )
    async def cancel(id: Id, command: CommandDep) -> Response:
        by = command.principal
        return await change.of(id, command)(lambda need, now: planning.cancel(need, by, now))

    return routes


def _reading(
    routes: APIRouter,
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    homes: Homes,
    shown: NeedPresenter,
    clock: Clock,
) -> None:
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
        case: Annotated[Id | None, Query()] = None,
        building: Annotated[Id | None, Query()] = None,
        category: Annotated[Code | None, Query()] = None,
        skill: Annotated[Code | None, Query()] = None,
        since: Annotated[Moment | None, Query(description="Only needs that start at this time or later.")] = None,
        until: Annotated[Moment | None, Query(description="Only needs that start before this time.")] = None,
        mine: Annotated[bool, Query(description="Only needs in which the caller has a seat or was asked.")] = False,
        unfilled: Annotated[bool, Query(description="Only needs with an open seat.")] = False,
        for_me: Annotated[bool, Query(description="Only needs in which the caller could take a seat now.")] = False,
    ) -> Response:
        """Read the needs of a community. `mine` with `since` and `until` gives the caller's own week. With `for_me` a
        page may hold fewer needs than `limit`, although more pages follow.
        """
        principal.require(community)
        given = {"status": status, "origin": origin, "activity": activity, "care_plan": care_plan, "case": case}
        where = {"building": building, "category": category, "skill": skill}
        now = clock()
        query = matching(community, **given, **where) | between(max(since or now, now) if for_me else since, until)
        if unfilled or for_me:
            query["state.open_seats"] = {"$gt": 0}
        if care_plan is not None and not principal.has(community, Role.STAFF):
            query |= seated(principal.sub)
        if mine:
            rest = {name: asks for name, asks in query.items() if name not in ("state.community", BY_START)}
            query = {**asked(community, principal.sub, max(since or now, now) if for_me else since, until), **rest}
        found = await needs.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor)
        if not for_me:
            return paged(found, await shown.reading(principal, [each.aggregate for each in found.items]), request)
        me = await volunteers.find(volunteer_id(community, principal.sub))
        volunteer = None if me is None else me.aggregate
        for _ in range(_MOST_PAGES):
            fit = [each for each in found.items if may_take(each.aggregate, principal, now, volunteer)]
            following = found.next
            if fit or following is None:
                break
            found = await needs.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=following)
        view = await shown.reading(principal, [each.aggregate for each in fit])
        return page_of([view(each) for each in fit], following, request)

    @routes.get("/{id}", summary="One need", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> NeedView:
        """Read one need. Staff, and volunteers who go there, are also told the home of the person helped: volunteers
        only around the time of the visit. Each reading of a home is put on record.
        """
        stored = await known(needs, id, known_to(principal))
        where = await homes.of_need(stored.aggregate, principal)
        return (await shown.reading(principal, [stored.aggregate], where))(stored)


def _why(routes: APIRouter, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock) -> None:
    @routes.get(
        "/{id}/why", summary="Which filters refuse somebody for a need", responses=problems(NotYours, UnknownAggregate)
    )
    async def why(id: Id, principal: PrincipalDep, person: Annotated[Id | None, Query()] = None) -> WhyView:
        """Read the answer of each filter about the caller, for the role of the need that fits them best. Staff may ask
        about any volunteer of the community.
        """
        need = (await known(needs, id, known_to(principal))).aggregate
        whom = person or principal.sub
        if whom != principal.sub and not principal.has(need.community, Role.STAFF):
            raise NotYours()
        volunteer = (await volunteers.get(volunteer_id(need.community, whom))).aggregate
        now = clock()
        asking = asking_of(need, volunteer, now)
        return WhyView(
            need=id,
            person=whom,
            first_failure=first_failure(asking, volunteer, now),
            filters=[VerdictView(**asdict(verdict)) for verdict in explain(asking, volunteer, now)],
        )
