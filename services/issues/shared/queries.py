"""Queries and indexes as the rooms of issues write them: on fields of the state, the newest first."""

from collections.abc import Iterable
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.store.aggregates import Aggregates, Stored, newest_first
from services.chassis.store.mongo import ASCENDING, IndexModel

A = TypeVar("A", bound=Aggregate)


def by_newest(*fields: str) -> IndexModel:
    """The index for lists whose query fixes `fields` of the state, sorted by creation."""
    return IndexModel(newest_first(*(f"state.{field}" for field in fields)))


def by(field: str) -> IndexModel:
    """The index for queries on `field` of the state alone."""
    return IndexModel([(f"state.{field}", ASCENDING)])


def matching(community: str, **fields: Any) -> dict[str, Any]:
    """The query for aggregates of `community` with these `fields`. None allows any value, a list each of its items."""
    query: dict[str, Any] = {"state.community": community}
    for name, value in fields.items():
        if isinstance(value, list | tuple | set | frozenset):
            query[f"state.{name}"] = {"$in": sorted(value)}
        elif value is not None:
            query[f"state.{name}"] = value
    return query


async def in_order_of(ids: Iterable[str], aggregates: Aggregates[A]) -> list[Stored[A]]:
    """The aggregates `ids` as they stand now, in the order of `ids`; those that don't exist are left out."""
    wanted = list(ids)
    if not wanted:
        return []
    page = await aggregates.select({"_id": {"$in": wanted}}, limit=len(wanted))
    found = {stored.aggregate.id: stored for stored in page.items}
    return [found[id] for id in wanted if id in found]
