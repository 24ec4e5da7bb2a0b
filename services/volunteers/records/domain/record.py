"""A volunteer's record beside their hours: identity, trainings, commendations and evaluations.

Together with the services in the ledger of hours, these are the five parts of a record. The organiser enters them,
never the volunteer, and nothing is overwritten: a wrong entry is struck out with a reason and stays readable.
"""

import re
from datetime import date, datetime
from enum import StrEnum

from pydantic import ConfigDict, Field, model_validator

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Request, Text, local_date
from services.contracts.marks import Id, Office, Officer, Personal, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import RecordErased, RecordKept, RecordState
from services.volunteers.shared.values import Day, Minutes

MOST = 500
"""The most entries of a record."""


class OwnRecord(
    Forbidden,
    code="record.not-by-oneself",
    zh="志愿服务记录须由他人登记、出具。",
    en="Somebody else keeps one's record and issues one's certificate.",
):
    """Somebody enters into their own record; the organiser records (谁组织谁记录)."""


class UnknownLine(Invalid, code="record.unknown-entry", zh="没有这条记录。", en="There is no such entry."):
    """The entry to strike out is not on record, or was struck out before."""


class NotYetOn(
    Invalid, code="record.not-yet", zh="登记日期不能晚于今天。", en="What is entered took place today or before."
):
    """Nothing is entered before it took place."""


class RecordFull(Invalid, code="record.full", zh="记录条目已满。", en="The record has no room for more entries."):
    """The record has as many entries as it may have."""


class DocumentKind(StrEnum):
    """The kind of document that proves an identity."""

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
    """The identity of a volunteer by their document. `number` is their number in the ministry's system, if they have
    one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    document: DocumentKind
    document_number: Line
    number: Line | None = None


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD = re.compile(r"[1-9][0-9]{5}(?P<born>[0-9]{8})[0-9]{3}[0-9X]")


def is_card_number(number: str) -> bool:
    """Whether it can be the number of a resident's identity card, by its date of birth and its check (GB 11643)."""
    found = _CARD.fullmatch(number)
    if found is None:
        return False
    try:
        date.fromisoformat(found["born"])
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[-1]


class Identify(Request):
    """The identity of a volunteer, whose document staff have seen."""

    community: Id
    person: Id
    identity: Identity

    @model_validator(mode="after")
    def _of_a_card(self) -> "Identify":
        shown = self.identity
        if shown.document is DocumentKind.IDENTITY_CARD and not is_card_number(shown.document_number):
            raise ValueError("身份证号码有误 (no identity card has this number)")
        return self


class Enter(Request):
    """The entry of a training, a commendation or an evaluation. `minutes` is the length of a training."""

    community: Id
    person: Id
    part: Part
    title: Line
    on: Day
    by_whom: Line | None = Field(default=None, description="Who trained, commended or evaluated.")
    minutes: Minutes | None = None
    text: Text | None = None


class Strike(Request):
    """The order to strike out a wrong entry."""

    entry: Id
    reason: Text


class Entered(Value):
    """An entry, with the person who entered it. An entry that was struck out stays, with the reason."""

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
    """The record of a volunteer in one community, beside their hours."""

    person: Someone[str]
    identity: Personal[Identity | None] = Field(default=None, repr=False)
    entries: Personal[tuple[Entered, ...]] = ()
    erased: bool = False

    def of(self, part: Part) -> list[Entered]:
        """The entries of `part` that are not struck out."""
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
    """The id of the record of `person` in `community`; there is one for each."""
    return derived_id("record", community, person)


def new_record(community: str, person: str) -> Record:
    """The record of a person before its first entry."""
    return Record(id=record_id(community, person), community=community, person=person)


def identify(record: Record, command: Identify, by: Principal) -> Decision[Record]:
    """Enter the identity of the volunteer, as staff. A later document replaces the one before.

    Raises:
        NotYours: the caller is not staff.
        OwnRecord: the record is the caller's own.
    """
    _require_another_of_staff(record, by)
    if record.erased or record.identity == command.identity:
        return decided(record)
    return _kept(record.model_copy(update={"identity": command.identity}))


def enter(record: Record, command: Enter, id: str, by: Principal, now: datetime) -> Decision[Record]:
    """Enter a training, a commendation or an evaluation, as staff, under `id`.

    Raises:
        NotYours, OwnRecord: as for `identify`.
        RecordFull: the record has no room for another entry.
        NotYetOn: its day is still to come.
    """
    _require_another_of_staff(record, by)
    if record.erased:
        return decided(record)
    if command.on > local_date(now):
        raise NotYetOn()
    if len(record.entries) >= MOST:
        raise RecordFull()
    told = {name: getattr(command, name) for name in ("part", "title", "on", "by_whom", "minutes", "text")}
    entry = Entered(id=id, entered_by=by.sub, at=now, **told)
    return _kept(record.model_copy(update={"entries": (*record.entries, entry)}))


def strike(record: Record, command: Strike, by: Principal) -> Decision[Record]:
    """Strike out a wrong entry, as staff. It stays readable.

    Raises:
        NotYours, OwnRecord: as for `identify`.
        UnknownLine: the record has no such entry, or it is struck out already.
    """
    _require_another_of_staff(record, by)
    if all(entry.id != command.entry or entry.struck_because is not None for entry in record.entries):
        raise UnknownLine()
    entries = tuple(
        entry.model_copy(update={"struck_because": command.reason}) if entry.id == command.entry else entry
        for entry in record.entries
    )
    return _kept(record.model_copy(update={"entries": entries}))


def take_over(record: Record, other: Record) -> Decision[Record]:
    """What is on record of a second record of the person stands here as well; an identity that was seen here stays."""
    known = {entry.id for entry in record.entries}
    entries = (*record.entries, *(entry for entry in other.entries if entry.id not in known))
    changed = record.model_copy(update={"identity": record.identity or other.identity, "entries": entries})
    return decided(record) if changed == record or record.erased else _kept(changed)


def give_up(record: Record, taken: Record) -> Decision[Record]:
    """What was on record as of `taken` stands on the other record of the same person from now on. What was entered
    later stays until it is taken over itself.
    """
    entries = tuple(entry for entry in record.entries if entry not in taken.entries)
    identity = None if record.identity == taken.identity else record.identity
    changed = record.model_copy(update={"identity": identity, "entries": entries})
    return decided(record) if changed == record or record.erased else _kept(changed)


def erase(record: Record, stand_in: str) -> Decision[Record]:
    """Remove everything about the person, and put `stand_in` in their place."""
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
