"""Routing over HTTP: the table that is shipped, and what a community adds to it, by its staff."""

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
from services.notify.routing.domain.edition import Routing, WrongTable, adopt
from services.notify.routing.domain.kinds import KindName, KindRule
from services.notify.routing.domain.table import Route, Table
from services.notify.routing.editions import Editions
from services.notify.routing.shipped import TABLE
from services.notify.routing.store import routing_id

BASE = "/api/notify/v1/communities/{community}/routing"


class PutRouting(BaseModel):
    """The kinds and routes of a community, and who is on duty, whole: what is left out is gone."""

    model_config = ConfigDict(extra="forbid")

    kinds: dict[KindName, KindRule] = Field(default_factory=dict, max_length=100)
    routes: tuple[Route, ...] = Field(default=(), max_length=200)
    on_duty: tuple[Id, ...] = Field(default=(), max_length=50)
    """Who of the office hears of alerts: a meal that nobody took in, a visit that nobody reported."""


class RoutingView(BaseModel):
    """What holds in a community: what is shipped, and what it has added."""

    edition: int
    kinds: Mapping[str, KindRule]
    routes: tuple[Route, ...]
    on_duty: tuple[str, ...]
    shipped: Table


def router(routings: Aggregates[Routing], editions: Editions) -> APIRouter:
    """The routes of routing."""
    routes = APIRouter(tags=["routing"])

    @routes.get(BASE, response_model=RoutingView, summary="Who hears of what", responses=problems(NotYours))
    async def show(community: Id, request: Request, principal: PrincipalDep) -> Response:
        principal.require(community, Role.STAFF)
        found = await routings.find(routing_id(community))
        return etagged(found or Stored(Routing(id=routing_id(community), community=community), 0), _view, request)

    @routes.put(
        BASE,
        response_model=RoutingView,
        summary="Add kinds and routes",
        responses={
            201: {"model": RoutingView, "description": "Nothing was added before."},
            **problems(NotYours, WrongTable),
        },
    )
    async def put(community: Id, body: PutRouting, command: CommandDep) -> Response:
        by, id = command.principal, routing_id(community)
        by.require(community, Role.STAFF)
        table = Table(edition=0, kinds=body.kinds, routes=body.routes)
        editions.forget(community)
        if await routings.find(id) is None:
            with suppress(AlreadyExists):  # by another request, just now

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
