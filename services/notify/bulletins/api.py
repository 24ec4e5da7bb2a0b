"""Bulletins over HTTP, as data and as sheets of A4: public, and the same for everybody."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from services.chassis.errors import UnknownAggregate
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.chassis.store.unavailable import store_errors
from services.contracts.marks import Id
from services.notify.board.api import CSP, not_there
from services.notify.board.counting import is_known
from services.notify.board.gallery import UnknownCommunity
from services.notify.bulletins.domain import Bulletin, Week, broken
from services.notify.bulletins.pages import Sheets
from services.notify.bulletins.printing import printed
from services.notify.bulletins.store import chain, id_of
from services.notify.bulletins.views import BulletinView, ChainView, bulletin_view
from services.notify.shared.paper import drawing

BASE = "/api/notify/v1/bulletins"
ON_THE_SHELF = 60
"""So many bulletins stand on one page of the list: those of a year and some weeks more."""
_HTML = "text/html; charset=utf-8"


def router(bulletins: Aggregates[Bulletin], database: Database, sheets: Sheets, origin: str) -> APIRouter:
    """The routes of bulletins, whose addresses begin with `origin`."""
    routes = APIRouter(tags=["bulletins"])

    @routes.get(BASE, response_model=PageView[BulletinView], summary="The bulletins of a community, the newest first")
    async def many(request: Request, page: PageDep, community: Annotated[Id, Query()]) -> Response:
        found = await bulletins.select(
            {"state.community": community}, sort="state.starts", limit=page.limit, cursor=page.cursor
        )
        return paged(found, lambda stored: bulletin_view(stored.aggregate), request)

    @routes.get(f"{BASE}/chain", summary="Check the seals of a community's bulletins")
    async def whole(community: Annotated[Id, Query()]) -> ChainView:
        all_of_them = [stored.aggregate for stored in await chain(bulletins, community)]
        first = broken(all_of_them)
        return ChainView(
            bulletins=len(all_of_them),
            whole=first is None,
            broken=first.id if first else None,
            newest=all_of_them[-1].seal if all_of_them else None,
        )

    @routes.get(f"{BASE}/{{id}}", summary="One bulletin", responses=problems(UnknownAggregate))
    async def one(id: Id) -> BulletinView:
        return bulletin_view((await bulletins.get(id)).aggregate)

    @routes.get("/board/{community}/bulletins/{year}-W{week}.pdf", include_in_schema=False)
    async def on_paper(
        community: Id,
        year: Annotated[int, Path(ge=2000, le=2999)],
        week: Annotated[int, Path(ge=1, le=53)],
        lang: Literal["zh", "en"] = "zh",
    ) -> Response:
        bulletin = (await bulletins.get(id_of(community, Week(year=year, week=week)))).aggregate
        url = f"{origin}/board/{community}/bulletins/{year}-W{week}"
        pdf = await drawing(printed, bulletin, sheets.name(community, lang), url, lang)
        headers = {
            "Cache-Control": "public, max-age=300",
            "Content-Disposition": f'inline; filename="bulletin-{community}-{year}-W{week:02}.pdf"',
        }
        return Response(pdf, media_type="application/pdf", headers=headers)

    @routes.get("/board/{community}/bulletins/{year}-W{week}", include_in_schema=False)
    async def sheet(
        community: Id,
        request: Request,
        year: Annotated[int, Path(ge=2000, le=2999)],
        week: Annotated[int, Path(ge=1, le=53)],
        lang: Literal["zh", "en"] = "zh",
    ) -> Response:
        try:
            stored = await bulletins.get(id_of(community, Week(year=year, week=week)))
        except UnknownAggregate as error:
            return not_there(request, error, sheets.gone(lang))
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "public, max-age=300"}
        return Response(sheets.sheet(stored.aggregate, lang), media_type=_HTML, headers=headers)

    @routes.get("/board/{community}/bulletins", include_in_schema=False)
    async def shelf(
        community: Id,
        request: Request,
        lang: Literal["zh", "en"] = "zh",
        cursor: Annotated[str | None, Query(max_length=4096)] = None,
    ) -> Response:
        with store_errors():
            if not await is_known(database, community):
                return not_there(request, UnknownCommunity(community=community), sheets.no_board(lang))
        found = await bulletins.select(
            {"state.community": community}, sort="state.starts", limit=ON_THE_SHELF, cursor=cursor
        )
        html = sheets.shelf(community, [stored.aggregate for stored in found.items], lang, older=found.next)
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "public, max-age=60"}
        return Response(html, media_type=_HTML, headers=headers)

    return routes
