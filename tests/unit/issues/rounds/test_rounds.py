"""Rounds and visits: figures that are exact, walks that may be sent again, findings that become cases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.aggregate import Decision, derived_id
from services.chassis.errors import NotYours
from services.chassis.principal import Principal, Role
from services.contracts.event import Event
from services.contracts.issues import (
    CaseStatus,
    Channel,
    RoundCompleted,
    RoundProgressed,
    RoundStarted,
    RoundStatus,
    RoundSummarised,
)
from services.issues.cases.domain.reporting import report_finding
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.rounds.domain.figures import Compound, Seen, complete_round, figures_of, recount
from services.issues.rounds.domain.rounds import (
    Figures,
    NoSuchFloors,
    NotABuilding,
    PlanRound,
    Round,
    RoundIsOver,
    plan_round,
)
from services.issues.rounds.domain.visits import (
    BuildingNotInRound,
    FindingElsewhere,
    FindingTwice,
    FixWithoutPhoto,
    NoSuchFloor,
    RecordVisit,
    Visit,
    VisitedInTheFuture,
    VisitedLongBefore,
    faults_in,
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
    return {"id": id, "category": "noise", "fixed": fixed, **fields}


def a_visit(
    round: Round, id: str = "v1", building: str = IDS[0], floor: int = 1, by: Principal = WALKER, **fields: Any
) -> Decision[Visit]:
    command = RecordVisit(id=id, building=building, floor=floor, **fields)
    return record_visit(round, command, BUILDINGS, CATALOGUE, by, NOW, derived_id)


walks = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from((-1, *range(1, 19))), st.lists(st.booleans(), max_size=4)),
    max_size=25,
)
COMPOUND = Compound(20, 9)


def recorded_in(round: Round, walk: list[tuple[str, int, list[bool]]]) -> list[Visit]:
    return [
        a_visit(round, f"v{n}", b, f, findings=[finding(f"f{i}", fixed) for i, fixed in enumerate(found)]).aggregate
        for n, (b, f, found) in enumerate(walk)
    ]


def counted(visits: Sequence[Visit]) -> Figures:
    return figures_of(map(Seen.of, visits))


@given(walk=walks, early=st.integers(0, 25), told=st.randoms(use_true_random=False))
def test_the_summary_is_exact_wherever_the_walker_ends_and_however_visits_are_told(
    walk: list[tuple[str, int, list[bool]]], early: int, told: Random
) -> None:
    """`early`: how many visits were counted when the walker said they were done."""
    round = a_round().aggregate
    recorded = recorded_in(round, walk)
    events: list[Event] = []

    def decide(decision: Decision[Round]) -> Round:
        assert_folds(round, decision)
        events.extend(decision.events)
        return decision.aggregate

    for arrived in sorted(told.choices(range(min(early, len(recorded)) + 1), k=5)):
        round = decide(recount(round, counted(recorded[:arrived]), COMPOUND, CATALOGUE, NOW))
    round = decide(complete_round(round, len(recorded), WALKER, NOW))
    for arrived in (*sorted(told.choices(range(len(recorded) + 1), k=5)), len(recorded), 0, len(recorded)):
        assert (round.status is RoundStatus.COMPLETED) == (round.completed_at is not None)
        round = decide(recount(round, counted(recorded[:arrived]), COMPOUND, CATALOGUE, NOW))
    assert round.status is RoundStatus.COMPLETED
    assert [type(e) for e in events].count(RoundStarted) <= bool(walk)
    [completed] = [e for e in events if isinstance(e, RoundCompleted)]
    [summary] = [e.summary for e in events if isinstance(e, RoundSummarised)]
    found = [fixed for _, _, findings in walk for fixed in findings]
    for told_of in (completed, summary):
        assert (told_of.visits, told_of.findings, told_of.fixed_on_the_spot) == (len(walk), len(found), sum(found))
        assert told_of.handed_over == len(found) - sum(found)
        assert told_of.floors_visited == len({(b, f) for b, f, _ in walk})
    assert set(completed.covered) == {b for b, _, _ in walk}
    assert (summary.buildings_covered, summary.buildings_planned) == (len(completed.covered), len(IDS))
    assert Compound(summary.compound_buildings, summary.compound_covered) == COMPOUND
    assert (summary.floors_covered, summary.floors_planned) == (len({(b, f) for b, f, _ in walk if f > 0}), 54)
    assert [tally.building for tally in summary.by_building] == list(IDS)
    assert sum(tally.findings for tally in summary.by_building) == summary.findings
    assert [(c.category, c.category_zh, c.findings) for c in summary.by_category] == (
        [("noise", CATALOGUE.category("noise").zh, len(found))] if found else []
    )


@given(walk=walks, told=st.randoms(use_true_random=False))
def test_any_order_of_visits_gives_the_same_figures(walk: list[tuple[str, int, list[bool]]], told: Random) -> None:
    recorded = recorded_in(a_round().aggregate, walk)
    shuffled = told.sample(recorded, len(recorded))
    without_last = {"last": None}
    assert counted(shuffled).model_copy(update=without_last) == counted(recorded).model_copy(update=without_last)


def test_a_visit_that_slipped_in_while_the_walker_ended_is_still_counted_and_the_summary_told_again() -> None:
    round = a_round().aggregate
    visits = recorded_in(round, [(IDS[0], 1, []), (IDS[1], 2, [True])])
    over = complete_round(round, 1, WALKER, NOW).aggregate
    done = recount(over, counted(visits[:1]), COMPOUND, CATALOGUE, NOW).aggregate
    late = recount(done, counted(visits), COMPOUND, CATALOGUE, NOW)
    assert (late.aggregate.visits, late.aggregate.status) == (2, RoundStatus.COMPLETED)
    assert [type(event) for event in late.events] == [RoundProgressed, RoundSummarised]
    assert late.aggregate.summary is not None
    assert late.aggregate.summary.findings == 1
    assert_folds(done, late)


def test_an_older_count_and_the_same_again_change_nothing() -> None:
    round = a_round().aggregate
    visits = recorded_in(round, [(IDS[0], 1, []), (IDS[1], 2, [True])])
    now = recount(round, counted(visits), COMPOUND, CATALOGUE, NOW).aggregate
    for figures in (counted(visits), counted(visits[:1]), Figures()):
        assert recount(now, figures, COMPOUND, CATALOGUE, NOW).events == ()


def test_a_walk_without_a_visit_is_completed_all_the_same() -> None:
    over = complete_round(a_round().aggregate, 0, WALKER, NOW).aggregate
    done = recount(over, Figures(), COMPOUND, CATALOGUE, NOW).aggregate
    assert (done.status, done.covered, done.floors_covered) == (RoundStatus.COMPLETED, [], 0)


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


def test_what_was_put_right_is_shown_where_its_category_asks_for_it() -> None:
    round = a_round().aggregate
    lamp: dict[str, Any] = {"category": "lighting", "before": ("p1",)}
    with pytest.raises(FixWithoutPhoto) as refused:
        a_visit(round, findings=[finding("f0"), finding("lamp", **lamp)])
    assert refused.value.params == {"id": "lamp"}
    a_visit(round, findings=[finding("lamp", **lamp, after=("p2",))])
    a_visit(round, findings=[finding("lamp", fixed=False, **lamp)])


def test_every_faulty_finding_is_named() -> None:
    findings = [finding(), finding(), finding("f2", category="ufo"), finding("f3", at="nowhere"), finding("f4")]
    command = RecordVisit.model_validate({"id": "v", "building": IDS[0], "floor": 1, "findings": findings})
    faults = list(faults_in(command, BUILDINGS, CATALOGUE))
    assert [(fault.index, fault.id, type(fault.error)) for fault in faults] == [
        (1, "f1", FindingTwice),
        (2, "f2", UnknownCategory),
        (3, "f3", FindingElsewhere),
    ]


def test_a_finding_names_a_place_in_the_building_visited() -> None:
    round = a_round().aggregate
    assert a_visit(round, findings=[finding(at=IDS[0])]).aggregate.findings[0].at == IDS[0]
    with pytest.raises(FindingElsewhere):
        a_visit(round, findings=[finding(at=IDS[1])])


def test_a_clock_may_be_a_little_ahead_and_a_walk_old() -> None:
    round = a_round().aggregate
    assert a_visit(round, visited_at=NOW + timedelta(minutes=4)).aggregate.visited_at == NOW
    before = NOW - timedelta(days=30)
    assert a_visit(round, visited_at=before).aggregate.visited_at == before
    with pytest.raises(VisitedLongBefore):
        a_visit(round, visited_at=datetime(1970, 1, 1, tzinfo=UTC))


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


def test_the_order_in_which_findings_are_sent_says_nothing() -> None:
    found = [finding(id="f1", fixed=False), finding(id="f2", fixed=False)]
    forth, back = (a_visit(a_round().aggregate, findings=sent).aggregate for sent in (found, found[::-1]))
    assert [one.id for one in forth.findings] != [one.id for one in back.findings]
    assert forth.says_the_same_as(back)
    assert not forth.says_the_same_as(a_visit(a_round().aggregate, findings=found[:1]).aggregate)


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
