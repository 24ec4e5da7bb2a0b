"""Meal rounds over HTTP: staff open rounds, elders order meals, and the carrier records what became of each stop."""

from collections.abc import Callable
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
from services.contracts.volunteers import MealRoundStatus
from services.volunteers.meals.domain import carrying
from services.volunteers.meals.domain import rounds as domain
from services.volunteers.meals.domain.carrying import Carry
from services.volunteers.meals.domain.rounds import (
    CarrierNotApproved,
    CutOffNotThen,
    MealRound,
    NoSuchStop,
    NotSpare,
    NotTheirDay,
    OfStop,
    OpenRound,
    Order,
    OrderedAlready,
    Reassign,
    RoundNotNow,
    StopNotNow,
    StopsAreOpen,
    TooLateToOrder,
)
from services.volunteers.meals.views import MealRoundView, round_view
from services.volunteers.people.domain.volunteer import Volunteer, volunteer_id
from services.volunteers.shared.queries import matching

BASE = "/api/volunteers/v1/meal-rounds"
Decide = Callable[[MealRound, Principal, datetime], Decision[MealRound]]


def router(rounds: Aggregates[MealRound], volunteers: Aggregates[Volunteer], clock: Clock) -> APIRouter:
    """The routes of meal rounds."""
    routes = APIRouter(prefix=BASE, tags=["meals"])

    @routes.post(
        "",
        status_code=201,
        response_model=MealRoundView,
        summary="Make a meal round for a day",
        responses=problems(NotYours, CutOffNotThen, CarrierNotApproved),
    )
    async def open_round(body: OpenRound, command: CommandDep) -> Response:
        by = command.principal
        approved = await _approved(volunteers, body.community, body.carrier)
        return await command.create(
            rounds,
            lambda id, now: domain.open_round(id, body, by, now, approved=approved),
            lambda stored: round_view(stored, by, clock()),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "", response_model=PageView[MealRoundView], summary="Meal rounds of a community", responses=problems(NotYours)
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[MealRoundStatus | None, Query()] = None,
    ) -> Response:
        principal.require(community)
        found = await rounds.select(matching(community, status=status), limit=page.limit, cursor=page.cursor)
        return paged(found, lambda stored: round_view(stored, principal, clock()), request)

    @routes.get("/{id}", summary="One meal round", responses=problems(NotYours, UnknownAggregate))
    async def one(id: Id, principal: PrincipalDep) -> MealRoundView:
        return round_view(await known(rounds, id, known_to(principal)), principal, clock())

    @routes.post(
        "/{id}/carrier",
        response_model=MealRoundView,
        summary="Name who brings the meals (staff)",
        responses=problems(*_REFUSALS, CarrierNotApproved),
    )
    async def carry(id: Id, body: Carry, command: CommandDep) -> Response:
        community = (await known(rounds, id, known_to(command.principal))).aggregate.community
        approved = await _approved(volunteers, community, body.carrier)
        return await _changed(
            rounds, clock, id, command, lambda m, by, now: carrying.carry(m, body, by, now, approved=approved)
        )

    _ordering(routes, rounds, clock)
    _bringing(routes, rounds, clock)
    return routes


async def _approved(volunteers: Aggregates[Volunteer], community: str, carrier: str | None) -> bool:
    """Whether `carrier` is a volunteer whom staff have approved."""
    found = None if carrier is None else await volunteers.find(volunteer_id(community, carrier))
    return found is not None and found.aggregate.approved


async def _changed(rounds: Aggregates[MealRound], clock: Clock, id: str, command: Command, decide: Decide) -> Response:
    by = command.principal
    return await command.change(
        rounds,
        id,
        lambda meals, now: decide(meals, by, now),
        lambda stored: round_view(stored, by, clock()),
        known_to=known_to(by),
    )


_REFUSALS = (NotYours, UnknownAggregate, StaleVersion, RoundNotNow)


def _ordering(routes: APIRouter, rounds: Aggregates[MealRound], clock: Clock) -> None:
    @routes.post(
        "/{id}/orders",
        response_model=MealRoundView,
        summary="Order meals of a round",
        responses=problems(*_REFUSALS, TooLateToOrder, OrderedAlready),
    )
    async def order(id: Id, body: Order, command: CommandDep) -> Response:
        return await _changed(rounds, clock, id, command, lambda m, by, now: domain.order(m, body, by, now))

    @routes.post(
        "/{id}/cancel-stop",
        response_model=MealRoundView,
        summary="Cancel a stop",
        responses=problems(*_REFUSALS, NoSuchStop, StopNotNow),
    )
    async def cancel_stop(id: Id, body: OfStop, command: CommandDep) -> Response:
        return await _changed(rounds, clock, id, command, lambda m, by, now: domain.cancel_stop(m, body, by, now))


def _bringing(routes: APIRouter, rounds: Aggregates[MealRound], clock: Clock) -> None:
    at_a_stop = problems(*_REFUSALS, NoSuchStop, StopNotNow)

    @routes.post(
        "/{id}/leave",
        response_model=MealRoundView,
        summary="Record that the round has left",
        responses=problems(*_REFUSALS, NotTheirDay),
    )
    async def leave(id: Id, command: CommandDep) -> Response:
        return await _changed(rounds, clock, id, command, domain.leave)

    @routes.post(
        "/{id}/deliver",
        response_model=MealRoundView,
        summary="Record a delivery",
        responses=problems(*_REFUSALS, NoSuchStop, StopNotNow, NotSpare),
    )
    async def deliver(id: Id, body: OfStop, command: CommandDep) -> Response:
        """Record a delivery, also at a second try where nobody was at home before."""
        return await _changed(rounds, clock, id, command, lambda m, by, now: domain.deliver(m, body, by, now))

    @routes.post(
        "/{id}/miss", response_model=MealRoundView, summary="Record that nobody was at home", responses=at_a_stop
    )
    async def miss(id: Id, body: OfStop, command: CommandDep) -> Response:
        """Record that nobody was at home. An alert tells staff and grid workers to look after the person."""
        return await _changed(rounds, clock, id, command, lambda m, by, now: domain.miss(m, body, by, now))

    @routes.post(
        "/{id}/reassign",
        response_model=MealRoundView,
        summary="Give spare meals to another stop",
        responses=problems(*_REFUSALS, NoSuchStop, StopNotNow, NotSpare),
    )
    async def reassign(id: Id, body: Reassign, command: CommandDep) -> Response:
        return await _changed(rounds, clock, id, command, lambda m, by, now: domain.reassign(m, body, by, now))

    @routes.post(
        "/{id}/close",
        response_model=MealRoundView,
        summary="Close a round that is back",
        responses=problems(*_REFUSALS, StopsAreOpen),
    )
    async def close(id: Id, command: CommandDep) -> Response:
        return await _changed(rounds, clock, id, command, domain.close)
