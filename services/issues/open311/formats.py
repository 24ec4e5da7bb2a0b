"""Writes an answer in one of two formats: XML, and the JSON that the Spark convention makes of XML.

An answer is plain values: a dict is an element with children, a list a container of one repeated child, None an empty
element. JSON drops the root and the child's name; empty elements are null. Control characters, which XML 1.0 can't
hold, are left out of both. Long answers are compressed for clients that accept it, which is safe because all of the
content is public.
"""

import gzip
import re
from collections.abc import MutableMapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from fastapi import Response

from services.chassis.http.request_context import request_context_of
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
"""The name of the child that each container repeats."""

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


_LONG, _LEVEL = 1000, 4
"""The bytes from which on an answer is compressed, and the level of compression."""
_RANGE = re.compile(r"\s*([\w*.+/-]+)\s*(?:;[^,]*?\bq=([01](?:\.\d{0,3})?)[^,]*|;[^,]*)?\s*", re.IGNORECASE)


class Format(StrEnum):
    """The format of an answer. The ending of the address chooses it or, without an ending, the Accept header."""

    XML = "xml"
    JSON = "json"


MEDIA_TYPES = {Format.XML: "text/xml; charset=utf-8", Format.JSON: "application/json; charset=utf-8"}


def format_of(path: str, accept: str = "") -> Format:
    """The format that `path` names, else the one that `accept` prefers, else XML, which every client reads."""
    for form in Format:
        if path.endswith(f".{form}"):
            return form
    liked = _liked(accept)
    xml = max(liked.get("text/xml", 0.0), liked.get("application/xml", 0.0))
    return Format.JSON if liked.get("application/json", 0.0) > xml else Format.XML


def answer(
    scope: MutableMapping[str, Any], root: str, value: Value, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """`value` under the element `root`, in the format asked for in `scope`."""
    asked = request_context_of(scope).headers
    form = format_of(scope.get("path", ""), asked.get(b"accept", b"").decode("latin-1"))
    written = as_json(value) if form is Format.JSON else as_xml(root, value)
    told = {"Vary": "Accept, Accept-Encoding, Accept-Language", **(headers or {})}
    if len(written) >= _LONG and _liked(asked.get(b"accept-encoding", b"").decode("latin-1")).get("gzip", 0.0) > 0:
        written, told["Content-Encoding"] = gzip.compress(written, _LEVEL, mtime=0), "gzip"
    return Response(written, status, told, media_type=MEDIA_TYPES[form])


def _liked(header: str) -> dict[str, float]:
    """The values that the header names, with their weights (RFC 9110, 12.4.2)."""
    found = (_RANGE.fullmatch(part) for part in header.split(",")[:20])
    return {each[1].lower(): float(each[2] or 1) for each in found if each is not None}


def as_xml(root: str, value: Value) -> bytes:
    """`value` as an XML document whose root element is `root`."""
    element = Element(root)
    _fill(element, plain(value))
    return _DECLARATION + tostring(element, encoding="unicode").encode()


def as_json(value: Value) -> bytes:
    """`value` as JSON."""
    return orjson.dumps(plain(value))


def plain(value: Value) -> Value:
    """`value` made of texts, numbers, truth values, dicts and lists alone. An empty text becomes None."""
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
    """`at` in W3C's profile of ISO 8601, in UTC and whole seconds."""
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
