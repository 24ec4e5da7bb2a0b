"""What people call the venues of a community: as the committee entered them, read again every few seconds."""

from collections.abc import Mapping

from services.chassis.clock import Clock
from services.chassis.store.mongo import Database, Document
from services.notify.knowledge.store import VENUES
from services.notify.shared.believed import Believed

_MOST_VENUES = 1000


class Venues:
    """The venues of all communities. A change is seen after four seconds at most."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._venues = database[VENUES]
        self._believed = Believed(self._read, clock)

    async def ready(self, community: str) -> Mapping[str, Document]:
        """The venues of `community` by code, as their states tell; read, if that was not done just now."""
        return await self._believed(community)

    def begin(self, community: str) -> None:
        """Begin to read the venues of `community`, if that was not done just now."""
        self._believed.begin(community)

    async def read(self, community: str) -> Mapping[str, Document]:
        """The venues of `community` by code, as their states tell now."""
        return await self._believed.anew(community)

    async def _read(self, community: str) -> Mapping[str, Document]:
        standing = {"community": community, "state": {"$exists": True}}
        rows = await self._venues.find(standing).limit(_MOST_VENUES).to_list(None)
        return {row["state"]["venue"]: row["state"] for row in rows}

    def name(self, community: str, code: str, language: str) -> str | None:
        """What people call the venue `code`, as far as was read; None where the committee entered none."""
        venue = (self._believed.known(community) or {}).get(code, {})
        name: str | None = (venue.get("en") if language == "en" else None) or venue.get("zh")
        return name
