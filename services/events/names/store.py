"""The names of a community's venues, buildings, teams and units: kept in memory, and read anew every few seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.cache import Cache
from services.chassis.elapsed import elapsed
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import ASCENDING, Collection, Database, IndexModel
from services.chassis.store.unavailable import store_errors
from services.contracts.activities import HostKind
from services.events.names.words import Name
from services.events.venues.domain import Venue

TEAMS, UNITS, PLACES = "teams", "units", "places"
"""The collections in which public states of other services are copied."""
INDEXES: Mapping[str, Sequence[IndexModel]] = {
    collection: [IndexModel([("community", ASCENDING)])] for collection in (TEAMS, UNITS, PLACES)
}
LOOK_EVERY = 4.0
"""So many seconds, at most, a name is older than what this service has been told."""
_COMMUNITIES = 500


@dataclass(frozen=True, slots=True)
class Host:
    """A team or a unit that may hold activities."""

    id: str
    kind: HostKind
    name: Name


@dataclass(frozen=True, slots=True)
class CommunityNames:
    """The names in one community, by their codes and ids; `called` is what people call the community itself, and
    `standing` says in which building a venue stands."""

    venues: Mapping[str, Name] = field(default_factory=dict)
    buildings: Mapping[str, Name] = field(default_factory=dict)
    hosts: Mapping[str, Host] = field(default_factory=dict)
    called: Name | None = None
    standing: Mapping[str, str] = field(default_factory=dict)

    def building_of(self, venue: str | None, building: str | None) -> Name | None:
        """The name of `building`, or, where none is said, of that in which `venue` stands; None where nobody knows."""
        if building is None and venue is not None:
            building = self.standing.get(venue)
        return None if building is None else self.buildings.get(building)


NOTHING = CommunityNames()


class Names:
    """The names in all communities."""

    def __init__(
        self, venues: Aggregates[Venue], database: Database, communities: Mapping[str, Name] | None = None
    ) -> None:
        self._venues = venues
        self._communities = communities or {}
        self._teams, self._units, self._places = database[TEAMS], database[UNITS], database[PLACES]
        self._known = Cache[str, tuple[float, CommunityNames]](_COMMUNITIES)

    async def of(self, community: str) -> CommunityNames:
        """The names in `community`, a few seconds old at most."""
        kept = self._known.get(community)
        if kept is None or elapsed() - kept[0] > LOOK_EVERY:
            kept = self._known.put(community, (elapsed(), await self._read(community)))
        return kept[1]

    def known(self, community: str) -> CommunityNames:
        """The names in `community` as they were read last; none where they never were."""
        kept = self._known.get(community)
        return NOTHING if kept is None else kept[1]

    async def _read(self, community: str) -> CommunityNames:
        venues = {"state.community": community}
        with store_errors():
            found = self._venues.collection.find(
                venues, {"state.venue": 1, "state.zh": 1, "state.en": 1, "state.building": 1}
            )
            states = [each["state"] async for each in found]
            at = {state["venue"]: Name(zh=state["zh"], en=state.get("en")) for state in states}
            standing = {state["venue"]: str(building) for state in states if (building := state.get("building"))}
            hosts: dict[str, Host] = {}
            for collection, kind in ((self._teams, HostKind.TEAM), (self._units, HostKind.UNIT)):
                for id, name in (await _titles(collection, community)).items():
                    hosts[id] = Host(id, kind, name)
            buildings = await _titles(self._places, community)
            return CommunityNames(at, buildings, hosts, self._communities.get(community), standing)


async def _titles(collection: Collection, community: str) -> dict[str, Name]:
    """The titles of what is copied in `collection`; what was erased has none."""
    query = {"community": community, "state.title": {"$exists": True}}
    found = collection.find(query, {"state.title": 1, "state.title_en": 1})
    return {str(each["_id"]): Name(zh=each["state"]["title"], en=each["state"].get("title_en")) async for each in found}
