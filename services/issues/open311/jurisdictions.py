"""The jurisdictions that the endpoint serves: each community is one, under its own id.

GeoReport lets clients leave out `jurisdiction_id` while only one is served. A community that comes later must not break
the clients of the first, so the first stays the one that is meant where none is named.
"""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.elapsed import elapsed
from services.chassis.store.mongo import ASCENDING, Collection, Database
from services.issues.open311.refusals import JurisdictionUnknown

_LOOK_EVERY = 1.0
_FEW = 50


class Jurisdictions:
    """The communities that are served: those that the settings name, the first of them first, else all that have
    places, of which that with the oldest place is the first.

    While they are few, every question reads them from the store; many are read at most once a second.
    """

    def __init__(self, database: Database, named: Sequence[str]) -> None:
        self._places: Collection = database["places"]
        self._named = frozenset(named)
        self._known = self._named
        self._first = named[0] if named else None
        self._looked: float | None = None

    async def community(self, jurisdiction: str | None) -> str:
        """The community of `jurisdiction`, or the first community where none is named.

        Raises:
            JurisdictionUnknown: no community of this id is served, or none at all.
        """
        served = await self.served()
        if jurisdiction and jurisdiction not in served:
            raise JurisdictionUnknown()
        return jurisdiction or await self._first_of(served)

    async def served(self) -> frozenset[str]:
        """All communities that are served."""
        if self._named:
            return self._named
        now = elapsed()
        if len(self._known) <= _FEW or self._looked is None or now - self._looked >= _LOOK_EVERY:
            self._known = frozenset(await self._places.distinct("state.community"))
            self._looked = now
        return self._known

    async def _first_of(self, served: frozenset[str]) -> str:
        """The first community that was served, which stays the first whatever comes later."""
        if self._first is None:
            oldest = [(await self._oldest_place(community), community) for community in sorted(served)]
            if not oldest:
                raise JurisdictionUnknown()
            self._first = min(oldest)[1]
        return self._first

    async def _oldest_place(self, community: str) -> datetime:
        found = self._places.find({"state.community": community}, {"at": 1}).sort(
            [("at", ASCENDING), ("_id", ASCENDING)]
        )
        at: datetime = (await found.limit(1).to_list(1))[0]["at"]
        return at
