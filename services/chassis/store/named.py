"""Asks the tombstones (`gone`) around every write of an aggregate about the people whom it names."""

from services.chassis.aggregate import Aggregate
from services.chassis.principal import SYSTEM
from services.chassis.store.gone import Gone
from services.chassis.store.unavailable import store_errors
from services.contracts.holding import ERASED, people


class Named:
    """The people in aggregates of one `model`. Without tombstones (`gone` is None) nobody is asked about."""

    def __init__(self, gone: Gone | None, model: type[Aggregate]) -> None:
        self._gone = gone
        self._model = model

    def newly(self, before: Aggregate | None, after: Aggregate) -> set[str]:
        """The people whom `after` names and `before` did not."""
        if self._gone is None or before is after:
            return set()
        named = people(self._model, after) - {ERASED}
        return named if before is None or not named else named - people(self._model, before)

    async def require(self, named: set[str], actor: str, community: str) -> None:
        """Raises PersonGone where one of `named` was erased, or who acts, whom the events name."""
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
        """An erasure that ran side by side with the write may not have seen it: then it is done again first.

        Raises:
            PersonGone: it is as if nothing had been written.
        """
        if self._gone is not None and named:
            with store_errors():
                await self._gone.look_after(named, community)
