"""Cases: from the report of a problem to the reporter's verdict on its outcome."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from services.contracts.event import Event, State
from services.contracts.issues.caseclocks import CaseClock, MissedPhase
from services.contracts.issues.places import UnitKind
from services.contracts.issues.routing import Routed
from services.contracts.marks import (
    CatalogueWords,
    Code,
    Id,
    Internal,
    Masked,
    Office,
    OfficerId,
    PersonId,
    Public,
)
from services.contracts.topics import ISSUES


class CaseStatus(StrEnum):
    """Where a case stands, after GB/T 30428."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    HANDLED = "handled"
    SENT_BACK = "sent-back"
    VERIFIED = "verified"
    REOPENED = "reopened"
    MERGED = "merged"
    EVALUATED = "evaluated"


class Channel(StrEnum):
    """The way a case came in."""

    RESIDENT = "resident"
    GRID_WORKER = "grid-worker"
    ROUND = "round"
    STAFF = "staff"
    HOTLINE = "hotline"
    OPEN311 = "open311"


class Priority(StrEnum):
    """How soon a case must be handled."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class WholeCase(CaseClock):
    """The fields of a case as everybody may see it."""

    number: Public[Id | None] = None
    category: Public[Code]
    group: Public[Code | None] = None
    category_zh: Public[Office[CatalogueWords]]
    category_en: Public[Office[CatalogueWords]]
    priority: Public[Priority]
    title: Public[Office[Masked | None]] = None
    place: Public[Id]
    building: Public[Id | None] = None
    channel: Public[Channel]
    reporter: Public[PersonId | None] = None
    round: Public[Id | None] = None
    status: Public[CaseStatus]
    unit: Public[Id | None] = None
    on_the_spot: Public[bool] = False
    photos: Public[int] = 0
    reported_at: Public[datetime]
    due_at: Public[datetime | None] = None
    overdue: Public[bool] = False
    missed: Public[tuple[MissedPhase, ...]] = ()
    handled_at: Public[datetime | None] = None
    closed_at: Public[datetime | None] = None
    rating: Public[int | None] = Field(default=None, ge=1, le=5)
    returned: Public[int] = 0
    sent_back: Public[int] = 0
    reopened: Public[int] = 0
    anonymous: Public[bool] = False
    escalation: Public[int] = 0
    level: Public[int] = 0
    paused_until: Public[datetime | None] = None
    extended: Public[int] = 0
    extension_requested: Public[bool] = False
    signed_at: Public[datetime | None] = None
    contacted_at: Public[datetime | None] = None
    first_unit: Public[Id | None] = None
    affected: Public[int] = 1
    merged_into: Public[Id | None] = None
    parent: Public[Id | None] = None
    children: Public[int] = 0


class CaseState(WholeCase, State, type="cn.community.issues.case.state.v1", topic=ISSUES):
    """A case as everybody may see it.

    `number` is what people call it by (`YG-2611-0042`). `place` is the compound or the building, `building` is None in
    the open grounds. `reporter` is None for a report
    without a person, for an `anonymous` one and after erasure. `on_the_spot`: who reported it had put it right already.
    `returned`, `sent_back` and `reopened` count how often that happened. `photos` counts all pictures kept with it.
    `first_unit` is the unit that it went to first, which stays answerable to the reporter (首接负责). `escalation`
    counts the phases that missed their deadline, `level` how far up it went by that (0: nobody beyond the unit is
    answerable), `extended` the extensions granted. While it is paused or merged, its
    clocks stand and it has no deadlines but those that have passed. `missed` lists the phases that were missed, each
    with the unit that had the case then; nothing takes one back. `overdue`: the handling was missed, so that `due_at`
    stays what it was. `affected` counts the people who have the problem, the reporter among them.
    """


class CaseReported(WholeCase, Event, type="cn.community.issues.case.reported.v1", topic=ISSUES, state=CaseState):
    """Somebody reported a problem. Carries the whole state."""


class CaseAccepted(Event, type="cn.community.issues.case.accepted.v1", topic=ISSUES, state=CaseState):
    """The committee filed a case (立案); staff may have given it a public title or another category."""

    status: Public[CaseStatus]
    title: Public[Office[Masked | None]]
    category: Public[Code]
    group: Public[Code | None] = None
    category_zh: Public[Office[CatalogueWords]]
    category_en: Public[Office[CatalogueWords]]
    priority: Public[Priority]
    by: Internal[OfficerId]


class CaseRejected(CaseClock, Event, type="cn.community.issues.case.rejected.v1", topic=ISSUES, state=CaseState):
    """The committee does not take a case up (不予立案). `reason` is written by staff for the reporter."""

    status: Public[CaseStatus]
    closed_at: Public[datetime]
    reason: Public[Office[Masked]]
    by: Internal[OfficerId]


class CaseDispatched(CaseClock, Event, type="cn.community.issues.case.dispatched.v1", topic=ISSUES, state=CaseState):
    """A unit has a case, to be handled by `due_at`. `routed`: what chose the unit, where no person did. `unit_kind`,
    `category` and `building` are there for subscribers that have not heard of the unit or the case before.
    """

    status: Public[CaseStatus]
    unit: Public[Id]
    unit_kind: Public[UnitKind | None] = None
    category: Public[Code | None] = None
    building: Public[Id | None] = None
    due_at: Public[datetime]
    overdue: Public[bool]
    routed: Public[Routed | None] = None
    first_unit: Public[Id | None] = None
    signed_at: Public[datetime | None] = None
    contacted_at: Public[datetime | None] = None
    extension_requested: Public[bool] = False
    by: Internal[OfficerId]


class CaseReturned(CaseClock, Event, type="cn.community.issues.case.returned.v1", topic=ISSUES, state=CaseState):
    """The unit gives a case back as not its own (退单); `previous_unit` is that unit."""

    status: Public[CaseStatus]
    extension_requested: Public[bool] = False
    unit: Public[Id | None]
    due_at: Public[datetime | None]
    overdue: Public[bool]
    returned: Public[int]
    previous_unit: Public[Id]
    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseStarted(CaseClock, Event, type="cn.community.issues.case.started.v1", topic=ISSUES, state=CaseState):
    """The unit has signed for a case and is at work (签收)."""

    status: Public[CaseStatus]
    signed_at: Public[datetime | None] = None
    by: Internal[OfficerId]


class CaseHandled(CaseClock, Event, type="cn.community.issues.case.handled.v1", topic=ISSUES, state=CaseState):
    """The unit says that a case is handled; somebody else is to verify it."""

    status: Public[CaseStatus]
    extension_requested: Public[bool] = False
    handled_at: Public[datetime]
    photos: Public[int]
    note: Internal[Office[str | None]]
    by: Internal[OfficerId]


class CaseSentBack(CaseClock, Event, type="cn.community.issues.case.sent-back.v1", topic=ISSUES, state=CaseState):
    """Verification found that a case is not handled (返工)."""

    status: Public[CaseStatus]
    handled_at: Public[datetime | None]
    sent_back: Public[int]
    reason: Internal[Office[str]]
    by: Internal[OfficerId]


class CaseVerified(CaseClock, Event, type="cn.community.issues.case.verified.v1", topic=ISSUES, state=CaseState):
    """Somebody of another unit verified that a case is handled, and it is closed (核查结案). `reporter` is the person
    who may be told.
    """

    status: Public[CaseStatus]
    closed_at: Public[datetime]
    reporter: Public[PersonId | None]
    by: Internal[OfficerId]


class CaseReopened(CaseClock, Event, type="cn.community.issues.case.reopened.v1", topic=ISSUES, state=CaseState):
    """The reporter says that a case is not solved, or staff say so for them, on record."""

    status: Public[CaseStatus]
    signed_at: Public[datetime | None] = None
    contacted_at: Public[datetime | None] = None
    for_reporter: Internal[bool] = False
    unit: Public[Id | None]
    due_at: Public[datetime | None]
    overdue: Public[bool]
    handled_at: Public[datetime | None]
    closed_at: Public[datetime | None]
    rating: Public[int | None]
    reopened: Public[int]
    previous_unit: Public[Id | None]
    by: Internal[PersonId]


class CaseRated(Event, type="cn.community.issues.case.rated.v1", topic=ISSUES, state=CaseState):
    """The reporter's verdict on the outcome, 1 to 5."""

    status: Public[CaseStatus]
    rating: Public[int] = Field(ge=1, le=5)
    for_reporter: Internal[bool] = False
    by: Internal[PersonId]


