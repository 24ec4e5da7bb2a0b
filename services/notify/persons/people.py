"""Finds the people of a community, a building or an age band, for messages to many."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from services.chassis.store.aggregates import Aggregates
from services.contracts.notices import PersonStatus
from services.notify.persons.domain.person import Person
from services.notify.persons.store import Memberships

_PAGE = 1000


class People:
    """Finds people by where they belong. Who has said so themselves belongs, and whom facts have shown to."""

    def __init__(self, persons: Aggregates[Person], memberships: Memberships) -> None:
        self._persons = persons
        self._memberships = memberships

    async def everyone(self, community: str) -> list[str]:
        """Everybody of `community`, by id."""
        return [person async for person in self.each(community)]

    async def each(self, community: str, after: str = "") -> AsyncIterator[str]:
        """Everybody of `community` whose id comes after `after`, in the order of their ids."""
        while page := await self.page(community, after, _PAGE):
            for person in page:
                yield person
            after = page[-1]

    async def page(self, community: str, after: str, limit: int) -> list[str]:
        """The next people of `community` after the id `after`, in the order of ids."""
        shown = await self._memberships.members(community, after, limit)
        query = {"state.communities": community, "state.status": PersonStatus.KNOWN, "_id": {"$gt": after}}
        found = self._persons.collection.find(query, {"_id": 1}).sort("_id", 1).limit(limit)
        said = [document["_id"] async for document in found]
        return sorted({*shown, *said})[:limit]

    async def belongs(self, person: str, community: str) -> bool:
        """Whether `person` has said, or facts have shown, that they belong to `community`."""
        if community in await self._memberships.of(person):
            return True
        found = await self._persons.find(person)
        return found is not None and not found.aggregate.gone and community in found.aggregate.communities

    async def living_in(self, community: str, building: str) -> list[str]:
        """The people of `community` who have told that they live in `building`."""
        return await self._at_home(community, {"state.home.building": building})

    async def of_age(self, community: str, band: str) -> list[str]:
        """The people of `community` who have told that they are of the age band `band`."""
        return await self._at_home(community, {"state.home.age_band": band})

    async def _at_home(self, community: str, where: Mapping[str, Any]) -> list[str]:
        query = {"state.communities": community, "state.status": PersonStatus.KNOWN, **where}
        return [document["_id"] async for document in self._persons.collection.find(query, {"_id": 1}).sort("_id", 1)]
