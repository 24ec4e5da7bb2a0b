"""Keeps bodies within bounds before a route reads them: size, declared or not; and that JSON is plain JSON.

A JSON body is read whole, checked and handed on. Other bodies stream through and are cut off at the limit.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.errors import CommunityError
from services.chassis.http.passage import passage_of
from services.chassis.http.problems import problem
from services.chassis.http.refusals import (
    BadRequest,
    BodyNotJson,
    BodyTooDeep,
    BodyTooLarge,
    NumberOutOfRange,
    UnsupportedMedia,
)
from services.chassis.http.texts import check_texts

DEEPEST = 32

_INT64 = 2**63
_LONG = 256 * 1024
"""Bytes of JSON that take long enough to be read that others should not wait for it."""
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_LONG_NUMBER = re.compile(rb"\d{19}")


class BodyGuard:
    """Wraps a service's application. `upload_limit` is for multipart/form-data and for paths that are `bulky`."""

    def __init__(self, app: ASGIApp, *, limit: int, upload_limit: int, bulky: Sequence[re.Pattern[str]] = ()) -> None:
        self._app = app
        self._limit = limit
        self._upload_limit = upload_limit
        self._bulky = bulky

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        passage = passage_of(scope)
        kind = passage.headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        large = kind == b"multipart/form-data" or any(path.match(scope["path"]) for path in self._bulky)
        passage.body_limit = limit = self._upload_limit if large else self._limit
        try:
            _check_head(passage.headers, limit)
            if kind == b"application/json" or kind.endswith(b"+json"):
                receive = _again(await _checked_json(receive, limit), receive)
            else:
                receive = _cut_off(receive, limit)
        except CommunityError as refusal:
            await problem(scope, refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _check_head(headers: dict[bytes, bytes], limit: int) -> None:
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise BadRequest()
    if len(declared) > 18 or int(declared) > limit:
        raise BodyTooLarge(limit=limit)
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise UnsupportedMedia(expected="Content-Encoding: identity")


async def _checked_json(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit=limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    body = b"".join(chunks)
    if size > _LONG:
        await asyncio.to_thread(check_json, body)
    elif body:
        check_json(body)
    return body


def check_json(body: bytes) -> None:
    """Raises a refusal unless `body` is JSON of ordinary depth, whose numbers fit 64 bits and whose texts are plain."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyNotJson(line=error.lineno, column=error.colno) from None
    if body.count(b"{") + body.count(b"[") > DEEPEST or _LONG_NUMBER.search(body):
        _walk(json.loads(body), 1)
    check_texts(body)


def _walk(value: Any, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth > DEEPEST:
            raise BodyTooDeep(limit=DEEPEST)
        for inner in value.values() if isinstance(value, dict) else value:
            _walk(inner, depth + 1)
    elif isinstance(value, int) and not -_INT64 <= value < _INT64:
        raise NumberOutOfRange()


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives `body` once, then what `receive` gives (a disconnect)."""
    given = False

    async def give() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _cut_off(receive: Receive, limit: int) -> Receive:
    size = 0

    async def give() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return give
