"""The kind, indexes and queries of persons, and of the communities to which events have shown that they belong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel
from services.contracts.topics import NOTICES
from services.notify.persons.domain.person import Person

PERSON = Kind("person", "persons", Person, NOTICES, None, zh="人员", en="person")
KINDS: tuple[Kind[Any], ...] = (PERSON,)

MEMBERSHIPS = "memberships"
"""One document for each person and community: `person`, `community`."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PERSON.collection: [
        IndexModel([("state.proposed.code_due_at", ASCENDING)], name="code-due", sparse=True),
        IndexModel(
            [("state.look_again_at", ASCENDING)],
            name="look-again",
            partialFilterExpression={"state.look_again_at": {"$type": "date"}},
        ),
        IndexModel([("state.proxies.person", ASCENDING)], name="proxies", sparse=True),
        IndexModel([("state.communities", ASCENDING), ("_id", ASCENDING)], name="communities"),
        IndexModel([("state.communities", ASCENDING), ("state.home.building", ASCENDING)], name="building"),
        IndexModel([("state.communities", ASCENDING), ("state.home.age_band", ASCENDING)], name="age-band"),
    ],
    MEMBERSHIPS: [
        IndexModel([("person", ASCENDING), ("community", ASCENDING)], name="person"),
        IndexModel([("community", ASCENDING), ("person", ASCENDING)], name="community"),
    ],
}


def code_due(now: datetime) -> Document:
    """The query for people to whom a code is to be sent."""
    return {"state.proposed.code_due_at": {"$lte": now}}


def to_look_again(now: datetime) -> Document:
    """The query for people who have given another address or made other choices of late."""
    return {"state.look_again_at": {"$lte": now, "$type": "date"}}


def standing_in_for(person: str) -> Document:
    """The query for the people who have named `person` as their proxy."""
    return {"state.proxies.person": person}


class Memberships:
    """The communities to which facts have shown that people belong."""

    def __init__(self, database: Database) -> None:
        self._collection = database[MEMBERSHIPS]

    async def of(self, person: str) -> frozenset[str]:
        """The communities to which `person` was seen to belong."""
        found = self._collection.find({"person": person}, {"community": 1})
        return frozenset([document["community"] async for document in found])

    async def members(self, community: str, after: str = "", limit: int = 1000) -> list[str]:
        """The people who were seen to belong to `community`, by id, those after `after`."""
        query = {"community": community, "person": {"$gt": after}}
        found = self._collection.find(query, {"person": 1}).sort([("community", ASCENDING), ("person", ASCENDING)])
        return [document["person"] async for document in found.limit(limit)]

    async def forget(self, person: str, community: str | None = None) -> None:
        """Forget that `person` belongs to `community`, or (None) to any."""
        where = {} if community is None else {"community": community}
        await self._collection.delete_many({"person": person, **where})
