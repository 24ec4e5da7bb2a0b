"""The names of a community's buildings: kept in memory, and read anew every few seconds."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from services.chassis.cache import Cache
from services.chassis.elapsed import elapsed
from services.chassis.store.mongo import ASCENDING, Database, IndexModel
from services.chassis.store.unavailable import store_errors

PLACES = "places"
"""The collection in which the public states of places are copied."""
INDEXES: Mapping[str, Sequence[IndexModel]] = {PLACES: [IndexModel([("community", ASCENDING)])]}
LOOK_EVERY = 4.0
"""So many seconds, at most, a name is older than what this service has been told."""
_COMMUNITIES = 500


class Name(BaseModel):
    """A name in both languages; `en` is null where nobody has given one."""

    zh: str
    en: str | None = None


class Names:
    """The names of buildings in all communities."""

    def __init__(self, database: Database) -> None:
        self._places = database[PLACES]
        self._known = Cache[str, tuple[float, Mapping[str, Name]]](_COMMUNITIES)

    async def of(self, community: str) -> Mapping[str, Name]:
        """The names of the buildings of `community` by their ids, a few seconds old at most."""
        kept = self._known.get(community)
        if kept is None or elapsed() - kept[0] > LOOK_EVERY:
            kept = self._known.put(community, (elapsed(), await self._read(community)))
        return kept[1]

    async def _read(self, community: str) -> dict[str, Name]:
        query = {"community": community, "state.title": {"$exists": True}}
        with store_errors():
            found = self._places.find(query, {"state.title": 1, "state.title_en": 1})
            return {
                str(each["_id"]): Name(zh=each["state"]["title"], en=each["state"].get("title_en"))
                async for each in found
            }
