"""Recurring rounds over HTTP: plan them, see their next dates, leave a date out, change or end them from a date on."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.language import Language, language_of
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
from services.issues.rounds.names import Names, WalkNames
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
    """A plan of rounds that recur, with its next dates that have not become rounds yet."""

    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")
    ahead: list[DateView]
    names: WalkNames


def _view(calendars: Calendars, names: Names, language: Language, stored: Stored[RoundPlan]) -> RoundPlanView:
    """The plan as everybody of the community may see it. What it names was loaded."""
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
        names=names.of(plan.community, shown.buildings, shown.unit, language),
    )


def router(plans: Aggregates[RoundPlan], names: Names, calendars: Calendars) -> APIRouter:
    """The routes of recurring rounds, which are shown with `names`, by the days of `calendars`."""
    places, plan_view = names.places, partial(_view, calendars, names)
    routes = APIRouter(prefix=BASE, tags=["rounds"])

    @routes.post(
        "",
        status_code=201,
        response_model=RoundPlanView,
        summary="Plan rounds that recur",
        responses=problems(*_TERMS),
    )
    async def plan(body: rules.PlanRounds, command: CommandDep) -> Response:
        """Plan rounds by a `rule` of RFC 5545: every month on the 5th is `FREQ=MONTHLY;BYMONTHDAY=5`, on the second
        Tuesday `FREQ=MONTHLY;BYDAY=2TU`. Each date becomes a round of its own, without another request."""
        buildings = await _buildings(places, body.buildings)
        await names.load((), [body.unit])
        return await command.create(
            plans,
            lambda id, now: rules.plan_rounds(
                id, body, buildings, command.principal, now, calendars.of(body.community)
            ),
            partial(plan_view, command.language),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.get(
        "",
        response_model=PageView[RoundPlanView],
        summary="The plans of recurring rounds of a community",
        responses=problems(NotYours),
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
        found = await plans.select(query, limit=page.limit, cursor=page.cursor)
        await _load(names, *(stored.aggregate for stored in found.items))
        return paged(found, partial(plan_view, language_of(request)), request)

    @routes.get(
        "/{id}",
        response_model=RoundPlanView,
        summary="One plan of recurring rounds",
        responses=problems(NotYours, UnknownAggregate),
    )
    async def one(id: Id, request: Request, principal: PrincipalDep) -> Response:
        stored = await known(plans, id, known_to(principal))
        await _load(names, stored.aggregate)
        return etagged(stored, partial(plan_view, language_of(request)), request)

    _changes(routes, plans, names, calendars)
    return routes


def _changes(routes: APIRouter, plans: Aggregates[RoundPlan], names: Names, calendars: Calendars) -> None:
    places = names.places

    async def plan_view(id: str, language: Language) -> Callable[[Stored[RoundPlan]], RoundPlanView]:
        stored = await plans.find(id)
        await _load(names, *([] if stored is None else [stored.aggregate]))
        return partial(_view, calendars, names, language)

    @routes.post(
        "/{id}/skip",
        response_model=RoundPlanView,
        summary="Leave out a date of a plan",
        responses=problems(*_CHANGE, rules.NoSuchDate, rules.PlanIsFull),
    )
    async def skip(id: Id, body: rules.SkipDate, command: CommandDep) -> Response:
        return await command.change(
            plans,
            id,
            lambda plan, now: rules.skip_date(plan, body, command.principal, now, calendars.of(plan.community)),
            await plan_view(id, command.language),
            known_to=known_to(command.principal),
        )

    @routes.post(
        "/{id}/change",
        response_model=RoundPlanView,
        summary="Change a plan from a date on",
        responses=problems(*_CHANGE, *_TERMS, rules.PlanIsFull),
    )
    async def change(id: Id, body: rules.ChangePlan, command: CommandDep) -> Response:
        """Change the plan from the date of `first` on. Earlier dates, and rounds that exist already, stay as they
        are."""
        buildings = await _buildings(places, body.buildings)
        await names.load((), [body.unit])
        return await command.change(
            plans,
            id,
            lambda plan, now: rules.change_plan(
                plan, body, buildings, command.principal, now, calendars.of(plan.community)
            ),
            await plan_view(id, command.language),
            known_to=known_to(command.principal),
        )

    @routes.post("/{id}/end", response_model=RoundPlanView, summary="End a plan", responses=problems(*_CHANGE))
    async def end(id: Id, command: CommandDep, body: rules.EndPlan | None = None) -> Response:
        """End the plan at once, or from a date on. Rounds that exist already stay as they are."""
        asked = body or rules.EndPlan()
        return await command.change(
            plans,
            id,
            lambda plan, now: rules.end_plan(plan, asked, command.principal, now, calendars.of(plan.community)),
            await plan_view(id, command.language),
            known_to=known_to(command.principal),
        )


async def _load(names: Names, *plans: RoundPlan) -> None:
    shown = [plan.public() for plan in plans]
    await names.load([id for plan in shown for id in plan.buildings], [plan.unit for plan in shown])


async def _buildings(places: AggregateCache[Place], ids: tuple[str, ...]) -> list[Place]:
    return list((await places.those_of(ids)).values())
