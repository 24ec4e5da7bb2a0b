"""Recurring rounds over HTTP: plan, see what comes, leave a date out, change or end from a date on."""

from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known, known_to
from services.chassis.store.aggregates import Aggregates, Stored
from services.contracts.issues import RoundPlanState, RoundPlanStatus
from services.contracts.marks import Id
from services.issues.catalogue.calendars import Calendars
from services.issues.places.domain.places import Place
from services.issues.rounds.domain import plans as rules
from services.issues.rounds.domain.plans import RoundPlan
from services.issues.rounds.domain.recurrence import RuleUnreadable
from services.issues.rounds.domain.rounds import NoSuchFloors, NotABuilding
from services.issues.shared.cache import AggregateCache
from services.issues.shared.queries import matching

BASE = "/api/issues/v1/round-plans"
_SHOWN = 6
_TERMS = (NotYours, NotABuilding, NoSuchFloors, RuleUnreadable, rules.NoSuchDate)
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, rules.PlanHasEnded, rules.DateIsARound)


class DateView(BaseModel):
    """A date that becomes a round."""

    on: date
    starts_at: datetime
    walker: str
    buildings: int


class RoundPlanView(RoundPlanState):
    """A plan of rounds that recur, and its next dates that are no rounds yet."""

    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")
    ahead: list[DateView]


def _view(calendars: Calendars, stored: Stored[RoundPlan]) -> RoundPlanView:
    """The plan as everybody of the community may see it."""
    plan = stored.aggregate
    time = calendars.of(plan.community)
    ahead = [
        DateView(
            on=each.on,
            starts_at=each.starts_at,
            walker=each.segment.walker,
            buildings=len(each.segment.buildings),
        )
        for each in islice(plan.ahead(time) if plan.next else (), _SHOWN)
    ]
    shown = plan.public()
    return RoundPlanView(
        **{name: getattr(shown, name) for name in RoundPlanState.model_fields},
        id=plan.id,
        community=plan.community,
        version=stored.version,
        ahead=ahead,
    )


def router(plans: Aggregates[RoundPlan], places: AggregateCache[Place], calendars: Calendars) -> APIRouter:
    """The routes of recurring rounds, which go through buildings among `places`, by the days of `calendars`."""
    plan_view = partial(_view, calendars)
    routes = APIRouter(prefix=BASE, tags=["rounds"])

    @routes.post(
        "",
        status_code=201,
        response_model=RoundPlanView,
        summary="Plan rounds that recur",
        responses=problems(*_TERMS),
    )
    async def plan(body: rules.PlanRounds, command: CommandDep) -> Response:
        """`rule` after RFC 5545: every month on the 5th is `FREQ=MONTHLY;BYMONTHDAY=5`, on the second Tuesday
        `FREQ=MONTHLY;BYDAY=2TU`. Each date becomes a round by itself."""
        buildings = await _buildings(places, body.buildings)
        return await command.create(
            plans,
            lambda id, now: rules.plan_rounds(
                id, body, buildings, command.principal, now, calendars.of(body.community)
            ),
            plan_view,
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "", response_model=PageView[RoundPlanView], summary="Plans of a community", responses=problems(NotYours)
    )
    async def many(
        request: Request,
        principal: PrincipalDep,
        page: PageDep,
        community: Annotated[Id, Query()],
        status: Annotated[RoundPlanStatus | None, Query()] = None,
    ) -> Response:
        principal.require(community)
        query = matching(community, status=status)
        return paged(await plans.select(query, limit=page.limit, cursor=page.cursor), plan_view, request)

    @routes.get(
        "/{id}", response_model=RoundPlanView, summary="One plan", responses=problems(NotYours, UnknownAggregate)
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        return etagged(await known(plans, id, known_to(principal)), plan_view, request)

    _changes(routes, plans, places, calendars)
    return routes


def _changes(
    routes: APIRouter, plans: Aggregates[RoundPlan], places: AggregateCache[Place], calendars: Calendars
) -> None:
    plan_view = partial(_view, calendars)

    @routes.post(
        "/{id}/skip",
        response_model=RoundPlanView,
        summary="One date falls out",
        responses=problems(*_CHANGE, rules.NoSuchDate, rules.PlanIsFull),
    )
    async def skip(id: Id, body: rules.SkipDate, command: CommandDep) -> Response:
        return await command.change(
            plans,
            id,
            lambda plan, now: rules.skip_date(plan, body, command.principal, now, calendars.of(plan.community)),
            plan_view,
            known_to=known_to(command.principal),
        )

    @routes.post(
        "/{id}/change",
        response_model=RoundPlanView,
        summary="Change it from a date on",
        responses=problems(*_CHANGE, *_TERMS, rules.PlanIsFull),
    )
    async def change(id: Id, body: rules.ChangePlan, command: CommandDep) -> Response:
        """From the date of `first` on. Earlier dates stay as they are; rounds that stand already are not touched."""
        buildings = await _buildings(places, body.buildings)
        return await command.change(
            plans,
            id,
            lambda plan, now: rules.change_plan(
                plan, body, buildings, command.principal, now, calendars.of(plan.community)
            ),
            plan_view,
            known_to=known_to(command.principal),
        )

    @routes.post("/{id}/end", response_model=RoundPlanView, summary="No more rounds", responses=problems(*_CHANGE))
    async def end(id: Id, command: CommandDep, body: rules.EndPlan | None = None) -> Response:
        """At once, or from a date on. Rounds that stand already are not touched."""
        asked = body or rules.EndPlan()
        return await command.change(
            plans,
            id,
            lambda plan, now: rules.end_plan(plan, asked, command.principal, now, calendars.of(plan.community)),
            plan_view,
            known_to=known_to(command.principal),
        )


async def _buildings(places: AggregateCache[Place], ids: tuple[str, ...]) -> list[Place]:
    return list((await places.those_of(ids)).values())
