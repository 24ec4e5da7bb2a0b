"""Series over HTTP: routes that show, list, start and end them, and skip one of their dates.

Reading is public: no token is asked for, and no person is named.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known_to
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.events.activities.domain.scheduling import EndsBeforeItStarts, StartsInThePast, TooLong
from services.events.series.domain import series as rules
from services.events.series.domain.recurrence import RuleUnreadable
from services.events.series.domain.requests import EndSeries, SkipDate, StartSeries
from services.events.series.domain.series import NoSuchDate, Series, SeriesEndedAlready
from services.events.series.views import SeriesView

BASE = "/api/events/v1/series"
_CHANGE = (UnknownAggregate, NotYours, StaleVersion, SeriesEndedAlready)


def router(series: Aggregates[Series]) -> APIRouter:
    """The routes of series."""
    routes = APIRouter(prefix=BASE, tags=["series"])

    @routes.get("", summary="The series of a community, newest first (public)", response_model=PageView[SeriesView])
    async def many(request: Request, page: PageDep, community: Annotated[Id, Query()]) -> Response:
        found = await series.select({"state.community": community}, limit=page.limit, cursor=page.cursor)
        return paged(found, SeriesView.of, request)

    @routes.get("/{id}", summary="One series (public)", response_model=SeriesView, responses=problems(UnknownAggregate))
    async def one(id: Id, request: Request) -> Response:
        return etagged(await series.get(id), SeriesView.of, request)

    @routes.post(
        "",
        status_code=201,
        summary="Start a series (staff, organisers)",
        response_model=SeriesView,
        responses=problems(
            NotYours,
            RuleUnreadable,
            NoSuchDate,
            StartsInThePast,
            EndsBeforeItStarts,
            TooLong,
        ),
    )
    async def start(body: StartSeries, command: CommandDep) -> Response:
        by = command.principal
        return await command.create(
            series,
            lambda id, now: rules.start(id, body.community, body.plan(by.sub), body.rule, by, now),
            SeriesView.of,
            location=BASE + "/{id}",
        )

    @routes.post(
        "/{id}/skip",
        summary="One date falls out",
        response_model=SeriesView,
        responses=problems(*_CHANGE, NoSuchDate),
    )
    async def skip(id: Id, body: SkipDate, command: CommandDep) -> Response:
        return await command.change(
            series,
            id,
            lambda found, now: rules.skip(found, body.on, command.principal, now, body.reason),
            SeriesView.of,
            known_to=known_to(command.principal),
        )

    @routes.post("/{id}/end", summary="No more dates", response_model=SeriesView, responses=problems(*_CHANGE))
    async def end(id: Id, command: CommandDep, body: EndSeries | None = None) -> Response:
        cancels = True if body is None else body.cancels
        return await command.change(
            series,
            id,
            lambda found, now: rules.end(found, command.principal, now, cancels=cancels),
            SeriesView.of,
            known_to=known_to(command.principal),
        )

    return routes
