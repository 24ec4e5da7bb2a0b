"""The endpoint serves jurisdictions: each community is one, under its own id."""

from collections.abc import Sequence

from services.chassis.elapsed import elapsed
from services.chassis.store.mongo import Collection, Database
from services.issues.open311.refusals import JurisdictionMissing, JurisdictionUnknown

_LOOK_EVERY = 1.0
_FEW = 50


class Jurisdictions:
    """The communities served: those that settings name, else all that have places.

    While they are few, each question looks; where they are many, one in a second does.
    """

    def __init__(self, database: Database, named: Sequence[str]) -> None:
        self._places: Collection = database["places"]
        self._named = frozenset(named)
        self._known = self._named
        self._looked: float | None = None

    async def community(self, jurisdiction: str | None) -> str:
        """The community of `jurisdiction`; the only one where none is named.

        Raises:
            JurisdictionMissing: there are several.
            JurisdictionUnknown: none of them is so called, or there is none at all.
        """
        served = await self.served()
        if jurisdiction:
            if jurisdiction not in served:
                raise JurisdictionUnknown()
            return jurisdiction
        if len(served) > 1:
            raise JurisdictionMissing()
        for only in served:
            return only
        raise JurisdictionUnknown()

    async def served(self) -> frozenset[str]:
        """All communities that are served."""
        if self._named:
            return self._named
        now = elapsed()
        if len(self._known) <= _FEW or self._looked is None or now - self._looked >= _LOOK_EVERY:
            self._known = frozenset(await self._places.distinct("state.community"))
            self._looked = now
        return self._known
