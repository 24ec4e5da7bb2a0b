"""Attachments over HTTP: send a recording or a PDF, and read it as far as the case that holds it may be read."""

import re
from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Response, UploadFile
from pydantic import BaseModel

from services.chassis.errors import CommunityError, NotYours, UnknownAggregate
from services.chassis.http.caller import PrincipalDep
from services.chassis.http.problems import problems
from services.chassis.principal import Principal, Role
from services.contracts.marks import Id
from services.issues.uploads.allowance import UploadsUsedUp
from services.issues.uploads.attachments import MAX_BYTES, Attachment, AttachmentKind, Attachments, NotAnAttachment
from services.issues.uploads.documents import DocumentEncrypted, DocumentTooLarge, NotADocument
from services.issues.uploads.recordings import NotARecording, RecordingTooLong
from services.issues.uploads.visibility import UploadVisibility

BASE = "/api/issues/v1/attachments"

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_CONTENT = {"description": "The file.", "content": {"audio/*": {}, "application/pdf": {}}}
_REFUSED = (
    NotYours,
    NotAnAttachment,
    NotARecording,
    RecordingTooLong,
    NotADocument,
    DocumentEncrypted,
    DocumentTooLarge,
    UploadsUsedUp,
)


class RangeNotThere(
    CommunityError,
    code="attachment.range-not-there",
    status=416,
    zh="请求的范围超出文件大小（{size} 字节）。",
    en="The file has {size} bytes, and none where the range begins.",
):
    """The header asks for bytes behind the end of the file (RFC 9110, 14.2)."""


class AttachmentView(BaseModel):
    """An attachment that is kept; its id goes into a report or a handling. `seconds`: how long a recording plays."""

    id: str
    community: str
    kind: AttachmentKind
    media_type: str
    size: int
    seconds: float | None
    url: str


def router(attachments: Attachments, visibility: UploadVisibility) -> APIRouter:
    """The routes of attachments."""
    routes = APIRouter(prefix=BASE, tags=["attachments"])

    @routes.post("", status_code=201, summary="Send a recording or a PDF", responses=problems(*_REFUSED))
    async def send(
        principal: PrincipalDep, community: Annotated[Id, Form()], file: Annotated[UploadFile, File()]
    ) -> AttachmentView:
        """The kind is told by the content; the name is not looked at. Only the sound or the pages are kept."""
        principal.require(community)
        data = await file.read(MAX_BYTES + 1)
        return _view(await attachments.keep(community, data, principal))

    @routes.get(
        "/{id}",
        response_class=Response,
        summary="A recording or a PDF",
        responses={200: _CONTENT, 206: _CONTENT, **problems(NotYours, UnknownAggregate, RangeNotThere)},
    )
    async def content(id: Id, principal: PrincipalDep, range: Annotated[str | None, Header()] = None) -> Response:
        """The file is always a download, under a name of our own. Players may ask for one range of bytes."""
        attachment = await attachments.get(id)
        if attachment.community not in principal.communities or not await _may_have(
            attachments, visibility, attachment, principal
        ):
            raise UnknownAggregate(kind="attachment", id=id)
        return _answer(attachment, await attachments.read(attachment), range)

    return routes


def _view(attachment: Attachment) -> AttachmentView:
    return AttachmentView(
        id=attachment.id,
        community=attachment.community,
        kind=attachment.kind,
        media_type=attachment.media_type,
        size=attachment.size,
        seconds=attachment.seconds,
        url=f"{BASE}/{attachment.id}",
    )


async def _may_have(
    attachments: Attachments, visibility: UploadVisibility, attachment: Attachment, by: Principal
) -> bool:
    """Its uploader, workers, and whoever may have the attachments of a case that holds it."""
    works = by.has(attachment.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
    mine = works or await attachments.is_owner(attachment.owner, by)
    return mine or await visibility.shows_attachment_to(by, attachment)


def _answer(attachment: Attachment, data: bytes, asked: str | None) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{attachment.id}.{attachment.ending}"',
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Accept-Ranges": "bytes",
    }
    part = _part(asked, len(data))
    if part is None:
        return Response(data, media_type=attachment.media_type, headers=headers)
    first, last = part
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, headers, attachment.media_type)


def _part(asked: str | None, size: int) -> tuple[int, int] | None:
    """The first and last byte asked for; None for the whole, also where the header asks for what we don't serve.

    Raises:
        RangeNotThere: the range begins behind the end.
    """
    match = _RANGE.fullmatch((asked or "").strip())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        if match[2] and int(match[2]) < first:
            return None
    if first >= size:
        raise RangeNotThere(size=size)
    return first, last
