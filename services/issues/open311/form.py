"""What a client sends to be taken: a form, urlencoded or multipart, read within bounds and without surprises.

Nothing that is sent is fetched, opened or run: an address of a picture is kept as text, a file is drawn anew as a
picture or refused, its name is not looked at. XML is not read at all.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from services.chassis.http.refusals import UnsupportedMedia
from services.issues.domain.words import MAX_PHOTOS_AT_ONCE
from services.issues.open311.formats import clean
from services.issues.open311.refusals import BadRequest, ValueRefused
from services.issues.uploads.images import MAX_BYTES, PictureTooLarge

LONGEST = 4000
_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")
_FIELDS, _FILES = 200, 20
_PICTURES = re.compile(r"media(\[\])?|photo\d{0,2}|file(_.*)?")
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](\[\])?")
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,990}")
_SHORT = 200


class FormUnreadable(
    BadRequest,
    code="open311.form",
    zh="表单无法读取，或字段过多。",
    en="The form can't be read, or has too many fields.",
):
    """Not a form, or one without end."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its fields, each once; answers by attribute; addresses of pictures; pictures; and a digest of it all."""

    fields: dict[str, str]
    answers: dict[str, Any]
    addresses: tuple[str, ...]
    pictures: tuple[bytes, ...]
    digest: str

    def get(self, name: str, longest: int = _SHORT) -> str | None:
        """The field `name`; None where it is absent or empty.

        Raises:
            ValueRefused: it is longer than `longest`.
        """
        value = clean(self.fields.get(name, "")).strip()
        if len(value) > longest:
            raise ValueRefused(
                parameter=name, reason=f"超过 {longest} 个字符", reason_en=f"it has more than {longest} characters"
            )
        return value or None


async def read_form(request: Request) -> Form:
    """The form in `request`.

    Raises:
        UnsupportedMedia: it is of another kind, XML and JSON among them.
        FormUnreadable: it is none, or has too many fields.
        ValueRefused: a file is no picture by its field, there are too many, or an address is none.
        PictureTooLarge: a file is.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in _KINDS:
        raise UnsupportedMedia(expected=" / ".join(_KINDS))
    try:
        sent = await request.form(max_files=_FILES, max_fields=_FIELDS)
    except HTTPException as error:
        if error.status_code == 413:
            raise
        raise FormUnreadable() from None
    async with _closing(sent):
        return await _read(sent.multi_items())


class _closing:
    """Closes a form's files in the end."""

    def __init__(self, sent: Any) -> None:
        self._sent = sent

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        await self._sent.close()


async def _read(items: list[tuple[str, Any]]) -> Form:
    fields: dict[str, str] = {}
    answers: dict[str, Any] = {}
    addresses: list[str] = []
    pictures: list[bytes] = []
    digest = hashlib.sha256()
    for name, value in items:
        content: bytes
        if isinstance(value, UploadFile):
            content = await _picture(name, value)
            if content:
                pictures.append(content)
        else:
            content = value.encode("utf-8", "surrogatepass")
            _take(name, value, fields, answers, addresses)
        if name != "api_key":
            for part in (name.encode("utf-8", "surrogatepass"), content):
                digest.update(len(part).to_bytes(8) + part)
    if len(pictures) > MAX_PHOTOS_AT_ONCE:
        raise _too_many("media")
    return Form(fields, answers, tuple(addresses), tuple(pictures), digest.hexdigest())


def _take(name: str, value: str, fields: dict[str, str], answers: dict[str, Any], addresses: list[str]) -> None:
    attribute = _ATTRIBUTE.fullmatch(name)
    if attribute is not None:
        text = clean(value).strip()
        if text and attribute[2]:
            several = answers.setdefault(attribute[1], [])
            if isinstance(several, list):
                several.append(text)
        elif text:
            answers[attribute[1]] = text
    elif name in ("media_url", "media_url[]"):
        if value.strip():
            addresses.append(_address(value.strip()))
        if len(addresses) > MAX_PHOTOS_AT_ONCE:
            raise _too_many("media_url")
    else:
        fields.setdefault(name, value)


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueRefused(parameter="media_url", reason="不是网址", reason_en="it is no http(s) address")
    return text


async def _picture(name: str, file: UploadFile) -> bytes:
    if not _PICTURES.fullmatch(name):
        raise ValueRefused(parameter=name[:50], reason="此项不接受文件", reason_en="no file is taken there")
    data = await file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise PictureTooLarge()
    return data


def _too_many(name: str) -> ValueRefused:
    most = MAX_PHOTOS_AT_ONCE
    return ValueRefused(parameter=name, reason=f"超过 {most} 个", reason_en=f"there are more than {most}")
