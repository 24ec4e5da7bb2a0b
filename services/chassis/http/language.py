"""Finds the language of a caller: Chinese unless they ask for English (RFC 9110, 12.5.4)."""

import re
from typing import Annotated, Literal

from fastapi import Depends, Request

Language = Literal["zh", "en"]

_RANGE = re.compile(r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?))?\s*")
_MOST_RANGES = 20


def preferred(accept: str | None) -> Language:
    """The language that `accept`, an Accept-Language header, prefers. Parts that can't be read are ignored."""
    wishes: dict[str, tuple[float, int]] = {}
    for place, part in enumerate((accept or "").split(",")[:_MOST_RANGES]):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        tag = match[1].split("-")[0].lower()
        quality = min(float(match[2]), 1.0) if match[2] else 1.0
        if tag not in wishes or quality > wishes[tag][0]:
            wishes[tag] = (quality, -place)
    others = wishes.get("*", (0.0, 0))
    zh, en = wishes.get("zh", others), wishes.get("en", others)
    return "en" if en[0] > 0 and en > zh else "zh"


def language_of(request: Request) -> Language:
    """The language that the sender of `request` prefers."""
    return preferred(request.headers.get("accept-language"))


LanguageDep = Annotated[Language, Depends(language_of)]
