"""Notify as tests stand it up: its rooms on a store, fed with records by hand, on a clock that the test turns."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from typing import Any, TypeVar, cast

from services.chassis.aggregate import Aggregate
from services.chassis.kafka.producer import Producer
from services.chassis.principal import member
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates, Cause, Kind
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.record import Record as Taken
from services.notify.app import service
from services.notify.notices.store import NOTICE
from services.notify.persons.domain.person import register, stranger
from services.notify.persons.store import PERSON
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.records import Record
from tests.integration.standing import Opened
from tests.unit.notify.given import HERE, NOW, a_person

A = TypeVar("A", bound=Aggregate)


class Turned:
    """A clock that shows `now`."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class House:
    """The rooms of the service. Nothing runs by itself: tests hand it records, and turn its clock by `now`."""

    def __init__(self, opened: Opened[NotifySettings], clock: Turned) -> None:
        self.clock = clock
        self.rooms: Sequence[Room] = opened.rooms
        self.db = opened.runtime.database
        self.notices = opened.runtime.aggregates(NOTICE)
        self.persons = opened.runtime.aggregates(PERSON, of_people=True)
        self._opened = opened

    def aggregates(self, kind: Kind[A]) -> Aggregates[A]:
        """The aggregates of another kind of the service."""
        return self._opened.runtime.aggregates(kind)

    @property
    def now(self) -> datetime:
        return self.clock.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self.clock.now = moment

    async def take(self, records: Iterable[Record], batch: int = 1000) -> None:
        """Take the records in batches of that size; a dead letter is a failure."""
        span = cast("Callable[[str | None, str], AbstractContextManager[str | None]]", lambda t, n: nullcontext(t))
        handlers, gone = self._opened.handlers, self._opened.runtime.gone
        intake = Intake("notify", handlers, self.db, cast(Producer, None), self.clock, span=span, gone=gone)
        pending = list(records)
        for start in range(0, len(pending), batch):
            await intake.take(cast(Sequence[Taken], pending[start : start + batch]))
        assert intake.counts.dead_letters == 0

    async def know(self, id: str, email: str | None = "someone@example.org", **choices: Any) -> None:
        """Let somebody set up how they want to be told."""
        known = a_person(id, email, **choices)
        me = member(id, HERE)
        await self.persons.create(
            id, lambda _: register(stranger(id, HERE), known.choices, known.addresses, HERE, me, self.now), Cause(id)
        )

    async def told(self, **query: Any) -> list[tuple[str, str, str, str, str | None]]:
        """Every notice as (recipient, kind, channel, status, reason), sorted."""
        found = self.db["notices"].find({f"state.{name}": value for name, value in query.items()})
        names = ("recipient", "kind", "channel", "status", "reason")
        return sorted([tuple(d["state"][name] for name in names) async for d in found], key=str)

    async def everything(self) -> list[Any]:
        """All notices, as they stand; for a comparison before and after."""
        return await self.db["notices"].find().sort("_id", 1).to_list(None)


@asynccontextmanager
async def a_house(settings: NotifySettings) -> AsyncIterator[House]:
    """The service under `settings`."""
    clock = Turned()
    async with standing.opened(service, settings, clock) as opened:
        yield House(opened, clock)
