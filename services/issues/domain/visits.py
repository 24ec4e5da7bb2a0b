"""A visit: one floor of one building, walked within a round, with what was found there.

Ids are derived from the walker's own ids, so that a walk made offline may be sent any number of times, in any order
and in any parts: the first time counts, the same again changes nothing, something else under the same id is refused.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, tell
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import FindingData, RoundStatus, VisitRecorded, VisitState
from services.contracts.marks import Code, Id, Masked
from services.issues.domain.catalogue import Catalogue
from services.issues.domain.places import Place
from services.issues.domain.rounds import Round, RoundIsOver
from services.issues.domain.words import Floor, Line, Moment, PhotoIds, Request, Text

MAX_FINDINGS = 50
_CLOCK_SKEW = timedelta(minutes=5)


class BuildingNotInRound(
    Invalid,
    code="visit.building-not-in-round",
    zh="该楼栋不在本次巡查计划内。",
    en="That building is not part of the round.",
):
    """Coverage counts what was planned."""


class NoSuchFloor(
    Invalid, code="visit.no-such-floor", zh="该楼栋没有 {floor} 层。", en="The building has no floor {floor}."
):
    """The building is known to be lower."""


class FindingTwice(
    Invalid, code="visit.finding-twice", zh="同一次记录中的问题编号重复：{id}。", en="Two findings have the id {id}."
):
    """Two problems under one id would become one case."""


class VisitedInTheFuture(
    Invalid, code="visit.in-the-future", zh="走访时间不能晚于现在。", en="A visit can't lie in the future."
):
    """The walker's clock is wrong."""


class RecordedOtherwise(
    Conflict,
    code="visit.recorded-otherwise",
    zh="编号 {client_id} 已记录过不同的内容。",
    en="Something else was recorded under the id {client_id}.",
):
    """The same client id, another content: the first one stands."""


class FoundHere(Request):
    """A finding as the walker sends it. `id` is the walker's own; `title` is public, `note` and `spot` are not."""

    id: Id
    category: Code
    title: Line | None = None
    note: Text | None = None
    spot: Line | None = None
    fixed: bool
    before: PhotoIds = ()
    after: PhotoIds = ()


class RecordVisit(Request):
    """A floor was walked. `id` is the walker's own id for it, unique in the round."""

    id: Id
    building: Id
    floor: Floor
    visited_at: Moment | None = None
    findings: Annotated[tuple[FoundHere, ...], Field(max_length=MAX_FINDINGS)] = ()


class Finding(BaseModel):
    """A problem found. `case` is the case it becomes; None when it was put right at once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    category: str
    title: Masked | None = None
    note: str | None = Field(default=None, repr=False)
    spot: str | None = Field(default=None, repr=False)
    fixed: bool
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    case: str | None = None


class Visit(Aggregate):
    """One floor, walked. It never changes."""

    round: str
    client_id: str
    building: str
    floor: int
    walker: str
    visited_at: datetime
    findings: tuple[Finding, ...] = ()

    def public(self) -> VisitState:
        return VisitState(
            round=self.round,
            building=self.building,
            floor=self.floor,
            walker=self.walker,
            visited_at=self.visited_at,
            findings=[_public(finding) for finding in self.findings],
        )

    def says_the_same_as(self, other: "Visit") -> bool:
        """Whether both tell the same of the same floor; the time may have been filled in by the service."""
        return (self.building, self.floor, self.findings) == (other.building, other.floor, other.findings)


def visit_id(round_id: str, client_id: str) -> str:
    """The id of the visit that the walker calls `client_id`."""
    return derived_id("visit", round_id, client_id)


def visit_of(round: Round, command: RecordVisit, catalogue: Catalogue, now: datetime) -> Visit:
    """The visit that `command` speaks of. `now` where it doesn't say when.

    Raises:
        FindingTwice, UnknownCategory: about its findings.
    """
    id = visit_id(round.id, command.id)
    return Visit(
        id=id,
        community=round.community,
        round=round.id,
        client_id=command.id,
        building=command.building,
        floor=command.floor,
        walker=round.walker,
        visited_at=command.visited_at or now,
        findings=_findings(id, command, catalogue),
    )


def require_walker(round: Round, by: Principal) -> None:
    """Raises NotYours unless `by` walks the round, or is staff."""
    by.require(round.community)
    if by.sub != round.walker and not by.has(Role.STAFF):
        raise NotYours()


def record_visit(
    round: Round,
    command: RecordVisit,
    buildings: Mapping[str, Place],
    catalogue: Catalogue,
    by: Principal,
    now: datetime,
) -> Decision[Visit]:
    """A floor of one of the round's `buildings` was walked.

    Raises:
        NotYours: neither the walker nor staff.
        RoundIsOver, BuildingNotInRound, NoSuchFloor, VisitedInTheFuture, and those of `visit_of`: as they say.
    """
    require_walker(round, by)
    if round.status in (RoundStatus.WALKED, RoundStatus.COMPLETED):
        raise RoundIsOver()
    _check_floor(round, command, buildings)
    visit = visit_of(round, command, catalogue, now)
    if visit.visited_at > now + _CLOCK_SKEW:
        raise VisitedInTheFuture()
    return decided(visit, tell(VisitRecorded, visit))


def _check_floor(round: Round, command: RecordVisit, buildings: Mapping[str, Place]) -> None:
    building = buildings.get(command.building)
    if command.building not in round.buildings or building is None:
        raise BuildingNotInRound()
    if building.floors is not None and command.floor > building.floors:
        raise NoSuchFloor(floor=command.floor)


def _findings(visit: str, command: RecordVisit, catalogue: Catalogue) -> tuple[Finding, ...]:
    found: dict[str, Finding] = {}
    for finding in command.findings:
        if finding.id in found:
            raise FindingTwice(id=finding.id)
        catalogue.category(finding.category)
        case = None if finding.fixed else derived_id("case", visit, finding.id)
        found[finding.id] = Finding(**finding.model_dump(), case=case)
    return tuple(found.values())


def _public(finding: Finding) -> FindingData:
    return FindingData(
        id=finding.id,
        category=finding.category,
        title=finding.title,
        fixed=finding.fixed,
        photos=len(finding.before) + len(finding.after),
        case=finding.case,
    )
