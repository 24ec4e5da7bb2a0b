"""Facts of other services as Kafka brings them, and the service that takes them, on a clock that the test turns."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from services.chassis.kafka.producer import Producer
from services.chassis.principal import member
from services.chassis.store import mongo
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.gone import Gone
from services.chassis.store.journal import Journal
from services.chassis.subscriber.erasure import Erasing, Traces
from services.chassis.subscriber.handlers import Handlers
from services.chassis.subscriber.intake import Intake
from services.chassis.subscriber.record import Record as Taken
from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.envelope import SOURCE, Envelope, to_headers
from services.contracts.event import Event, State
from services.contracts.notices import NoticeChannel
from services.notify.notices.domain.notice import Notice
from services.notify.notices.erasure import erase
from services.notify.notices.reactions import Desk, reactions
from services.notify.notices.store import NOTICE, PERSON, Facts
from services.notify.notices.telling import Telling
from services.notify.persons.domain.person import Person, register, stranger
from tests.unit.notify.given import DAY, HERE, HOUR, NOW, a_person

LEAD = 24 * HOUR


@dataclass
class Record:
    """A Kafka record."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0


def _record(declared: Event | State, id: str, sequence: int, at: datetime, value: bytes | None, state: bool) -> Record:
    topic = declared.topic
    envelope = Envelope(
        id=f"{id}.{sequence}" + (".state" if state else ""),
        type=declared.type,
        source=SOURCE.format(service=topic.service),
        subject=f"{declared.aggregate_name()}/{id}",
        time=at,
        sequence=sequence,
        partitionkey=id,
        community=HERE,
    )
    return Record(topic.state if state else topic.name, id.encode(), value, list(to_headers(envelope)))


def fact(event: Event, id: str, sequence: int, at: datetime = NOW) -> Record:
    """`event` as the `sequence`th fact of the aggregate `id`."""
    value = event.model_dump_json(include=set(event.public_fields), exclude_unset=True).encode()
    return _record(event, id, sequence, at, value, state=False)


def state(shown: State, id: str, sequence: int = 1) -> Record:
    """`shown` as the `.state` topic carries it."""
    return _record(shown, id, sequence, NOW, shown.model_dump_json().encode(), state=True)


def tombstone(shown: State, id: str, sequence: int) -> Record:
    """The aggregate was erased."""
    return _record(shown, id, sequence, NOW, None, state=True)


@dataclass
class House:
    """The service's own parts, without relay and gateway."""

    db: mongo.Database
    now: datetime = NOW
    open_channels: frozenset[NoticeChannel] = frozenset(NoticeChannel)
    gone: Gone = field(init=False)
    notices: Aggregates[Notice] = field(init=False)
    persons: Aggregates[Person] = field(init=False)

    def __post_init__(self) -> None:
        self.gone = Gone(self.db, self.clock)
        self.notices = Aggregates(NOTICE, self.db, self.clock, gone=self.gone)
        self.persons = Aggregates(PERSON, self.db, self.clock)

    def clock(self) -> datetime:
        return self.now

    @property
    def handlers(self) -> Handlers:
        telling = Telling(self.notices, self.persons, self.clock, self.open_channels)
        facts, traces = Facts(self.db), Traces(self.gone, Journal(self.db, self.gone), self.db, (PERSON, NOTICE))
        erasing = Erasing(traces)
        erasing.add(partial(erase, facts, self.notices))
        table = Handlers()
        reactions(table, Desk(telling, facts, self.notices, self.persons, LEAD, erasing))
        return table

    async def take(self, records: Iterable[Record], batch: int = 1000) -> None:
        """Take the records in batches of that size; a dead letter is a failure."""
        span = cast("Callable[[str | None, str], AbstractContextManager[str | None]]", lambda t, n: nullcontext(t))
        intake = Intake("notify", self.handlers, self.db, cast(Producer, None), self.clock, span=span, gone=self.gone)
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


