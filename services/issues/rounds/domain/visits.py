"""A visit: one floor of one building, walked within a round, with the problems found there.

Ids are derived from the walker's own ids, so that a walk made offline may be sent any number of times, in any order and
in any parts: the first time counts, the same content again changes nothing, and another content under the same id is
refused.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, Naming, decided, derived_id, event_from
from services.chassis.errors import CommunityError, Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Moment, Request, Text
from services.contracts.event import Event
from services.contracts.issues import FindingData, VisitRecorded, VisitRevised, VisitState
from services.contracts.marks import Code, Id, Masked, Office, Officer, Thing
from services.contracts.value import Value
from services.issues.catalogue.domain.catalogue import Catalogue
from services.issues.catalogue.domain.questions import Answers, answered
from services.issues.places.domain.floors import has_floor
from services.issues.places.domain.places import Place
from services.issues.rounds.domain.rounds import OVER, Round, RoundIsOver
from services.issues.shared.values import Floor, PhotoIds

MAX_FINDINGS = 50
_CLOCK_SKEW = timedelta(minutes=5)
_LONG = timedelta(days=366)


class BuildingNotInRound(
    Invalid,
    code="visit.building-not-in-round",
    zh="该楼栋不在本次巡查计划内。",
    en="That building is not part of the round.",
):
    """The visit is of a building that the round does not include; coverage counts planned buildings only."""


class NoSuchFloor(
    Invalid, code="visit.no-such-floor", zh="该楼栋没有 {floor} 层。", en="The building has no floor {floor}."
):
    """The building is known to have fewer floors, or the floor is 0, which no building has."""


class FindingTwice(
    Invalid, code="visit.finding-twice", zh="同一次记录中的问题编号重复：{id}。", en="Two findings have the id {id}."
):
    """Two findings have one id, under which they would become one case."""


class VisitedInTheFuture(
    Invalid, code="visit.in-the-future", zh="走访时间不能晚于现在。", en="A visit can't lie in the future."
):
    """The time of the visit lies in the future, so that the walker's clock must be wrong."""


class VisitedLongBefore(
    Invalid,
    code="visit.long-before-the-round",
    zh="走访时间早于本次巡查一年以上，请检查设备时钟。",
    en="The visit lies more than a year before the round. Is the device's clock right?",
):
    """The time of the visit lies long before the round. A device that lost its clock starts decades ago, and deadlines
    would count from there."""


class FixWithoutPhoto(
    Invalid,
    code="visit.fix-needs-photo",
    zh="问题 {id} 已现场解决，该类问题需要整改后的照片。",
    en="The finding {id} was put right on the spot; its category asks for a photo taken afterwards.",
):
    """A finding was put right on the spot without the photo that its category demands as proof."""


class FindingElsewhere(
    Invalid,
    code="visit.finding-elsewhere",
    zh="问题 {id} 的地点不在所走访的楼栋内。",
    en="The place of the finding {id} is not in the building visited.",
):
    """A finding's `at` is no place below the visit's building in the place tree."""


class RecordedOtherwise(
    Conflict,
    code="visit.recorded-otherwise",
    zh="编号 {client_id} 已记录过不同的内容。",
    en="Something else was recorded under the id {client_id}.",
):
    """The client id was used for another content, which stands."""


class FoundHere(Request):
    """A finding as the walker sends it, under an `id` of the walker's own. `title` is public; `note`, `spot` and `at`
    are not.

    `at` is the exact place in the place tree. `answers` are to the questions of the category, as far as the walker has
    them; the category may have been retired since the walk. `fixed` means put right on the spot, which the photos
    `after` show.
    """

    id: Id
    category: Code
    title: Line | None = None
    note: Text | None = None
    spot: Line | None = None
    at: Id | None = None
    answers: Answers = Field(default_factory=dict)
    fixed: bool
    before: PhotoIds = ()
    after: PhotoIds = ()


class RecordVisit(Request):
    """The record of a floor that was walked. `id` is the walker's own id for the visit, unique in the round."""

    id: Id
    building: Id
    floor: Floor
    visited_at: Moment | None = None
    findings: Annotated[tuple[FoundHere, ...], Field(max_length=MAX_FINDINGS)] = ()


class Finding(Value):
    """A problem that was found. `case` is the id of the case that it becomes; None when it was put right at once.

    `public`: everybody may know of it, because its category was public when it was recorded, and its case is public, if
    there is one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Thing[str]
    category: Thing[str]
    title: Office[Masked | None] = None
    note: Office[str | None] = Field(default=None, repr=False)
    spot: Office[str | None] = Field(default=None, repr=False)
    at: Thing[str | None] = None
    answers: Office[dict[str, Any]] = Field(default_factory=dict, repr=False)
    fixed: bool
    before: Thing[tuple[str, ...]] = ()
    after: Thing[tuple[str, ...]] = ()
    case: Thing[str | None] = None
    public: bool = True


class Visit(Aggregate):
    """One floor that was walked. Nothing of a visit changes later, except which of its findings are public."""

    round: Thing[str]
    client_id: Thing[str]
    building: Thing[str]
    floor: int
    walker: Officer[str]
    visited_at: datetime
    findings: tuple[Finding, ...] = ()

    @property
    def withholds(self) -> bool:
        return not all(finding.public for finding in self.findings)

    def public(self) -> VisitState:
        return self._state([finding for finding in self.findings if finding.public])

    def whole(self) -> VisitState:
        return self._state(self.findings)

    def told(self, event: Event) -> Event:
        """`event` without the findings that not everybody may know of."""
        public = self.public()
        return type(event)(**{name: getattr(public, name) for name in VisitState.model_fields})

    def _state(self, findings: Iterable[Finding]) -> VisitState:
        return VisitState(
            round=self.round,
            building=self.building,
            floor=self.floor,
            walker=self.walker,
            visited_at=self.visited_at,
            findings=[_public(finding) for finding in findings],
        )

    def says_the_same_as(self, other: "Visit") -> bool:
        """Whether both visits have the same content, with findings in any order. Their times are not compared, since
        the service may have filled one in."""
        mine, theirs = (
            {finding.id: finding.model_dump(exclude={"public", "case"}) for finding in visit.findings}
            for visit in (self, other)
        )
        return (self.building, self.floor, mine) == (other.building, other.floor, theirs)


def visit_id(round_id: str, client_id: str) -> str:
    """The id of the visit that the walker calls `client_id`."""
    return derived_id("visit", round_id, client_id)


@dataclass(frozen=True, slots=True)
class Fault:
    """The error of the finding at `index` of a visit, counted from 0, which the walker calls `id`."""

    index: int
    id: str | None
    error: CommunityError


def visit_of(round: Round, command: RecordVisit, now: datetime, naming: Naming) -> Visit:
    """The visit that `command` records. Its time is `now` where the command has none, or one slightly ahead.

    `naming` makes the ids of the cases with a secret, so that nobody can read from the id of a private case where it
    was found.
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
        visited_at=min(command.visited_at or now, now),
        findings=tuple(_finding(id, finding, naming) for finding in command.findings),
    )


