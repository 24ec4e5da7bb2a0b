"""A case holds these fields; here it says who may read how much of it.

What reporters typed and how to reach them stands here and in no event.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.principal import Principal, Role
from services.contracts.event import Event
from services.contracts.issues import (
    CasePhase,
    CaseState,
    CaseStatus,
    CaseWithheld,
    CaseWithheldState,
    Channel,
    MissedPhase,
    Priority,
)
from services.contracts.marks import Masked, Office, Officer, Personal, Someone, Thing, Words
from services.contracts.value import Value
from services.issues.cases.domain.publicity import is_public
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.catalogue.domain.catalogue import BEFORE_DEADLINES, Category, Deadlines
from services.issues.catalogue.domain.questions import Answer
from services.issues.places.domain.datum import Point
from services.issues.privacy.domain.contact import Sealed

ANONYMOUS = "anonymous"
"""The name on record of whoever reported without being shown."""


class Remark(Value):
    """Words that somebody wrote with a command. `about` is that command.

    `photos` and `attachments` are the ids of those that came with them. `internal`: all that is not for the reporter.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: datetime
    by: Officer[str]
    about: CaseCommand
    text: Office[str] = Field(repr=False)
    internal: bool = False
    photos: Thing[tuple[str, ...]] = ()
    attachments: Thing[tuple[str, ...]] = ()


_OF_WITHHELD = CaseWithheldState.model_fields.keys() - {"public"}
_IN_OFFICE = frozenset({Channel.ROUND, Channel.GRID_WORKER})


class Held(Value):
    """The status and the times left with which a paused or merged case goes on, in milliseconds of its phase's time.

    `phase_due_at`: the deadline of a phase that was missed before; it stays what it was.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: CaseStatus
    phase: CasePhase | None = None
    phase_left: int | None = None
    phase_due_at: datetime | None = None
    warn_left: int | None = None
    due_left: int | None = None
    escalate_left: tuple[int, ...] = ()
    phase_level: int = 0
    warned: bool = False
    breached: bool = False


class Extension(Value):
    """An extension that a unit asks for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    until: datetime
    by: Officer[str]
    at: datetime


