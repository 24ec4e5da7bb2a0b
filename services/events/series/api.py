"""Series over HTTP: routes that show, list, start, change and end them, and let dates fall out, come back or pause.

Reading is public: no token is asked for, and no person is named.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import MaybePrincipalDep, PrincipalDep
from services.chassis.http.command import Command, CommandDep
from services.chassis.http.language import LanguageDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged_as_shown
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Effect, effect
from services.events.activities.domain.requests import PriorityUnexplained, TermsUnclear
from services.events.activities.domain.scheduling import EndsBeforeItStarts, NotWholeDays, StartsInThePast, TooLong
from services.events.series.booking import rebooked, wanted
from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.recurrence import RuleUnreadable, ShortMonths
from services.events.series.domain.requests import (
    AddDate,
    ChangeSeries,
    EndSeries,
    PauseSeries,
    RestoreDate,
    Scope,
    SkipDate,
    StartSeries,
)
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready
from services.events.series.presenting import SeriesPresenter
from services.events.series.reactions import ahead_of
from services.events.series.views import DatesView, SeriesView
from services.events.venues.bookings import Bookings
from services.events.venues.domain import EquipmentShort, VenueClosed, VenueTaken, VenueTooSmall

BASE = "/api/events/v1/series"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, SeriesEndedAlready)
_START = (
    NotYours,
    RuleUnreadable,
    ShortMonths,
    NoSuchDate,
    StartsInThePast,
    EndsBeforeItStarts,
    TooLong,
    NotWholeDays,
    TermsUnclear,
    PriorityUnexplained,
)
_PLACE = (VenueTaken, VenueClosed, VenueTooSmall, EquipmentShort)
_REVISION = (NoSuchDate, changing.TooManyChanges, TermsUnclear, PriorityUnexplained)


def router(
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    bookings: Bookings,
    present: SeriesPresenter,
    clock: Clock,
) -> APIRouter:
    """The routes of series."""
    routes = APIRouter(prefix=BASE, tags=["series"])
    changes = _Changes(series, present)

    @routes.get("", summary="The series of a community, newest first (public)", response_model=PageView[SeriesView])
    async def many(
        request: Request,
        page: PageDep,
        by: MaybePrincipalDep,
        language: LanguageDep,
        community: Annotated[Id, Query()],
    ) -> Response:
        found = await series.select({"state.community": community}, limit=page.limit, cursor=page.cursor)
        await present.at_home(community)
        return paged(found, present.view(by, language), request)

    @routes.get("/{id}", summary="One series (public)", response_model=SeriesView, responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, by: MaybePrincipalDep, language: LanguageDep) -> Response:
        stored = await series.get(id)
        await present.at_home(stored.aggregate.community)
        return etagged_as_shown(stored, present.view(by, language), request)

    @routes.post(
        "",
        status_code=201,
        summary="Start a series (staff, organisers)",
        response_model=SeriesView,
        responses=problems(*_START, *_PLACE),
    )
    async def start(body: StartSeries, command: CommandDep) -> Response:
        by, plan = command.principal, body.plan(command.principal.sub)
        id = await command.fresh_id(series.secret, series.kind.name)

        def decide(id: str, now: datetime) -> Decision[Series]:
            return rules.start(id, body.community, plan, body.rule, by, now, dates=body.dates())

        await present.at_home(body.community)
        view = present.view(by, command.language)
        is_new = await series.find(id) is None  # else the request is one that was carried out before
        parts = wanted(decide(id, clock()).aggregate, clock()) if is_new else []
        async with AsyncExitStack() as held:
            for part in parts:
                await held.enter_async_context(bookings.claimed(part))
            return await command.create(series, decide, view, id=id, location=BASE + "/{id}")

    @routes.post(
        "/preview",
        summary="The dates that a series would have (staff, organisers); nothing is saved",
        responses=problems(*_START),
    )
    async def preview(body: StartSeries, principal: PrincipalDep) -> DatesView:
        plan, now = body.plan(principal.sub), clock()
        started = rules.start("series-preview", body.community, plan, body.rule, principal, now, dates=body.dates())
        return DatesView.of(started.aggregate)

    @routes.post(
        "/{id}/skip",
        summary="One date falls out",
        response_model=SeriesView,
        responses=problems(*_CHANGE, NoSuchDate),
    )
    async def skip(id: Id, body: SkipDate, command: CommandDep) -> Response:
        return await changes(
            id, command, lambda found, now: changing.skip(found, body.on, command.principal, now, body.reason)
        )

    @routes.post("/{id}/end", summary="No more dates", response_model=SeriesView, responses=problems(*_CHANGE))
    async def end(id: Id, command: CommandDep, body: EndSeries | None = None) -> Response:
        asked = body or EndSeries()
        return await changes(
            id,
            command,
            lambda found, now: rules.end(found, command.principal, now, cancels=asked.cancels, reason=asked.reason),
        )

    _dates(routes, series, changes, bookings, clock)
    _changes(routes, series, activities, changes, bookings, clock)
    return routes


class _Changes:
    """Carries a change of a series out, and shows what came of it to whoever asked."""

    def __init__(self, series: Aggregates[Series], present: SeriesPresenter) -> None:
        self._series = series
        self._present = present

    async def __call__(self, id: str, command: Command, decide: "Decide") -> Response:
        by = command.principal
        await self._present.ready(id)
        view = self._present.view(by, command.language)
        return await command.change(self._series, id, decide, view, known_to=known_to(by))


def _dates(routes: APIRouter, series: Aggregates[Series], changes: _Changes, bookings: Bookings, clock: Clock) -> None:
    @routes.post(
        "/{id}/restore",
        summary="A date that was skipped takes place after all",
        response_model=SeriesView,
        responses=problems(*_CHANGE, NoSuchDate, changing.NotSkipped),
    )
    async def restore(id: Id, body: RestoreDate, command: CommandDep) -> Response:
        return await changes(id, command, lambda found, now: changing.restore(found, body.on, command.principal, now))

    @routes.post(
        "/{id}/dates",
        summary="A date more, which the rule does not give",
        response_model=SeriesView,
        responses=problems(*_CHANGE, NoSuchDate, changing.DateTaken, changing.TooManyChanges, *_PLACE),
    )
    async def add(id: Id, body: AddDate, command: CommandDep) -> Response:
        by = command.principal

        def decide(found: Series, now: datetime) -> Decision[Series]:
            return changing.add(found, body.starts_at, by, now)

        async with rebooked(bookings, series, id, decide, by, clock):
            return await changes(id, command, decide)

    @routes.post(
        "/{id}/pause",
        summary="No dates for a while, holidays for instance",
        response_model=SeriesView,
        responses=problems(*_CHANGE, changing.PauseEndsBeforeItBegins, changing.TooManyChanges),
    )
    async def pause(id: Id, body: PauseSeries, command: CommandDep) -> Response:
        return await changes(
            id,
            command,
            lambda found, now: changing.pause(found, body.since, body.until, command.principal, now, body.reason),
        )


def _changes(
    routes: APIRouter,
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    changes: _Changes,
    bookings: Bookings,
    clock: Clock,
) -> None:
    @routes.post(
        "/{id}/change",
        summary="One date, one and those that follow, or all that lie ahead take place otherwise",
        response_model=SeriesView,
        responses=problems(*_CHANGE, *_REVISION, *_PLACE),
    )
    async def change(id: Id, body: ChangeSeries, command: CommandDep) -> Response:
        by = command.principal
        decide = _revising(body, by)
        async with rebooked(bookings, series, id, decide, by, clock):
            return await changes(id, command, decide)

    @routes.post(
        "/{id}/change/preview",
        summary="Which dates a change is about, and whom it would affect; nothing is saved",
        responses=problems(UnknownAggregate, NotYours, SeriesEndedAlready, *_REVISION),
    )
    async def preview_change(id: Id, body: ChangeSeries, principal: PrincipalDep) -> list[Effect]:
        found, now = (await known(series, id, known_to(principal))).aggregate, clock()
        revised = _revising(body, principal)(found, now).aggregate
        if len(revised.revisions) == len(found.revisions):
            return []
        revision = revised.revisions[-1]
        ahead = [each async for each in ahead_of(activities, id, now)]
        about = [each for each in ahead if each.occurrence is not None and revision.holds(each.occurrence)]
        return [effect(each, changing.conform(each, revised, revision, now)) for each in about]


Decide = Callable[[Series, datetime], Decision[Series]]


def _revising(body: ChangeSeries, by: Principal) -> Decide:
    def decide(found: Series, now: datetime) -> Decision[Series]:
        revision = body.revision(found, local_date(now))
        return changing.revise(found, revision, by, now, every=body.scope is Scope.ALL)

    return decide
