"""Visits: a walk may be sent again; findings are checked one by one, and become cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.chassis.principal import Role
from services.contracts.issues import (
    CaseStatus,
    Channel,
)
from services.issues.cases.domain.reporting import report_finding
from services.issues.catalogue.domain.catalogue import UnknownCategory
from services.issues.rounds.domain.figures import complete_round
from services.issues.rounds.domain.rounds import (
    RoundIsOver,
)
from services.issues.rounds.domain.visits import (
    BuildingNotInRound,
    FindingElsewhere,
    FindingTwice,
    FixWithoutPhoto,
    NoSuchFloor,
    RecordVisit,
    VisitedInTheFuture,
    VisitedLongBefore,
    faults_in,
)
from tests.unit.issues.rounds.walked import BUILDINGS, IDS, a_round, a_visit, finding
from tests.unit.issues.world import (
    CATALOGUE,
    HANDLER,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    WALKER,
    assert_folds,
    person,
)


def test_a_fix_is_shown_by_a_photo_where_its_category_asks_for_one() -> None:
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


def test_a_visit_that_can_not_have_been_walked_is_refused() -> None:
    round = a_round(buildings=IDS[:2]).aggregate
    with pytest.raises(BuildingNotInRound):
        a_visit(round, building=IDS[2])
    for floor in (19, 0):
        with pytest.raises(NoSuchFloor):
            a_visit(round, floor=floor)
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


def test_only_the_walker_or_staff_record_a_walk() -> None:
    round = a_round().aggregate
    for other in (person("grid-2", Role.GRID_WORKER), RESIDENT, HANDLER, STRANGER):
        with pytest.raises(NotYours):
            a_visit(round, by=other)
        with pytest.raises(NotYours):
            complete_round(round, 0, other, NOW)
    assert a_visit(round, by=STAFF).aggregate.walker == WALKER.sub
