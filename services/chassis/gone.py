"""Who was erased: a tombstone for each of them, which is asked before anything is written about a person.

An erasure writes the tombstone first and looks for what there is of the person after that. Whoever writes something
new about a person asks before, and once more after it is written; what a tombstone met in between is erased anew at
once. So of an erasure and a late fact that run side by side on two replicas, one always sees the other: either the fact
stood when the erasure looked for it, or the tombstone stood when the fact was looked after. What dies between the write
and the second look is found by looking again some times later (`GoneAgain`).

A tombstone is named by a hash of the opaque id: it says nothing to who doesn't know the id already, and needs no key
that could be lost, for without it people would come back. It is never lifted: somebody who was erased and comes again
gets another `sub` from their identity provider.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.errors import PersonGone
from services.chassis.mongo import ASCENDING, Database, Document, IndexModel
from services.chassis.together import Reads

COLLECTION = "erased_people"
INDEXES = [IndexModel([("look_at", ASCENDING)], name="look-again", sparse=True)]
LOOKS = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
"""How long after an erasure it is looked for what came late."""

_KNOWN = 100_000

EraseAgain = Callable[[str, str | None], Awaitable[None]]
"""Erases a person once more, in one community or (None) in all."""


def tombstone_of(person: str) -> str:
    """The name of the tombstone of `person`."""
    return hashlib.sha256(f"erased-person\x1f{person}".encode()).hexdigest()[:40]


class Gone:
    """The tombstones of one service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.collection = database[COLLECTION]
        self.again: EraseAgain | None = None
        self._clock = clock
        self._look = Reads(self.collection, {"everywhere": 1, "communities": 1})
        self._known: set[str] = set()

    async def bury(self, person: str, community: str | None) -> None:
        """From now on nothing is written about `person`, in `community` or (None) anywhere. Twice is once."""
        now = self._clock()
        fields = {"person": person, "at": now, "look": 0, "look_at": now + LOOKS[0]}
        where = {"everywhere": True} if community is None else {}
        update = {"$set": fields | where} | ({} if community is None else {"$addToSet": {"communities": community}})
        await self.collection.update_one({"_id": tombstone_of(person)}, update, upsert=True)

    async def among(self, people: Collection[str], community: str | None) -> frozenset[str]:
        """Those of `people` about whom nothing may be written in `community`; None: in whichever."""
        asked = [person for person in dict.fromkeys(people) if person not in self._known]
        gone = {person for person in people if person in self._known}
        if len(asked) == 1:
            found = {tombstone_of(asked[0]): await self._look(tombstone_of(asked[0]))}
        elif asked:
            names = {"_id": {"$in": [tombstone_of(person) for person in asked]}}
            found = {document["_id"]: document async for document in self.collection.find(names)}
        for person in asked:
            tombstone = found.get(tombstone_of(person))
            if tombstone is not None and self._holds(person, tombstone, community):
                gone.add(person)
        return frozenset(gone)

    async def require(self, people: Collection[str], community: str | None) -> None:
        """Raises PersonGone where one of `people` was erased."""
        if await self.among(people, community):
            raise PersonGone()

    async def look_after(self, people: Collection[str], community: str | None) -> None:
        """Ask again, after something was written about `people`: what an erasure met is erased anew.

        Raises:
            PersonGone: one of them was erased meanwhile.
        """
        met = await self.among(people, community)
        for person in sorted(met):
            await self.erase_again(person, community)
        if met:
            raise PersonGone()

    async def erase_again(self, person: str, community: str | None) -> None:
        """Erase what came late of `person`."""
        if self.again is not None:
            found = await self.collection.find_one({"_id": tombstone_of(person)}, {"everywhere": 1})
            await self.again(person, None if found is not None and found.get("everywhere") else community)

    def _holds(self, person: str, tombstone: Document, community: str | None) -> bool:
        if tombstone.get("everywhere"):
            if len(self._known) < _KNOWN:
                self._known.add(person)  # a tombstone stays
            return True
        return community is None or community in tombstone.get("communities", ())


class GoneAgain:
    """The sweep that looks some times later for what came late of whoever was erased."""

    name = "erased-again"
    every = timedelta(seconds=10)

    def __init__(self, gone: Gone) -> None:
        self._gone = gone

    async def once(self, clock: Clock) -> int:
        """Look once for each that is due; returns how many there were. After the last look the id is forgotten too."""
        looked = 0
        while due := await self._gone.collection.find_one({"look_at": {"$lte": clock()}}):
            person = due["person"]
            for community in [None] if due.get("everywhere") else sorted(due.get("communities", ())):
                await self._gone.erase_again(person, community)
            await self._looked(due, clock())
            looked += 1
        return looked

    async def _looked(self, due: dict[str, object], now: datetime) -> None:
        number = int(str(due["look"])) + 1
        same = {"_id": due["_id"], "look": due["look"], "at": due["at"]}
        if number < len(LOOKS):
            await self._gone.collection.update_one(same, {"$set": {"look": number, "look_at": now + LOOKS[number]}})
        else:
            await self._gone.collection.update_one(same, {"$unset": {"look": "", "look_at": "", "person": ""}})
