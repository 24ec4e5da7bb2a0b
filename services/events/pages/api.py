"""The pages over HTTP: public, the same for everybody, and answered with 304 to callers who have them."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, UnknownAggregate
from services.chassis.http.language import Language
from services.chassis.http.tags import none_match
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.contracts.marks import Id
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, ahead_in, in_calendar, openly, without_replaced
from services.events.calendars.communities import Communities, NoCalendar
from services.events.calendars.links import CALENDAR
from services.events.names.store import Names
from services.events.pages.days import Span, bounds, laid_out
from services.events.pages.page import ASSETS, Pages
from services.events.series.coming import later_dates
from services.events.series.domain.series import Series

Lang = Annotated[Literal["zh", "en"], Query()]
On = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOOR_CSP = f"{CSP}; script-src 'self'; connect-src 'self'; worker-src 'self'"
_ASSETS = {
    "calendar.css": "text/css; charset=utf-8",
    "door.js": "text/javascript; charset=utf-8",
    "door-worker.js": "text/javascript; charset=utf-8",
    "sun.svg": "image/svg+xml",
}
_MOST, _PAGE = 1000, 200
_NEXT_DATES = 30


def router(
    activities: Aggregates[Activity], series: Aggregates[Series], names: Names, pages: Pages, clock: Clock
) -> APIRouter:
    """The routes of pages."""
    routes = APIRouter(prefix=CALENDAR, tags=["calendar"])
    communities = Communities(names, activities, series)
    for name, kind in _ASSETS.items():
        routes.add_api_route(f"/assets/{name}", _asset(name, kind), include_in_schema=False)

    @routes.get("/{community}", include_in_schema=False)
    async def calendar(
        community: Id, request: Request, span: Span = Span.WEEK, on: On | None = None, lang: Lang = "zh"
    ) -> Response:
        if not await communities.has(community):
            return await gone(community, lang, request, NoCalendar(community=community))
        today = local_date(clock())
        shown = on or today
        found = await _between(activities, community, span, shown)
        later = await later_dates(series, community, *bounds(span, shown), clock())
        days = laid_out(span, shown, [each.as_seen_by(None) for each in found], later)
        known = await names.of(community)
        return _page(pages.calendar(community, days, span, shown, today, known, lang), request)

    async def gone(community: str, lang: Language, request: Request, error: CommunityError) -> Response:
        """The answer where there is no such thing: a page for a browser; others read it as from any route."""
        if "text/html" not in request.headers.get("accept", ""):
            raise error
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-store"}
        there = await communities.has(community)
        html = pages.gone(community, await names.of(community), lang) if there else pages.no_calendar(lang)
        return HTMLResponse(html, 404, headers)

    @routes.get("/{community}/series/{id}", include_in_schema=False)
    async def recurring(community: Id, id: Id, request: Request, lang: Lang = "zh") -> Response:
        found = await series.find(id)
        if found is None or found.aggregate.community != community or found.aggregate.hides_from(None):
            return await gone(community, lang, request, UnknownAggregate(kind=series.kind.name, id=id))
        ahead = await activities.select(
            ahead_in(id, clock()) | openly(), sort=BY_START, descending=False, limit=_NEXT_DATES
        )
        dates = [stored.aggregate for stored in ahead.items]
        return _page(
            pages.series(found.aggregate, dates, await names.of(community), lang, local_date(clock())), request
        )

    @routes.get("/{community}/{id}", include_in_schema=False)
    async def one(community: Id, id: Id, request: Request, lang: Lang = "zh") -> Response:
        stored = await activities.find(id)
        if stored is None or stored.aggregate.community != community or stored.aggregate.hides_from(None):
            return await gone(community, lang, request, UnknownAggregate(kind=activities.kind.name, id=id))
        whole = None if stored.aggregate.series is None else await series.find(stored.aggregate.series)
        of = None if whole is None or whole.aggregate.hides_from(None) else whole.aggregate
        return _page(pages.activity(stored, clock(), await names.of(community), lang, of), request)

    @routes.get("/{community}/{id}/door", include_in_schema=False)
    async def door(community: Id, id: Id, request: Request, lang: Lang = "zh") -> Response:
        found = (await activities.get(id)).aggregate
        if found.community != community:
            raise UnknownAggregate(kind=activities.kind.name, id=id)
        return _page(pages.door(found.as_seen_by(None), await names.of(community), lang), request, DOOR_CSP)

    return routes


async def _between(activities: Aggregates[Activity], community: str, span: Span, on: date) -> list[Activity]:
    since, until = bounds(span, on)
    query, cursor = in_calendar(community, since, until), None
    found: list[Activity] = []
    while len(found) < _MOST:
        page = await activities.select(query, sort=BY_START, descending=False, limit=_PAGE, cursor=cursor)
        page = await without_replaced(activities, page, in_calendar(community))
        found += [stored.aggregate for stored in page.items]
        if (cursor := page.next) is None:
            break
    return found


def _asset(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (ASSETS / name).read_bytes()

    async def asset(request: Request) -> Response:
        answer = _answer(content, kind, request, "public, max-age=86400")
        if name == "door-worker.js":  # it keeps the pages of doors, which stand elsewhere
            answer.headers["Service-Worker-Allowed"] = f"{CALENDAR}/"
            answer.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
        return answer

    return asset


def _page(html: str, request: Request, csp: str = CSP) -> Response:
    answer = _answer(html.encode(), "text/html; charset=utf-8", request, "public, max-age=60")
    answer.headers["Content-Security-Policy"] = csp
    return answer


def _answer(content: bytes, kind: str, request: Request, cache: str) -> Response:
    """The answer with `content`, or 304 where the caller has it already."""
    word = hashlib.sha256(content).hexdigest()[:24]
    headers = {"ETag": f'W/"{word}"', "Cache-Control": cache}
    if not none_match(request.headers.get("if-none-match"), word):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=kind)
