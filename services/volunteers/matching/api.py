"""Plans over HTTP: staff read them and think of changes, all learn why they are asked or not, and how fair it is."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import Invalid, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.pages import PageDep, counts, link
from services.chassis.http.problems import problems
from services.chassis.http.tags import listed
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Role
from services.chassis.store import cursor as cursors
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Code, Id
from services.volunteers.matching.answers import Answers, Change
from services.volunteers.matching.domain import plan_id
from services.volunteers.matching.fairness import fairness, needs_between
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.store import askable_volunteers
from services.volunteers.matching.views import (
    FairnessView,
    PlacingView,
    ProposalsView,
    ProposalView,
    WhatIfView,
    bands_view,
    fairness_view,
    outcome_view,
    placing_view,
    plan_view,
)
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.shared.values import Moment
from services.volunteers.teams.domain.team import Team

BASE = "/api/volunteers/v1"
LONGEST = timedelta(days=366)
MOST = 1000


class TooLongASpan(
    Invalid,
    code="fairness.span",
    zh="时间范围须在一年以内且先始后终。",
    en="The span is a year at most, and runs forward.",
):
    """Figures of a longer time are asked for in pieces."""


def router(
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    teams: Aggregates[Team],
    plans: Plans,
    answers: Answers,
    clock: Clock,
) -> APIRouter:
    """The routes of plans."""
    routes = APIRouter(prefix=BASE, tags=["matching"])

    @routes.get(
        "/plans/current",
        response_model=ProposalsView,
        summary="The current plan: who is to be asked for which need (staff)",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def current(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        need: Annotated[Id | None, Query()] = None,
    ) -> Response:
        """The plan, for staff: pairs by the start of their need. Those that are not due may still change."""
        principal.require(community, Role.STAFF)
        stored = await plans.current(community)
        if stored is None:
            raise UnknownAggregate(kind="plan", id=plan_id(community))
        found = await plans.proposals(stored.aggregate, need)
        first = 0 if page.cursor is None else _offset(page.cursor)
        some = found[first : first + page.limit]
        more = first + page.limit < len(found)
        following = cursors.encode(first + page.limit, stored.aggregate.edition) if more else None
        shown = ProposalsView(
            plan=plan_view(stored),
            items=[
                ProposalView(need=made.need, person=made.person, due=made.due, why=bands_view(made.steps))
                for made in some
            ],
            next=following,
            **counts(len(some), following, request),
        )
        return listed(shown.model_dump_json(by_alias=True).encode(), link(following, request), request)

    @routes.get(
        "/needs/{id}/placing",
        summary="Why somebody is asked for a need, and somebody else not",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def placing(id: Id, principal: PrincipalDep, person: Annotated[Id | None, Query()] = None) -> PlacingView:
        """Where the caller or, for staff, anybody stands for a need: the filter that refuses, or what speaks for and
        against them by band, and what it would cost to force the pair."""
        need = (await known(needs, id, known_to(principal))).aggregate
        whom, staff = person or principal.sub, principal.has(need.community, Role.STAFF)
        if whom != principal.sub and not staff:
            raise NotYours()
        volunteer = (await volunteers.get(volunteer_id(need.community, whom))).aggregate
        return placing_view(id, whom, await answers.placing(need, volunteer), staff=staff)

    @routes.get(
        "/plans/what-if",
        summary="What if: the plan with other volunteers or needs",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def what_if(
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        skill: Annotated[Code | None, Query(description="The skill of people who are thought to join.")] = None,
        more: Annotated[int, Query(ge=0, le=MOST, description="How many of them join.")] = 0,
        without_team: Annotated[Id | None, Query(description="Its members are thought away.")] = None,
        without_skill: Annotated[Code | None, Query(description="Who has it is thought away.")] = None,
    ) -> WhatIfView:
        """What the plan would come to with ten more hairdressers, or without the students. Nothing is changed."""
        principal.require(community, Role.STAFF)
        away: frozenset[str] = frozenset()
        if without_team is not None:
            away = (await known(teams, without_team, lambda team: team.community == community)).aggregate.people
        skills = frozenset() if without_skill is None else frozenset({without_skill})
        now, then = await answers.what_if(community, Change({} if skill is None else {skill: more}, away, skills))
        return WhatIfView(now=outcome_view(now), then=outcome_view(then))

    @routes.get("/fairness", summary="The fairness of matching", responses=problems(NotYours, TooLongASpan))
    async def fair(
        principal: PrincipalDep,
        community: Annotated[Id, Query()],
        since: Annotated[Moment | None, Query(description="28 days before `until`, unless it is given.")] = None,
        until: Annotated[Moment | None, Query(description="Now, unless it is given.")] = None,
    ) -> FairnessView:
        """Figures for everybody in the community; groups of fewer than five needs are left out."""
        principal.require(community)
        end = until or clock()
        begin = since or end - timedelta(days=28)
        if not timedelta(0) < end - begin <= LONGEST:
            raise TooLongASpan()
        counted = await needs_between(needs, community, begin, end)
        return fairness_view(community, begin, end, fairness(counted, await askable_volunteers(volunteers, community)))

    return routes


def _offset(cursor: str) -> int:
    offset, _ = cursors.decode(cursor)
    if not isinstance(offset, int) or offset < 0:
        raise cursors.InvalidCursor()
    return offset
