"""Work on many places of the tree at once: the way down to one, and all that stands in one."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import groupby
from typing import Any

from services.chassis.errors import AlreadyExists
from services.chassis.http.command import Command
from services.contracts.issues import PlaceKind
from services.issues.places.domain.places import (
    Place,
    PlaceHasBuildings,
    PlaceIsRetired,
    RegisterPlace,
    place_id,
    register_place,
    retire_place,
)
from services.issues.shared.cache import AggregateCache
from services.issues.shared.natural_order import naturally

_AT_ONCE = 32
_PAGE = 500
_ORDER = list(PlaceKind)


async def path_to(places: AggregateCache[Place], id: str) -> list[Place]:
    """The places from the compound down to `id`, itself the last.

    Raises:
        UnknownAggregate: there is no such place.
    """
    place = await places.get(id)
    above = await places.those_of(place.above)
    return [*(above[step] for step in place.above if step in above), place]


async def reportable(places: AggregateCache[Place], id: str) -> list[Place]:
    """The places from the compound down to `id`, where something is to be reported.

    Raises:
        UnknownAggregate: there is no such place.
        PlaceIsRetired: it, or what it stands in, is out of use.
    """
    steps = await path_to(places, id)
    if any(step.retired for step in steps):
        raise PlaceIsRetired()
    return steps


async def register_all(
    places: AggregateCache[Place], place: Place, wanted: Sequence[RegisterPlace], command: Command
) -> tuple[int, int]:
    """Register `wanted`, which stand in `place` or in one another; how many are new, and how many were known.

    Raises:
        PlaceIsRetired: one that others are to stand in is out of use.
        NotYours: the caller may not.
    """
    ids = [place_id(each) for each in wanted]
    there = {place.id: place} | await places.those_of(ids)
    if any(there[each].retired for each in (place.id, *ids) if each in there):
        raise PlaceIsRetired()
    turns = asyncio.Semaphore(_AT_ONCE)

    async def register(each: RegisterPlace) -> tuple[Place, bool]:
        async with turns:
            return await _register(places, each, there[str(each.parent)], command)

    made = 0
    missing = [each for each, id in zip(wanted, ids, strict=True) if id not in there]
    for _, level in groupby(missing, key=lambda each: each.kind):
        for found, new in await asyncio.gather(*map(register, level)):
            there[found.id] = found
            made += new
    return made, len(wanted) - made


async def retire_inside(places: AggregateCache[Place], place: Place, command: Command) -> None:
    """Retire all that stands in `place`, the finest first.

    Raises:
        PlaceHasBuildings: it is a compound with buildings in use.
        NotYours: the caller may not.
    """
    inside = [each async for each in everything_in(places, place) if not each.retired]
    if any(each.kind is PlaceKind.BUILDING for each in inside):
        raise PlaceHasBuildings()
    turns = asyncio.Semaphore(_AT_ONCE)

    async def retire(each: Place) -> None:
        async with turns:
            await places.stored.change(
                each.id, lambda place, now: retire_place(place, command.principal, now), command.cause
            )

    for _, level in groupby(sorted(inside, key=_depth, reverse=True), key=_depth):
        await asyncio.gather(*map(retire, level))
    places.forget(*(each.id for each in inside))


async def everything_in(places: AggregateCache[Place], place: Place, *, directly: bool = False) -> AsyncIterator[Place]:
    """All that stands in `place`, at any depth; or only what has it as its parent."""
    query, cursor = {"state.parent": place.id} if directly else standing_in(place.id), None
    while True:
        page = await places.stored.select(query, limit=_PAGE, cursor=cursor)
        for stored in page.items:
            yield stored.aggregate
        cursor = page.next
        if cursor is None:
            return


def standing_in(id: str) -> dict[str, Any]:
    """The query for all that stands in the place `id`. Buildings that were registered before there were finer places
    have no path."""
    return {"$or": [{"state.path": id}, {"state.parent": id}]}


async def floors_in_use(places: AggregateCache[Place], place: Place) -> list[int]:
    """The numbers of the floors in `place` that are in use."""
    inside = [each async for each in everything_in(places, place)]
    return [each.number for each in inside if each.kind is PlaceKind.FLOOR and not each.retired and each.number]


def in_walking_order(places: Iterable[Place]) -> list[Place]:
    """The places in the order in which one walks them: each after what it stands in, by number and title."""
    known = {place.id: place for place in places}

    def way(place: Place) -> list[tuple[int, int, str]]:
        steps = [known[step] for step in place.above if step in known]
        return [(_ORDER.index(step.kind), step.number or 0, naturally(step.title)) for step in (*steps, place)]

    return sorted(known.values(), key=way)


async def _register(
    places: AggregateCache[Place], wanted: RegisterPlace, parent: Place, command: Command
) -> tuple[Place, bool]:
    """The place, and whether it is new: somebody may have been faster."""
    id, by = place_id(wanted), command.principal
    try:
        stored = await places.stored.create(id, lambda now: register_place(wanted, parent, by, now), command.cause)
    except AlreadyExists:
        return (await places.stored.get(id)).aggregate, False
    return stored.aggregate, True


def _depth(place: Place) -> int:
    return len(place.above)
