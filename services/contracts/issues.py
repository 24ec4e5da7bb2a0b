"""What the issues service publishes: units and places, cases, rounds with their visits, wishes.

The finest public place is the building (a visit names the floor of the common parts that were walked, never a home).
What a reporter typed stays in the service, outside of every event, so that it can be erased; a title is public
because a worker or the staff wrote it to be.
Erasing a person removes the `reporter` or `proposer` from the state and says so with an event.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Internal, Masked, Public
from services.contracts.topics import ISSUES


class UnitKind(StrEnum):
    """What a partner organisation is."""

    PROPERTY = "property"
    STREET = "street-department"
    CLINIC = "clinic"
    ELDER_CARE = "elder-care"
    VOLUNTEERS = "volunteers"
    ALLIANCE = "alliance"
    COMMITTEE = "committee"
    OTHER = "other"


class PlaceKind(StrEnum):
    """How fine a public place is."""

    COMPOUND = "compound"
    BUILDING = "building"


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


class RoundStatus(StrEnum):
    """`walked`: the walker is done, visits are still being counted. `completed`: the figures are final."""

    PLANNED = "planned"
    WALKING = "walking"
    WALKED = "walked"
    COMPLETED = "completed"


class WishStatus(StrEnum):
    """What became of a wish."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


# units and places


class _Unit(BaseModel):
    code: Public[Code]
    kind: Public[UnitKind]
    title: Public[Masked]
    title_en: Public[Masked | None] = None


class UnitState(_Unit, State, type="cn.community.issues.unit.state.v1", topic=ISSUES):
    """A partner organisation. Its name is public."""


class UnitRegistered(_Unit, Event, type="cn.community.issues.unit.registered.v1", topic=ISSUES, state=UnitState):
    """An organisation joined the community's partners."""


class _Place(BaseModel):
    kind: Public[PlaceKind]
    title: Public[Masked]
    parent: Public[Id | None] = None
    number: Public[int | None] = None
    floors: Public[int | None] = None
    households: Public[int | None] = None
    residents: Public[int | None] = None


class PlaceState(_Place, State, type="cn.community.issues.place.state.v1", topic=ISSUES):
    """A compound or a building. `number` is the building's number as people say it (9 in 9号楼)."""


class PlaceRegistered(_Place, Event, type="cn.community.issues.place.registered.v1", topic=ISSUES, state=PlaceState):
    """A place became known."""


# cases


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
    """A unit has it, to be handled by `due_at`."""

    status: Public[CaseStatus]
    unit: Public[Id]
    due_at: Public[datetime]
    overdue: Public[bool]
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


# rounds and visits


class _Round(BaseModel):
    title: Public[Masked | None] = None
    buildings: Public[list[Id]]
    walker: Public[Id]
    unit: Public[Id | None] = None
    starts_at: Public[datetime]
    status: Public[RoundStatus]
    covered: Public[list[Id]]
    visits: Public[int] = 0
    floors_visited: Public[int] = 0
    findings: Public[int] = 0
    fixed_on_the_spot: Public[int] = 0
    handed_over: Public[int] = 0
    completed_at: Public[datetime | None] = None


class RoundState(_Round, State, type="cn.community.issues.round.state.v1", topic=ISSUES):
    """A walk through buildings (巡查). Coverage is `covered` against `buildings`; the figures come from its visits."""


class RoundPlanned(_Round, Event, type="cn.community.issues.round.planned.v1", topic=ISSUES, state=RoundState):
    """A round is to be walked. Carries the whole state."""


class RoundStarted(Event, type="cn.community.issues.round.started.v1", topic=ISSUES, state=RoundState):
    """The first visit of it was counted."""

    status: Public[RoundStatus]


class RoundProgressed(Event, type="cn.community.issues.round.progressed.v1", topic=ISSUES, state=RoundState):
    """A visit was counted; totals after it."""

    covered: Public[list[Id]]
    visits: Public[int]
    floors_visited: Public[int]
    findings: Public[int]
    fixed_on_the_spot: Public[int]
    handed_over: Public[int]
    visit: Public[Id]


class RoundWalked(Event, type="cn.community.issues.round.walked.v1", topic=ISSUES, state=RoundState):
    """The walker is done; `recorded` visits are to be counted before the figures are final."""

    status: Public[RoundStatus]
    recorded: Public[int]


class RoundCompleted(Event, type="cn.community.issues.round.completed.v1", topic=ISSUES, state=RoundState):
    """The round's summary, with final figures."""

    status: Public[RoundStatus]
    completed_at: Public[datetime]
    buildings: Public[list[Id]]
    covered: Public[list[Id]]
    visits: Public[int]
    floors_visited: Public[int]
    findings: Public[int]
    fixed_on_the_spot: Public[int]
    handed_over: Public[int]


class FindingData(BaseModel):
    """What was found on a visit. `case` is the case it becomes when it was not fixed at once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    category: Code
    title: Masked | None = None
    fixed: bool
    photos: int = 0
    case: Id | None = None


class _Visit(BaseModel):
    round: Public[Id]
    building: Public[Id]
    floor: Public[int]
    walker: Public[Id]
    visited_at: Public[datetime]
    findings: Public[list[FindingData]]


class VisitState(_Visit, State, type="cn.community.issues.visit.state.v1", topic=ISSUES):
    """One floor of one building, walked in a round. No findings: all was well."""


class VisitRecorded(_Visit, Event, type="cn.community.issues.visit.recorded.v1", topic=ISSUES, state=VisitState):
    """A floor was walked. Carries the whole state."""


# wishes


class _Wish(BaseModel):
    title: Public[Masked]
    proposer: Public[Id | None] = None
    status: Public[WishStatus]
    supporters: Public[int] = 0
    proposed_at: Public[datetime]
    due_at: Public[datetime | None] = None
    answer: Public[Masked | None] = None
    answered_at: Public[datetime | None] = None


class WishState(_Wish, State, type="cn.community.issues.wish.state.v1", topic=ISSUES):
    """Something residents would like to have (居民心愿). `due_at`: when the committee owes an answer."""


class WishProposed(_Wish, Event, type="cn.community.issues.wish.proposed.v1", topic=ISSUES, state=WishState):
    """A resident proposed it. Carries the whole state."""


class WishSupported(Event, type="cn.community.issues.wish.supported.v1", topic=ISSUES, state=WishState):
    """One more person supports it; who it is stays in the service."""

    supporters: Public[int]
    person: Internal[Id]


class WishAnswered(Event, type="cn.community.issues.wish.answered.v1", topic=ISSUES, state=WishState):
    """The committee took it into a plan or declined it, with its reasons in `answer`."""

    status: Public[WishStatus]
    answer: Public[Masked]
    answered_at: Public[datetime]
    proposer: Public[Id | None]
    by: Internal[Id]


class WishAnonymised(Event, type="cn.community.issues.wish.anonymised.v1", topic=ISSUES, state=WishState):
    """A person was erased from it, as its proposer or among its supporters; the number of supporters stays."""

    proposer: Public[Id | None]


# erasure


class PersonDataErased(Event, type="cn.community.issues.person-data.erased.v1", topic=ISSUES):
    """This service's answer to an erasure request: what it held of `person` is gone. `request` is that request's id."""

    person: Public[Id]
    request: Public[Id]
