"""Exhibits over HTTP: staff show pictures of a case and take them down; everybody sees what is shown.

A picture has an address that needs no account. It is no key to anything else: the same photo under its own address is
for those who may see the inside of its case.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.chassis.aggregate import Decision
from services.chassis.errors import AlreadyExists, NotYours, StaleVersion, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.command import CommandDep
from services.chassis.http.pages import PageDep, PageView, paged
from services.chassis.http.problems import problems
from services.chassis.http.tags import etagged
from services.chassis.http.visibility import known_to
from services.chassis.principal import Role
from services.chassis.store.aggregates import Aggregates
from services.contracts.marks import Id
from services.issues.cases.api.changes import Changes
from services.issues.exhibits.domain import (
    Exhibit,
    NotAgreed,
    NotPutRight,
    PictureElsewhere,
    Show,
    ShowOthers,
    TakeDown,
    exhibit_id,
    show,
    show_others,
    take_down,
)
from services.issues.exhibits.views import BASE, ExhibitView, exhibit_view
from services.issues.shared.queries import matching
from services.issues.uploads.photos import Photos

_JPEG = {200: {"content": {"image/jpeg": {}}, "description": "The picture, small."}}
_REFUSALS = (UnknownAggregate, NotYours, NotPutRight, PictureElsewhere, NotAgreed)


def router(exhibits: Aggregates[Exhibit], changes: Changes, photos: Photos) -> APIRouter:
    """The routes of exhibits. `changes` brings their cases."""
    routes = APIRouter(prefix=BASE, tags=["exhibits"])

    @routes.post(
        "",
        status_code=201,
        response_model=ExhibitView,
        summary="Show everybody two pictures of a case that was put right (staff)",
        responses=problems(*_REFUSALS, AlreadyExists),
    )
    async def show_two(body: Show, command: CommandDep) -> Response:
        """Both pictures are looked at first: there is nobody in them, no door plate and no number plate."""
        stored, by = await changes.known(body.case, command.principal)
        return await command.create(
            exhibits,
            lambda _, now: show(stored.aggregate, body, by, now),
            exhibit_view,
            id=exhibit_id(body.case),
            location=lambda id: f"{BASE}/{id}",
        )

    @routes.post(
        "/{id}/show",
        response_model=ExhibitView,
        summary="Show other pictures of the case, or show it again (staff)",
        responses=problems(*_REFUSALS, StaleVersion),
    )
    async def show_again(id: Id, body: ShowOthers, command: CommandDep) -> Response:
        known = (await exhibits.get(id)).aggregate
        stored, by = await changes.known(known.case, command.principal)
        return await command.change(
            exhibits,
            id,
            lambda exhibit, now: show_others(exhibit, stored.aggregate, body, by, now),
            exhibit_view,
            known_to=known_to(command.principal),
        )

    @routes.post(
        "/{id}/take-down",
        response_model=ExhibitView,
        summary="Show the pictures of a case to nobody any more (staff)",
        responses=problems(UnknownAggregate, NotYours, StaleVersion),
    )
    async def take(id: Id, body: TakeDown, command: CommandDep) -> Response:
        by = command.principal

        def decide(exhibit: Exhibit, now: datetime) -> Decision[Exhibit]:
            by.require(exhibit.community, Role.STAFF)
            return take_down(exhibit, body.reason, by.sub)

        return await command.change(exhibits, id, decide, exhibit_view, known_to=known_to(by))

    _reading(routes, exhibits, changes, photos)
    return routes


def _reading(routes: APIRouter, exhibits: Aggregates[Exhibit], changes: Changes, photos: Photos) -> None:
    @routes.get(
        "",
        response_model=PageView[ExhibitView],
        summary="The pictures that everybody sees, of a community",
        responses=problems(NotYours),
    )
    async def many(
        request: Request, principal: PrincipalDep, page: PageDep, community: Annotated[Id, Query()]
    ) -> Response:
        principal.require(community)
        found = await exhibits.select(matching(community), limit=page.limit, cursor=page.cursor)
        return paged(found, exhibit_view, request)

    @routes.get(
        "/{id}", response_model=ExhibitView, summary="The pictures of one case", responses=problems(UnknownAggregate)
    )
    async def one(id: Id, request: Request) -> Response:
        return etagged(await exhibits.get(id), exhibit_view, request)

    showing = _JPEG | problems(UnknownAggregate)

    @routes.get("/{id}/before.jpg", response_class=Response, summary="The case as it was", responses=showing)
    async def before(id: Id) -> Response:
        return await _picture(exhibits, changes, photos, id, after=False)

    @routes.get("/{id}/after.jpg", response_class=Response, summary="The case put right", responses=showing)
    async def after(id: Id) -> Response:
        return await _picture(exhibits, changes, photos, id, after=True)


async def _picture(
    exhibits: Aggregates[Exhibit], changes: Changes, photos: Photos, id: str, *, after: bool
) -> Response:
    """The picture, if it may be shown as its case stands now: what was decided when it was shown may not hold."""
    exhibit = (await exhibits.get(id)).aggregate
    case = await changes.cases.find(exhibit.case)
    photo = exhibit.after if after else exhibit.before
    if case is None or photo is None or not exhibit.holds(case.aggregate):
        raise UnknownAggregate(kind="exhibit", id=id)
    data = await photos.read(await photos.get(photo), thumbnail=True)
    headers = {
        "Cache-Control": "public, max-age=300",
        "ETag": f'"{photo}"',
        "Content-Disposition": f'inline; filename="{id}-{"after" if after else "before"}.jpg"',
    }
    return Response(data, media_type="image/jpeg", headers=headers)
