"""Rounds and visits: figures that are exact, walks that may be sent again, findings that become cases."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.issues import CaseStatus, Channel, RoundCompleted, RoundStatus
from services.issues.domain.counting import complete_round, count_visit
from services.issues.domain.reporting import report_finding
from services.issues.domain.rounds import NotABuilding, PlanRound, Round, RoundIsOver, plan_round
from services.issues.domain.visits import (
    BuildingNotInRound,
    FindingTwice,
    NoSuchFloor,
    RecordVisit,
    Visit,
    VisitedInTheFuture,
    record_visit,
)
from tests.unit.issues.world import (
    CATALOGUE,
    HANDLER,
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    UNIT,
    WALKER,
    a_building,
    a_compound,
    assert_folds,
    person,
)

BUILDINGS = {b.id: b for b in (a_building(n) for n in range(1, 4))}
IDS = tuple(BUILDINGS)


def a_round(by: Principal = WALKER, **fields: Any) -> Decision[Round]:
    body = {"community": HERE, "buildings": IDS, "starts_at": NOW, **fields}
    return plan_round("round-1", PlanRound(**body), list(BUILDINGS.values()), by, NOW)


def finding(id: str = "f1", fixed: bool = True, **fields: Any) -> dict[str, Any]:
    return {"id": id, "category": "lighting", "fixed": fixed, **fields}


def a_visit(
    round: Round, id: str = "v1", building: str = IDS[0], floor: int = 1, by: Principal = WALKER, **fields: Any
) -> Decision[Visit]:
    command = RecordVisit(id=id, building=building, floor=floor, **fields)
    return record_visit(round, command, BUILDINGS, CATALOGUE, by, NOW)


visits = st.lists(st.tuples(st.sampled_from(IDS), st.integers(1, 18), st.lists(st.booleans(), max_size=4)), max_size=25)


@given(walk=visits, early=st.integers(0, 25))
def test_the_summary_is_exact_wherever_the_walker_ends_and_however_late_the_counting_is(
    walk: list[tuple[str, int, list[bool]]], early: int
) -> None:
    """`early`: how many visits were counted when the walker said they were done."""
    round = a_round().aggregate
    recorded = [
        a_visit(round, f"v{n}", b, f, findings=[finding(f"f{i}", fixed) for i, fixed in enumerate(found)]).aggregate
        for n, (b, f, found) in enumerate(walk)
    ]
    decisions = []

    def decide(decision: Decision[Round]) -> Round:
        assert_folds(round, decision)
        decisions.append(decision)
        return decision.aggregate

    for visit in recorded[:early]:
        round = decide(count_visit(round, visit, NOW))
    round = decide(complete_round(round, len(recorded), WALKER, NOW))
    for visit in recorded[early:]:
        assert round.status is RoundStatus.WALKED
        round = decide(count_visit(round, visit, NOW))
    completions = [e for d in decisions for e in d.events if isinstance(e, RoundCompleted)]
    assert round.status is RoundStatus.COMPLETED
    assert len(completions) == 1
    summary = completions[0]
    found = [fixed for _, _, findings in walk for fixed in findings]
    assert (summary.visits, summary.findings, summary.fixed_on_the_spot) == (len(walk), len(found), sum(found))
    assert summary.handed_over == len(found) - sum(found)
    assert summary.floors_visited == len({(b, f) for b, f, _ in walk})
    assert set(summary.covered) == {b for b, _, _ in walk}


def test_a_visit_that_slipped_in_while_the_walker_ended_is_still_counted() -> None:
    round = a_round().aggregate
    visit = a_visit(round).aggregate
    over = complete_round(round, 0, WALKER, NOW).aggregate
    late = count_visit(over, visit, NOW)
    assert (late.aggregate.visits, late.aggregate.status) == (1, RoundStatus.COMPLETED)
    assert_folds(over, late)


def test_the_same_walk_gives_the_same_visit_and_another_content_is_noticed() -> None:
    round = a_round().aggregate
    first = a_visit(round, findings=[finding(fixed=False)]).aggregate
    again = a_visit(round, findings=[finding(fixed=False)], visited_at=NOW - timedelta(hours=1)).aggregate
    other = a_visit(round, findings=[finding(fixed=True)]).aggregate
    assert again.id == first.id == other.id
    assert again.findings[0].case == first.findings[0].case
    assert first.says_the_same_as(again)
    assert not first.says_the_same_as(other)
    assert a_visit(round, id="v2").aggregate.id != first.id


def test_a_finding_handed_over_becomes_a_filed_case_of_the_walker() -> None:
    round = a_round().aggregate
    sent = finding(fixed=False, title="灯坏 13812345678", note="左侧", spot="电梯口", before=("p1",))
    decision = a_visit(round, findings=[sent, finding("f2")])
    assert_folds(None, decision)
    visit = decision.aggregate
    assert decision.events[0].data()["findings"][1]["case"] is None
    assert "13812345678" not in decision.events[0].model_dump_json()
    assert "左侧" not in decision.events[0].model_dump_json()
    case = report_finding(str(visit.findings[0].case), visit, visit.findings[0], CATALOGUE)
    assert_folds(None, case)
    got = case.aggregate
    assert (got.status, got.channel, got.round, got.reporter) == (
        CaseStatus.ACCEPTED,
        Channel.ROUND,
        round.id,
        WALKER.sub,
    )
    assert (got.building, got.floor, got.spot, got.text, got.before) == (IDS[0], 1, "电梯口", "左侧", ("p1",))


def test_what_can_not_have_been_walked_is_refused() -> None:
    round = a_round(buildings=IDS[:2]).aggregate
    with pytest.raises(BuildingNotInRound):
        a_visit(round, building=IDS[2])
    with pytest.raises(NoSuchFloor):
        a_visit(round, floor=19)
    with pytest.raises(VisitedInTheFuture):
        a_visit(round, visited_at=NOW + timedelta(minutes=6))
    with pytest.raises(FindingTwice):
        a_visit(round, findings=[finding(), finding()])
    with pytest.raises(RoundIsOver):
        a_visit(complete_round(round, 1, WALKER, NOW).aggregate)
    with pytest.raises(RoundIsOver):
        complete_round(complete_round(round, 1, WALKER, NOW).aggregate, 1, WALKER, NOW)
    with pytest.raises(ValidationError):
        RecordVisit.model_validate(
            {"id": "v", "building": IDS[0], "floor": 1, "findings": [finding(str(n)) for n in range(51)]}
        )


def test_a_walk_is_the_walkers_or_staffs() -> None:
    round = a_round().aggregate
    for other in (person("grid-2", Role.GRID_WORKER), RESIDENT, HANDLER, STRANGER):
        with pytest.raises(NotYours):
            a_visit(round, by=other)
        with pytest.raises(NotYours):
            complete_round(round, 0, other, NOW)
    assert a_visit(round, by=STAFF).aggregate.walker == WALKER.sub


def test_who_plans_for_whom() -> None:
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
