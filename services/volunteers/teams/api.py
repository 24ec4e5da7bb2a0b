"""Teams over HTTP: people form, join and leave them, and leaders hand over."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.contracts.volunteers import TeamKind
from services.volunteers.shared.queries import matching
from services.volunteers.teams.domain import joining, leading
from services.volunteers.teams.domain.team import (
    Apply,
    Call,
    ChangeTeam,
    Decide,
    Dissolved,
    Form,
    Invite,
    LeaderStays,
    Membership,
    NoApplication,
    NotAMember,
    NotInvited,
    NotRecruiting,
    Rename,
    Team,
)
from services.volunteers.teams.views import TeamView, team_view

BASE = "/api/volunteers/v1/teams"


def router(teams: Aggregates[Team], clock: Clock) -> APIRouter:
    """The routes of teams."""
    routes = APIRouter(prefix=BASE, tags=["teams"])

    @routes.post("", status_code=201, response_model=TeamView, summary="Form a team", responses=problems(NotYours))
    async def form(body: Form, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            teams,
            lambda id, now: leading.form(id, body, by, now),
            lambda stored: team_view(stored, by, clock()),
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
        return paged(found, lambda stored: team_view(stored, principal, clock()), request)

    @routes.get("/{id}", summary="One team", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> TeamView:
        return team_view(await known(teams, id, known_to(principal)), principal, clock())

    change = _changing(teams, clock)
    _membership(routes, change)
    _leading(routes, change)
    return routes


DecideOn = Callable[[Team, Principal, datetime], Decision[Team]]
Change = Callable[[str, Command, DecideOn], Awaitable[Response]]
_REFUSALS = (NotYours, UnknownAggregate, StaleVersion)


def _changing(teams: Aggregates[Team], clock: Clock) -> Change:
    async def change(id: str, command: Command, decide: DecideOn) -> Response:
        by = command.principal
        return await command.change(
            teams,
            id,
            lambda team, now: decide(team, by, now),
            lambda stored: team_view(stored, by, clock()),
            known_to=known_to(by),
        )

    return change


def _membership(routes: APIRouter, change: Change) -> None:
    @routes.post(
        "/{id}/join",
        response_model=TeamView,
        summary="Join; for somebody else, ask them to",
        responses=problems(*_REFUSALS, NotRecruiting, Dissolved),
    )
    async def join(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        whom = body or Membership()
        return await change(id, command, lambda team, by, now: joining.join(team, whom, by, now))

    @routes.post("/{id}/leave", response_model=TeamView, summary="Leave", responses=problems(*_REFUSALS, LeaderStays))
    async def leave(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        whom = body or Membership()
        return await change(id, command, lambda team, by, now: joining.leave(team, whom, by, now))

    @routes.post(
        "/{id}/apply",
        response_model=TeamView,
        summary="I want to join",
        responses=problems(*_REFUSALS, NotRecruiting, Dissolved),
    )
    async def apply(id: Id, command: CommandDep, body: Apply | None = None) -> Response:
        words = body or Apply()
        return await change(id, command, lambda team, by, now: joining.apply(team, words, by, now))

    @routes.post(
        "/{id}/decline",
        response_model=TeamView,
        summary="I was invited and do not join",
        responses=problems(*_REFUSALS, NotInvited),
    )
    async def decline(id: Id, command: CommandDep) -> Response:
        return await change(id, command, joining.decline)


def _leading(routes: APIRouter, change: Change) -> None:
    refusals = problems(*_REFUSALS, Dissolved)

    @routes.post("/{id}/invite", response_model=TeamView, summary="Ask somebody to join", responses=refusals)
    async def invite(id: Id, body: Invite, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: joining.invite(team, body, by, now))

    @routes.post(
        "/{id}/decide",
        response_model=TeamView,
        summary="Admit or refuse whoever applied",
        responses=problems(*_REFUSALS, Dissolved, NoApplication),
    )
    async def decide(id: Id, body: Decide, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: joining.decide(team, body, by, now))

    @routes.post("/{id}/call", response_model=TeamView, summary="Look for people, or end that", responses=refusals)
    async def call(id: Id, body: Call, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: leading.call(team, body, by, now))

    @routes.post("/{id}/rename", response_model=TeamView, summary="Another name", responses=refusals)
    async def rename(id: Id, body: Rename, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: leading.rename(team, body, by, now))

    @routes.post(
        "/{id}/dissolve", response_model=TeamView, summary="The team is no more", responses=problems(*_REFUSALS)
    )
    async def dissolve(id: Id, command: CommandDep) -> Response:
        return await change(id, command, leading.dissolve)

    @routes.patch(
        "/{id}",
        response_model=TeamView,
        summary="Hand over, open or close recruiting",
        responses=problems(*_REFUSALS, NotAMember, Dissolved),
    )
    async def changed(id: Id, body: ChangeTeam, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: leading.change(team, body, by, now))