def require_walker(round: Round, by: Principal) -> None:
    """Raises NotYours unless `by` walks the round, or is staff."""
    by.require(round.community)
    if by.sub != round.walker and not by.has(round.community, Role.STAFF):
        raise NotYours()


def record_visit(
    round: Round,
    command: RecordVisit,
    places: Mapping[str, Place],
    catalogue: Catalogue,
    by: Principal,
    now: datetime,
    naming: Naming,
) -> Decision[Visit]:
    """Record that a floor of one of the round's buildings was walked. `places` are those places of the command that
    exist.

    Raises:
        NotYours: `by` is neither the walker nor staff.
        RoundIsOver, BuildingNotInRound, NoSuchFloor, VisitedInTheFuture, VisitedLongBefore: the round, floor or time
        does not allow it.
        CommunityError: the first of `faults_in`.
    """
    require_walker(round, by)
    if round.status in OVER:
        raise RoundIsOver()
    _check_floor(round, command, places)
    _check_time(round, command, now)
    for fault in faults_in(command, places, catalogue):
        raise fault.error
    found = visit_of(round, command, now, naming)
    kept = tuple(f.model_copy(update={"public": catalogue.known(f.category).public}) for f in found.findings)
    visit = found.model_copy(update={"findings": kept})
    return decided(visit, event_from(VisitRecorded, visit))


def show_finding(visit: Visit, case: str, *, public: bool) -> Decision[Visit]:
    """Make the finding that has become `case` public, or private again, as that case is."""
    return _revised(visit, {finding.id: public for finding in visit.findings if finding.case == case})


def withdraw_findings(visit: Visit, codes: Collection[str]) -> Decision[Visit]:
    """Make findings of the categories `codes` private."""
    return _revised(visit, {finding.id: False for finding in visit.findings if finding.category in codes})


def _revised(visit: Visit, public: Mapping[str, bool]) -> Decision[Visit]:
    kept = tuple(f.model_copy(update={"public": public.get(f.id, f.public)}) for f in visit.findings)
    if kept == visit.findings:
        return decided(visit)
    revised = visit.model_copy(update={"findings": kept})
    return decided(revised, event_from(VisitRevised, revised))


def faults_in(command: RecordVisit, places: Mapping[str, Place], catalogue: Catalogue) -> Iterator[Fault]:
    """The first fault of each faulty finding in `command`: FindingTwice, UnknownCategory, FixWithoutPhoto or
    FindingElsewhere."""
    seen: set[str] = set()
    for index, finding in enumerate(command.findings):
        try:
            _check_finding(finding, command.building, places, catalogue, seen)
        except CommunityError as error:
            yield Fault(index, finding.id, error)
        seen.add(finding.id)


def _check_finding(
    finding: FoundHere, building: str, places: Mapping[str, Place], catalogue: Catalogue, seen: Collection[str]
) -> None:
    if finding.id in seen:
        raise FindingTwice(id=finding.id)
    category = catalogue.known(finding.category)
    answered(category.questions, finding.answers, whole=False)
    if finding.fixed and category.evidence and not finding.after:
        raise FixWithoutPhoto(id=finding.id)
    if finding.at is not None:
        at = places.get(finding.at)
        if at is None or at.building != building:
            raise FindingElsewhere(id=finding.id)


def _check_floor(round: Round, command: RecordVisit, places: Mapping[str, Place]) -> None:
    building = places.get(command.building)
    if command.building not in round.buildings or building is None:
        raise BuildingNotInRound()
    if not has_floor(building.floors, command.floor):
        raise NoSuchFloor(floor=command.floor)


def _check_time(round: Round, command: RecordVisit, now: datetime) -> None:
    if command.visited_at is None:
        return
    if command.visited_at > now + _CLOCK_SKEW:
        raise VisitedInTheFuture()
    if command.visited_at < min(round.starts_at, round.planned_at) - _LONG:
        raise VisitedLongBefore()


def _finding(visit: str, finding: FoundHere, naming: Naming) -> Finding:
    case = None if finding.fixed else naming("case", visit, finding.id)
    return Finding(**finding.model_dump(), case=case)


def _public(finding: Finding) -> FindingData:
    return FindingData(
        id=finding.id,
        category=finding.category,
        title=finding.title,
        fixed=finding.fixed,
        photos=len(finding.before) + len(finding.after),
        case=finding.case,
    )
