"""Series over HTTP: routes that show, list, start, change and end them, and let dates fall out, come back or pause.

Reading is public: no token is asked for, and no person is named.
"""

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
from services.chassis.http.pages import PageDep, PageView, page_of, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged_as_shown
from services.chassis.http.visibility import known, known_to
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import Moment
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.formalities import Formalities, FormalitiesMissing
from services.events.activities.domain.requests import PriorityUnexplained, TermsUnclear, WindowEmpty
from services.events.activities.domain.scheduling import (
    AgesEmpty,
    EndsBeforeItStarts,
    NotWholeDays,
    StartsInThePast,
    TooLong,
)
from services.events.activities.store import BY_START, with_person
from services.events.pictures.store import NoSuchPicture, Pictures
from services.events.series.booking import rebooked, wanted
from services.events.series.coming import MOST, SPAN, later_dates
from services.events.series.domain import changing, reach
from services.events.series.domain import series as rules
from services.events.series.domain.reach import AHEAD
from services.events.series.domain.recurrence import RuleUnreadable, ShortMonths
from services.events.series.domain.requests import (
    AddDate,
    ChangeSeries,
    EndSeries,
    PauseSeries,
    RestoreDate,
    SkipDate,
    StartSeries,
)
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready
from services.events.series.presenting import SeriesPresenter
from services.events.series.previewing import EnrolledIn
from services.events.series.previews import previews
from services.events.series.reactions import cancelled_on
from services.events.series.revising import Decide, revising
from services.events.series.store import known_series
from services.events.series.views import DatesView, SeriesDateView, SeriesView
from services.events.venues.bookings import Bookings
from services.events.venues.domain import EquipmentShort, VenueClosed, VenueTaken, VenueTooSmall

BASE = "/api/events/v1/series"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, SeriesEndedAlready)
_TERMS = (TermsUnclear, PriorityUnexplained, WindowEmpty, AgesEmpty, FormalitiesMissing, NoSuchPicture)
_START = (
    NotYours,
    RuleUnreadable,
    ShortMonths,
    NoSuchDate,
    rules.DateTaken,
    reach.TooFarAhead,
    reach.PauseEndsBeforeItBegins,
    reach.PauseTooLong,
    StartsInThePast,
    EndsBeforeItStarts,
    TooLong,
    NotWholeDays,
    *_TERMS,
)
_PLACE = (VenueTaken, VenueClosed, VenueTooSmall, EquipmentShort)
_REVISION = (NoSuchDate, changing.TooManyChanges, *_TERMS)


