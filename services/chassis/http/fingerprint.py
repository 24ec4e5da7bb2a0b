"""Tells whether two requests are the same: by caller, method, address and meaning of the body.

Key and fingerprint of a receipt are digests keyed with the service's secret: somebody who gets hold of them can't find
out by trying whose request it was, or with which Idempotency-Key.

JSON is compared by value, so that order and spacing don't matter. A form is compared by its fields and the content of
its files, so that its boundary, which differs each time, doesn't matter.
"""

import hashlib
import re
from contextlib import suppress
from typing import Any

import orjson
from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from services.chassis.http.demands import FORMS, JSON
from services.chassis.http.refusals import IdempotencyKeyMalformed
from services.chassis.http.request_context import UNREAD, request_context_of
from services.chassis.store.secret import keyed_mark

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_CHUNK = 1 << 16


def check_key(key: str | None) -> str | None:
    """Check `key`, the Idempotency-Key header of a request, and return it; None where the request has none.

    Raises:
        IdempotencyKeyMalformed: it is empty, too long, or not visible ASCII.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise IdempotencyKeyMalformed()
    return key


def receipt_key(secret: bytes, sub: str, request: Request, key: str) -> str:
    """The key of a receipt. It differs for another caller or another operation with the same Idempotency-Key."""
    return keyed_mark(secret, "receipt", sub, request.method, request.scope["path"], key)


async def fingerprint(secret: bytes, sub: str, request: Request) -> str:
    """The digest of what `sub` asks for by `request`, whose body the route has already read."""
    query = request.scope["query_string"].decode("latin-1")
    asked = (request.method, request.scope["path"], query, await _meaning(request))
    return keyed_mark(secret, "request", sub, *asked)


async def _meaning(request: Request) -> str:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    context = request_context_of(request.scope)
    demand = context.demand
    if kind in FORMS and (demand is None or demand.reads_forms):
        return await _form_meaning(await request.form())
    is_json = demand is None or JSON in demand.kinds  # JSON that the border has already bounded
    if is_json and context.value is not UNREAD:
        return hashlib.sha256(_sorted(context.value)).hexdigest()
    body = await request.body()
    if is_json:
        with suppress(orjson.JSONDecodeError):
            body = _sorted(orjson.loads(body))
    return hashlib.sha256(body).hexdigest()


def _sorted(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


async def _form_meaning(form: FormData) -> str:
    parts: list[str] = []
    for name, value in form.multi_items():
        parts += [name, await _file_digest(value) if isinstance(value, UploadFile) else value]
    return _digest(*parts)


async def _file_digest(file: UploadFile) -> str:
    digest = hashlib.sha256()
    await file.seek(0)
    while chunk := await file.read(_CHUNK):
        digest.update(chunk)
    await file.seek(0)
    return digest.hexdigest()


def _digest(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape")
        digest.update(len(raw).to_bytes(8))
        digest.update(raw)
    return digest.hexdigest()