class Case(Aggregate):
    """One problem at one place. `number` is its short name for people.

    `place` is public, `at` the exact one. `catalogue`: the edition it was filed under.

    `answers` are to the questions of its category. `evidence` is what the category asked for when the case was filed.

    `handlers`: everybody who ever worked on it; none of them verifies it. `assignee`: who of the unit has it;
    `had_by`: who of this unit has shown by taking or starting it that they belong there.

    `reporter` is an alias where they are
    `anonymous`, and then nobody is shown it. `minor`: the reporter is under fourteen.

    `phase` to `tick_at` are its clock, see `clock`; `held` is what a pause or a merger keeps of it. `due_for` and
    `phase_for`: the milliseconds of working or plain time after `due_from` and `phase_from` at which a deadline stands;
    None where somebody has named the deadline itself. `escalate_at`: when a phase that is late goes to further
    levels; `phase_level`: how far up it is by now, `level`: how far up the case ever was. `owed_since`: when the unit
    got the case, or got it back.
    `raised`: by how many steps its supporters made it more urgent. `joined`: the case it was merged into by hand, see
    `merging`. `stand_in` stands for an erased reporter where people are counted, and leads to nobody.
    `within_private`: a part of a case that is not public, or going on as one. `affected` and `children` of a public
    case count public ones alone, for everybody reads them.
    """

    number: Thing[str | None] = None
    category: Thing[str]
    group: Thing[str | None] = None
    public_category: bool = True
    within_private: bool = False
    category_zh: Office[str]
    category_en: Office[str]
    catalogue: int = 0
    answers: Words[dict[str, Answer]] = Field(default_factory=dict, repr=False)
    priority: Priority
    deadlines: Deadlines = BEFORE_DEADLINES
    evidence: bool
    title: Office[Masked | None] = None
    place: Thing[str]
    at: Thing[str | None] = None
    point: Words[Point | None] = Field(default=None, repr=False)
    building: Thing[str | None] = None
    floor: int | None = None
    spot: Words[str | None] = Field(default=None, repr=False)
    channel: Channel
    reporter: Someone[str | None] = None
    anonymous: bool = False
    minor: bool = False
    guardian_agreed_at: Personal[datetime | None] = None
    contact: Personal[Sealed | None] = None
    attachments: Words[tuple[str, ...]] = ()
    attachments_after: Thing[tuple[str, ...]] = ()
    words_gone: bool = False
    text: Words[str | None] = Field(default=None, repr=False)
    round: Thing[str | None] = None
    visit: Thing[str | None] = None
    status: CaseStatus
    unit: Thing[str | None] = None
    handlers: Officer[frozenset[str]] = frozenset()
    assignee: Officer[str | None] = None
    had_by: Officer[frozenset[str]] = frozenset()
    on_the_spot: bool = False
    before: Words[tuple[str, ...]] = ()
    after: Thing[tuple[str, ...]] = ()
    remarks: tuple[Remark, ...] = ()
    reported_at: datetime
    due_at: datetime | None = None
    unit_due_at: datetime | None = None
    due_from: datetime | None = None
    due_for: int | None = None
    overdue: bool = False
    missed: tuple[MissedPhase, ...] = ()
    owed_since: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    rating: int | None = None
    returned: int = 0
    sent_back: int = 0
    reopened: int = 0
    phase: CasePhase | None = None
    phase_due_at: datetime | None = None
    phase_from: datetime | None = None
    phase_for: int | None = None
    warn_at: datetime | None = None
    warn_for: int | None = None
    warned: bool = False
    breached: bool = False
    tick_at: datetime | None = None
    escalation: int = 0
    escalate_at: tuple[datetime, ...] = ()
    phase_level: int = 0
    level: int = 0
    held: Held | None = None
    paused_until: datetime | None = None
    extension: Extension | None = None
    extended: int = 0
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    contacting_due_at: datetime | None = None
    first_unit: Thing[str | None] = None
    affected: int = 1
    raised: int = 0
    merged_into: Thing[str | None] = None
    joined: Thing[str | None] = None
    parent: Thing[str | None] = None
    children: int = 0
    stand_in: Thing[str | None] = None

    @property
    def handle_by(self) -> datetime | None:
        """The deadline that the unit works to: the case's own, or the unit's where that one was missed before."""
        return self.unit_due_at or self.due_at

    @property
    def can_be_contacted(self) -> bool:
        """Whether somebody waits to be spoken with: a person that is known, who did not find it in office."""
        return self.reporter is not None and not self.anonymous and self.channel not in _IN_OFFICE

    @property
    def extension_requested(self) -> bool:
        """Whether the unit waits for an answer about more time."""
        return self.extension is not None

    @property
    def photos(self) -> int:
        """The number of pictures that are kept with the case."""
        return len(self.before) + len(self.after)

    @property
    def is_public(self) -> bool:
        """Whether everybody may know of the case."""
        return is_public(self.__dict__)

    @property
    def withholds(self) -> bool:
        return not self.is_public

    def whole(self) -> CaseState:
        shown = {name: getattr(self, name) for name in CaseState.model_fields}
        return CaseState(**(shown | {"reporter": None} if self.anonymous else shown))

    def public(self) -> CaseState | CaseWithheldState:
        return (
            self.whole() if self.is_public else CaseWithheldState(public=False, **self.model_dump(include=_OF_WITHHELD))
        )

    def told(self, event: Event) -> CaseWithheld:
        return CaseWithheld(public=False, **self.model_dump(include=_OF_WITHHELD))

    def is_reporter(self, by: Principal) -> bool:
        """Whether `by` reported the case, under whichever name."""
        return self.reporter is not None and self.reporter in (by.sub, by.alias)

    def acting(self, by: Principal) -> Principal:
        """`by` as this case names them on record: its anonymous reporter has no name there."""
        return replace(by, sub=ANONYMOUS) if self.anonymous and self.is_reporter(by) else by

    def handled_by(self, by: Principal) -> bool:
        """Whether `by` works for the unit that has the case."""
        return by.has(self.community, Role.HANDLER) and by.works_for(self.community, self.unit)

    def shows_contact_to(self, by: Principal) -> bool:
        """Whether `by` may read the reporter's contact. A child's is not shown to the handling unit."""
        if self.community not in by.communities:
            return False
        return self.is_reporter(by) or by.has(self.community, Role.STAFF) or (self.handled_by(by) and not self.minor)

    def shows_attachment_to(self, by: Principal, attachment: str, *, voice: bool) -> bool:
        """Whether `by` may have `attachment`. A voice does not betray to the unit
        who is nameless, or a child."""
        if not self.shows_inside_to(by) or attachment in self.hidden_from(by):
            return False
        betrays = voice and (self.anonymous or self.minor) and self.is_outside(by)
        return attachment in self.attachments_after or (attachment in self.attachments and not betrays)

    def reads_internal(self, by: Principal) -> bool:
        """Whether `by` reads remarks that are not for the reporter: they work on the case."""
        return self.handled_by(by) or by.has(self.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)

    def hidden_from(self, by: Principal) -> frozenset[str]:
        """The ids of photos and attachments that came with remarks which `by` does not read."""
        if self.reads_internal(by):
            return frozenset()
        internal = [remark for remark in self.remarks if remark.internal]
        return frozenset(id for remark in internal for id in (*remark.photos, *remark.attachments))

    def shows_photo_to(self, by: Principal, photo: str) -> bool:
        """Whether `by` may see `photo`, which is kept with the case."""
        return self.shows_inside_to(by) and photo not in self.hidden_from(by)

    def is_outside(self, by: Principal) -> bool:
        """Whether `by` is neither the reporter nor one of the committee: words that they read have left it."""
        works = by.has(self.community, Role.STAFF, Role.SUPERVISOR, Role.GRID_WORKER)
        return not (works or self.is_reporter(by))

    def shows_inside_to(self, by: Principal) -> bool:
        """Whether `by` may read words, exact spot, photos and remarks; everybody else sees the public state."""
        if self.community not in by.communities:
            return False
        return (
            self.shows_contact_to(by)
            or self.handled_by(by)
            or by.has(self.community, Role.SUPERVISOR, Role.GRID_WORKER)
        )

    def shows_itself_to(self, by: Principal) -> bool:
        """Whether `by` may know that there is such a case: it is of theirs, and public, or they may read its inside."""
        return self.community in by.communities and (self.is_public or self.shows_inside_to(by))


def on_record(changed: Case, by: Principal, *events: Event) -> Decision[Case]:
    """A decision of `by`. Where they act anonymously, journal and outbox record that name and no other."""
    return Decision(changed, events, actor=ANONYMOUS if by.sub == ANONYMOUS else None)


def of_category(category: Category) -> dict[str, Any]:
    """The fields of a case that its category gives."""
    return {
        "category": category.code,
        "group": category.group,
        "public_category": category.public,
        "category_zh": category.zh,
        "category_en": category.en,
        "priority": category.priority,
        "deadlines": category.deadlines,
        "evidence": category.evidence,
    }


def with_remark(
    case: Case, about: CaseCommand, text: str | None, by: Principal, now: datetime, **more: Any
) -> tuple[Remark, ...]:
    """The remarks of `case`, and what `by` wrote now if anything."""
    return case.remarks if text is None else (*case.remarks, Remark(at=now, by=by.sub, about=about, text=text, **more))
