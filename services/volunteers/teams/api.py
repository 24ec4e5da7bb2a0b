"""Teams over HTTP: people form, join and leave them, and leaders hand over."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.contracts.volunteers import TeamKind
from services.volunteers.shared.queries import matching
from services.volunteers.teams import domain
from services.volunteers.teams.domain import (
    ChangeTeam,
    Form,
    LeaderStays,
    Membership,
    NotAMember,
    NotRecruiting,
    Team,
)
from services.volunteers.teams.views import TeamView, team_view

BASE = "/api/volunteers/v1/teams"


def router(teams: Aggregates[Team]) -> APIRouter:
    """The routes of teams."""
    routes = APIRouter(prefix=BASE, tags=["teams"])

    @routes.post("", status_code=201, response_model=TeamView, summary="Form a team", responses=problems(NotYours))
    async def form(body: Form, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            teams,
            lambda id, now: domain.form(id, body, by, now),
            lambda stored: team_view(stored, by),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get("", response_model=PageView[TeamView], summary="Teams of a community", responses=problems(NotYours))
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        kind: Annotated[TeamKind | None, Query()] = None,
        recruiting: Annotated[bool | None, Query()] = None,
        mine: Annotated[bool, Query(description="Only those that the caller belongs to.")] = False,
    ) -> Response:
        principal.require(community)
        query = matching(community, kind=kind, recruiting=recruiting, people=principal.sub if mine else None)
        found = await teams.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: team_view(stored, principal), request)

    @routes.get("/{id}", summary="One team", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> TeamView:
        return team_view(await known(teams, id, known_to(principal)), principal)

    _membership(routes, teams)
    return routes


def _membership(routes: APIRouter, teams: Aggregates[Team]) -> None:
    refusals = (NotYours, UnknownAggregate, StaleVersion)

    @routes.post("/{id}/join", response_model=TeamView, summary="Join", responses=problems(*refusals, NotRecruiting))
    async def join(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        by, whom = command.principal, body or Membership()
        return await _change(teams, id, command, lambda team, now: domain.join(team, whom, by, now))

    @routes.post("/{id}/leave", response_model=TeamView, summary="Leave", responses=problems(*refusals, LeaderStays))
    async def leave(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        by, whom = command.principal, body or Membership()
        return await _change(teams, id, command, lambda team, now: domain.leave(team, whom, by, now))

    @routes.patch(
        "/{id}",
        response_model=TeamView,
        summary="Hand over, open or close recruiting",
        responses=problems(*refusals, NotAMember),
    )
    async def change(id: Id, body: ChangeTeam, command: CommandDep) -> Response:
        by = command.principal
        return await _change(teams, id, command, lambda team, now: domain.change(team, body, by, now))


async def _change(
    teams: Aggregates[Team], id: str, command: CommandDep, decide: Callable[[Team, datetime], Decision[Team]]
) -> Response:
    by = command.principal
    return await command.change(teams, id, decide, lambda stored: team_view(stored, by), known_to=known_to(by))
