"""Lists of places in the order in which one walks them: 9号楼 before 10号楼, a building before its floors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.store import cursor as cursors
from services.chassis.store.aggregates import Page
from services.contracts.issues import PlaceKind
from services.issues.places.domain.places import Place
from services.issues.shared.cache import AggregateCache
from services.issues.shared.natural_order import naturally
from services.issues.shared.queries import in_order_of

MOST = 20_000
"""So many places are put in order for a list; longer lists have none but that of registration, newest first."""

_READ = {f"state.{name}": 1 for name in ("kind", "title", "number", "parent", "path")}
"""What the order depends on, which is read of all places of a list."""

_KINDS = list(PlaceKind)
_HERE, _BELOW = "\x1e", "\x1f"
"""What follows a place's own steps, and what leads further down: the one sorts before the other, and both before what a
title may hold, so that a place stands before all that stands in it."""
_LOWEST = 10_000
"""Floors below the ground have negative numbers."""


async def in_walking_order(
    places: AggregateCache[Place], query: Mapping[str, Any], limit: int, cursor: str | None
) -> Page[Place] | None:
    """A page of the places that `query` finds; None where they are more than twenty thousand.

    Raises:
        InvalidCursor: the cursor is not one of ours.
    """
    found = await places.stored.collection.find(query, _READ).limit(MOST + 1).to_list(None)
    if len(found) > MOST:
        return None
    here = {document["_id"]: _Standing.of(document["state"]) for document in found}
    missing = {step for place in here.values() for step in place.above} - here.keys()
    known = await places.those_of(sorted(missing))
    there = here | {id: _Standing(step.kind, step.title, step.number, step.above) for id, step in known.items()}
    keyed = sorted((_key(id, place, there), id) for id, place in here.items())
    if cursor is not None:
        last = cursors.decode(cursor)[0]
        keyed = [each for each in keyed if isinstance(last, str) and each[0] > last]
    page = keyed[:limit]
    following = cursors.encode(*page[-1]) if len(keyed) > limit else None
    return Page(await in_order_of([id for _, id in page], places.stored), following)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the order of a place depends on: itself, and the ids of the places `above`, from the compound down."""

    kind: PlaceKind
    title: str
    number: int | None
    above: tuple[str, ...]

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "_Standing":
        parent = state.get("parent")
        above = tuple(state.get("path") or (() if parent is None else (parent,)))
        return cls(PlaceKind(state["kind"]), state["title"], state.get("number"), above)


def _key(id: str, place: _Standing, known: Mapping[str, _Standing]) -> str:
    """A text by which places sort as one walks them, another for each place."""
    steps = [known[step] for step in place.above if step in known]
    return f"{_BELOW.join(map(_step, (*steps, place)))}{_HERE}{id}"


def _step(place: _Standing) -> str:
    return f"{_KINDS.index(place.kind):02}{(place.number or 0) + _LOWEST:06}{naturally(place.title[:60])}"
