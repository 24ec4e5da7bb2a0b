"""Cases: from the report of a problem to the reporter's verdict on its outcome."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from services.contracts.event import Event, State
from services.contracts.issues.routing import Routed
from services.contracts.marks import Code, Id, Internal, Masked, Public
from services.contracts.topics import ISSUES


class CaseStatus(StrEnum):
    """Where a case stands, after GB/T 30428. `paused` and `merged` belong to v1 and are not reached yet."""

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


class _Case(BaseModel):
    category: Public[Code]
    category_zh: Public[Masked]
    category_en: Public[Masked]
    priority: Public[Priority]
    title: Public[Masked | None] = None
    place: Public[Id]
    building: Public[Id | None] = None
    channel: Public[Channel]
    reporter: Public[Id | None] = None
    round: Public[Id | None] = None
    status: Public[CaseStatus]
    unit: Public[Id | None] = None
    on_the_spot: Public[bool] = False
    photos: Public[int] = 0
    reported_at: Public[datetime]
    due_at: Public[datetime | None] = None
    overdue: Public[bool] = False
    handled_at: Public[datetime | None] = None
    closed_at: Public[datetime | None] = None
    rating: Public[int | None] = Field(default=None, ge=1, le=5)
    returned: Public[int] = 0
    sent_back: Public[int] = 0
    reopened: Public[int] = 0


class CaseState(_Case, State, type="cn.community.issues.case.state.v1", topic=ISSUES):
    """A case as everybody may see it.

    `place` is the compound or the building, `building` is None in the open grounds. `reporter` is None for a report
    without a person and after erasure. `on_the_spot`: who reported it had put it right already.
    `returned`, `sent_back` and `reopened` count how often that happened. `photos` counts all pictures kept with it.
    """


class CaseReported(_Case, Event, type="cn.community.issues.case.reported.v1", topic=ISSUES, state=CaseState):
    """Somebody reported a problem. Carries the whole state."""


class CaseAccepted(Event, type="cn.community.issues.case.accepted.v1", topic=ISSUES, state=CaseState):
    """The committee filed it (立案); staff may have given it a public title or another category."""

    status: Public[CaseStatus]
    title: Public[Masked | None]
    category: Public[Code]
    category_zh: Public[Masked]
    category_en: Public[Masked]
    priority: Public[Priority]
    by: Internal[Id]


class CaseRejected(Event, type="cn.community.issues.case.rejected.v1", topic=ISSUES, state=CaseState):
    """The committee does not take it up (不予立案). `reason` is written by staff for the reporter."""

    status: Public[CaseStatus]
    closed_at: Public[datetime]
    reason: Public[Masked]
    by: Internal[Id]


class CaseDispatched(Event, type="cn.community.issues.case.dispatched.v1", topic=ISSUES, state=CaseState):
    """A unit has it, to be handled by `due_at`. `routed`: by what, where no person chose the unit."""

    status: Public[CaseStatus]
    unit: Public[Id]
    due_at: Public[datetime]
    overdue: Public[bool]
    routed: Public[Routed | None] = None
    by: Internal[Id]


class CaseReturned(Event, type="cn.community.issues.case.returned.v1", topic=ISSUES, state=CaseState):
    """The unit gives it back as not its own (退单); `previous_unit` is that unit."""

    status: Public[CaseStatus]
    unit: Public[Id | None]
    due_at: Public[datetime | None]
    overdue: Public[bool]
    returned: Public[int]
    previous_unit: Public[Id]
    reason: Internal[str]
    by: Internal[Id]


class CaseStarted(Event, type="cn.community.issues.case.started.v1", topic=ISSUES, state=CaseState):
    """The unit is at work."""

    status: Public[CaseStatus]
    by: Internal[Id]


class CaseHandled(Event, type="cn.community.issues.case.handled.v1", topic=ISSUES, state=CaseState):
    """The unit says it is done; somebody else is to verify."""

    status: Public[CaseStatus]
    handled_at: Public[datetime]
    photos: Public[int]
    note: Internal[str | None]
    by: Internal[Id]


class CaseSentBack(Event, type="cn.community.issues.case.sent-back.v1", topic=ISSUES, state=CaseState):
    """Verification found it not done (返工)."""

    status: Public[CaseStatus]
    handled_at: Public[datetime | None]
    sent_back: Public[int]
    reason: Internal[str]
    by: Internal[Id]


class CaseVerified(Event, type="cn.community.issues.case.verified.v1", topic=ISSUES, state=CaseState):
    """Somebody of another unit saw that it is done: closed (核查结案). `reporter` is who may be told."""

    status: Public[CaseStatus]
    closed_at: Public[datetime]
    reporter: Public[Id | None]
    by: Internal[Id]


class CaseReopened(Event, type="cn.community.issues.case.reopened.v1", topic=ISSUES, state=CaseState):
    """The reporter, or staff for them on record, says that it is not solved."""

    status: Public[CaseStatus]
    unit: Public[Id | None]
    due_at: Public[datetime | None]
    overdue: Public[bool]
    handled_at: Public[datetime | None]
    closed_at: Public[datetime | None]
    rating: Public[int | None]
    reopened: Public[int]
    previous_unit: Public[Id | None]
    by: Internal[Id]


class CaseRated(Event, type="cn.community.issues.case.rated.v1", topic=ISSUES, state=CaseState):
    """The reporter's verdict on the outcome, 1 to 5."""

    status: Public[CaseStatus]
    rating: Public[int] = Field(ge=1, le=5)
    by: Internal[Id]


class CaseOverdue(Event, type="cn.community.issues.case.overdue.v1", topic=ISSUES, state=CaseState):
    """`due_at` passed and it is not handled. Said once for each dispatch."""

    overdue: Public[bool]
    unit: Public[Id | None]
    due_at: Public[datetime | None]


class CaseAnonymised(Event, type="cn.community.issues.case.anonymised.v1", topic=ISSUES, state=CaseState):
    """The reporter was erased from it, contact, words and pictures with them."""

    reporter: Public[Id | None]
    photos: Public[int]
