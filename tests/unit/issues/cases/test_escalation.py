"""A phase that stays late goes to further levels in its time, and to none once it is over."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import CaseEscalated, CasePhase, CaseStatus
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks, tick
from services.issues.cases.domain.escalation import EVERYWHERE, USUAL, EscalationLevel, levels_of, named, require_rising
from services.issues.cases.domain.pausing import Pause, Resume, pause, resume
from services.issues.cases.domain.transitions import CaseCommand
from tests.unit.issues.world import CLOCKS, NOW, STAFF, STEPS, a_case, assert_folds

S = CaseStatus
THREE = Clocks(further=(1.5, 2.0))
LATER = NOW + timedelta(days=400)


def running(clocks: Clocks = THREE) -> Case:
    return clocks.begin(a_case(S.DISPATCHED), CasePhase.SIGN, NOW)


def ticks(case: Case, until: datetime = LATER) -> list[tuple[int, int]]:
    """The levels and escalations that are told, looked at whenever the clock says so."""
    told = []
    while case.tick_at is not None and case.tick_at <= until:
        decision = tick(case, case.tick_at)
        assert_folds(case, decision)
        told += [(each.level, each.escalation) for each in decision.events if isinstance(each, CaseEscalated)]
        case = decision.aggregate
    return told


def test_a_phase_that_stays_late_goes_up_level_by_level_and_counts_as_one_miss() -> None:
    case = running()
    assert case.phase_due_at is not None
    assert len(case.escalate_at) == 2
    assert case.phase_due_at < case.escalate_at[0] < case.escalate_at[1]
    assert ticks(case) == [(1, 1), (2, 1), (3, 1)]


def test_without_further_levels_there_is_one() -> None:
    assert ticks(running(CLOCKS)) == [(1, 1)]


def test_what_was_slept_through_goes_to_the_highest_level_at_once() -> None:
    decision = tick(running(), LATER)
    assert [(each.level, each.escalation) for each in decision.events if isinstance(each, CaseEscalated)] == [(3, 1)]


def test_a_phase_that_is_over_goes_no_further_and_the_level_stays() -> None:
    case = running()
    assert case.phase_due_at is not None
    late = tick(case, case.phase_due_at).aggregate
    signed = STEPS[CaseCommand.START](late).aggregate
    assert (signed.level, signed.phase_level, signed.escalate_at) == (1, 0, ())


@given(st.integers(0, 200))
def test_a_pause_stops_the_way_up_and_takes_none_back(hours: int) -> None:
    case = a_case(S.IN_PROGRESS)
    case = THREE.begin(case, CasePhase.HANDLING, NOW)
    assert case.phase_due_at is not None
    late = tick(case, case.phase_due_at).aggregate
    now = case.phase_due_at
    paused = pause(late, Pause(until=now + timedelta(days=30), reason="等配件"), THREE, STAFF, now).aggregate
    assert paused.level == 1
    again = now + timedelta(hours=hours)
    resumed = resume(paused, Resume(), THREE, STAFF, again).aggregate
    assert (resumed.level, resumed.phase_level, len(resumed.escalate_at)) == (1, 1, 2)
    assert all(moment > again for moment in resumed.escalate_at)
    assert [level for level, _ in ticks(resumed)] == [2, 3]


def test_a_community_names_its_own_levels() -> None:
    own = {**USUAL, "garden": (EscalationLevel(share=1, zh="物业", en="property company"),)}
    assert named(levels_of(own, "garden"), 1, "zh") == "物业"
    assert named(levels_of(own, "sunshine"), 2, "en") == "sub-district"
    assert named(levels_of(own, "sunshine"), 9, "zh") == "区"
    assert named(levels_of(own, "sunshine"), 0, "zh") is None


@pytest.mark.parametrize("shares", [[], [1.5], [1, 1], [1, 3, 2], [1, 2, 3, 4, 5, 6, 7]])
def test_levels_that_do_not_rise_are_refused_when_the_service_starts(shares: list[float]) -> None:
    levels = {EVERYWHERE: tuple(EscalationLevel(share=share, zh="级", en="level") for share in shares)}
    with pytest.raises(ValueError, match="must begin at 1 and rise"):
        require_rising(levels)
