"""Refuses control characters in every text of a request (path, query, headers and JSON), and texts that show nothing.

`contracts/text.py` says which characters a text may hold. The few routes that read forms check the fields themselves.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.errors import CommunityError, Invalid
from services.chassis.http.problems import problem
from services.chassis.http.refusals import BadRequest
from services.chassis.http.request_context import request_context_of
from services.contracts.text import NOTHING_VISIBLE, UNFIT

_IN_HEADER = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_MAYBE_IN_QUERY = re.compile(rb"%[01ef]|%7f|%c2%[89]|[^\x21-\x7e]", re.IGNORECASE)
_MAYBE_IN_JSON = re.compile(
    rb"\\[bfr]|\\u(?:00[0189]|007[fF]|20[26]|[dD][89a-fA-F]|[fF][dDfF])"
    rb"|\x7f|\xc2[\x80-\x9f]|\xe2[\x80\x81]|\xef[\xb7\xbf]|[\xf0-\xf4].\xbf[\xbe\xbf]",
    re.DOTALL,
)
"""Finds a control character in JSON, escaped or not. It also finds some harmless characters."""
_MAYBE_NOTHING_VISIBLE = re.compile(
    rb'"(?:[ \t]|\\[nrt]'
    rb"|\\u(?i:00a[0d]|034f|061c|115f|1160|17b[45]|180[b-f]|20[0-6].|2800|3000|3164|fe0.|feff|ffa0|db40|dc..|dd[0-e].)"
    rb'|[\xc2\xcd\xd8\xe1-\xe3\xef\xf3][\x80-\xbf]{1,3})+"',
    re.DOTALL,
)
"""Finds a text in JSON that may have nothing to be seen. It also finds some short texts that have."""
_NAME = re.compile(r"[A-Za-z0-9_.~-]{1,64}")


class ControlCharacter(
    Invalid,
    code="text.control-character",
    zh="{field} 含有不允许的控制字符（{character}），请删去后重试。",
    en="{field} has a control character that is not allowed ({character}); leave it out.",
):
    """A text holds a control character: NUL, ESC, one that turns the direction of writing, and the like. `field` is a
    JSON pointer, or the name of a parameter."""


class InvisibleText(
    Invalid,
    code="text.invisible",
    zh="{field} 里没有任何看得见的字，请填写后重试。",
    en="{field} has nothing that can be seen; write something.",
):
    """A text is not empty and yet shows nothing: zero-width spaces and the like. `field` is a JSON pointer, or the name
    of a parameter."""


class TextGuard:
    """Wraps a service's application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                _check_head(scope)
            except CommunityError as refusal:
                await problem(scope, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def check_texts(body: bytes) -> None:
    """Check each value and each name in `body`, which is JSON.

    Raises:
        ControlCharacter: one holds a control character.
        InvisibleText: one shows nothing.
    """
    if may_be_unfit(body):
        for pointer, text in texts_of(json.loads(body)):
            check_text(text, pointer)


def may_be_unfit(body: bytes) -> bool:
    """Whether `check_text` may refuse a text in `body`, which is JSON or a piece of it between two commas."""
    return _MAYBE_IN_JSON.search(body) is not None or _MAYBE_NOTHING_VISIBLE.search(body) is not None


def texts_of(value: Any) -> Iterator[tuple[str, str]]:
    """The texts in the JSON `value`, names of members among them, as pairs of pointer and text."""
    return _texts(value, "#")


def _check_head(scope: Scope) -> None:
    if _IN_HEADER.search(b"\t".join(request_context_of(scope).headers.values())):
        raise BadRequest()
    check_text(scope["path"], "path")
    query = scope.get("query_string", b"")
    if _MAYBE_IN_QUERY.search(query):
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            check_text(name, "query")
            check_text(value, _said(name))


def check_text(text: str, field: str) -> None:
    """Check `text`; `field` says where it stands.

    Raises:
        ControlCharacter: it holds a control character.
        InvisibleText: it shows nothing.
    """
    found = UNFIT.search(text)
    if found is not None:
        raise ControlCharacter(field=field, character=f"U+{ord(found.group()):04X}")
    if NOTHING_VISIBLE.fullmatch(text) is not None:
        raise InvisibleText(field=field)


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield pointer, name
            yield from _texts(inner, f"{pointer}/{_said(name)}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{pointer}/{place}")


def _said(name: str) -> str:
    """`name` in a form that may be repeated in the answer and in a log."""
    return name if _NAME.fullmatch(name) else "?"
