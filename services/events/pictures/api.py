"""Pictures over HTTP: organisers and staff send them, and everybody reads what an activity or a series shows."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel

from services.chassis.errors import NotYours, UnknownAggregate
from services.chassis.http.caller import MaybePrincipalDep, PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.http.tags import none_match
from services.chassis.principal import Principal, Role
from services.contracts.marks import Id
from services.events.pictures.images import MAX_BYTES, NotAPicture, PictureTooLarge
from services.events.pictures.shown import Showing
from services.events.pictures.store import Picture, Pictures, PicturesUsedUp

BASE = "/api/events/v1/pictures"
_JPEG = {200: {"content": {"image/jpeg": {}}, "description": "The picture."}}
_READING = _JPEG | problems(UnknownAggregate)


class PictureView(BaseModel):
    """A picture that is kept; its id goes into the details of an activity, with words for who doesn't see it."""

    id: str
    community: str
    width: int
    height: int
    url: str
    thumbnail: str

    @classmethod
    def of(cls, picture: Picture) -> "PictureView":
        return cls(
            id=picture.id,
            community=picture.community,
            width=picture.width,
            height=picture.height,
            url=f"{BASE}/{picture.id}",
            thumbnail=f"{BASE}/{picture.id}/thumbnail",
        )


def router(pictures: Pictures, shown: Showing) -> APIRouter:
    """The routes of pictures."""
    routes = APIRouter(prefix=BASE, tags=["pictures"])

    @routes.post(
        "",
        status_code=201,
        summary="Send a picture of an activity (staff, organisers)",
        responses=problems(NotYours, NotAPicture, PictureTooLarge, PicturesUsedUp),
    )
    async def send(
        principal: PrincipalDep, community: Annotated[Id, Form()], picture: Annotated[UploadFile, File()]
    ) -> PictureView:
        """The same picture sent again gives the same one. A new drawing of it is kept, without any metadata."""
        principal.require(community, Role.STAFF, Role.ORGANISER)
        data = await picture.read(MAX_BYTES + 1)
        return PictureView.of(await pictures.keep(community, data, principal))

    @routes.get("/{id}", response_class=Response, summary="A picture (public once shown)", responses=_READING)
    async def full(id: Id, request: Request, by: MaybePrincipalDep) -> Response:
        return await _read(pictures, shown, id, request, by, small=False)

    @routes.get("/{id}/thumbnail", response_class=Response, summary="The same, small", responses=_READING)
    async def thumbnail(id: Id, request: Request, by: MaybePrincipalDep) -> Response:
        return await _read(pictures, shown, id, request, by, small=True)

    return routes


async def _read(
    pictures: Pictures, shown: Showing, id: str, request: Request, by: Principal | None, *, small: bool
) -> Response:
    """The picture for whom it is: everybody once something public shows it, before that those who plan."""
    picture = await pictures.get(id)
    is_public = await shown.publicly(id)
    plans = by is not None and by.has(picture.community, Role.STAFF, Role.ORGANISER)
    if not (is_public or plans or (by is not None and await shown.to(id, by.sub))):
        raise UnknownAggregate(kind="picture", id=id)
    word = f"{id}-{'small' if small else 'full'}"
    headers = {
        "ETag": f'W/"{word}"',
        "Cache-Control": "public, max-age=3600" if is_public else "private, no-cache",
        "Content-Disposition": f'inline; filename="{id}.jpg"',
    }
    if not none_match(request.headers.get("if-none-match"), word):
        return Response(status_code=304, headers=headers)
    return Response(await pictures.read(id, small=small), headers=headers, media_type="image/jpeg")
