"""Counts how many people support a wish, from the supports that are stored."""

from dataclasses import dataclass

from services.chassis.store.aggregates import Aggregates
from services.issues.supports.counting import CAUSE, supporting
from services.issues.supports.domain.supports import Support
from services.issues.wishes.domain.wishes import Wish, recount


@dataclass(frozen=True, slots=True)
class WishCounts:
    """Counts the supports of wishes, and writes the number into the wish."""

    wishes: Aggregates[Wish]
    supports: Aggregates[Support]

    async def count(self, id: str) -> None:
        """Count the supports of the wish `id`. Its proposer has no support among them, and the wish adds them.

        Raises:
            StaleVersion: the wish was changed meanwhile.
        """
        stored = await self.wishes.get(id)
        own = sorted(stored.aggregate.people)
        found = await self.supports.collection.count_documents({**supporting([id]), "state.person": {"$nin": own}})
        await self.wishes.change(id, lambda wish, now: recount(wish, found), CAUSE, expected=stored.version)
