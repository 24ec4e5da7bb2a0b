"""How persons are kept, and the communities to which facts have shown that they belong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.store.aggregates import Kind
from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel
from services.contracts.topics import NOTICES
from services.notify.persons.domain.person import Person

PERSON = Kind("person", "persons", Person, NOTICES, None)
KINDS: tuple[Kind[Any], ...] = (PERSON,)

MEMBERSHIPS = "memberships"
"""One document for each person and community: `person`, `community`."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    PERSON.collection: [IndexModel([("state.proposed.code_due_at", ASCENDING)], name="code-due", sparse=True)],
    MEMBERSHIPS: [IndexModel([("person", ASCENDING), ("community", ASCENDING)], name="person")],
}


def code_due(now: datetime) -> Document:
    """The query for people to whom a code is to be sent."""
    return {"state.proposed.code_due_at": {"$lte": now}}


class Memberships:
    """The communities to which facts have shown that people belong."""

    def __init__(self, database: Database) -> None:
        self._collection = database[MEMBERSHIPS]

    async def of(self, person: str) -> frozenset[str]:
        """The communities to which `person` was seen to belong."""
        found = self._collection.find({"person": person}, {"community": 1})
        return frozenset([document["community"] async for document in found])

    async def forget(self, person: str, community: str | None = None) -> None:
        """Forget that `person` belongs to `community`, or (None) to any."""
        where = {} if community is None else {"community": community}
        await self._collection.delete_many({"person": person, **where})
