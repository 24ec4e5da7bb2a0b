"""Aggregates that never change: read once from the store, then from memory."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.cache import Cache
from services.chassis.store.aggregates import Aggregates

A = TypeVar("A", bound=Aggregate)


class Unchanging(Generic[A]):
    """Aggregates that never change once they exist: read from the store once, then from memory."""

    LIMIT = 20_000

    def __init__(self, aggregates: Aggregates[A]) -> None:
        self.stored = aggregates
        self._known = Cache[str, A](self.LIMIT)

    async def get(self, id: str) -> A:
        """The aggregate `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        known = self._known.get(id)
        if known is None:
            known = self._known.put(id, (await self.stored.get(id)).aggregate)
        return known

    def known(self, id: str) -> A | None:
        """The aggregate `id` if it is in memory."""
        return self._known.get(id)

    async def those_of(self, ids: Sequence[str]) -> dict[str, A]:
        """Those of `ids` that exist, by their id."""
        found = {id: known for id in ids if (known := self._known.get(id)) is not None}
        missing = [id for id in dict.fromkeys(ids) if id not in found]
        for start in range(0, len(missing), 200):
            part = missing[start : start + 200]
            for stored in (await self.stored.select({"_id": {"$in": part}}, limit=200)).items:
                found[stored.aggregate.id] = self._known.put(stored.aggregate.id, stored.aggregate)
        return found
