"""Photos over HTTP: send one, and read it as far as the case that shows it may be read."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import BaseModel

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.contracts.marks import Id
from services.issues.images import MAX_BYTES, NotAPicture, PictureTooLarge
from services.issues.photos import Photo
from services.issues.store import Store, shown_in

BASE = "/api/issues/v1/photos"
_JPEG = {200: {"content": {"image/jpeg": {}}, "description": "The picture."}}


class PhotoView(BaseModel):
    """A photo that is kept; its id goes into a report, a finding or a handling."""

    id: str
    community: str
    width: int
    height: int
    url: str
    thumbnail: str


def router(store: Store) -> APIRouter:
    """The routes of photos, on `store`."""
    routes = APIRouter(prefix=BASE, tags=["photos"])

    @routes.post(
        "", status_code=201, summary="Send a photo", responses=problems(NotYours, NotAPicture, PictureTooLarge)
    )
    async def send(
        principal: PrincipalDep, community: Annotated[Id, Form()], photo: Annotated[UploadFile, File()]
    ) -> PhotoView:
        """The same picture sent again gives the same photo. Kept is a new drawing of it, without any metadata."""
        principal.require(community)
        data = await photo.read(MAX_BYTES + 1)
        return _view(await store.photos.keep(community, data, principal))

    reading = _JPEG | problems(NotYours, UnknownAggregate)

    @routes.get("/{id}", response_class=Response, summary="The picture", responses=reading)
    async def full(id: Id, principal: PrincipalDep) -> Response:
        return await _picture(store, id, principal, thumbnail=False)

    @routes.get("/{id}/thumbnail", response_class=Response, summary="The picture, small", responses=reading)
    async def thumbnail(id: Id, principal: PrincipalDep) -> Response:
        return await _picture(store, id, principal, thumbnail=True)

    return routes


def _view(photo: Photo) -> PhotoView:
    url = f"{BASE}/{photo.id}"
    return PhotoView(
        id=photo.id,
        community=photo.community,
        width=photo.width,
        height=photo.height,
        url=url,
        thumbnail=f"{url}/thumbnail",
    )


async def _picture(store: Store, id: str, by: Principal, *, thumbnail: bool) -> Response:
    photo = await store.photos.get(id)
    by.require(photo.community)
    if not await _may_see(store, photo, by):
        raise NotYours()
    data = await store.photos.read(photo, thumbnail=thumbnail)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


async def _may_see(store: Store, photo: Photo, by: Principal) -> bool:
    """Its owner, workers, and whoever may see the inside of a case that shows it."""
    if photo.owner == by.sub or by.has(Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER):
        return True
    page = await store.cases.select(shown_in(photo.id))
    return any(stored.aggregate.shows_inside_to(by) for stored in page.items)
