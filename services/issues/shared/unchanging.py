"""Aggregates that never change: read once from the store, then from memory."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.store.aggregates import Aggregates

A = TypeVar("A", bound=Aggregate)


class Unchanging(Generic[A]):
    """Aggregates that never change once they exist: read from the store once, then from memory."""

    LIMIT = 20_000

    def __init__(self, aggregates: Aggregates[A]) -> None:
        self.stored = aggregates
        self._known: dict[str, A] = {}

    async def get(self, id: str) -> A:
        """The aggregate `id`.

        Raises:
            UnknownAggregate: there is none.
        """
        known = self._known.get(id)
        if known is None:
            known = (await self.stored.get(id)).aggregate
            self._remember(known)
        return known

    async def those_of(self, ids: Sequence[str]) -> dict[str, A]:
        """Those of `ids` that exist, by their id."""
        found = {id: self._known[id] for id in ids if id in self._known}
        missing = [id for id in dict.fromkeys(ids) if id not in found]
        for start in range(0, len(missing), 200):
            part = missing[start : start + 200]
            for stored in (await self.stored.select({"_id": {"$in": part}}, limit=200)).items:
                self._remember(stored.aggregate)
                found[stored.aggregate.id] = stored.aggregate
        return found

    def _remember(self, aggregate: A) -> None:
        if len(self._known) >= self.LIMIT:
            self._known.clear()
        self._known[aggregate.id] = aggregate
