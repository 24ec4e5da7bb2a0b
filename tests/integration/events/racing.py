"""Two processes' worth of events on one store, each with a clock of its own, and what people were told of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

import httpx

from services.chassis.aggregate import Aggregate
from services.chassis.auth.development import DevelopmentIssuer
from services.chassis.store.aggregates import Aggregates, Kind
from services.chassis.store.mongo import Database
from services.chassis.subscriber.handlers import Handlers, Received
from services.contracts.activities import (
    ActivityCancelled,
    ActivityOffered,
    ActivityPromoted,
    ActivityRegistered,
    ActivityWaitlisted,
    ActivityWithdrawn,
)
from services.contracts.envelope import Envelope
from services.contracts.event import Event
from services.events.activities.domain.activity import Activity
from services.events.activities.store import ACTIVITY
from services.events.app import service
from services.events.enrolments.store import ENROLMENT
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from tests.integration import standing
from tests.integration.calling import Caller, Hand
from tests.integration.standing import Opened
from tests.unit.events.given import HOME, NOW

A = TypeVar("A", bound=Aggregate)
LATE = 0.03
"""At most so many seconds later than others something begins that races with them."""


class Watch(Hand):
    """A clock that tests move, and that may run as well."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self._begun: float | None = None

    def runs(self) -> None:
        """From now on the time passes."""
        self._begun = monotonic()

    def __call__(self) -> datetime:
        return self.now if self._begun is None else self.now + timedelta(seconds=monotonic() - self._begun)


class Replica:
    """One process's worth of events."""

    def __init__(self, opened: Opened[EventsSettings], api: Caller, hand: Watch) -> None:
        self.api, self.hand = api, hand
        self._opened = opened

    @property
    def activities(self) -> Aggregates[Activity]:
        return self._opened.runtime.aggregates(ACTIVITY)

    def of(self, kind: Kind[A]) -> Aggregates[A]:
        """The aggregates of a kind."""
        return self._opened.runtime.aggregates(kind)

    @property
    def database(self) -> Database:
        return self._opened.runtime.database

    async def sweeps(self, name: str) -> None:
        """Do what is due by this one's clock."""
        await standing.sweep(self._opened.rooms, name).once(self.hand)

    async def hears(self, event: Event, id: str, sequence: int, cause: str | None = None) -> None:
        """Take `event` of the aggregate `id`, as a subscriber does."""
        envelope = Envelope(
            id=f"{id}.{sequence}",
            type=event.type,
            source="urn:community:events",
            subject=id,
            time=self.hand(),
            sequence=sequence,
            partitionkey=id,
            community=HOME,
            causationid=cause,
        )
        for name, reaction in self._handlers.reactions.get(event.type, ()):
            await reaction(Received(envelope, event, name))

    def model(self, type: str) -> type[Event] | None:
        """The model of an event type that this service reacts to."""
        return self._handlers.model(type)

    @property
    def _handlers(self) -> Handlers:
        return self._opened.handlers


@asynccontextmanager
async def replica(settings: EventsSettings) -> AsyncIterator[Replica]:
    """One more process on the store of `settings`."""
    hand = Watch(NOW)
    async with standing.opened(service, settings, hand) as opened:
        transport = standing.gateway(service, settings, standing.routers(opened.rooms))
        async with Caller(transport, DevelopmentIssuer(settings), "events") as api:
            yield Replica(opened, api, hand)


class Post:
    """Brings what stands in outboxes to the replicas' reactions: once, in order for each aggregate, those of several
    aggregates side by side."""

    def __init__(self, replicas: Sequence[Replica], dice: random.Random) -> None:
        self._replicas, self._dice = replicas, dice
        self._brought: dict[str, int] = {}

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Deliver what there is all the while, and what is left at the end."""
        over = asyncio.Event()

        async def going() -> None:
            while not over.is_set():
                await self.brings_everything()
                await asyncio.sleep(self._dice.random() * LATE)

        rounds = asyncio.create_task(going())
        try:
            yield
        finally:
            over.set()
            await rounds
        await self.brings_everything()

    async def brings_everything(self) -> None:
        """Deliver until nothing is left, also of what follows from what was delivered."""
        while True:
            database = self._replicas[0].database
            found = [
                document
                for kind in (SERIES, ENROLMENT, ACTIVITY)
                async for document in database[kind.collection].find({}, {"outbox": 1, "v": 1})
                if document["v"] > self._brought.get(document["_id"], 0)
            ]
            if not found:
                return
            await asyncio.gather(*(self._brings(each["_id"], each["outbox"]) for each in found))

    async def _brings(self, id: str, outbox: Sequence[Mapping[str, Any]]) -> None:
        reader = self._dice.choice(self._replicas)
        for entry in outbox:
            if entry["seq"] > self._brought.get(id, 0):
                model = reader.model(entry["type"])
                if model is not None:
                    await reader.hears(model.model_validate(entry["data"]), id, entry["seq"], entry.get("cause"))
                self._brought[id] = entry["seq"]


async def race(dice: random.Random, *calls: Awaitable[Any]) -> list[Any]:
    """What becomes of `calls` that begin in about the same moment. None may end in a failure of the service."""

    async def begun(call: Awaitable[Any], later: float) -> Any:
        await asyncio.sleep(later)
        return await call

    answers = await asyncio.gather(*(begun(each, dice.choice((0, 0, dice.random() * LATE))) for each in calls))
    for answer in answers:
        if isinstance(answer, httpx.Response):
            assert answer.status_code < 500, (answer.request.url.path, answer.text)
    return answers


async def outbox_of(aggregates: Aggregates[Any], id: str) -> list[Mapping[str, Any]]:
    """What an aggregate has told, in order."""
    document = await aggregates.collection.find_one({"_id": id}, {"outbox": 1})
    assert document is not None
    return list(document["outbox"])


def told_of(outbox: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What each person was told last of an activity: `seated`, `waiting` or `offered`; nobody is told the same twice,
    nor anything once it is cancelled."""
    told: dict[str, str] = {}
    over = False
    for entry in outbox:
        before, person = told.get(entry["data"].get("person")), entry["data"].get("person")
        match entry["type"]:
            case ActivityCancelled.type:
                over = True
                continue
            case ActivityRegistered.type:
                assert before is None, entry
                told[person] = "seated"
            case ActivityPromoted.type:
                assert before in ("waiting", "offered"), entry
                told[person] = "seated"
            case ActivityWaitlisted.type:
                assert before is None, entry
                told[person] = "waiting"
            case ActivityOffered.type:
                assert before == "waiting", entry
                told[person] = "offered"
            case ActivityWithdrawn.type:
                assert before is not None, entry
                del told[person]
            case _:
                continue
        assert not over, entry
    return told


async def audited(activities: Aggregates[Activity], id: str) -> Activity:
    """The activity as it stands, which everybody was told once, with no place too many and none that stays empty."""
    stored, outbox = await activities.get(id), await outbox_of(activities, id)
    activity = stored.aggregate
    assert [entry["seq"] for entry in outbox] == list(range(1, stored.version + 1))
    truth = {party.person: "seated" for party in activity.seated}
    truth |= {party.person: "offered" if party.offered_until else "waiting" for party in activity.waiting}
    assert told_of(outbox) == truth
    assert not [each.person for each in activity.waiting if not each.offered_until and activity.fits(each)]
    plain = [each.registered_at for each in activity.waiting if each.reason is None and not each.offered_until]
    assert plain == sorted(plain)
    return activity
