"""Facts and states of other services, as Kafka brings them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts import activities as a
from services.contracts import issues as i
from services.contracts import volunteers as v
from services.contracts.envelope import SOURCE, Envelope, to_headers
from services.contracts.event import Event, State
from tests.unit.notify.given import DAY, HERE, HOUR, NOW


@dataclass
class Record:
    """A Kafka record as the intake reads it."""

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


def a_case(id: str = "case-1", reporter: str | None = "resident-1", at: datetime = NOW) -> list[Record]:
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
    return [fact(event, id, n, at) for n, event in enumerate((reported, accepted, dispatched, verified), 1)]


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


def reminder_due(starts_at: datetime, sequence: int, id: str = "activity-1") -> Record:
    return fact(a.ActivityReminderDue(hours=24, starts_at=starts_at, seated=1), id, sequence)


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
