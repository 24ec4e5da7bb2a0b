"""The visits that somebody awaits: elders, and who acts for them, see when who comes. Nobody else is told."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.clock import Clock
from services.chassis.errors import NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, PageView, page_of
from services.chassis.http.problems import problems
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.contracts.volunteers import NeedStatus
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.coordination.api import Lists
from services.volunteers.coordination.calls import called
from services.volunteers.names.store import Name
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import BY_START, between
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.shared.queries import matching
from services.volunteers.words.said import category

BASE = "/api/volunteers/v1"
AHEAD = timedelta(days=14)
_SHOWN_STILL = timedelta(hours=12)
_MOST = 200


class VisitView(BaseModel):
    """A visit that is awaited. `helpers`: what those are called who said yes."""

    need: str
    elder: str
    starts_at: datetime
    ends_at: datetime
    category: str
    work: Name
    status: NeedStatus
    helpers: list[str]
    staffed: bool = Field(description="Whether everybody who is needed has said yes.")


def router(needs: Aggregates[Need], care_plans: Aggregates[CarePlan], lists: Lists, clock: Clock) -> APIRouter:
    """The route of awaited visits."""
    routes = APIRouter(prefix=BASE, tags=["care plans"])

    @routes.get(
        "/visits/me",
        summary="Who comes to me, or to those I act for, and when",
        response_model=PageView[VisitView],
        responses=problems(NotYours),
    )
    async def mine(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        """The visits of the coming two weeks, by their start."""
        principal.require(community)
        theirs = {"$or": [{"state.elder": principal.sub}, {"state.family": principal.sub}]}
        plans = await care_plans.select({**matching(community, erased=False), **theirs}, limit=_MOST)
        elder_of = {stored.aggregate.id: stored.aggregate.elder for stored in plans.items}
        if not elder_of:
            return page_of([], None, request)
        now = clock()
        query = matching(community) | between(now - _SHOWN_STILL, now + AHEAD)
        query["state.care_plan"] = {"$in": sorted(elder_of)}
        awaited = await needs.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor)
        found = [stored.aggregate for stored in awaited.items]
        people = await lists.people(community, [person for need in found for person in need.volunteers])
        return page_of([_visit(need, elder_of, people) for need in found], awaited.next, request)

    return routes


def _visit(need: Need, elder_of: dict[str, str], people: dict[str, Volunteer]) -> VisitView:
    zh, en = category(need.category)
    return VisitView(
        need=need.id,
        elder=elder_of[need.care_plan or ""],
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        category=need.category,
        work=Name(zh=zh, en=en),
        status=need.status,
        helpers=[called(person, people) for person in need.volunteers],
        staffed=len(need.volunteers) >= need.seats,
    )
