"""The whole table: each row is possible, everything else is refused, and every command obeys the law of folding."""

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.chassis.principal import Principal
from services.contracts.issues import CaseOverdue, CaseStatus
from services.issues.cases.domain.clock import tick
from services.issues.cases.domain.retention import anonymise_case
from services.issues.cases.domain.transitions import TRANSITIONS, WHO, CaseCommand, NotNow, Transition
from tests.unit.issues.world import NOW, STAFF, STEPS, STRANGER, WALKER, WAYS, a_case, a_report, assert_folds

C = CaseCommand
MERGERS = (C.MERGE, C.UNMERGE)  # two cases at once: test_merging walks their rows
ROWS = [row for row in TRANSITIONS if row.source is not None and row.command not in MERGERS]
ALLOWED = {(row.source, row.command) for row in ROWS}
FORBIDDEN = [(status, command) for status in WAYS for command in STEPS if (status, command) not in ALLOWED]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}-{row.command}")
def test_each_row_leads_where_it_says(row: Transition) -> None:
    assert row.source is not None
    case = a_case(row.source)
    if row.command is C.REOPEN:
        case = case.model_copy(update={"closed_at": NOW})
    if row.command is C.RESUME:
        case = STEPS[C.PAUSE](a_case(row.target)).aggregate
    if row.command in (C.GRANT_EXTENSION, C.REFUSE_EXTENSION):
        case = STEPS[C.REQUEST_EXTENSION](case).aggregate
    if row.command is C.CONTACT:
        case = case.model_copy(update={"contacted_at": None})
    decision = STEPS[row.command](case)
    assert decision.aggregate.status is row.target
    assert decision.events
    assert_folds(case, decision)


@pytest.mark.parametrize(("status", "command"), FORBIDDEN, ids=str)
def test_what_is_not_in_the_table_is_refused_to_those_who_may_otherwise(
    status: CaseStatus, command: CaseCommand
) -> None:
    with pytest.raises(NotNow) as refused:
        STEPS[command](a_case(status))
    assert refused.value.params == {"status": status, "command": command}


def test_no_row_is_written_twice_and_every_status_is_reached_or_reserved() -> None:
    assert len({(row.source, row.command, row.target) for row in TRANSITIONS}) == len(TRANSITIONS)
    several = {(row.source, row.command) for row in TRANSITIONS if row.command not in (C.RESUME, C.UNMERGE)}
    assert len(several) == sum(row.command not in (C.RESUME, C.UNMERGE) for row in TRANSITIONS)
    reached = {row.target for row in TRANSITIONS}
    assert set(CaseStatus) == reached
    assert set(WAYS) == reached - {CaseStatus.MERGED}
    assert set(STEPS) == {row.command for row in ROWS}
    assert set(WHO) == set(CaseCommand)


@pytest.mark.parametrize("status", WAYS, ids=str)
@pytest.mark.parametrize("command", STEPS, ids=str)
def test_people_of_another_community_can_do_nothing(
    status: CaseStatus, command: CaseCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case(status)
    for name in ("STAFF", "HANDLER", "SUPERVISOR", "RESIDENT"):
        monkeypatch.setattr(f"tests.unit.issues.world.{name}", STRANGER)
    with pytest.raises(NotYours):
        STEPS[command](case)


@pytest.mark.parametrize(
    ("by", "fields", "status"),
    [
        (WALKER, {"title": "灯坏了"}, CaseStatus.ACCEPTED),
        (STAFF, {"reporter": "resident-1"}, CaseStatus.ACCEPTED),
        (WALKER, {"fixed": True, "after": ("photo-1",)}, CaseStatus.HANDLED),
    ],
)
def test_workers_reports_begin_further_on(by: Principal, fields: dict[str, Any], status: CaseStatus) -> None:
    decision = a_report(by, **fields)
    assert decision.aggregate.status is status
    assert_folds(None, decision)


def test_a_report_tells_the_whole_state() -> None:
    assert_folds(None, a_report())


@pytest.mark.parametrize("status", WAYS, ids=str)
def test_forgetting_the_reporter_obeys_the_law_in_every_status(status: CaseStatus) -> None:
    case = a_case(status, contact={"phone": "13800000000"}, before=("photo-7",), spot="电梯口")
    decision = anonymise_case(case, "resident-1")
    assert_folds(case, decision)
    left = decision.aggregate.model_dump_json()
    for trace in ("resident-1", "13800000000", "楼道灯不亮", "电梯口", "photo-7", "又坏了", "很好"):
        assert trace not in left
    assert anonymise_case(decision.aggregate, "resident-1").events == ()


@pytest.mark.parametrize("status", WAYS, ids=str)
def test_overdue_is_said_once_and_only_where_a_unit_owes_the_handling(status: CaseStatus) -> None:
    case = a_case(status)
    late = NOW + timedelta(days=400)
    decision = tick(case, late)
    owes = status in (CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS, CaseStatus.SENT_BACK)
    assert (CaseOverdue in map(type, decision.events)) is owes
    assert_folds(case, decision)
    assert tick(decision.aggregate, late).events == ()
    assert tick(case, NOW).events == ()
