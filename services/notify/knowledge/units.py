"""What the units of a community are called, by their public states, read again every few seconds."""

from collections.abc import Mapping

from services.chassis.clock import Clock
from services.chassis.store.mongo import Database, Document
from services.notify.knowledge.store import UNITS
from services.notify.shared.believed import Believed

_MOST_UNITS = 1000


class Units:
    """The units of all communities. A change is seen after four seconds at most."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._units = database[UNITS]
        self._believed = Believed(self._read, clock)

    async def ready(self, community: str) -> Mapping[str, Document]:
        """The units of `community` by id, as their states tell; read, if that was not done just now."""
        return await self._believed(community)

    async def _read(self, community: str) -> Mapping[str, Document]:
        named = {"community": community, "state.title": {"$exists": True}}
        rows = await self._units.find(named).limit(_MOST_UNITS).to_list(None)
        return {str(row["_id"]): row["state"] for row in rows}

    def name(self, community: str, id: str, language: str) -> str | None:
        """What the unit `id` is called, as far as was read; None where no state of it has come."""
        unit = (self._believed.known(community) or {}).get(id, {})
        name: str | None = (unit.get("title_en") if language == "en" else None) or unit.get("title")
        return name