def a_case(id: str = "case-1", reporter: str | None = "resident-1") -> list[Record]:
    """A case from report to verification."""
    reported = i.CaseReported(
        category="lighting",
        category_zh="公共照明",
        category_en="Lighting",
        priority=i.Priority.NORMAL,
        title=None,
        place="place-9",
        building="place-9",
        channel=i.Channel.ROUND,
        reporter=reporter,
        round="round-1",
        status=i.CaseStatus.REPORTED,
        reported_at=NOW,
    )
    accepted = i.CaseAccepted(
        status=i.CaseStatus.ACCEPTED,
        title="楼道灯不亮",
        category="lighting",
        category_zh="公共照明",
        category_en="Lighting",
        priority=i.Priority.NORMAL,
        by="staff-1",
    )
    dispatched = i.CaseDispatched(
        status=i.CaseStatus.DISPATCHED, unit="unit-1", due_at=NOW + DAY, overdue=False, by="staff-1"
    )
    verified = i.CaseVerified(status=i.CaseStatus.VERIFIED, closed_at=NOW, reporter=reporter, by="supervisor-1")
    return [fact(event, id, n) for n, event in enumerate((reported, accepted, dispatched, verified), 1)]


def scheduled(starts_at: datetime, id: str = "activity-1") -> Record:
    """An activity for twenty."""
    return fact(
        a.ActivityScheduled(
            title="四点半小课堂",
            kind=a.ActivityKind.CLASS,
            starts_at=starts_at,
            ends_at=starts_at + 2 * HOUR,
            venue="plaza",
            organiser="staff-1",
            capacity=20,
            taken=0,
            waiting=0,
            attended=0,
            volunteers_needed=2,
            volunteers=[],
            guardian_required=False,
            status=a.ActivityStatus.SCHEDULED,
        ),
        id,
        1,
    )


def registered(person: str, sequence: int, starts_at: datetime, id: str = "activity-1") -> Record:
    return fact(a.ActivityRegistered(person=person, party=1, starts_at=starts_at, taken=1), id, sequence)


def waitlisted(person: str, sequence: int, id: str = "activity-1") -> Record:
    return fact(a.ActivityWaitlisted(person=person, party=1, position=1, waiting=1), id, sequence)


def promoted(person: str, sequence: int, starts_at: datetime, id: str = "activity-1") -> Record:
    return fact(a.ActivityPromoted(person=person, party=1, starts_at=starts_at, taken=1, waiting=0), id, sequence)


def withdrawn(person: str, sequence: int, id: str = "activity-1") -> Record:
    return fact(a.ActivityWithdrawn(person=person, party=1, waitlisted=False, taken=0, waiting=0), id, sequence)


def staffed(volunteers: list[str], sequence: int, id: str = "activity-1") -> Record:
    return fact(a.ActivityStaffed(volunteers=volunteers), id, sequence)


def moved(before: datetime, after: datetime, sequence: int, id: str = "activity-1") -> Record:
    return fact(
        a.ActivityMoved(
            starts_at=after,
            ends_at=after + 2 * HOUR,
            venue="plaza",
            building=None,
            previous_starts_at=before,
            previous_venue="plaza",
        ),
        id,
        sequence,
    )


def cancelled(sequence: int, id: str = "activity-1") -> Record:
    return fact(a.ActivityCancelled(status=a.ActivityStatus.CANCELLED, reason="下雨"), id, sequence)


def offered(person: str, sequence: int, id: str = "need-1", expires_in: timedelta = 12 * HOUR) -> Record:
    return fact(
        v.NeedOffered(
            offer=f"offer-{sequence}",
            person=person,
            expires_at=NOW + expires_in,
            activity="activity-1",
            category="class",
            starts_at=NOW + 2 * DAY,
            ends_at=NOW + 2 * DAY + HOUR,
        ),
        id,
        sequence,
    )
