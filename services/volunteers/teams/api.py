"""Teams over HTTP: people form, join and leave them, and leaders hand over to members who want to lead."""

from collections.abc import Awaitable, Callable, Sequence
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
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.contracts.volunteers import TeamKind
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import called_by
from services.volunteers.shared.queries import matching
from services.volunteers.teams.domain import joining, leading
from services.volunteers.teams.domain.team import (
    Apply,
    Call,
    CallIsOver,
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


def router(teams: Aggregates[Team], volunteers: Aggregates[Volunteer], clock: Clock) -> APIRouter:
    """The routes of teams."""
    shown = _Shown(teams, volunteers, clock)
    routes = APIRouter(prefix=BASE, tags=["teams"])

    @routes.post("", status_code=201, response_model=TeamView, summary="Form a team", responses=problems(NotYours))
    async def form(body: Form, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            teams,
            lambda id, now: leading.form(id, body, by, now),
            await shown.answering(by, ""),
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
        return paged(found, await shown.reading(principal, [stored.aggregate for stored in found.items]), request)

    @routes.get("/{id}", summary="One team", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> TeamView:
        stored = await known(teams, id, known_to(principal))
        return (await shown.reading(principal, [stored.aggregate]))(stored)

    change = _changing(teams, shown)
    _membership(routes, change)
    _leading(routes, change)
    return routes


DecideOn = Callable[[Team, Principal, datetime], Decision[Team]]
View = Callable[[Stored[Team]], TeamView]
Change = Callable[[str, Command, DecideOn], Awaitable[Response]]
_REFUSALS = (NotYours, UnknownAggregate, StaleVersion)


class _Shown:
    """Shows teams, with what people are called to who runs them."""

    def __init__(self, teams: Aggregates[Team], volunteers: Aggregates[Volunteer], clock: Clock) -> None:
        self._teams = teams
        self._volunteers = volunteers
        self._clock = clock

    async def reading(self, by: Principal, teams: Sequence[Team]) -> View:
        """How `by` reads `teams`."""
        named: dict[str, set[str]] = {}
        for team in teams:
            if team.is_run_by(by):
                named.setdefault(team.community, set()).update(team.everybody)
        called: dict[str, str] = {}
        for community, people in named.items():
            called |= await called_by(self._volunteers, community, people)
        return lambda stored: team_view(stored, by, self._clock(), called)

    async def answering(self, by: Principal, id: str) -> View:
        """How `by` reads team `id` once a command is done."""
        found = await self._teams.find(id)
        there = [found.aggregate] if found is not None and found.aggregate.community in by.communities else []
        return await self.reading(by, there)


def _changing(teams: Aggregates[Team], shown: _Shown) -> Change:
    async def change(id: str, command: Command, decide: DecideOn) -> Response:
        by = command.principal
        return await command.change(
            teams,
            id,
            lambda team, now: decide(team, by, now),
            await shown.answering(by, id),
            known_to=known_to(by),
        )

    return change


def _membership(routes: APIRouter, change: Change) -> None:
    @routes.post(
        "/{id}/join",
        response_model=TeamView,
        summary="Join an open team, or invite somebody to it",
        responses=problems(*_REFUSALS, NotRecruiting, Dissolved),
    )
    async def join(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        whom = body or Membership()
        return await change(id, command, lambda team, by, now: joining.join(team, whom, by, now))

    @routes.post(
        "/{id}/leave", response_model=TeamView, summary="Leave a team", responses=problems(*_REFUSALS, LeaderStays)
    )
    async def leave(id: Id, command: CommandDep, body: Membership | None = None) -> Response:
        whom = body or Membership()
        return await change(id, command, lambda team, by, now: joining.leave(team, whom, by, now))

    @routes.post(
        "/{id}/apply",
        response_model=TeamView,
        summary="Apply to join a team",
        responses=problems(*_REFUSALS, NotRecruiting, Dissolved),
    )
    async def apply(id: Id, command: CommandDep, body: Apply | None = None) -> Response:
        words = body or Apply()
        return await change(id, command, lambda team, by, now: joining.apply(team, words, by, now))

    @routes.post(
        "/{id}/accept-lead",
        response_model=TeamView,
        summary="Accept to lead a team",
        responses=problems(*_REFUSALS, NotInvited, Dissolved),
    )
    async def accept_lead(id: Id, command: CommandDep) -> Response:
        return await change(id, command, leading.accept_lead)

    @routes.post(
        "/{id}/decline",
        response_model=TeamView,
        summary="Decline an invitation to a team, or to lead it",
        responses=problems(*_REFUSALS, NotInvited),
    )
    async def decline(id: Id, command: CommandDep) -> Response:
        return await change(id, command, joining.decline)


def _leading(routes: APIRouter, change: Change) -> None:
    refusals = problems(*_REFUSALS, Dissolved)

    @routes.post("/{id}/invite", response_model=TeamView, summary="Invite somebody to a team", responses=refusals)
    async def invite(id: Id, body: Invite, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: joining.invite(team, body, by, now))

    @routes.post(
        "/{id}/decide",
        response_model=TeamView,
        summary="Admit or refuse an applicant",
        responses=problems(*_REFUSALS, Dissolved, NoApplication),
    )
    async def decide(id: Id, body: Decide, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: joining.decide(team, body, by, now))

    @routes.post(
        "/{id}/call",
        response_model=TeamView,
        summary="Begin or end a team's call for people",
        responses=problems(NotYours, UnknownAggregate, StaleVersion, Dissolved, CallIsOver),
    )
    async def call(id: Id, body: Call, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: leading.call(team, body, by, now))

    @routes.post("/{id}/rename", response_model=TeamView, summary="Rename a team", responses=refusals)
    async def rename(id: Id, body: Rename, command: CommandDep) -> Response:
        return await change(id, command, lambda team, by, now: leading.rename(team, body, by, now))

    @routes.post("/{id}/dissolve", response_model=TeamView, summary="Dissolve a team", responses=problems(*_REFUSALS))
    async def dissolve(id: Id, command: CommandDep) -> Response:
        return await change(id, command, leading.dissolve)

    @routes.patch(
        "/{id}",
        response_model=TeamView,
        summary="Ask a member to lead a team, or open or close its recruiting",
        responses=problems(*_REFUSALS, NotAMember, Dissolved),
    )
    async def changed(id: Id, body: ChangeTeam, command: CommandDep) -> Response:
        """Who is asked to lead leads once they have said yes."""
        return await change(id, command, lambda team, by, now: leading.change(team, body, by, now))
