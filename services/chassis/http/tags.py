"""Entity tags are the version of an aggregate, quoted. Conditional requests name them (RFC 9110, 13)."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from services.chassis.http.refusals import IfMatchMalformed

_ITEM = re.compile(r'[ \t,]*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t,]*|\Z)')
_VERSION = re.compile(r"(0|[1-9][0-9]{0,17})(?:-[0-9a-f]{8})?")
_LONGEST = 2048
_VARYING = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language"}


def tag(version: int) -> str:
    """The entity tag of `version`."""
    return f'"{version}"'


def match_versions(header: str | None) -> frozenset[int] | None:
    """The versions that an If-Match header allows; None where it allows every version (no header, or `*`).

    Comparison is strong: weak tags and tags that are no version of ours allow nothing.

    Raises:
        IfMatchMalformed: the header is no list of entity tags.
    """
    if header is None or header.strip() == "*":
        return None
    tags = _tags(header)
    if tags is None:
        raise IfMatchMalformed()
    found = [_VERSION.fullmatch(opaque) for weak, opaque in tags if not weak]
    return frozenset(int(version[1]) for version in found if version is not None)


def none_match(header: str | None, current: int | str) -> bool:
    """Whether an If-None-Match header lets the answer be sent, `current` being the tag's word. Comparison is weak."""
    if header is None:
        return True
    if header.strip() == "*":
        return False
    return all(opaque != str(current) for _weak, opaque in _tags(header) or ())


def etagged(stored: Any, view: Callable[[Any], BaseModel], request: Request) -> Response:
    """The answer with `stored` as `view` shows it, and its entity tag; 304 without a body where the caller has this
    version.

    `view` must depend on nothing but `stored` and the caller.
    """
    headers = {"ETag": tag(stored.version), "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if not none_match(request.headers.get("if-none-match"), stored.version):
        return Response(status_code=304, headers=headers)
    return Response(view(stored).model_dump_json(by_alias=True), media_type="application/json", headers=headers)


def etagged_as_shown(stored: Any, view: Callable[[Any], BaseModel], request: Request) -> Response:
    """The answer with `stored` for a `view` that depends on the time or the language too.

    Its entity tag is the version, a dash, and a digest of what is shown. If-Match reads the version from it.
    """
    body = view(stored).model_dump_json(by_alias=True).encode()
    word = f"{stored.version}-{_digest(body)}"
    return _unless_known(body, f'"{word}"', word, _VARYING, request)


def listed(
    body: bytes, headers: Mapping[str, str], request: Request, *, media_type: str = "application/json"
) -> Response:
    """The answer with the list `body`, and a weak entity tag of its content; 304 without a body where the caller has
    it."""
    word = _digest(body)
    return _unless_known(body, f'W/"{word}"', word, {**_VARYING, **headers}, request, media_type)


def _unless_known(
    body: bytes, tag: str, word: str, headers: Mapping[str, str], request: Request, media_type: str = "application/json"
) -> Response:
    headers = {"ETag": tag, **headers}
    if not none_match(request.headers.get("if-none-match"), word):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=4).hexdigest()


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
