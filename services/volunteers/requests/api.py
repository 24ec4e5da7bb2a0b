"""Requests for help over HTTP: residents ask and withdraw, staff grant or refuse."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.visibility import known
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.marks import Id
from services.contracts.volunteers import HelpRequestStatus
from services.volunteers.names.store import Names
from services.volunteers.requests import domain
from services.volunteers.requests.domain import (
    AskForHelp,
    DecidedAlready,
    DecidedByAnother,
    Grant,
    HelpRequest,
    InThePast,
    Refuse,
)
from services.volunteers.requests.views import HelpRequestView, help_request_view
from services.volunteers.shared.queries import matching
from services.volunteers.shared.values.spans import EndsBeforeStart, TooLong

BASE = "/api/volunteers/v1/help-requests"
_TIMES = (EndsBeforeStart, TooLong, InThePast)


def router(requests: Aggregates[HelpRequest], names: Names, clock: Clock) -> APIRouter:
    """The routes of requests for help."""
    routes = APIRouter(prefix=BASE, tags=["requests for help"])
    _reading(routes, requests, names, clock)
    _deciding(routes, requests, names, clock)
    return routes


def _reading(routes: APIRouter, requests: Aggregates[HelpRequest], names: Names, clock: Clock) -> None:
    @routes.post(
        "",
        status_code=201,
        response_model=HelpRequestView,
        summary="Ask for help at a time",
        responses=problems(NotYours, *_TIMES),
    )
    async def ask(body: AskForHelp, command: CommandDep) -> Response:
        """Ask for help, about which staff decide. The person who is helped gets no seat in the need that follows."""
        by = command.principal
        await names.prepare(by.communities)
        return await command.create(
            requests,
            lambda id, now: domain.ask(id, body, by, now),
            _view(by, names, clock),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "",
        response_model=PageView[HelpRequestView],
        summary="Requests for help, the latest first: one's own, for staff all",
        responses=problems(NotYours),
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[HelpRequestStatus | None, Query()] = None,
        mine: Annotated[bool, Query(description="Only those that the caller made.")] = False,
    ) -> Response:
        principal.require(community)
        await names.of(community)
        own = mine or not principal.has(community, Role.STAFF)
        query = matching(community, status=status, person=principal.sub if own else None, erased=False)
        found = await requests.select(query, limit=page.limit, cursor=page.cursor)
        return paged(found, _view(principal, names, clock), request)

    @routes.get("/{id}", summary="One request for help", responses=problems(UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> HelpRequestView:
        stored = await known(requests, id, _knows(principal))
        await names.of(stored.aggregate.community)
        return _view(principal, names, clock)(stored)


def _deciding(routes: APIRouter, requests: Aggregates[HelpRequest], names: Names, clock: Clock) -> None:
    refusals = (UnknownAggregate, StaleVersion, NotYours, DecidedAlready)

    async def changed(id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        await names.prepare(by.communities)
        return await command.change(
            requests,
            id,
            lambda request, now: decide(request, by, now),
            _view(by, names, clock),
            known_to=_knows(by),
        )

    @routes.post(
        "/{id}/grant",
        response_model=HelpRequestView,
        summary="Grant a request for help (staff)",
        responses=problems(*refusals, DecidedByAnother, *_TIMES),
    )
    async def grant(id: Id, body: Grant, command: CommandDep) -> Response:
        return await changed(id, command, lambda request, by, now: domain.grant(request, body, by, now))

    @routes.post(
        "/{id}/refuse",
        response_model=HelpRequestView,
        summary="Refuse a request for help, with a reason (staff)",
        responses=problems(*refusals, DecidedByAnother),
    )
    async def refuse(id: Id, body: Refuse, command: CommandDep) -> Response:
        return await changed(id, command, lambda request, by, now: domain.refuse(request, body, by, now))

    @routes.post(
        "/{id}/withdraw",
        response_model=HelpRequestView,
        summary="Withdraw a request for help",
        responses=problems(*refusals),
    )
    async def withdraw(id: Id, command: CommandDep) -> Response:
        """Withdraw a request. A need that was opened for it is cancelled, unless it has begun."""
        return await changed(id, command, domain.withdraw)


Decide = Callable[[HelpRequest, Principal, datetime], Decision[HelpRequest]]


def _view(by: Principal, names: Names, clock: Clock) -> Callable[[Stored[HelpRequest]], HelpRequestView]:
    return lambda stored: help_request_view(stored, by, names.known(stored.aggregate.community), clock())


def _knows(by: Principal) -> Callable[[Aggregate], bool]:
    """A test of requests: whether `by` asked, is helped, or is staff. Everybody else gets the answer of a request that
    doesn't exist."""

    def knows(request: Aggregate) -> bool:
        theirs = isinstance(request, HelpRequest) and request.is_for(by.sub)
        at_home = request.community in by.communities
        return at_home and (theirs or by.has(request.community, Role.STAFF))

    return knows
