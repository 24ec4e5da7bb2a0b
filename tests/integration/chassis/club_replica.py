"""The parts of one process that keeps clubs: two of them on one store are two replicas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, cast

from services.chassis.clock import utc_now
from services.chassis.kafka.producer import Producer
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.gone import Gone
from services.chassis.store.journal import Journal, document
from services.chassis.store.known_gone import KnownGone
from services.chassis.store.mongo import Database, UpdateOne, WriteOp
from services.chassis.subscriber.erasure import Erasing, Traces
from services.chassis.subscriber.handlers import Handlers, Received
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.record import Record
from services.contracts.event import Event
from tests.integration.chassis.club import CLUBS, Club, ClubFounded, ClubJoined, ClubListed, erase
from tests.integration.chassis.lab import fact, same_span
from tests.integration.chassis.workshop import COMMUNITY


@dataclass
class Replica:
    """One process' parts, on a store that it shares."""

    db: Database
    clock: Callable[[], datetime] = utc_now
    known: KnownGone | None = None
    gone: Gone = field(init=False)
    journal: Journal = field(init=False)
    clubs: Aggregates[Club] = field(init=False)
    erasing: Erasing = field(init=False)

    def __post_init__(self) -> None:
        self.gone = Gone(self.db, self.clock, self.known)
        self.journal = Journal(self.db, self.gone)
        self.clubs = Aggregates(CLUBS, self.db, self.clock, gone=self.gone)
        traces = Traces(self.gone, self.journal, self.db, (CLUBS,))
        self.erasing = Erasing(traces)
        self.erasing.add(partial(erase, self.clubs))

    async def erases(self, person: str, community: str | None = None) -> None:
        """An erasure from its start to its end."""
        await self.erasing.carry_out(person, community)

    async def journals(self) -> None:
        """What a relay does with the outboxes, as far as the journal is concerned."""
        async for club in self.db["clubs"].find():
            await self.journal.append([document(club["_id"], "club", COMMUNITY, entry) for entry in club["outbox"]])

    async def traces_of(self, *words: str) -> list[str]:
        """Where `words` stand, tombstones left out."""
        names = [name for name in await self.db.list_collection_names() if name != "erased_people"]
        every = [(name, str(each)) for name in names async for each in self.db[name].find()]
        return [f"{name}: {word}" for name, content in every for word in words if word in content]


@dataclass
class _Arrived:
    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0


def arrived(sequence: int, event: Event) -> Record:
    """The record of `event`, of a club."""
    key, value, headers = fact("club-9", sequence, event)
    return cast(Record, _Arrived("workshop.v1", key, value, headers))


def subscriber(replica: Replica, seen: list[Any]) -> Intake:
    """What takes facts of clubs on `replica`: who joined is kept, of the others is noted in `seen` what is left."""
    handlers = Handlers()

    @handlers.write(ClubJoined, collection="members")
    def remember(received: Received[ClubJoined]) -> Sequence[WriteOp]:
        return [UpdateOne({"_id": received.envelope.id}, {"$set": {"person": received.event.person}}, upsert=True)]

    @handlers.on(ClubListed)
    @handlers.on(ClubFounded)
    async def take(received: Received[Any]) -> None:
        seen.append(received.event)

    return Intake("club", handlers, replica.db, cast(Producer, None), utc_now, span=same_span, gone=replica.gone)


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
