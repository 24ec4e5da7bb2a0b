"""Rounds through buildings, their visits, and what was found on them."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, Office, OfficerId, Public, Thing
from services.contracts.topics import ISSUES
from services.contracts.value import Value


class RoundStatus(StrEnum):
    """`walked`: the walker is done, visits are still being counted. `completed`: the figures are final."""

    PLANNED = "planned"
    WALKING = "walking"
    WALKED = "walked"
    COMPLETED = "completed"


class BuildingTally(BaseModel):
    """What a round saw in one building of its plan. `floors_planned` is None where nobody knows how many there are."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    building: Thing[Id]
    floors_planned: int | None = None
    floors_covered: int = 0
    visits: int = 0
    findings: int = 0
    fixed_on_the_spot: int = 0


class CategoryTally(Value):
    """What a round found of one category."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    category: Code
    findings: int
    fixed_on_the_spot: int
    category_zh: Office[Masked | None] = None
    category_en: Office[Masked | None] = None


class RoundSummary(BaseModel):
    """What came of a round. Coverage is told of its plan, and of the whole compound by all rounds until `as_of`.

    Findings were put right on the spot or handed over as cases; how those stand now is told by the cases.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    as_of: datetime
    buildings_planned: int
    buildings_covered: int
    compound_buildings: int
    compound_covered: int
    floors_planned: int | None = None
    floors_covered: int
    floors_visited: int
    visits: int
    findings: int
    fixed_on_the_spot: int
    handed_over: int
    by_building: tuple[BuildingTally, ...] = ()
    by_category: tuple[CategoryTally, ...] = ()


class _Round(BaseModel):
    title: Public[Office[Masked | None]] = None
    buildings: Public[list[Id]]
    walker: Public[OfficerId]
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
    floors_planned: Public[int | None] = None
    floors_covered: Public[int] = 0
    plan: Public[Id | None] = None
    occurrence: Public[date | None] = None
    summary: Public[RoundSummary | None] = None


class RoundState(_Round, State, type="cn.community.issues.round.state.v1", topic=ISSUES):
    """A walk through buildings (巡查). Coverage is `covered` against `buildings`; the figures come from its visits.

    `floors_covered` are those of `floors_planned` that were walked. `plan` and `occurrence`: the recurring plan that it
    comes from, and which of its dates it is. `summary` stands once the figures are final.
    """


class RoundPlanned(_Round, Event, type="cn.community.issues.round.planned.v1", topic=ISSUES, state=RoundState):
    """A round is to be walked. Carries the whole state."""


class RoundStarted(Event, type="cn.community.issues.round.started.v1", topic=ISSUES, state=RoundState):
    """The first visit of a round was counted."""

    status: Public[RoundStatus]


class RoundProgressed(Event, type="cn.community.issues.round.progressed.v1", topic=ISSUES, state=RoundState):
    """Visits of a round were counted; the totals are those after them. `visit` is the last of them."""

    covered: Public[list[Id]]
    visits: Public[int]
    floors_visited: Public[int]
    findings: Public[int]
    fixed_on_the_spot: Public[int]
    handed_over: Public[int]
    visit: Public[Id]
    floors_covered: Public[int] = 0


class RoundWalked(Event, type="cn.community.issues.round.walked.v1", topic=ISSUES, state=RoundState):
    """The walker has finished a round; `recorded` visits are to be counted before the figures are final."""

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


class RoundSummarised(Event, type="cn.community.issues.round.summarised.v1", topic=ISSUES, state=RoundState):
    """The figures of a completed round, for the notice board. They are told again should a late visit be counted."""

    summary: Public[RoundSummary]


class FindingData(BaseModel):
    """What was found on a visit. `case` is the case it becomes when it was not fixed at once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    category: Code
    title: Office[Masked | None] = None
    fixed: bool
    photos: int = 0
    case: Id | None = None


class _Visit(BaseModel):
    round: Public[Id]
    building: Public[Id]
    floor: Public[int]
    walker: Public[OfficerId]
    visited_at: Public[datetime]
    findings: Public[list[FindingData]]


class VisitState(_Visit, State, type="cn.community.issues.visit.state.v1", topic=ISSUES):
    """One floor of one building, walked in a round, without its findings, of which not everybody may know."""


class VisitRecorded(_Visit, Event, type="cn.community.issues.visit.recorded.v1", topic=ISSUES, state=VisitState):
    """A floor was walked. Carries the whole state."""


class VisitRevised(_Visit, Event, type="cn.community.issues.visit.revised.v1", topic=ISSUES, state=VisitState):
    """What everybody may know of its findings has changed. Carries the whole state."""
