"""Entity tags are the version of an aggregate, quoted. Conditional requests name them (RFC 9110, 13)."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from services.chassis.http.refusals import IfMatchMalformed

_ITEM = re.compile(r'[ \t,]*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t,]*|\Z)')
_VERSION = re.compile(r"(0|[1-9][0-9]{0,17})")
_LONGEST = 2048


def tag(version: int) -> str:
    """The entity tag of `version`."""
    return f'"{version}"'


def match_versions(header: str | None) -> frozenset[int] | None:
    """The versions that an If-Match header allows; None where any is (no header, or `*`).

    Comparison is strong: weak tags and tags that are no version of ours allow nothing.

    Raises:
        IfMatchMalformed: it is no list of entity tags.
    """
    if header is None or header.strip() == "*":
        return None
    tags = _tags(header)
    if tags is None:
        raise IfMatchMalformed()
    return frozenset(int(opaque) for weak, opaque in tags if not weak and _VERSION.fullmatch(opaque))


def none_match(header: str | None, version: int) -> bool:
    """Whether an If-None-Match header lets the answer be sent, `version` being current. Comparison is weak."""
    if header is None:
        return True
    if header.strip() == "*":
        return False
    return all(opaque != str(version) for _weak, opaque in _tags(header) or ())


def etagged(stored: Any, view: Callable[[Any], BaseModel], request: Request) -> Response:
    """`stored` as `view` shows it, with its entity tag; 304 without a body where the caller has this version already.

    `view` must depend on nothing but `stored` and who asks.
    """
    headers = {"ETag": tag(stored.version), "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if not none_match(request.headers.get("if-none-match"), stored.version):
        return Response(status_code=304, headers=headers)
    return Response(view(stored).model_dump_json(by_alias=True), media_type="application/json", headers=headers)


def _tags(header: str) -> list[tuple[bool, str]] | None:
    found: list[tuple[bool, str]] = []
    place = 0
    while place < len(header) <= _LONGEST:
        match = _ITEM.match(header, place)
        if match is None:
            return None
        found.append((match[1] is not None, match[2]))
        place = match.end()
    return found or None
