"""A round (巡查): the buildings to be walked, the figures so far, and the summary at its end.

Visits are aggregates of their own, so that visits of a large round do not wait for each other's write to one document.
`figures` has the rules for a round's figures.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Line, Moment, Request
from services.contracts.issues import CategoryTally, PlaceKind, RoundPlanned, RoundState, RoundStatus, RoundSummary
from services.contracts.marks import Id, Masked, Office, Officer, Thing
from services.contracts.value import Value
from services.issues.places.domain.floors import has_floor
from services.issues.places.domain.places import Place
from services.issues.shared.values import Floor

MAX_BUILDINGS = 200
MAX_FLOORS = 159
OVER = (RoundStatus.WALKED, RoundStatus.COMPLETED)
"""The statuses of a round whose walker is done."""


class NotABuilding(
    Invalid,
    code="round.not-a-building",
    zh="巡查计划只能包含本社区的楼栋。",
    en="A round walks buildings of its community.",
):
    """A place of the plan is unknown, in another community, or no building."""


class NoSuchFloors(
    Invalid,
    code="round.no-such-floor",
    zh="巡查计划里的楼层不存在：{floor} 层。",
    en="The plan names a floor that is not there: {floor}.",
):
    """Floors are chosen of a building that is not in the plan, or that is known to be lower."""


class RoundIsOver(Conflict, code="round.over", zh="本次巡查已结束。", en="The round is over."):
    """The walker has ended the round, whose figures are final or will soon be."""


class Terms(Request):
    """The buildings of a round, the floors of buildings where not all are to be walked, and the walker.

    Without `walker` the caller walks. `unit` is the partner for which the round is walked.
    """

    buildings: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_BUILDINGS)]
    floors: Annotated[
        dict[Id, Annotated[tuple[Floor, ...], Field(min_length=1, max_length=MAX_FLOORS)]],
        Field(max_length=MAX_BUILDINGS),
    ] = Field(default_factory=dict)
    title: Line | None = None
    walker: Id | None = None
    unit: Id | None = None


class PlanRound(Terms):
    """The plan of one round, which begins at a given time."""

    community: Id
    starts_at: Moment


class _Part(Value):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Planned(_Part):
    """A building of the plan. `floors` are the floors chosen, empty for all; `known` is the number of floors, None
    where nobody knows."""

    building: Thing[str]
    floors: tuple[int, ...] = ()
    known: int | None = None

    @property
    def count(self) -> int | None:
        """How many floors are to be walked; None where the building's number of floors is not known."""
        return len(self.floors) or self.known

    def covers(self, floor: int) -> bool:
        """Whether the plan includes `floor`. A basement is included only where it was chosen, or where the number of
        floors is not known."""
        return floor in self.floors if self.floors else self.known is None or 1 <= floor <= self.known


class Tally(_Part):
    """The figures of one building. `floors` are the floors walked, each once, from below."""

    building: Thing[str]
    floors: tuple[int, ...] = ()
    visits: int = 0
    findings: int = 0
    fixed: int = 0


class Figures(_Part):
    """The figures of a round: by building and by category, the number of visits, and the time of the last."""

    buildings: tuple[Tally, ...] = ()
    categories: tuple[CategoryTally, ...] = ()
    visits: int = 0
    last: Thing[str | None] = None


