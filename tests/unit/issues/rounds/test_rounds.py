"""Rounds: who plans them, and what a plan may hold."""

import pytest

from services.chassis.errors import NotYours
from services.issues.rounds.domain.figures import recount
from services.issues.rounds.domain.rounds import (
    NoSuchFloors,
    NotABuilding,
    PlanRound,
    plan_round,
)
from tests.unit.issues.rounds.walked import COMPOUND, IDS, a_round, counted, recorded_in
from tests.unit.issues.world import (
    CATALOGUE,
    HANDLER,
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    UNIT,
    WALKER,
    a_building,
    a_compound,
    assert_folds,
)


def test_floors_are_chosen_of_buildings_of_the_plan() -> None:
    round = a_round(buildings=IDS[:2], floors={IDS[0]: (3, -1, 3)}).aggregate
    assert (round.floors_planned, round.planned[0].floors) == (2 + 18, (-1, 3))
    visits = recorded_in(round, [(IDS[0], 3, []), (IDS[0], 4, []), (IDS[0], -1, []), (IDS[1], -1, [])])
    counting = recount(round, counted(visits), COMPOUND, CATALOGUE, NOW).aggregate
    assert (counting.floors_covered, counting.floors_visited) == (2, 4)
    with pytest.raises(NotABuilding):
        a_round(buildings=IDS[:2], floors={IDS[2]: (1,)})
    for wrong in (19, 0):
        with pytest.raises(NoSuchFloors) as refused:
            a_round(floors={IDS[0]: (1, wrong)})
        assert refused.value.params == {"floor": wrong}


def test_a_building_of_unknown_height_leaves_the_floors_planned_open() -> None:
    tower = a_building(1, floors=None)
    command = PlanRound(community=HERE, buildings=(tower.id,), starts_at=NOW)
    round = plan_round("r", command, [tower], WALKER, NOW).aggregate
    assert round.floors_planned is None


def test_staff_plan_for_anybody_and_others_for_themselves_or_their_unit() -> None:
    assert a_round(STAFF, walker="grid-2", unit=UNIT.id).aggregate.walker == "grid-2"
    assert a_round(HANDLER, unit=UNIT.id).aggregate.unit == UNIT.id
    for by, fields in ((WALKER, {"walker": "grid-2"}), (HANDLER, {"unit": "unit-other"}), (RESIDENT, {})):
        with pytest.raises(NotYours):
            a_round(by, **fields)


def test_a_plan_holds_buildings_of_the_community_each_once() -> None:
    assert a_round(buildings=(*IDS, IDS[0])).aggregate.buildings == IDS
    assert_folds(None, a_round())
    away, compound = a_building(community="elsewhere"), a_compound()
    for wrong in ("unknown", away.id, compound.id):
        command = PlanRound(community=HERE, buildings=(wrong,), starts_at=NOW)
        with pytest.raises(NotABuilding):
            plan_round("r", command, [away, compound], WALKER, NOW)
