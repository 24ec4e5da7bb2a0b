"""The code on the wall: QR codes of places, sheets of them, and where they lead.

What is public here, to anybody who has a place's id (it is on its sticker): the titles of the place and of what it
stands in, its community's id, and the categories with their questions, conditions and deadlines. Nothing of people,
cases, coordinates, or other places. Reporting itself needs a token, except where a community takes the reports of
whoever passes by (`passers_by`).
"""

import asyncio
import math
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.chassis.errors import CommunityError, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.http.visibility import require_known
from services.chassis.principal import Role
from services.contracts.issues import PlaceKind
from services.contracts.marks import Id
from services.issues.catalogue.api.editions import CatalogueView
from services.issues.catalogue.store import Catalogues
from services.issues.places import report_page
from services.issues.places.domain.layout import MAX_PLACES, TooManyPlaces
from services.issues.places.domain.places import Place, PlaceIsRetired
from services.issues.places.links import Links
from services.issues.places.service import everything_in, in_walking_order, reportable
from services.issues.places.stickers import Sticker, png_file, sheet, svg_file
from services.issues.places.store import PLACES
from services.issues.places.views import StepView, step_view
from services.issues.shared.cache import AggregateCache

BASE = "/api/issues/v1"
MAX_ON_A_PAGE = 240
_HTML = "text/html; charset=utf-8"
_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Prefilled(BaseModel):
    """The fields of a report that its place gives: the body of POST /cases begins with them."""

    community: str
    place: str


class ReportForm(BaseModel):
    """All that a form needs which a sticker has opened."""

    prefilled: Prefilled
    path: list[StepView]
    catalogue: CatalogueView
    report_to: str


def router(places: AggregateCache[Place], catalogues: Catalogues, links: Links) -> APIRouter:
    """The routes of stickers and of the form that they open."""
    routes = APIRouter(prefix=BASE, tags=["stickers"])

    @routes.get(
        "/report",
        response_model=ReportForm,
        summary="The page or data for reporting at a place, to which its sticker leads (public)",
        responses={
            200: {"description": "For browsers a page.", "content": {"text/html": {"schema": {"type": "string"}}}},
            302: {"description": "For browsers, where a frontend has a page for reports: to that page."},
            **problems(UnknownAggregate, PlaceIsRetired),
        },
    )
    async def report(request: Request, place: Annotated[Id, Query()]) -> Response:
        """Public: needs no token."""
        headers = {"Cache-Control": "public, max-age=60", "Vary": "Accept"}
        for_people = "text/html" in request.headers.get("accept", "")
        try:
            steps = await reportable(places, place)
        except (UnknownAggregate, PlaceIsRetired) as error:
            if not for_people:
                raise
            return _nowhere(error, links)
        if not for_people:
            form = await _form(catalogues, steps)
            return Response(form.model_dump_json(), headers=headers, media_type="application/json")
        page = links.page(place)
        if page is not None:
            return Response(status_code=302, headers={**headers, "Location": page})
        form = await _form(catalogues, steps)
        telephone = links.without_account.get(form.prefilled.community)
        shown = report_page.opened(form.path, form.catalogue, place, telephone)
        return Response(shown, headers={**headers, "Content-Security-Policy": report_page.CSP}, media_type=_HTML)

    _codes(routes, places, links)
    return routes


def _nowhere(error: CommunityError, links: Links) -> Response:
    """A sticker outlives what it is glued to: who scans one of a place that is no more is told so, and whom to ask."""
    telephones = tuple(links.without_account.values())
    shown = report_page.outlived(telephones[0] if len(telephones) == 1 else "")
    headers = {"Cache-Control": "no-store", "Vary": "Accept", "Content-Security-Policy": report_page.CSP}
    return Response(shown, error.status, headers=headers, media_type=_HTML)


def _codes(routes: APIRouter, places: AggregateCache[Place], links: Links) -> None:
    refused = problems(NotYours, UnknownAggregate)

    @routes.get(
        "/places/{id}/qr.svg",
        response_class=Response,
        summary="The QR code of a place, as SVG",
        responses={200: {"content": {"image/svg+xml": {}}}, **refused},
    )
    async def as_svg(id: Id, principal: PrincipalDep) -> Response:
        require_known(await places.get(id), PLACES, principal)
        return Response(await asyncio.to_thread(svg_file, links.sticker(id)), media_type="image/svg+xml")

    @routes.get(
        "/places/{id}/qr.png",
        response_class=Response,
        summary="The QR code of a place, as PNG",
        responses={200: {"content": {"image/png": {}}}, **refused},
    )
    async def as_png(
        id: Id, principal: PrincipalDep, scale: Annotated[int, Query(ge=1, le=40, description="Pixels a module.")] = 10
    ) -> Response:
        require_known(await places.get(id), PLACES, principal)
        return Response(await asyncio.to_thread(png_file, links.sticker(id), scale), media_type="image/png")

    @routes.get(
        "/places/{id}/stickers",
        response_class=Response,
        summary="The stickers of a place and all in it, to be printed on A4",
        responses={
            200: {"content": {"text/html": {"schema": {"type": "string"}}}},
            **problems(NotYours, UnknownAggregate, PlaceIsRetired, TooManyPlaces),
        },
    )
    async def stickers(
        id: Id,
        principal: PrincipalDep,
        kind: Annotated[list[PlaceKind] | None, Query(max_length=5, description="Only places of these kinds.")] = None,
        page: Annotated[int, Query(ge=1, le=1000)] = 1,
    ) -> Response:
        """For staff and operators. The sheet of a compound has the compound, its buildings and what stands in the
        open."""
        place = await places.get(id)
        require_known(place, PLACES, principal)
        principal.require(place.community, Role.STAFF, Role.OPERATOR)
        steps = await reportable(places, id)
        there = await _printed(places, steps[-1])
        chosen = [each for each in there if not kind or each.kind in kind]
        pages = max(1, math.ceil(len(chosen) / MAX_ON_A_PAGE))
        shown = chosen[(page - 1) * MAX_ON_A_PAGE : page * MAX_ON_A_PAGE]
        drawn = await asyncio.to_thread(sheet, steps[-1].title, _stickers(links, [*steps, *there], shown), page, pages)
        headers = {"Content-Security-Policy": _CSP}
        if page < pages:
            headers["Link"] = f'<{BASE}/places/{id}/stickers?page={page + 1}>; rel="next"'
        return Response(drawn, headers=headers, media_type=_HTML)


async def _printed(places: AggregateCache[Place], place: Place) -> list[Place]:
    """The places of a sheet, in the order in which one walks them."""
    found = [place]
    async for each in everything_in(places, place, directly=place.kind is PlaceKind.COMPOUND):
        if not each.retired:
            found.append(each)
        if len(found) > MAX_PLACES + 1:
            raise TooManyPlaces(limit=MAX_PLACES, count=len(found))
    return in_walking_order(found)


def _stickers(links: Links, known: list[Place], shown: list[Place]) -> list[Sticker]:
    titles = {place.id: place.title for place in known}
    return [
        Sticker(
            titles=tuple(titles[step] for step in (*place.above, place.id) if step in titles),
            url=links.sticker(place.id),
        )
        for place in shown
    ]


async def _form(catalogues: Catalogues, steps: list[Place]) -> ReportForm:
    place = steps[-1]
    return ReportForm(
        prefilled=Prefilled(community=place.community, place=place.id),
        path=[step_view(step) for step in steps],
        catalogue=CatalogueView.of(await catalogues.of(place.community)),
        report_to=f"{BASE}/cases",
    )
