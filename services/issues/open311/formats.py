"""One answer in two formats: XML, and the JSON that the Spark convention makes of it.

An answer is plain values: a dict is an element with children, a list a container of one repeated child, None an empty
element. JSON drops the root and the child's name; what is empty is null. Control characters, which XML 1.0 can't hold,
are left out of both.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from fastapi import Response

from services.contracts.text import fit

Value = Any

_CHILD = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "service_request_updates": "request_update",
    "notes": "note",
    "photos": "photo",
}
"""What each container repeats."""

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


class Format(StrEnum):
    """How an answer is written; the ending of its address chooses."""

    XML = "xml"
    JSON = "json"


MEDIA_TYPES = {Format.XML: "text/xml; charset=utf-8", Format.JSON: "application/json; charset=utf-8"}


def format_of(path: str) -> Format:
    """The format asked for at `path`; XML, which every client reads, where it names none."""
    return Format.JSON if path.endswith(".json") else Format.XML


def answer(path: str, root: str, value: Value, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` under the element `root`, in the format asked for at `path`."""
    written = as_json if format_of(path) is Format.JSON else lambda value: as_xml(root, value)
    told = {"Vary": "Accept-Language", **(headers or {})}
    return Response(written(value), status, told, media_type=MEDIA_TYPES[format_of(path)])


def as_xml(root: str, value: Value) -> bytes:
    """The document `root`."""
    element = Element(root)
    _fill(element, plain(value))
    return _DECLARATION + tostring(element, encoding="unicode").encode()


def as_json(value: Value) -> bytes:
    """The same in JSON."""
    return orjson.dumps(plain(value))


def plain(value: Value) -> Value:
    """`value` of texts, numbers, truth values, dicts and lists alone; a text that is empty is None."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, str):
        return fit(value) or None
    return value


def moment(at: datetime) -> str:
    """A time in the profile of ISO 8601 that W3C made, in UTC and whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fill(element: Element, value: Value) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(SubElement(element, _CHILD[element.tag]), inner)
    elif value is not None:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
