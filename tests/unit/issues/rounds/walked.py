"""A round through three buildings and visits to their floors, as tests walk them."""

from collections.abc import Sequence
from typing import Any

from services.chassis.aggregate import Decision, derived_id
from services.chassis.principal import Principal
from services.issues.rounds.domain.figures import Compound, Seen, figures_of
from services.issues.rounds.domain.rounds import (
    Figures,
    PlanRound,
    Round,
    plan_round,
)
from services.issues.rounds.domain.visits import (
    RecordVisit,
    Visit,
    record_visit,
)
from tests.unit.issues.world import (
    CATALOGUE,
    HERE,
    NOW,
    WALKER,
    a_building,
)

BUILDINGS = {b.id: b for b in (a_building(n) for n in range(1, 4))}

IDS = tuple(BUILDINGS)


def a_round(by: Principal = WALKER, **fields: Any) -> Decision[Round]:
    body = {"community": HERE, "buildings": IDS, "starts_at": NOW, **fields}
    return plan_round("round-1", PlanRound(**body), list(BUILDINGS.values()), by, NOW)


def finding(id: str = "f1", fixed: bool = True, **fields: Any) -> dict[str, Any]:
    return {"id": id, "category": "noise", "fixed": fixed, **fields}


def a_visit(
    round: Round, id: str = "v1", building: str = IDS[0], floor: int = 1, by: Principal = WALKER, **fields: Any
) -> Decision[Visit]:
    command = RecordVisit(id=id, building=building, floor=floor, **fields)
    return record_visit(round, command, BUILDINGS, CATALOGUE, by, NOW, derived_id)


COMPOUND = Compound(20, 9)


def recorded_in(round: Round, walk: list[tuple[str, int, list[bool]]]) -> list[Visit]:
    return [
        a_visit(round, f"v{n}", b, f, findings=[finding(f"f{i}", fixed) for i, fixed in enumerate(found)]).aggregate
        for n, (b, f, found) in enumerate(walk)
    ]


def counted(visits: Sequence[Visit]) -> Figures:
    return figures_of(map(Seen.of, visits))
