"""Keyset cursors: where a page of a list ended, as an opaque word that a caller hands back.

A cursor holds the sort value and the id of the last item. It is not secret and not signed: it only says where to go
on in a list that the caller may read anyway, and each list applies its own conditions again. What isn't the exact
encoding of such a pair is refused, so that nothing but plain values ever reaches a query.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

from services.chassis.errors import CommunityError
from services.chassis.store.mongo import Document

Value: TypeAlias = str | int | float | bool | datetime | None

_LONGEST = 4096
_INT64 = 2**63
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


class InvalidCursor(
    CommunityError,
    status=400,
    code="cursor.invalid",
    zh="翻页标记无效，请从第一页重新开始。",
    en="The cursor is not one of ours; start again from the first page.",
):
    """The cursor was cut, changed or made up."""


def encode(value: Value, id: str) -> str:
    """The cursor after the item `id` whose sort value is `value`. Times must be aware; whole milliseconds survive."""
    if isinstance(value, datetime):
        return _word(["t", round(value.timestamp() * 1000), id])
    return _word(["v", value, id])


def decode(cursor: str) -> tuple[Value, str]:
    """The sort value and the id in `cursor`; times come back in UTC.

    Raises:
        InvalidCursor: `encode` has not made the cursor.
    """
    try:
        kind, value, id = _parts(cursor)
        if not isinstance(id, str) or _word([kind, value, id]) != cursor:
            raise InvalidCursor()
        if kind == "t" and type(value) is int:
            return datetime.fromtimestamp(value / 1000, UTC), id
    except (ValueError, TypeError, OverflowError, OSError):
        raise InvalidCursor() from None
    if kind == "v" and _plain(value):
        return value, id
    raise InvalidCursor()


def _plain(value: Any) -> bool:
    if isinstance(value, int):
        return -_INT64 <= value < _INT64
    return value is None or isinstance(value, str | float)


def _word(parts: list[Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(parts, option=_OPTIONS)).rstrip(b"=").decode()


def _parts(cursor: str) -> Any:
    if len(cursor) > _LONGEST:
        raise InvalidCursor()
    try:
        raw = cursor.encode("ascii")
        return orjson.loads(urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)))
    except binascii.Error:
        raise InvalidCursor() from None


def beyond(sort: str, descending: bool, value: Any, last: str) -> list[Document]:
    """The alternatives of a query for items after one with `value` and the id `last`, in the order of (`sort`, `_id`).
    Empty values sort lowest and are not found by comparisons, so they need an alternative of their own."""
    beyond = "$lt" if descending else "$gt"
    tied: Document = {sort: value, "_id": {beyond: last}}
    if value is None:
        return [tied] if descending else [tied, {sort: {"$ne": None}}]
    return [tied, {sort: {beyond: value}}, *([{sort: None}] if descending else [])]


def at_path(document: Document, path: str) -> Any:
    """The value at the dotted `path`; None where there is none."""
    value: Any = document
    for part in path.split("."):
        value = None if value is None else value.get(part)
    return value
