"""The pages over HTTP: public, the same for everybody, and not sent again to those who have them."""

import hashlib
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from services.chassis.clock import Clock
from services.chassis.errors import UnknownAggregate
from services.chassis.http.tags import none_match
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, ahead_in, in_calendar
from services.events.calendars.links import CALENDAR
from services.events.names.store import Names
from services.events.pages.days import Span, bounds, laid_out
from services.events.pages.page import STYLE, Pages
from services.events.series.domain.series import Series

Lang = Annotated[Literal["zh", "en"], Query()]
On = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MOST, _PAGE = 1000, 200
_NEXT_DATES = 30


def router(
    activities: Aggregates[Activity], series: Aggregates[Series], names: Names, pages: Pages, clock: Clock
) -> APIRouter:
    """The routes of pages."""
    routes = APIRouter(prefix=CALENDAR, tags=["calendar"])
    style = STYLE.read_bytes()

    @routes.get("/assets/calendar.css", include_in_schema=False)
    async def asset(request: Request) -> Response:
        return _answer(style, "text/css; charset=utf-8", request, "public, max-age=86400")

    @routes.get("/{community}", include_in_schema=False)
    async def calendar(
        community: Id, request: Request, span: Span = Span.WEEK, on: On | None = None, lang: Lang = "zh"
    ) -> Response:
        today = local_date(clock())
        shown = on or today
        days = laid_out(span, shown, await _between(activities, community, span, shown))
        known = await names.of(community)
        return _page(pages.calendar(community, days, span, shown, today, known, lang), request)

    @routes.get("/{community}/series/{id}", include_in_schema=False)
    async def recurring(community: Id, id: Id, request: Request, lang: Lang = "zh") -> Response:
        found = (await series.get(id)).aggregate
        if found.community != community:
            raise UnknownAggregate(kind=series.kind.name, id=id)
        ahead = await activities.select(ahead_in(id, clock()), sort=BY_START, descending=False, limit=_NEXT_DATES)
        dates = [stored.aggregate for stored in ahead.items]
        return _page(pages.series(found, dates, await names.of(community), lang), request)

    @routes.get("/{community}/{id}", include_in_schema=False)
    async def one(community: Id, id: Id, request: Request, lang: Lang = "zh") -> Response:
        stored = await activities.get(id)
        if stored.aggregate.community != community:
            raise UnknownAggregate(kind=activities.kind.name, id=id)
        return _page(pages.activity(stored, clock(), await names.of(community), lang), request)

    return routes


async def _between(activities: Aggregates[Activity], community: str, span: Span, on: date) -> list[Activity]:
    since, until = bounds(span, on)
    query, cursor = in_calendar(community, since, until), None
    found: list[Activity] = []
    while len(found) < _MOST:
        page = await activities.select(query, sort=BY_START, descending=False, limit=_PAGE, cursor=cursor)
        found += [stored.aggregate for stored in page.items]
        if (cursor := page.next) is None:
            break
    return found


def _page(html: str, request: Request) -> Response:
    answer = _answer(html.encode(), "text/html; charset=utf-8", request, "public, max-age=60")
    answer.headers["Content-Security-Policy"] = CSP
    return answer


def _answer(content: bytes, kind: str, request: Request, cache: str) -> Response:
    """The content, or 304 where the caller has it already."""
    word = hashlib.sha256(content).hexdigest()[:24]
    headers = {"ETag": f'W/"{word}"', "Cache-Control": cache}
    if not none_match(request.headers.get("if-none-match"), word):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=kind)
