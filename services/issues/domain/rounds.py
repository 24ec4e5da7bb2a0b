"""A round (巡查): buildings to be walked, the visits counted so far, and the summary at its end.

Visits are aggregates of their own, so that a round of any size is recorded without a queue before one document.
`counting` says how the round comes to its figures.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.chassis.aggregate import Aggregate, Decision, decided, tell
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import PlaceKind, RoundPlanned, RoundState, RoundStatus
from services.contracts.marks import Id, Masked
from services.issues.domain.places import Place
from services.issues.domain.words import Line, Moment, Request

MAX_BUILDINGS = 200


class NotABuilding(
    Invalid,
    code="round.not-a-building",
    zh="巡查计划只能包含本社区的楼栋。",
    en="A round walks buildings of its community.",
):
    """A place of the plan is unknown, elsewhere, or no building."""


class RoundIsOver(Conflict, code="round.over", zh="本次巡查已结束。", en="The round is over."):
    """The walker has said so; its figures are, or are about to be, final."""


class PlanRound(Request):
    """Buildings to walk, by whom (left out: the caller), for which unit, from when."""

    community: Id
    buildings: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_BUILDINGS)]
    title: Line | None = None
    walker: Id | None = None
    unit: Id | None = None
    starts_at: Moment


class Round(Aggregate):
    """`walked`: each (building, floor) seen at least once. `recorded`: visits there were when the walker was done."""

    title: Masked | None = None
    buildings: tuple[str, ...]
    walker: str
    unit: str | None = None
    starts_at: datetime
    status: RoundStatus = RoundStatus.PLANNED
    walked: frozenset[tuple[str, int]] = frozenset()
    visits: int = 0
    findings: int = 0
    fixed_on_the_spot: int = 0
    handed_over: int = 0
    recorded: int | None = None
    planned_at: datetime
    completed_at: datetime | None = None

    @property
    def covered(self) -> list[str]:
        """The buildings where at least one floor was walked, in the order of the plan."""
        seen = {building for building, _ in self.walked}
        return [building for building in self.buildings if building in seen]

    @property
    def floors_visited(self) -> int:
        """Floors seen; one seen twice counts once."""
        return len(self.walked)

    def public(self) -> RoundState:
        return RoundState(**{name: getattr(self, name) for name in RoundState.model_fields})


def plan_round(
    id: str, command: PlanRound, buildings: Sequence[Place], by: Principal, now: datetime
) -> Decision[Round]:
    """Plan a walk through `buildings`, which are the places of the command that exist.

    Staff plan for anybody; a grid worker, or a partner unit's person for that unit, plans their own walks.

    Raises:
        NotYours: planned for somebody else, or for a unit that is not the caller's.
        NotABuilding: a place is unknown, no building, or in another community.
    """
    by.require(command.community, Role.STAFF, Role.GRID_WORKER, Role.HANDLER)
    walker = command.walker or by.sub
    if not by.has(Role.STAFF) and (walker != by.sub or (command.unit is not None and command.unit not in by.units)):
        raise NotYours()
    planned = tuple(dict.fromkeys(command.buildings))
    known = {p.id for p in buildings if p.kind is PlaceKind.BUILDING and p.community == command.community}
    if not known.issuperset(planned):
        raise NotABuilding()
    round = Round(
        id=id,
        community=command.community,
        title=command.title,
        buildings=planned,
        walker=walker,
        unit=command.unit,
        starts_at=command.starts_at,
        planned_at=now,
    )
    return decided(round, tell(RoundPlanned, round))
