"""Claims on the time of people who are just registering: of two registrations of one person sent in the same moment for
activities at one time, one sees the other.

A claim is laid before anybody looks for what the person has at that time, and taken back once the registration is
written or refused. So of two at once at least one finds the other's claim. It tries again after a moment, when the
other is decided; where it still is not, the claim counts as a registration.

Claims are kept by the process. Where the terms of an activity or a series refuse overlaps they are also written to the
store, so that other replicas see them; a rush on an activity that only warns pays nothing for them. A claim whose
process died is passed by after `FORGOTTEN`. Claims are leases, and so go by the machine's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from services.chassis.clock import utc_now
from services.chassis.store.mongo import ASCENDING, Collection, Document, IndexModel, of_primary
from services.chassis.store.unavailable import store_errors

COLLECTION = "registering"
FORGOTTEN = timedelta(seconds=30)
_MANY = 10_000
INDEXES: Sequence[IndexModel] = (
    IndexModel([("person", ASCENDING), ("owner", ASCENDING)]),
    IndexModel([("at", ASCENDING)], expireAfterSeconds=int(FORGOTTEN.total_seconds())),
)


@dataclass(frozen=True, slots=True)
class BusyTime:
    """The time of an activity."""

    activity: str
    starts_at: datetime
    ends_at: datetime

    def is_beside(self, other: "BusyTime") -> bool:
        """Whether it is another activity than `other` at that time."""
        at_once = self.starts_at < other.ends_at and other.starts_at < self.ends_at
        return at_once and self.activity != other.activity


@dataclass(frozen=True, slots=True)
class _Claim:
    owner: str
    span: BusyTime
    until: datetime


class Claims:
    """The claims of all communities. Those in the store outlive no fail-over, and so wait for no majority: what the
    primary has is what counts."""

    def __init__(self, collection: Collection) -> None:
        self.collection = of_primary(collection)
        self._here: dict[str, list[_Claim]] = {}

    async def lay(self, owner: str, person: str, spans: Sequence[BusyTime], *, everywhere: bool) -> None:
        """`person` is about to have seats in the activities of `spans`. The claim is `owner`'s to take back.
        `everywhere`: other replicas see it too."""
        now = utc_now()
        if len(self._here) > _MANY:
            self._here = {each: held for each in self._here if (held := self._held(each))}
        if spans:
            self._here.setdefault(person, []).extend(_Claim(owner, span, now + FORGOTTEN) for span in spans)
        if spans and everywhere:
            documents: list[Document] = [
                {
                    "_id": token_hex(12),
                    "owner": owner,
                    "person": person,
                    "activity": span.activity,
                    "starts": span.starts_at,
                    "ends": span.ends_at,
                    "at": now,
                }
                for span in spans
            ]
            with store_errors():
                await self.collection.insert_many(documents, ordered=False)

    async def by_others(self, person: str, owner: str, *, everywhere: bool) -> list[BusyTime]:
        """The times that others than `owner` claim for `person`, with those of other replicas if `everywhere`. They are
        read before what the person has: who took a claim back has written by then what followed from it."""
        here = [each.span for each in self._held(person) if each.owner != owner]
        if not everywhere:
            return here
        query = {"person": person, "owner": {"$ne": owner}, "at": {"$gt": utc_now() - FORGOTTEN}}
        with store_errors():
            found = await self.collection.find(query).to_list(None)
        return here + [BusyTime(each["activity"], each["starts"], each["ends"]) for each in found]

    async def take_back(self, person: str, owner: str, *, everywhere: bool) -> None:
        """What `owner` claimed for `person` is claimed no more: it is written, or was refused."""
        held = [each for each in self._held(person) if each.owner != owner]
        if held:
            self._here[person] = held
        else:
            self._here.pop(person, None)
        if everywhere:
            with store_errors():
                await self.collection.delete_many({"person": person, "owner": owner})

    async def forget(self, person: str) -> None:
        """Nothing of `person` stays."""
        self._here.pop(person, None)
        with store_errors():
            await self.collection.delete_many({"person": person})

    def _held(self, person: str) -> list[_Claim]:
        now = utc_now()
        return [each for each in self._here.get(person, ()) if each.until > now]
