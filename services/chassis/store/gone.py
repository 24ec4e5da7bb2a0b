"""Tombstones of erased people, which are asked before anything is written about a person.

An erasure writes the tombstone first and then looks for everything about the person. A write that newly names a person
looks for a tombstone before, and once more after it; if a tombstone came in between, the person is erased again. So of
an erasure and a late fact at the same time on two replicas, one always sees the other: either the fact was stored when
the erasure looked for it, or the tombstone was stored at the writer's look after its write.

Neither look usually costs a question to the store. Every process reads the tombstones ahead (`gone_ahead`). The look
before a write is into the process's memory, which is at most two seconds behind the store. The look after a write is
the first reading that begins after it: if it finds a tombstone of somebody about whom the process wrote lately, that is
erased at once. So once a tombstone is stored, the process that wrote it refuses commands at once and every other one
within two seconds, and nothing that was written meanwhile stays. Where the memory is older, or has no room, the store
is asked both times. If a process dies between a write and its second look, a sweep that looks again several times later
finds what it wrote (`GoneAgain`).

A tombstone is named by a hash of the opaque id, which tells nothing to somebody who doesn't know the id. The hash needs
no key, because if a key were lost, erased people would come back. A tombstone is never removed: somebody who was erased
and comes again gets another `sub` from their identity provider.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.errors import PersonGone
from services.chassis.store.batcher import Reads
from services.chassis.store.known_gone import KnownGone, mark_of
from services.chassis.store.mongo import ASCENDING, Database, Document, IndexModel

COLLECTION = "erased_people"
INDEXES = [
    IndexModel([("look_at", ASCENDING)], name="look-again", sparse=True),
    IndexModel([("changed_at", ASCENDING)], name="changed"),
]
LOOKS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(days=1),
)
"""The times after an erasure at which late writes are looked for."""

CHANGED: Document = {"$currentDate": {"changed_at": True}}
"""The update that sets the time of a tombstone's change by the store's clock, by which readers ahead find it."""

_WHERE = {"everywhere": 1, "communities": 1}

EraseAgain = Callable[[str, str | None], Awaitable[None]]
"""Erases a person once more, in one community or (None) in all."""


def tombstone_of(person: str) -> str:
    """The name of the tombstone of `person`."""
    return mark_of(person).hex()


class Gone:
    """The tombstones of one service."""

    def __init__(self, database: Database, clock: Clock, known: KnownGone | None = None) -> None:
        self.collection = database[COLLECTION]
        self.again: EraseAgain | None = None
        self.known = known or KnownGone()
        self._clock = clock
        self._look = Reads(self.collection, _WHERE, lambda found: found)

    async def bury(self, person: str, community: str | None) -> None:
        """Set the tombstone of `person`, after which nothing is written about them in `community`, or anywhere (None).
        Setting it again changes nothing.

        Other processes know of it within two seconds. The caller has to erase next what is stored of the person.
        """
        now = self._clock()
        fields = {"person": person, "at": now, "look": 0, "look_at": now + LOOKS[0]}
        where = {"everywhere": True} if community is None else {}
        update = {"$set": fields | where} | CHANGED
        if community is not None:
            update["$addToSet"] = {"communities": community}
        await self.collection.update_one({"_id": tombstone_of(person)}, update, upsert=True)
        self.known.buried(person, community)

    async def among(self, people: Collection[str], community: str | None) -> frozenset[str]:
        """Those of `people` with a tombstone for `community` or, if it is None, for any community."""
        if self.known.fresh:
            return self.known.among(people, community)
        return await self._asked(people, community)

    async def require(self, people: Collection[str], community: str | None) -> None:
        """Raises PersonGone where one of `people` was erased."""
        if await self.among(people, community):
            raise PersonGone()

    async def look_after(self, people: Collection[str], community: str | None) -> None:
        """Look for tombstones again after something was written about `people`, and erase again whoever has one.

        A tombstone that this process sees only later has the person erased then, without telling the caller.

        Raises:
            PersonGone: one of them was erased meanwhile.
        """
        met: frozenset[str] = frozenset()
        asked: Collection[str] = people
        if self.known.fresh:
            met = self.known.among(people, community)
            asked = [person for person in people if person not in met and not self.known.wrote(person, community)]
        if asked:
            met |= await self._asked(asked, community)
        for person in sorted(met):
            await self.erase_again(person, community)
        if met:
            raise PersonGone()

    async def erase_again(self, person: str, community: str | None) -> None:
        """Erase late writes about `person`, in `community` or (None) wherever they were erased."""
        if self.again is None:
            return
        found = await self.collection.find_one({"_id": tombstone_of(person)}, _WHERE)
        where: Document = found or {}
        if where.get("everywhere"):
            await self.again(person, None)
            return
        for each in sorted(where.get("communities", ())) if community is None else [community]:
            await self.again(person, each)

    async def _asked(self, people: Collection[str], community: str | None) -> frozenset[str]:
        """The answer of `among` from the store. A tombstone that is remembered need not be asked for."""
        gone = self.known.among(people, community)
        asked = {tombstone_of(person): person for person in people if person not in gone}
        found: list[Document | None] = []
        if len(asked) == 1:
            found = [await self._look(next(iter(asked)))]
        elif asked:
            names = {"_id": {"$in": list(asked)}}
            found = [each async for each in self.collection.find(names, _WHERE)]
        return gone | {asked[each["_id"]] for each in found if each is not None and _holds(each, community)}


def _holds(tombstone: Document, community: str | None) -> bool:
    return bool(tombstone.get("everywhere")) or community is None or community in tombstone.get("communities", ())


class GoneAgain:
    """The sweep that looks for late writes about erased people, several times after each erasure."""

    name = "erased-again"
    every = timedelta(seconds=5)

    def __init__(self, gone: Gone) -> None:
        self._gone = gone
        self._lists_gone = False

    async def once(self, clock: Clock) -> int:
        """Look once for each erasure that is due. Returns how many there were. After the last look the person's id, and
        the list of what was wiped, are removed from the tombstone: its name is a plain hash, so that such a list would
        tell which cases were theirs.

        Each look also makes readers ahead read the tombstone again, in case one has missed it.
        """
        if not self._lists_gone:  # earlier versions left the lists after the last look
            over: Document = {"look_at": {"$exists": False}, "wiped": {"$exists": True}}
            await self._gone.collection.update_many(over, {"$unset": {"wiped": ""}})
            self._lists_gone = True
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
            following = {"$set": {"look": number, "look_at": now + LOOKS[number]}}
            await self._gone.collection.update_one(same, following | CHANGED)
        else:
            await self._gone.collection.update_one(
                same, {"$unset": {"look": "", "look_at": "", "person": "", "wiped": ""}}
            )
