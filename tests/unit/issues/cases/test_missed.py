"""What was missed stays missed, by the unit that had the case then. A deadline that has passed stays where it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.contracts.issues import (
    CaseEscalated,
    CaseHandled,
    CaseOverdue,
    CasePhase,
    CaseSentBack,
    CaseStatus,
    CaseWarned,
)
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import tick
from services.issues.cases.domain.handling import (
    Dispatch,
    Handle,
    Reassign,
    Return,
    SendBack,
    Start,
    Verify,
    dispatch,
    give_back,
    handle,
    reassign,
    send_back,
    start,
    verify,
)
from services.issues.cases.domain.merging import Merge, Unmerge, merge, unmerge
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.cases.domain.verdict import Reopen, reopen
from services.issues.reading.facts import BITS, By, Mark, facts
from services.issues.reading.formulas import DEFAULT
from tests.unit.issues.world import (
    CLOCKS,
    HANDLER,
    NEIGHBOUR,
    NOW,
    OTHER_HANDLER,
    OTHER_UNIT,
    RESIDENT,
    STAFF,
    SUPERVISOR,
    UNIT,
    a_case,
    assert_folds,
)

S = CaseStatus
LATE = NOW + timedelta(days=40)
DAY = timedelta(days=1)
OTHER = a_case(S.ACCEPTED).model_copy(update={"id": "case-2", "reporter": NEIGHBOUR.sub})
DONE = Handle(photos=("photo-1",))


def due(case: Case) -> datetime:
    assert case.due_at is not None
    return case.due_at


def phases(case: Case) -> list[tuple[CasePhase, str | None]]:
    return [(each.phase, each.unit) for each in case.missed]


def counted(case: Case, by: By = By.TOTAL) -> dict[str, dict[str, tuple[bool, bool]]]:
    """For each value of `by` and each figure, whether the case is in its sample and in its part."""
    shown = facts(case.model_dump())
    return {
        value: {kpi.code: (kpi.counts_in(sig), kpi.counts_for(sig)) for kpi in DEFAULT.kpis}
        for value, sig in shown.counted_for(by).items()
    }


def test_a_command_says_what_was_missed_before_any_sweep_does() -> None:
    case = a_case(S.IN_PROGRESS)
    handled = handle(case, DONE, CLOCKS, HANDLER, LATE)
    assert list(map(type, handled.events)) == [CaseWarned, CaseEscalated, CaseOverdue, CaseHandled]
    assert_folds(case, handled)
    assert phases(handled.aggregate) == [(CasePhase.CONTACT, UNIT.id), (CasePhase.HANDLING, UNIT.id)]
    assert (handled.aggregate.overdue, handled.aggregate.due_at) == (True, case.due_at)


def test_handled_late_then_merged_and_unmerged_it_is_late() -> None:
    case = a_case(S.IN_PROGRESS)
    late = handle(case, DONE, CLOCKS, HANDLER, LATE).aggregate
    merged = merge(late, Merge(into=OTHER.id), OTHER, CLOCKS, STAFF, LATE + DAY).aggregate
    apart = unmerge(merged, Unmerge(), CLOCKS, STAFF, LATE + 2 * DAY).aggregate
    closed = verify(apart, Verify(), SUPERVISOR, LATE + 3 * DAY).aggregate
    assert [merged.due_at, apart.due_at, closed.due_at] == [case.due_at] * 3
    assert counted(closed)[""]["on-time"] == (True, False)


def test_handled_in_time_then_merged_and_unmerged_it_is_in_time() -> None:
    case = a_case(S.HANDLED)
    merged = merge(case, Merge(into=OTHER.id), OTHER, CLOCKS, STAFF, LATE).aggregate
    apart = unmerge(merged, Unmerge(), CLOCKS, STAFF, LATE + DAY).aggregate
    closed = verify(apart, Verify(), SUPERVISOR, LATE + DAY).aggregate
    assert (closed.due_at, counted(closed)[""]["on-time"]) == (case.due_at, (True, True))


@pytest.mark.parametrize("seen", [True, False], ids=["swept", "not swept"])
def test_paused_after_its_deadline_the_deadline_stays(seen: bool) -> None:
    case = a_case(S.IN_PROGRESS)
    late = tick(case, LATE).aggregate if seen else case
    held = pause(late, Pause(until=LATE + 9 * DAY, reason="等配件"), CLOCKS, STAFF, LATE).aggregate
    again = resume(held, Resume(), CLOCKS, STAFF, LATE + 3 * DAY).aggregate
    assert (held.overdue, held.due_at) == (True, case.due_at)
    assert (again.overdue, again.due_at, again.phase_due_at) == (True, case.due_at, case.phase_due_at)
    assert tick(again, LATE + 30 * DAY).events == ()


def test_returned_when_overdue_it_stays_so_and_the_next_unit_has_a_deadline_of_its_own() -> None:
    case = a_case(S.IN_PROGRESS)
    back = give_back(case, Return(reason="不归物业"), HANDLER, LATE).aggregate
    assert (back.overdue, back.due_at, back.unit) == (True, case.due_at, None)

    given = dispatch(back, Dispatch(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, LATE)
    assert_folds(back, given)
    case_of_other = given.aggregate
    assert (case_of_other.overdue, case_of_other.due_at) == (True, case.due_at)
    assert case_of_other.unit_due_at == CLOCKS.due(case, LATE)
    assert (case_of_other.phase, case_of_other.breached) == (CasePhase.SIGN, False)

    begun = start(case_of_other, Start(), CLOCKS, OTHER_HANDLER, LATE).aggregate
    closed = verify(handle(begun, DONE, CLOCKS, OTHER_HANDLER, LATE).aggregate, Verify(), SUPERVISOR, LATE).aggregate
    of = counted(closed, By.UNIT)
    assert counted(closed)[""]["on-time"] == (True, False)
    assert of[OTHER_UNIT.id]["on-time"] == (True, True)
    assert of[OTHER_UNIT.id]["missed"] == (True, False)
    assert of[UNIT.id]["on-time"] == (True, False)
    assert of[UNIT.id]["missed"] == (True, True)
    assert not any(of[UNIT.id][code][0] for code in ("filing", "closing", "rework", "solved", "extension"))


def test_the_next_unit_misses_its_own_deadline_once() -> None:
    back = give_back(a_case(S.IN_PROGRESS), Return(reason="不归物业"), HANDLER, LATE).aggregate
    given = dispatch(back, Dispatch(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, LATE).aggregate
    told = tick(given, LATE + 60 * DAY)
    assert list(map(type, told.events)) == [CaseWarned, CaseEscalated, CaseOverdue]
    assert_folds(given, told)
    assert phases(told.aggregate)[2:] == [(CasePhase.SIGN, OTHER_UNIT.id), (CasePhase.HANDLING, OTHER_UNIT.id)]
    assert tick(told.aggregate, LATE + 90 * DAY).events == ()


def test_a_reassignment_after_a_miss_moves_no_deadline_that_has_passed() -> None:
    case = a_case(S.DISPATCHED)
    moved = reassign(case, Reassign(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, LATE).aggregate
    assert (moved.due_at, moved.overdue) == (case.due_at, True)
    assert phases(moved) == [(CasePhase.SIGN, UNIT.id), (CasePhase.HANDLING, UNIT.id)]
    in_time = reassign(case, Reassign(unit=OTHER_UNIT.id), OTHER_UNIT, CLOCKS, STAFF, NOW + timedelta(hours=1))
    assert (in_time.aggregate.missed, in_time.aggregate.overdue) == ((), False)
    assert due(in_time.aggregate) > due(case)


def test_sent_back_when_late_nobody_is_told_of_the_same_deadline_twice() -> None:
    late = handle(a_case(S.IN_PROGRESS), DONE, CLOCKS, HANDLER, LATE).aggregate
    again = send_back(late, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, LATE).aggregate
    assert (again.phase, again.phase_due_at, again.breached) == (CasePhase.HANDLING, late.due_at, True)
    assert tick(again, LATE + DAY).events == ()


def test_sent_back_after_its_deadline_it_is_late_at_once() -> None:
    in_time = handle(a_case(S.IN_PROGRESS), DONE, CLOCKS, HANDLER, NOW).aggregate
    decision = send_back(in_time, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, LATE)
    again = decision.aggregate
    assert (again.overdue, (CasePhase.HANDLING, UNIT.id) in phases(again)) == (True, True)
    told = [type(event) for event in decision.events]
    assert told.index(CaseSentBack) < told.index(CaseOverdue), "it was on time until it was sent back"
    assert tick(again, LATE).events == ()
    early = send_back(in_time, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, NOW).aggregate
    assert (early.overdue, phases(early)) == (False, [])


def test_reopened_after_a_miss_it_was_late_all_the_same() -> None:
    late = handle(a_case(S.IN_PROGRESS), DONE, CLOCKS, HANDLER, LATE).aggregate
    closed = verify(late, Verify(), SUPERVISOR, LATE).aggregate
    opened = reopen(closed, Reopen(reason="又坏了"), RESIDENT, LATE + DAY).aggregate
    assert (opened.overdue, opened.due_at) == (True, late.due_at)
    given = dispatch(opened, Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, LATE + DAY).aggregate
    done = handle(given, Handle(photos=("photo-2",)), CLOCKS, HANDLER, LATE + DAY).aggregate
    assert counted(verify(done, Verify(), SUPERVISOR, LATE + DAY).aggregate)[""]["on-time"] == (True, False)


def test_reopened_after_it_was_handled_in_time_it_has_a_deadline_anew() -> None:
    closed = a_case(S.VERIFIED)
    opened = reopen(closed, Reopen(reason="又坏了"), RESIDENT, NOW + 9 * DAY).aggregate
    assert (opened.overdue, opened.due_at) == (False, None)
    given = dispatch(opened, Dispatch(unit=UNIT.id), UNIT, CLOCKS, STAFF, NOW + 9 * DAY).aggregate
    assert (given.due_at, given.unit_due_at) == (CLOCKS.due(closed, NOW + 9 * DAY), None)


def test_a_verification_that_is_missed_is_nobodys_but_the_verifiers() -> None:
    case = a_case(S.HANDLED)
    closed = verify(case, Verify(), SUPERVISOR, LATE).aggregate
    assert phases(closed) == [(CasePhase.VERIFICATION, None)]
    of = counted(closed, By.UNIT)[UNIT.id]
    assert (of["on-time"], of["missed"], of["verification-missed"]) == ((True, True), (True, False), (True, True))


def test_a_verification_that_was_missed_stays_so_when_the_case_is_sent_back_or_reopened() -> None:
    handled = handle(a_case(S.IN_PROGRESS), DONE, CLOCKS, HANDLER, NOW).aggregate
    sent_back = send_back(handled, SendBack(reason="仍不亮"), CLOCKS, SUPERVISOR, LATE).aggregate
    verified = verify(handled, Verify(), SUPERVISOR, LATE).aggregate
    reopened = reopen(verified, Reopen(reason="又坏了"), RESIDENT, LATE).aggregate
    for case in (sent_back, verified, reopened):
        assert counted(case)[""]["verification-missed"] == (True, True)


def test_documents_of_before_keep_their_lateness() -> None:
    """Cases that were kept before phases were recorded say no more than that they are overdue, and since when."""
    late = tick(a_case(S.IN_PROGRESS), LATE).aggregate
    older: dict[str, Any] = late.model_dump(exclude={"missed", "unit_due_at", "due_from", "due_for", "owed_since"})
    closed = verify(
        handle(Case.model_validate(older), DONE, CLOCKS, HANDLER, LATE).aggregate, Verify(), SUPERVISOR, LATE
    ).aggregate
    assert (closed.overdue, closed.missed, counted(closed)[""]["on-time"]) == (True, (), (True, False))
    assert BITS[Mark.FORMER] & facts(closed.model_dump()).signature == 0
