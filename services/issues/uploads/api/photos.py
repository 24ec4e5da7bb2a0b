"""Photos over HTTP: send one, and read it as far as the case that shows it may be read.

The answer to a photo that is sent offers what its own labels said of place and time. That is the only time: what is
kept is drawn anew without them, and who sent it decides whether it is the case's place. The time is kept beside it, for
who verifies what the photo is to show.
"""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import BaseModel, Field

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.contracts.marks import Id
from services.issues.places.domain.datum import GivenPoint
from services.issues.uploads.allowance import UploadsUsedUp
from services.issues.uploads.images import MAX_BYTES, NotAPicture, PictureBrokenOff, PictureTooLarge
from services.issues.uploads.labels import taken
from services.issues.uploads.photos import Photo, Photos
from services.issues.uploads.visibility import UploadVisibility

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


class TakenView(BaseModel):
    """The place and time at which a photo was taken, by its labels; null where they don't tell, or not credibly."""

    point: GivenPoint | None = Field(description="WGS84, as a report takes it.")
    accuracy: float | None = Field(description="Of the point, in metres.")
    at: datetime | None


class SentPhotoView(PhotoView):
    """A photo as its sender sees it once. Of `taken` the time alone is kept, and shown to who verifies."""

    taken: TakenView


def router(photos: Photos, visibility: UploadVisibility) -> APIRouter:
    """The routes of photos."""
    routes = APIRouter(prefix=BASE, tags=["photos"])

    @routes.post(
        "",
        status_code=201,
        summary="Send a photo",
        responses=problems(NotYours, NotAPicture, PictureBrokenOff, PictureTooLarge, UploadsUsedUp),
    )
    async def send(
        principal: PrincipalDep, community: Annotated[Id, Form()], photo: Annotated[UploadFile, File()]
    ) -> SentPhotoView:
        """Send a photo. The same picture sent again gives the same photo. It is drawn anew and stored without any
        metadata."""
        principal.require(community)
        data = await photo.read(MAX_BYTES + 1)
        kept = await photos.keep(community, data, principal)
        said = await asyncio.to_thread(taken, data)
        offered = TakenView(point=said.point, accuracy=said.accuracy, at=said.at)
        return SentPhotoView(**_view(kept).model_dump(), taken=offered)

    reading = _JPEG | problems(NotYours, UnknownAggregate)

    @routes.get("/{id}", response_class=Response, summary="A photo", responses=reading)
    async def full(id: Id, principal: PrincipalDep) -> Response:
        return await _picture(photos, visibility, id, principal, thumbnail=False)

    @routes.get("/{id}/thumbnail", response_class=Response, summary="A photo as a thumbnail", responses=reading)
    async def thumbnail(id: Id, principal: PrincipalDep) -> Response:
        return await _picture(photos, visibility, id, principal, thumbnail=True)

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


async def _picture(
    photos: Photos, visibility: UploadVisibility, id: str, by: Principal, *, thumbnail: bool
) -> Response:
    photo = await photos.get(id)
    if photo.community not in by.communities or not await _may_see(photos, visibility, photo, by):
        raise UnknownAggregate(kind="photo", id=id)
    data = await photos.read(photo, thumbnail=thumbnail)
    headers = {"Cache-Control": "private, max-age=3600", "Content-Disposition": f'inline; filename="{photo.id}.jpg"'}
    return Response(data, media_type="image/jpeg", headers=headers)


async def _may_see(photos: Photos, visibility: UploadVisibility, photo: Photo, by: Principal) -> bool:
    """Its uploader, workers, and whoever may see the inside of a case that shows it."""
    works = by.has(photo.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
    return works or await photos.is_owner(photo.owner, by) or await visibility.shows_photo_to(by, photo.id)
