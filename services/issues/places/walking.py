"""Lists of places in the order in which one walks them: 9号楼 before 10号楼, a building before its floors."""

import re
from collections.abc import Mapping
from typing import Any

from services.chassis.store import cursor as cursors
from services.chassis.store.aggregates import Page
from services.contracts.issues import PlaceKind
from services.issues.places.domain.places import Place
from services.issues.shared.cache import AggregateCache

MOST = 1_000
"""So many places are put in order for a list; longer lists have none but that of registration, newest first."""

_KINDS = list(PlaceKind)
_DIGITS = re.compile(r"\d+")
_LOWEST = 10_000
"""Floors below the ground have negative numbers."""


async def in_walking_order(
    places: AggregateCache[Place], query: Mapping[str, Any], limit: int, cursor: str | None
) -> Page[Place] | None:
    """A page of the places that `query` finds; None where they are more than a thousand.

    Raises:
        InvalidCursor: the cursor is not one of ours.
    """
    found = await places.stored.select(query, limit=MOST)
    if found.next is not None:
        return None
    here = {stored.aggregate.id: stored.aggregate for stored in found.items}
    above = {step for place in here.values() for step in place.above} - here.keys()
    known = {**await places.those_of(sorted(above)), **here}
    keyed = sorted(((_key(stored.aggregate, known), stored) for stored in found.items), key=lambda each: each[0])
    if cursor is not None:
        last = cursors.decode(cursor)[0]
        keyed = [each for each in keyed if isinstance(last, str) and each[0] > last]
    page = keyed[:limit]
    following = cursors.encode(page[-1][0], page[-1][1].aggregate.id) if len(keyed) > limit else None
    return Page([stored for _, stored in page], following)


def _key(place: Place, known: Mapping[str, Place]) -> str:
    """A text by which places sort as one walks them, another for each place."""
    steps = [known[step] for step in place.above if step in known]
    return "\x1f".join([*map(_step, (*steps, place)), place.id])


def _step(place: Place) -> str:
    title = _DIGITS.sub(lambda digits: digits[0].zfill(8), place.title[:60])
    return f"{_KINDS.index(place.kind):02}{(place.number or 0) + _LOWEST:06}{title}"
