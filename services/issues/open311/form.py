"""Reads the form that a client sends, urlencoded or multipart, within bounds.

`encodings` decodes its texts. Nothing that is sent is fetched, opened or run: an address of a picture is kept as text;
a file is drawn anew as a picture or refused, and its name is ignored. XML is not read at all.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from services.chassis.http.refusals import BodyTooLarge, UnsupportedMedia
from services.contracts.text import NOTHING_VISIBLE, fit
from services.issues.open311.encodings import decoded
from services.issues.open311.refusals import BadRequest, ValueRefused
from services.issues.shared.values import MAX_PHOTOS_AT_ONCE
from services.issues.uploads.images import MAX_BYTES, PictureTooLarge

LONGEST = 4000
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_FIELDS, _FILES = 200, 20
_LARGEST, _LARGEST_FIELD, _AT_ONCE = 256 * 1024, 12 * (LONGEST + 100), 16 * 1024
"""The most bytes of a form without files, of a field in it (a letter takes at most twelve), and of the text that is
decoded in one turn."""
_PICTURES = re.compile(r"media(\[\])?|photo\d{0,2}|file(_.*)?")
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](\[\d{0,3}\])?")
"""Several values come under one name, under `attribute[kit][]`, or counted, `attribute[kit][0]`, as some clients do."""
_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,990}")
_CHARSET = re.compile(r";\s*charset=([^;]*)", re.IGNORECASE)
_SAYS_SO = b"_charset_"
"""The field defined by HTML whose value is the encoding of the others."""
_SHORT = 200


class FormUnreadable(
    BadRequest,
    code="open311.form",
    zh="表单无法读取，或字段过多。",
    en="The form can't be read, or has too many fields.",
):
    """The body is no form, or a form without an end."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its fields, each once; answers by attribute; addresses of pictures; and pictures, in the order of the
    names of their fields.

    An answer that came once is a text, one that came several times a list. `sameness` says which forms are the same.
    """

    fields: dict[str, str]
    answers: dict[str, Any]
    addresses: tuple[str, ...]
    pictures: tuple[bytes, ...]

    @property
    def told_addresses(self) -> list[str]:
        """The addresses of pictures, as lines of a text."""
        return [f"[media_url] {address}" for address in self.addresses]

    def get(self, name: str, longest: int = _SHORT) -> str | None:
        """The field `name`; None where it is absent or empty.

        Raises:
            ValueRefused: the value is longer than `longest`.
        """
        value = seen(self.fields.get(name, ""))
        if len(value) > longest:
            raise ValueRefused(
                parameter=name, reason=f"超过 {longest} 个字符", reason_en=f"it has more than {longest} characters"
            )
        return value or None


async def read_form(request: Request) -> Form:
    """The form in `request`.

    Raises:
        UnsupportedMedia: the body is of another kind, such as XML or JSON.
        FormUnreadable: the body is no form, or has too many fields.
        ValueRefused: a file stands in a field that is not for pictures, there are too many files, or an address of a
        picture is malformed.
        PictureTooLarge: a file is too large.
    """
    said = request.headers.get("content-type", "")
    kind, charset = said.split(";")[0].strip().lower(), _CHARSET.search(said)
    declared = charset[1] if charset is not None else ""
    if kind == _URLENCODED:
        return await _read(await _pairs(await request.body()), declared)
    if kind != _MULTIPART:
        raise UnsupportedMedia(expected=f"{_URLENCODED} / {_MULTIPART}")
    # In latin-1 each byte is a letter, so that parsing keeps the bytes that were sent.
    headers = Headers({"content-type": f"{_CHARSET.sub('', said)}; charset=latin-1"})
    try:
        sent = await MultiPartParser(headers, request.stream(), max_files=_FILES, max_fields=_FIELDS).parse()
    except MultiPartException:
        raise FormUnreadable() from None
    async with _closing(sent):
        return await _read([(_bytes(name), _sent(value)) for name, value in sent.multi_items()], declared)


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")


def _sent(value: UploadFile | str) -> UploadFile | bytes:
    return value if isinstance(value, UploadFile) else _bytes(value)


async def _pairs(body: bytes) -> list[tuple[bytes, bytes]]:
    """The names and values of an urlencoded form. Bytes that should be escaped may be sent plainly, as curl does."""
    if len(body) > _LARGEST:
        raise BodyTooLarge(limit=_LARGEST)
    if body.count(b"&") >= _FIELDS:
        raise FormUnreadable()
    pairs: list[tuple[bytes, bytes]] = []
    since = 0
    for field in body.split(b"&"):
        if len(field) > _LARGEST_FIELD:
            raise FormUnreadable()
        since += len(field)
        if since > _AT_ONCE:  # anybody's form is read, so others have their turn meanwhile
            await asyncio.sleep(0)
            since = len(field)
        if field:
            name, _, value = field.replace(b"+", b" ").partition(b"=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


class _closing:
    """Closes a form's files in the end."""

    def __init__(self, sent: Any) -> None:
        self._sent = sent

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        await self._sent.close()


async def _read(items: Sequence[tuple[bytes, UploadFile | bytes]], declared: str) -> Form:
    declared = next(
        (value.decode("ascii", "replace") for name, value in items if name == _SAYS_SO and isinstance(value, bytes)),
        declared,
    )
    names = decoded([name for name, _ in items], declared)
    texts = iter(decoded([value for _, value in items if isinstance(value, bytes)], declared))
    fields: dict[str, str] = {}
    answers: dict[str, list[str]] = {}
    addresses: list[str] = []
    pictures: list[tuple[str, bytes]] = []
    for name, (_, value) in zip(names, items, strict=True):
        if isinstance(value, UploadFile):
            content = await _picture(name, value)
            if content:
                pictures.append((name, content))
        else:
            _take(name, next(texts), fields, answers, addresses)
    if len(pictures) > MAX_PHOTOS_AT_ONCE:
        raise _too_many("media")
    said = {code: given if len(given) > 1 else given[0] for code, given in answers.items() if given}
    in_order = sorted(pictures, key=lambda pair: pair[0])  # stable: pictures of one name keep their order
    return Form(fields, said, tuple(addresses), tuple(content for _, content in in_order))


def seen(value: str) -> str:
    """`value` as it is kept: without control characters, and nothing where nothing of it can be seen."""
    text = fit(value).strip()
    return "" if NOTHING_VISIBLE.fullmatch(text) else text


def _take(name: str, value: str, fields: dict[str, str], answers: dict[str, list[str]], addresses: list[str]) -> None:
    attribute = _ATTRIBUTE.fullmatch(name)
    if attribute is not None:
        text = seen(value)
        if text and text not in answers.setdefault(attribute[1], []):
            answers[attribute[1]].append(text)
    elif name in ("media_url", "media_url[]"):
        if value.strip():
            addresses.append(_address(fit(value).strip()))
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