def router(
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    bookings: Bookings,
    pictures: Pictures,
    present: SeriesPresenter,
    formalities: Formalities,
    enrolled: EnrolledIn,
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
        found = await series.select(known_series(community, by), limit=page.limit, cursor=page.cursor)
        await present.at_home(community)
        off = await present.cancelled([each.aggregate.id for each in found.items], by)
        return paged(found, present.view(by, language, off), request)

    @routes.get(
        "/dates",
        summary="Dates of series that are no activities yet, in order (public)",
        response_model=PageView[SeriesDateView],
    )
    async def later(
        request: Request,
        language: LanguageDep,
        community: Annotated[Id, Query()],
        since: Annotated[Moment | None, Query(alias="from", description="Starting at this time or later.")] = None,
        until: Annotated[Moment | None, Query(alias="to", description="Starting before this time.")] = None,
    ) -> Response:
        """Nearer dates are activities. These lie up to two years ahead. A hundred days are shown at once, from `from`
        or now on; where they have more than a thousand dates, the first thousand."""
        now = clock()
        first = min(max(since or now, now), now + AHEAD)
        last = min(until or first + SPAN, first + SPAN)
        found = await later_dates(series, community, first, last, now)
        await present.at_home(community)
        dates = [present.later_date(each, language) for each in found[:MOST]]
        return page_of(dates, None, request, more=len(found) > MOST)

    @routes.get("/{id}", summary="One series (public)", response_model=SeriesView, responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request, by: MaybePrincipalDep, language: LanguageDep) -> Response:
        stored = await series.get(id)
        if stored.aggregate.hides_from(by) and not await _is_in(activities, stored.aggregate, by):
            raise UnknownAggregate(kind=series.kind.name, id=id)
        await present.at_home(stored.aggregate.community)
        return etagged_as_shown(stored, present.view(by, language, await present.cancelled([id], by)), request)

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
            started = rules.start(id, body.community, plan, body.rule, by, now, dates=body.dates())
            formalities.require(plan)
            return started

        await present.at_home(body.community)
        view = present.view(by, command.language)
        is_new = await series.find(id) is None  # else the request is one that was carried out before
        parts = wanted(decide(id, clock()).aggregate, clock()) if is_new else []
        await pictures.require(body.details.shown if is_new else (), body.community)
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
        formalities.require(plan)
        return DatesView.of(started.aggregate)

    @routes.post(
        "/{id}/skip",
        summary="Skip a date of a series",
        response_model=SeriesView,
        responses=problems(*_CHANGE, NoSuchDate, changing.TooManyChanges),
    )
    async def skip(id: Id, body: SkipDate, command: CommandDep) -> Response:
        return await changes(
            id, command, lambda found, now: changing.skip(found, body.on, command.principal, now, body.reason)
        )

    @routes.post("/{id}/end", summary="End a series", response_model=SeriesView, responses=problems(*_CHANGE))
    async def end(id: Id, command: CommandDep, body: EndSeries | None = None) -> Response:
        asked = body or EndSeries()
        return await changes(
            id,
            command,
            lambda found, now: rules.end(found, command.principal, now, cancels=asked.cancels, reason=asked.reason),
        )

    _dates(routes, series, activities, changes, bookings, clock)
    _changes(routes, series, activities, changes, bookings, pictures, formalities, clock)
    previews(routes, series, activities, formalities, enrolled, clock)
    return routes


async def _is_in(activities: Aggregates[Activity], series: Series, by: Principal | None) -> bool:
    """Whether `by` has to do with a date of `series`."""
    if by is None or series.community not in by.communities:
        return False
    found = await activities.select({**with_person(by.sub), "state.series": series.id}, sort=BY_START, limit=1)
    return bool(found.items)


class _Changes:
    """Carries a change of a series out, and shows what came of it to whoever asked."""

    def __init__(self, series: Aggregates[Series], present: SeriesPresenter) -> None:
        self._series = series
        self._present = present

    async def __call__(self, id: str, command: Command, decide: Decide) -> Response:
        by = command.principal
        await self._present.ready(id)
        view = self._present.view(by, command.language, await self._present.cancelled([id], by))
        return await command.change(self._series, id, decide, view, known_to=known_to(by))


def _dates(
    routes: APIRouter,
    series: Aggregates[Series],
    activities: Aggregates[Activity],
    changes: _Changes,
    bookings: Bookings,
    clock: Clock,
) -> None:
    @routes.post(
        "/{id}/restore",
        summary="Restore a date that was skipped, paused or cancelled",
        response_model=SeriesView,
        responses=problems(
            *_CHANGE, NoSuchDate, changing.NotSkipped, rules.DateTaken, changing.TooManyChanges, *_PLACE
        ),
    )
    async def restore(id: Id, body: RestoreDate, command: CommandDep) -> Response:
        by, cancelled = command.principal, await cancelled_on(series, activities, id, body.on)

        def decide(found: Series, now: datetime) -> Decision[Series]:
            return changing.restore(found, body.on, by, now, cancelled)

        async with rebooked(bookings, series, activities, id, decide, by, clock):
            return await changes(id, command, decide)

    @routes.post(
        "/{id}/dates",
        summary="Add a date that the rule does not give",
        response_model=SeriesView,
        responses=problems(*_CHANGE, NoSuchDate, rules.DateTaken, reach.TooFarAhead, changing.TooManyChanges, *_PLACE),
    )
    async def add(id: Id, body: AddDate, command: CommandDep) -> Response:
        by = command.principal

        def decide(found: Series, now: datetime) -> Decision[Series]:
            return changing.add(found, body.starts_at, by, now)

        async with rebooked(bookings, series, activities, id, decide, by, clock):
            return await changes(id, command, decide)

    @routes.post(
        "/{id}/pause",
        summary="Pause a series, for holidays for instance",
        response_model=SeriesView,
        responses=problems(*_CHANGE, reach.PauseEndsBeforeItBegins, reach.PauseTooLong, changing.TooManyChanges),
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
    pictures: Pictures,
    formalities: Formalities,
    clock: Clock,
) -> None:
    @routes.post(
        "/{id}/change",
        summary="Change one date of a series, one and those that follow, or all coming ones",
        response_model=SeriesView,
        responses=problems(*_CHANGE, *_REVISION, *_PLACE),
    )
    async def change(id: Id, body: ChangeSeries, command: CommandDep) -> Response:
        by = command.principal
        decide = revising(body, by, formalities)
        if body.details is not None and body.details.pictures:
            found = (await known(series, id, known_to(by))).aggregate
            found.require_manager(by)
            await pictures.require(body.details.shown, found.community)
        async with rebooked(bookings, series, activities, id, decide, by, clock):
            return await changes(id, command, decide)
