"""The names and positions of a community's buildings, and the names of its categories of cases: kept in memory, and
read anew every few seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from services.chassis.cache import Cache
from services.chassis.elapsed import elapsed
from services.chassis.store.mongo import ASCENDING, DESCENDING, Database, IndexModel
from services.chassis.store.unavailable import store_errors
from services.volunteers.names.words import OPEN
from services.volunteers.shared.values.points import Point

PLACES, CATALOGUES = "places", "catalogues"
"""The collections in which public states of places and catalogues are copied."""
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PLACES: [IndexModel([("community", ASCENDING)])],
    CATALOGUES: [IndexModel([("community", ASCENDING), ("state.edition", DESCENDING)])],
}
LOOK_EVERY = 4.0
"""So many seconds, at most, a name is older than what this service has been told."""
_COMMUNITIES = 500


class Name(BaseModel):
    """A name in both languages; `en` is null where nobody has given one."""

    zh: str
    en: str | None = None


@dataclass(frozen=True, slots=True)
class CommunityNames:
    """The names in one community, by codes and ids. `points`: where its buildings stand, as far as it is known."""

    places: Mapping[str, Name] = field(default_factory=dict)
    points: Mapping[str, Point] = field(default_factory=dict)
    categories: Mapping[str, Name] = field(default_factory=dict)

    def place(self, id: str | None) -> Name | None:
        """What a building is called; None where nobody has said so."""
        return None if id is None else self.places.get(id)

    def work(self, code: str) -> Name:
        """What a kind of work is called, or a category of cases; one that nobody has named is called by its code."""
        return _said("category", code) or self.categories.get(code) or Name(zh=code, en=code)

    def skill(self, code: str | None) -> Name | None:
        """What a skill is called."""
        return None if code is None else _said("skill", code) or Name(zh=code, en=code)


NOTHING = CommunityNames()


class Names:
    """The names in all communities."""

    def __init__(self, database: Database) -> None:
        self._places, self._catalogues = database[PLACES], database[CATALOGUES]
        self._known = Cache[str, tuple[float, CommunityNames]](_COMMUNITIES)

    async def of(self, community: str) -> CommunityNames:
        """The names in `community`, a few seconds old at most."""
        kept = self._known.get(community)
        if kept is None or elapsed() - kept[0] > LOOK_EVERY:
            kept = self._known.put(community, (elapsed(), await self._read(community)))
        return kept[1]

    async def prepare(self, communities: Iterable[str]) -> None:
        """Read the names that are to be `known`."""
        for community in communities:
            await self.of(community)

    def known(self, community: str) -> CommunityNames:
        """The names in `community` as they were last read."""
        kept = self._known.get(community)
        return NOTHING if kept is None else kept[1]

    async def _read(self, community: str) -> CommunityNames:
        places, points = dict[str, Name](), dict[str, Point]()
        query = {"community": community, "state.title": {"$exists": True}}
        fields = {f"state.{name}": 1 for name in ("title", "title_en", "stands")}
        with store_errors():
            async for each in self._places.find(query, fields):
                state = each["state"]
                places[str(each["_id"])] = Name(zh=state["title"], en=state.get("title_en"))
                if state.get("stands") is not None:
                    points[str(each["_id"])] = Point(lon=state["stands"]["east"], lat=state["stands"]["north"])
            newest = await self._catalogues.find_one({"community": community}, sort=[("state.edition", DESCENDING)])
        listed = () if newest is None else newest.get("state", {}).get("categories", ())
        return CommunityNames(places, points, {each["code"]: Name(zh=each["zh"], en=each["en"]) for each in listed})


def _said(kind: str, code: str) -> Name | None:
    said = OPEN[kind].get(code)
    return None if said is None else Name(zh=said[0], en=said[1])
