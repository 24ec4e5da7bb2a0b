"""Routing over HTTP: the shipped table, and the kinds and routes that the staff of a community add."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotYours
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.notify.knowledge.store import Knowledge
from services.notify.routing.domain.edition import Routing, WrongTable, adopt, named, require_there
from services.notify.routing.domain.kinds import KindName, KindRule
from services.notify.routing.domain.table import Route, Table
from services.notify.routing.editions import Editions
from services.notify.routing.shipped import TABLE
from services.notify.routing.store import routing_id

BASE = "/api/notify/v1/communities/{community}/routing"


class PutRouting(BaseModel):
    """The whole addition of a community: its kinds, its routes and the people on duty. Entries that are left out are
    removed."""

    model_config = ConfigDict(extra="forbid")

    kinds: dict[KindName, KindRule] = Field(default_factory=dict, max_length=100)
    routes: tuple[Route, ...] = Field(default=(), max_length=200)
    on_duty: tuple[Id, ...] = Field(default=(), max_length=50)
    """The people of the office who are told of alerts: a meal that nobody took in, a visit that nobody reported."""


class RoutingView(BaseModel):
    """The routing of a community: the shipped kinds and routes, and those that it has added."""

    edition: int
    kinds: Mapping[str, KindRule]
    routes: tuple[Route, ...]
    on_duty: tuple[str, ...]
    shipped: Table


def router(routings: Aggregates[Routing], editions: Editions, knowledge: Knowledge) -> APIRouter:
    """The routes of routing. The teams and buildings that a table names are looked for in `knowledge`."""
    routes = APIRouter(tags=["routing"])

    @routes.get(
        BASE,
        response_model=RoutingView,
        summary="The routing of a community: who is told of what",
        responses=problems(NotYours),
    )
    async def show(community: Id, request: Request, principal: PrincipalDep) -> Response:
        principal.require(community, Role.STAFF)
        found = await routings.find(routing_id(community))
        return etagged(found or Stored(Routing(id=routing_id(community), community=community), 0), _view, request)

    @routes.put(
        BASE,
        response_model=RoutingView,
        summary="Replace the kinds and routes that a community has added (staff)",
        responses={
            201: {"model": RoutingView, "description": "Nothing was added before."},
            **problems(NotYours, WrongTable),
        },
    )
    async def put(community: Id, body: PutRouting, command: CommandDep) -> Response:
        by, id = command.principal, routing_id(community)
        by.require(community, Role.STAFF)
        table = Table(edition=0, kinds=body.kinds, routes=body.routes)
        teams = {value for _, value in named(body.routes, "team")}
        buildings = {value for _, value in named(body.routes, "building")}
        require_there(body.routes, "team", {each for each in teams if await knowledge.has_team(community, each)})
        require_there(
            body.routes, "building", {each for each in buildings if await knowledge.stands_in(community, each)}
        )
        editions.forget(community)
        if await routings.find(id) is None:
            with suppress(AlreadyExists):  # created by another request meanwhile

                def first(made: str, now: datetime) -> Decision[Routing]:
                    empty = Routing(id=made, community=community, edition=0)
                    return adopt(empty, table, TABLE, by, now, on_duty=body.on_duty, new=True)

                location = BASE.format(community=community)
                return await command.create(routings, first, _view, id=id, location=location)
        return await command.change(
            routings, id, lambda known, now: adopt(known, table, TABLE, by, now, on_duty=body.on_duty), _view
        )

    return routes


def _view(stored: Stored[Routing]) -> RoutingView:
    routing = stored.aggregate
    return RoutingView(
        edition=routing.edition, kinds=routing.kinds, routes=routing.routes, on_duty=routing.on_duty, shipped=TABLE
    )