class CaseContactExpired(Event, type="cn.community.issues.case.contact-expired.v1", topic=ISSUES, state=CaseState):
    """The reporter's contact was kept as long as promised after the end of the case, and is deleted."""

    expired_at: Public[datetime]


class CaseWordsExpired(Event, type="cn.community.issues.case.words-expired.v1", topic=ISSUES, state=CaseState):
    """What a resident wrote, recorded and pictured was kept as long as promised, and is deleted."""

    photos: Public[int]
    expired_at: Public[datetime]


class CaseAnonymised(Event, type="cn.community.issues.case.anonymised.v1", topic=ISSUES, state=CaseState):
    """The reporter was erased from it, contact, words and pictures with them."""

    reporter: Public[PersonId | None]
    photos: Public[int]


class CaseReassigned(CaseClock, Event, type="cn.community.issues.case.reassigned.v1", topic=ISSUES, state=CaseState):
    """The staff took a case from one unit, `previous_unit`, and gave it to another (改派). The other fields are those
    of a dispatch.
    """

    status: Public[CaseStatus]
    unit: Public[Id]
    unit_kind: Public[UnitKind | None] = None
    category: Public[Code | None] = None
    building: Public[Id | None] = None
    due_at: Public[datetime]
    overdue: Public[bool]
    signed_at: Public[datetime | None]
    contacted_at: Public[datetime | None]
    extension_requested: Public[bool]
    previous_unit: Public[Id | None]
    routed: Public[Routed | None] = None
    by: Internal[OfficerId]


class CaseContacted(CaseClock, Event, type="cn.community.issues.case.contacted.v1", topic=ISSUES, state=CaseState):
    """The unit has spoken with the reporter (首次联系)."""

    contacted_at: Public[datetime]
    note: Internal[Office[str | None]]
    by: Internal[OfficerId]


class CaseMerged(CaseClock, Event, type="cn.community.issues.case.merged.v1", topic=ISSUES, state=CaseState):
    """A case is the same as another one, which goes on for both (并案); its own clocks stand still."""

    status: Public[CaseStatus]
    merged_into: Public[Id]
    due_at: Public[datetime | None]
    by: Internal[OfficerId]


class CaseUnmerged(CaseClock, Event, type="cn.community.issues.case.unmerged.v1", topic=ISSUES, state=CaseState):
    """A merged case was another matter after all, and goes on from where it was. `previous_case` is the one it had been
    merged into.
    """

    status: Public[CaseStatus]
    merged_into: Public[Id | None]
    due_at: Public[datetime | None]
    previous_case: Public[Id]
    by: Internal[OfficerId]
