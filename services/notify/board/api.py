"""The board over HTTP, as pages, feeds and data. They are public, may be cached, and are the same for everybody."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import CommunityError, UnknownAggregate
from services.chassis.http.problems import problems
from services.contracts.marks import Id
from services.notify.board.feeds import atom, json_feed, rss
from services.notify.board.figures import Board
from services.notify.board.gallery import Gallery, UnknownCommunity
from services.notify.board.page import ASSETS, Page
from services.notify.knowledge.names import Names

Type = Annotated[Literal["normal", "large"], Query(description="large: for those who see little")]
Lang = Annotated[Literal["zh", "en"], Query(description="zh or en")]

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HTML = "text/html; charset=utf-8"
_ROBOTS = b"User-agent: *\nAllow: /board\nDisallow: /api/\n"
"""What search engines may read: the board is public, and an API is no page."""
_ASSETS = {
    "board.css": "text/css; charset=utf-8",
    "board.js": "text/javascript; charset=utf-8",
    "sun.svg": "image/svg+xml",
}


def router(gallery: Gallery, page: Page, names: Names, origin: str, seconds: float) -> APIRouter:
    """The routes of the board. Links in feeds begin with `origin`; answers may be kept for `seconds`."""
    routes = APIRouter(tags=["board"])
    shared = f"public, max-age={int(seconds)}"

    @routes.get("/", include_in_schema=False)
    @routes.get("/board", include_in_schema=False)
    @routes.get("/board/", include_in_schema=False)
    async def lead(request: Request, lang: Lang = "zh", type: Type = "normal") -> Response:
        known = await gallery.communities()
        if len(known) == 1:
            html = page.board(await gallery.board(known[0]), lang, large=type == "large")
            return _page(html, request, shared)
        return _page(page.choice(known, lang), request, shared)

    for name, kind in _ASSETS.items():
        routes.add_api_route(f"/board/assets/{name}", _asset(name, kind), include_in_schema=False)

    # Who looks for the icon where icons once had to lie: readers of feeds, bookmarks, a page of an older release.
    routes.add_api_route("/favicon.ico", _asset("sun.svg", _ASSETS["sun.svg"]), include_in_schema=False)

    @routes.get("/robots.txt", include_in_schema=False)
    async def robots(request: Request) -> Response:
        return _answer(_ROBOTS, "text/plain; charset=utf-8", request, "public, max-age=86400")

    @routes.get("/board/{community}/", include_in_schema=False)
    @routes.get("/board/{community}", include_in_schema=False)
    async def show(community: str, request: Request, lang: Lang = "zh", type: Type = "normal") -> Response:
        try:
            html = page.board(await gallery.board(community), lang, large=type == "large")
        except UnknownCommunity as error:
            return not_there(request, error, page.gone(lang))
        return _page(html, request, shared)

    @routes.get("/board/{community}/screen", include_in_schema=False)
    async def on_a_screen(
        community: str,
        request: Request,
        lang: Lang = "zh",
        number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
    ) -> Response:
        try:
            html = page.screen(await gallery.board(community), lang, number)
        except UnknownCommunity as error:
            return not_there(request, error, page.gone(lang))
        return _page(html, request, shared)

    @routes.get("/board/{community}/announcements/{id}", include_in_schema=False)
    async def one(community: str, id: str, request: Request, lang: Lang = "zh") -> Response:
        try:
            html = page.announcement(await gallery.announcement(community, id), lang)
        except UnknownAggregate as error:
            return not_there(request, error, page.gone(lang, announcement=True))
        return _page(html, request, shared)

    @routes.get("/board/{community}/feed.rss", include_in_schema=False)
    async def as_rss(community: Id, request: Request, lang: Lang = "zh") -> Response:
        feed = rss(await gallery.board(community), lang, names, origin)
        return _answer(feed, "application/rss+xml; charset=utf-8", request, shared)

    @routes.get("/board/{community}/feed.atom", include_in_schema=False)
    async def as_atom(community: Id, request: Request, lang: Lang = "zh") -> Response:
        feed = atom(await gallery.board(community), lang, names, origin)
        return _answer(feed, "application/atom+xml; charset=utf-8", request, shared)

    @routes.get("/board/{community}/feed.json", include_in_schema=False)
    async def as_json_feed(community: Id, request: Request, lang: Lang = "zh") -> Response:
        feed = orjson.dumps(json_feed(await gallery.board(community), lang, names, origin))
        return _answer(feed, "application/feed+json; charset=utf-8", request, shared)

    @routes.get(
        "/api/notify/v1/board/{community}",
        response_model=Board,
        summary="The notice board as data",
        responses=problems(UnknownCommunity),
    )
    async def as_data(community: Id, request: Request) -> Response:
        board = await gallery.board(community)
        tag = _tag(board.model_dump_json(exclude={"as_of"}).encode())
        return _answer(board.model_dump_json().encode(), "application/json", request, shared, tag)

    return routes


def _asset(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (ASSETS / name).read_bytes()

    async def asset(request: Request) -> Response:
        return _answer(content, kind, request, "public, max-age=86400")

    return asset


def _page(html: str, request: Request, cache: str) -> Response:
    answer = _answer(html.encode(), _HTML, request, cache)
    answer.headers["Content-Security-Policy"] = CSP
    return answer


def not_there(request: Request, error: CommunityError, html: str) -> Response:
    """The answer where there is no such thing: a page for a browser; others read it as from any route."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-store", "Vary": "Accept"}
    return Response(html, 404, headers, media_type=_HTML)


def _answer(content: bytes, kind: str, request: Request, cache: str, tag: str | None = None) -> Response:
    """The content, or 304 where the caller has it already."""
    etag = tag or _tag(content)
    headers = {"ETag": etag, "Cache-Control": cache}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if etag.removeprefix("W/") in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=kind)


def _tag(content: bytes) -> str:
    return f'W/"{hashlib.sha256(content).hexdigest()[:24]}"'