class Round(Aggregate):
    """A round. `recorded` is the number of visits stored when the walker was done. `plan` and `occurrence` are the
    plan, and its date, that became this round."""

    title: Office[Masked | None] = None
    buildings: Thing[tuple[str, ...]]
    planned: tuple[Planned, ...] = ()
    walker: Officer[str]
    unit: Thing[str | None] = None
    starts_at: datetime
    status: RoundStatus = RoundStatus.PLANNED
    counted: Figures = Figures()
    recorded: int | None = None
    plan: Thing[str | None] = None
    occurrence: date | None = None
    planned_at: datetime
    completed_at: datetime | None = None
    summary: RoundSummary | None = None

    @property
    def covered(self) -> list[str]:
        """The buildings where at least one floor was walked, in the order of the plan."""
        seen = {tally.building for tally in self.counted.buildings}
        return [building for building in self.buildings if building in seen]

    @property
    def visits(self) -> int:
        """How many visits were counted."""
        return self.counted.visits

    @property
    def floors_visited(self) -> int:
        """How many floors were visited; a floor that was visited twice counts once."""
        return sum(len(tally.floors) for tally in self.counted.buildings)

    @property
    def floors_planned(self) -> int | None:
        """How many floors are to be walked; None where a building's number of floors is not known."""
        counts = [planned.count for planned in self.planned]
        return None if not counts or None in counts else sum(count for count in counts if count)

    @property
    def floors_covered(self) -> int:
        """How many of the planned floors were walked."""
        return sum(self.covered_in(tally) for tally in self.counted.buildings)

    @property
    def findings(self) -> int:
        """How many problems were found."""
        return sum(tally.findings for tally in self.counted.buildings)

    @property
    def fixed_on_the_spot(self) -> int:
        """How many of the findings were put right at once."""
        return sum(tally.fixed for tally in self.counted.buildings)

    @property
    def handed_over(self) -> int:
        """How many of the findings became cases."""
        return self.findings - self.fixed_on_the_spot

    def covered_in(self, tally: Tally) -> int:
        """How many of the planned floors of one building were walked."""
        planned = next((each for each in self.planned if each.building == tally.building), None)
        return sum(planned is None or planned.covers(floor) for floor in tally.floors)

    def public(self) -> RoundState:
        return RoundState(**{name: getattr(self, name) for name in RoundState.model_fields})


def plan_round(
    id: str, command: PlanRound, buildings: Sequence[Place], by: Principal, now: datetime
) -> Decision[Round]:
    """Plan a round through `buildings`, which are those places of the command that exist.

    Staff plan for anybody; a grid worker, or a partner unit's person for that unit, plans their own walks.

    Raises:
        NotYours: the walk is planned for somebody else, or for a unit that is not the caller's.
        NotABuilding: a place is unknown, no building, or in another community.
        NoSuchFloors: a chosen floor does not exist.
    """
    walker = require_planner(command.community, command, by)
    round = Round(
        id=id,
        community=command.community,
        title=command.title,
        buildings=tuple(dict.fromkeys(command.buildings)),
        planned=planned_in(command.community, command.buildings, command.floors, buildings),
        walker=walker,
        unit=command.unit,
        starts_at=command.starts_at,
        planned_at=now,
    )
    return decided(round, event_from(RoundPlanned, round))


def require_planner(community: str, terms: Terms, by: Principal) -> str:
    """The person who is to walk by `terms`. Raises NotYours unless `by` may plan that."""
    by.require(community, Role.STAFF, Role.GRID_WORKER, Role.HANDLER)
    walker = terms.walker or by.sub
    elsewhere = terms.unit is not None and not by.works_for(community, terms.unit)
    if not by.has(community, Role.STAFF) and (walker != by.sub or elsewhere):
        raise NotYours()
    return walker


def planned_in(
    community: str, wanted: Sequence[str], floors: Mapping[str, Sequence[int]], buildings: Sequence[Place]
) -> tuple[Planned, ...]:
    """The buildings `wanted`, each once, with their chosen `floors`.

    Raises:
        NotABuilding, NoSuchFloors: see `plan_round`.
    """
    known = {p.id: p for p in buildings if p.kind is PlaceKind.BUILDING and p.community == community and not p.retired}
    if not known.keys() >= set(wanted) or not set(wanted) >= floors.keys():
        raise NotABuilding()
    planned = []
    for building in dict.fromkeys(wanted):
        chosen = tuple(sorted(set(floors.get(building, ()))))
        highest = known[building].floors
        if missing := [floor for floor in chosen if not has_floor(highest, floor)]:
            raise NoSuchFloors(floor=missing[0])
        planned.append(Planned(building=building, floors=chosen, known=highest))
    return tuple(planned)
