"""The visits that somebody awaits: elders, who acts for them, and who asked for help, see when who comes. Nobody else
is told.
"""

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
from services.contracts.volunteers import HelpRequestStatus, NeedStatus
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.coordination.api import Lists
from services.volunteers.coordination.calls import called
from services.volunteers.names.store import CommunityNames, Name
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import BY_START, between
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.requests.domain import HelpRequest
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1"
AHEAD = timedelta(days=14)
_SHOWN_STILL = timedelta(hours=12)
_MOST = 200


class VisitView(BaseModel):
    """A visit that is awaited, by a care plan or a request for help. `helpers`: what those are called who said yes."""

    need: str
    elder: str
    starts_at: datetime
    ends_at: datetime
    category: str
    work: Name
    status: NeedStatus
    helpers: list[str]
    staffed: bool = Field(description="Whether everybody who is needed has said yes.")


def router(
    needs: Aggregates[Need],
    care_plans: Aggregates[CarePlan],
    requests: Aggregates[HelpRequest],
    lists: Lists,
    clock: Clock,
) -> APIRouter:
    """The route of awaited visits."""
    routes = APIRouter(prefix=BASE, tags=["care plans"])

    @routes.get(
        "/visits/me",
        summary="The visits that I, or people I act for, await",
        response_model=PageView[VisitView],
        responses=problems(NotYours),
    )
    async def mine(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        """The visits of the coming two weeks to the caller, or to people whom the caller acts for, by their start."""
        principal.require(community)
        theirs = {"$or": [{"state.elder": principal.sub}, {"state.family": principal.sub}]}
        plans = await care_plans.select({**matching(community, erased=False), **theirs}, limit=_MOST)
        elder_of = {stored.aggregate.id: stored.aggregate.elder for stored in plans.items}
        own = {"$or": [{"state.person": principal.sub}, {"state.helped": principal.sub}]}
        asked = await requests.select({**matching(community, status=HelpRequestStatus.GRANTED), **own}, limit=_MOST)
        helped_of = {stored.aggregate.id: stored.aggregate.helped for stored in asked.items}
        if not elder_of and not helped_of:
            return page_of([], None, request)
        now = clock()
        query = matching(community) | between(now - _SHOWN_STILL, now + AHEAD)
        query["$or"] = [{"state.care_plan": {"$in": sorted(elder_of)}}, {"state.request": {"$in": sorted(helped_of)}}]
        awaited = await needs.select(query, sort=BY_START, descending=False, limit=page.limit, cursor=page.cursor)
        found = [stored.aggregate for stored in awaited.items]
        people = await lists.people(community, [person for need in found for person in need.volunteers])
        whom, names = elder_of | helped_of, await lists.names(community)
        return page_of([_visit(need, whom, people, names) for need in found], awaited.next, request)

    return routes


def _visit(need: Need, whom: dict[str, str], people: dict[str, Volunteer], names: CommunityNames) -> VisitView:
    return VisitView(
        need=need.id,
        elder=whom[need.care_plan or need.request or ""],
        starts_at=need.starts_at,
        ends_at=need.ends_at,
        category=need.category,
        work=names.work(need.category),
        status=need.status,
        helpers=[called(person, people) for person in need.volunteers],
        staffed=len(need.volunteers) >= need.seats,
    )
