"""A volunteer's record beside their hours: who they are, trainings, commendations and evaluations.

With the services of the hours ledger, these are the five parts that a record has. Whoever organised enters them, never
the volunteer, and nothing is overwritten: what was wrong is struck out with a reason and stays readable.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text
from services.contracts.marks import Id, Office, Officer, Personal, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import RecordErased, RecordKept, RecordState
from services.volunteers.shared.values import Day, Minutes

MOST = 500
"""So many entries a record has at most."""


class OwnRecord(
    Forbidden,
    code="record.not-by-oneself",
    zh="志愿服务记录须由他人登记、出具。",
    en="Somebody else keeps one's record and issues one's certificate.",
):
    """谁组织谁记录: nobody writes their own record."""


class UnknownLine(Invalid, code="record.unknown-entry", zh="没有这条记录。", en="There is no such entry."):
    """What is struck out is on record, and was not struck out before."""


class RecordFull(Invalid, code="record.full", zh="记录条目已满。", en="The record has no room for more entries."):
    """A record without an end could not be read."""


class DocumentKind(StrEnum):
    """The document that says who somebody is."""

    IDENTITY_CARD = "identity-card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence-permit"
    OTHER = "other"


class Part(StrEnum):
    """The part of a record that an entry belongs to: 培训, 表彰奖励, 评价."""

    TRAINING = "training"
    COMMENDATION = "commendation"
    EVALUATION = "evaluation"


class Identity(Value):
    """Who somebody is, as their document says it. `number`: of the volunteer, where the ministry's system has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    document: DocumentKind
    document_number: Line
    number: Line | None = None


class Identify(Request):
    """Staff have seen a document."""

    community: Id
    person: Id
    identity: Identity


class Enter(Request):
    """Enter a training, a commendation or an evaluation. `minutes`: how long a training took."""

    community: Id
    person: Id
    part: Part
    title: Line
    on: Day
    by_whom: Line | None = Field(default=None, description="Who trained, commended or evaluated.")
    minutes: Minutes | None = None
    text: Text | None = None


class Strike(Request):
    """Strike out what is wrong."""

    entry: Id
    reason: Text


class Entered(Value):
    """An entry, and who entered it. One that was struck out stays, with the reason."""

    model_config = ConfigDict(frozen=True)

    id: Thing[str]
    part: Part
    title: Office[str] = Field(repr=False)
    on: date
    by_whom: Office[str | None] = Field(default=None, repr=False)
    minutes: int | None = None
    text: Office[str | None] = Field(default=None, repr=False)
    entered_by: Officer[str]
    at: datetime
    struck_because: Office[str | None] = Field(default=None, repr=False)


class Record(Aggregate):
    """What is on record of a volunteer in one community, beside their hours."""

    person: Someone[str]
    identity: Personal[Identity | None] = Field(default=None, repr=False)
    entries: Personal[tuple[Entered, ...]] = ()
    erased: bool = False

    def of(self, part: Part) -> list[Entered]:
        """The entries of a part that stand."""
        return [entry for entry in self.entries if entry.part is part and entry.struck_because is None]

    def public(self) -> RecordState | None:
        if self.erased:
            return None
        return RecordState(
            person=self.person,
            identified=self.identity is not None,
            trainings=len(self.of(Part.TRAINING)),
            commendations=len(self.of(Part.COMMENDATION)),
            evaluations=len(self.of(Part.EVALUATION)),
        )


def record_id(community: str, person: str) -> str:
    """The id of a person's record in a community: one each."""
    return derived_id("record", community, person)


def new_record(community: str, person: str) -> Record:
    """A record before its first entry."""
    return Record(id=record_id(community, person), community=community, person=person)


def identify(record: Record, command: Identify, by: Principal) -> Decision[Record]:
    """Staff enter who it is; a later document replaces the one before.

    Raises:
        NotYours: the caller is not staff.
        OwnRecord: the record is the caller's own.
    """
    _require_another_of_staff(record, by)
    if record.erased or record.identity == command.identity:
        return decided(record)
    return _kept(record.model_copy(update={"identity": command.identity}))


def enter(record: Record, command: Enter, id: str, by: Principal, now: datetime) -> Decision[Record]:
    """Staff enter what a volunteer has learnt, or how they were commended or evaluated.

    Raises:
        NotYours, OwnRecord: as for `identify`.
        RecordFull: there is no room.
    """
    _require_another_of_staff(record, by)
    if record.erased:
        return decided(record)
    if len(record.entries) >= MOST:
        raise RecordFull()
    told = {name: getattr(command, name) for name in ("part", "title", "on", "by_whom", "minutes", "text")}
    entry = Entered(id=id, entered_by=by.sub, at=now, **told)
    return _kept(record.model_copy(update={"entries": (*record.entries, entry)}))


def strike(record: Record, command: Strike, by: Principal) -> Decision[Record]:
    """Staff strike out an entry that is wrong; it stays readable.

    Raises:
        NotYours, OwnRecord: as for `identify`.
        UnknownLine: no entry of that id stands.
    """
    _require_another_of_staff(record, by)
    if all(entry.id != command.entry or entry.struck_because is not None for entry in record.entries):
        raise UnknownLine()
    entries = tuple(
        entry.model_copy(update={"struck_because": command.reason}) if entry.id == command.entry else entry
        for entry in record.entries
    )
    return _kept(record.model_copy(update={"entries": entries}))


def erase(record: Record, stand_in: str) -> Decision[Record]:
    """Forget everything about the person."""
    if record.erased:
        return decided(record)
    changed = Record(id=record.id, community=record.community, person=stand_in, erased=True)
    return decided(changed, RecordErased())


def _kept(changed: Record) -> Decision[Record]:
    return decided(changed, event_from(RecordKept, changed))


def _require_another_of_staff(record: Record, by: Principal) -> None:
    by.require(record.community, Role.STAFF)
    if by.sub == record.person:
        raise OwnRecord()
