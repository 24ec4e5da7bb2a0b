"""Asks the tombstones (`gone`) before and after every write of an aggregate about the people whom it names."""

from services.chassis.aggregate import Aggregate
from services.chassis.principal import SYSTEM
from services.chassis.store.gone import Gone
from services.chassis.store.unavailable import store_errors
from services.contracts.holding import ERASED, newly_named, people


class Named:
    """The people named in aggregates of one `model`. Without tombstones (`gone` is None) nothing is asked."""

    def __init__(self, gone: Gone | None, model: type[Aggregate]) -> None:
        self._gone = gone
        self._model = model

    def newly(self, before: Aggregate | None, after: Aggregate) -> set[str]:
        """The people whom `after` names and `before` did not."""
        if self._gone is None or before is after:
            return set()
        named = people(self._model, after) if before is None else newly_named(self._model, before, after)
        return named - {ERASED}

    async def require(self, named: set[str], actor: str, community: str) -> None:
        """Raises PersonGone where one of `named`, or the `actor`, whom the events name, was erased."""
        asked = named if actor == SYSTEM else named | {actor}
        if self._gone is not None and asked:
            with store_errors():
                await self._gone.require(asked, community)

    async def gone(self, named: set[str], community: str | None) -> frozenset[str]:
        """Those of `named` who were erased."""
        if self._gone is None or not named:
            return frozenset()
        with store_errors():
            return await self._gone.among(named, community)

    async def look_after(self, named: set[str], community: str) -> None:
        """Look for an erasure that ran at the same time as the write, which it may not have seen. Such an erasure is
        done again first.

        Raises:
            PersonGone: somebody was erased, so that nothing of the write about them stays.
        """
        if self._gone is not None and named:
            with store_errors():
                await self._gone.look_after(named, community)
