"""Keeps bodies within bounds while they are read: size, depth and number of values, declared or not.

The route's declaration decides which kinds of body are read; a body of another kind is refused unread, whatever the
request says of it. JSON is looked through as it arrives, then handed on whole; long JSON is parsed piece by piece, and
other requests are served between two pieces. Forms stream through and are cut off at the limit.
"""

import asyncio
import re

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.errors import CommunityError
from services.chassis.http.body_budget import BodyRoom, Share
from services.chassis.http.demands import JSON, MULTIPART, Demand
from services.chassis.http.heads import announces_body
from services.chassis.http.jsonscan import DEEPEST, SLICE, WHOLE, Scan, parse, parse_in_pieces, slices
from services.chassis.http.problems import problem
from services.chassis.http.refusals import BodyTooLarge, HandsFull, UnsupportedMedia
from services.chassis.http.request_context import UNREAD, RequestContext, request_context_of
from services.chassis.http.texts import check_texts

__all__ = ["DEEPEST", "BodyGuard", "check_json"]

VALUES = 50_000
"""The most values in an ordinary body; a body of a bulky route may hold ten times as many."""

_JSON_KIND = re.compile(r"application/(json|[\w!#$&^.+-]+\+json)")


class BodyGuard:
    """Wraps a service's application. `upload_limit` holds for multipart/form-data and for bulky routes, `limit` for all
    other bodies."""

    def __init__(self, app: ASGIApp, *, limit: int, upload_limit: int, room: BodyRoom) -> None:
        self._app = app
        self._limit = limit
        self._upload_limit = upload_limit
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = request_context_of(scope)
        if context.demand is None or not announces_body(context.headers):
            await self._app(scope, receive, send)
            return
        share = Share(self._room, stranger=context.principal is None)
        try:
            try:
                inner = await self._bounded(context, context.demand, receive, share)
            except CommunityError as refusal:
                await problem(scope, refusal)(scope, receive, send)
                return
            await self._app(scope, inner, send)
        finally:
            share.close()
            context.value = UNREAD

    async def _bounded(self, context: RequestContext, demand: Demand, receive: Receive, share: Share) -> Receive:
        headers = context.headers
        kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise UnsupportedMedia(expected="Content-Encoding: identity")
        large = demand.bulky or (kind == MULTIPART and MULTIPART in demand.kinds)
        context.body_limit = limit = self._upload_limit if large else self._limit
        declared = headers.get(b"content-length", b"0")
        if len(declared) > 18 or int(declared) > limit:
            raise BodyTooLarge(limit=limit)
        is_json = _JSON_KIND.fullmatch(kind) is not None
        if demand.kinds and kind not in demand.kinds and not (is_json and JSON in demand.kinds):
            raise UnsupportedMedia(expected=" / ".join(demand.kinds))
        if not is_json or not demand.kinds:
            return _cut_off(receive, limit, share)
        scan = Scan(values=VALUES * 10 if demand.bulky else VALUES)
        body = await _read(receive, limit, scan, share)
        if demand.bulky:
            context.value = await parse_in_pieces(body, scan.cuts)
        elif len(body) > WHOLE:
            await parse_in_pieces(body, scan.cuts)
        elif body:
            value = parse(body)
            check_texts(body)
            context.value = value
        return _again(body, receive)


async def _read(receive: Receive, limit: int, scan: Scan, share: Share) -> bytes:
    chunks: list[bytes] = []
    more = True
    since = 0
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect()
        chunk: bytes = message.get("body", b"")
        if share.grow(len(chunk)) > limit:
            raise BodyTooLarge(limit=limit)
        more = message.get("more_body", False)
        if not more and not chunks and len(chunk) <= SLICE:
            scan.feed_whole(chunk)
            return chunk
        for part in slices(chunk):
            since += len(part)
            if since > SLICE:
                await asyncio.sleep(0)
                since = len(part)
            scan.feed(part)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check_json(body: bytes) -> None:
    """Raises a refusal unless `body` is JSON of ordinary depth and breadth, with numbers of 64 bits and plain texts."""
    Scan(values=VALUES).feed(body)
    parse(body)
    check_texts(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """An ASGI `receive` that gives `body` once, then whatever the original `receive` gives (a disconnect)."""
    given = False

    async def give() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _cut_off(receive: Receive, limit: int, share: Share) -> Receive:
    async def give() -> Message:
        message = await receive()
        try:
            size = share.grow(len(message.get("body", b"")))
        except HandsFull:
            raise HTTPException(503) from None
        if size > limit:
            raise HTTPException(413)
        return message

    return give
