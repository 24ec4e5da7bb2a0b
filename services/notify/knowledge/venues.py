"""What people call the venues of a community: as the committee entered them, read again every few seconds."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.store.mongo import Database, Document
from services.notify.knowledge.store import VENUES

_READ_AGAIN = timedelta(seconds=4)
_MOST_VENUES = 1000


class Venues:
    """The venues of all communities. A change is seen after four seconds at most."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._venues = database[VENUES]
        self._clock = clock
        self._known: Cache[str, tuple[datetime, Mapping[str, Document]]] = Cache(1000)

    async def ready(self, community: str) -> Mapping[str, Document]:
        """The venues of `community` by code, as their states tell; read, if that was not done just now."""
        known = self._known.get(community)
        if known is not None and self._clock() - known[0] < _READ_AGAIN:
            return known[1]
        return await self.read(community)

    async def read(self, community: str) -> Mapping[str, Document]:
        """The venues of `community` by code, as their states tell now."""
        now = self._clock()
        standing = {"community": community, "state": {"$exists": True}}
        rows = await self._venues.find(standing).limit(_MOST_VENUES).to_list(None)
        return self._known.put(community, (now, {row["state"]["venue"]: row["state"] for row in rows}))[1]

    def name(self, community: str, code: str, language: str) -> str | None:
        """What people call the venue `code`, as far as was read; None where the committee entered none."""
        known = self._known.get(community)
        venue = {} if known is None else known[1].get(code, {})
        name: str | None = (venue.get("en") if language == "en" else None) or venue.get("zh")
        return name
