"""The deadlines of a case follow its category where that is put right, and what was missed stays missed."""

from datetime import timedelta

import pytest

from services.contracts.issues import CaseAmended, CaseStatus
from services.issues.cases.domain.amending import Amend, amend
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks, tick
from services.issues.cases.domain.transitions import CaseCommand
from services.issues.catalogue.domain.catalogue import Catalogue, Span, SpanUnit
from tests.unit.issues.world import CATALOGUE, CLOCKS, NOW, STAFF, STEPS, a_case

LIGHTING = CATALOGUE.category("lighting")


def an_edition(handling: Span) -> Catalogue:
    """The catalogue in its next edition, in which broken lamps are handled within `handling`."""
    lamps = LIGHTING.model_copy(update={"deadlines": LIGHTING.deadlines.model_copy(update={"handling": handling})})
    categories = tuple(lamps if each.code == lamps.code else each for each in CATALOGUE.categories)
    return CATALOGUE.model_copy(update={"version": 7, "categories": categories})


def corrected(case: Case, catalogue: Catalogue) -> Case:
    return amend(case, Amend(category="lighting", reason="r"), catalogue, None, CLOCKS, STAFF, NOW).aggregate


@pytest.mark.parametrize(("hours", "then"), [(48, 2.0), (12, 0.5)])
def test_what_is_left_of_a_deadline_is_the_same_share_of_the_new_one(hours: int, then: float) -> None:
    def within(hours: int) -> Catalogue:
        span = Span(amount=hours, unit=SpanUnit.HOURS)
        edition = an_edition(span)
        return edition.model_copy(update={"version": hours})

    before = corrected(a_case(CaseStatus.IN_PROGRESS), within(24))
    before = STEPS[CaseCommand.CONTACT](before).aggregate.model_copy(update={"due_at": NOW + timedelta(hours=18)})
    before = CLOCKS.begin_handling(before, NOW)
    changed = corrected(before, within(hours))
    assert changed.due_at == changed.phase_due_at == NOW + timedelta(hours=18) * then
    assert changed.warn_at is not None
    assert before.warn_at is not None
    assert changed.warn_at - NOW == (before.warn_at - NOW) * then


def _told(case: Case, catalogue: Catalogue) -> CaseAmended:
    """What is told of the correction of `case`."""
    decision = amend(case, Amend(category="lighting", reason="r"), catalogue, None, CLOCKS, STAFF, NOW)
    (told,) = [each for each in decision.events if isinstance(each, CaseAmended)]
    return told


def test_a_deadline_that_moves_is_told_with_the_one_before() -> None:
    catalogue = an_edition(Span(amount=30, unit=SpanUnit.WORKING_DAYS))
    case = a_case(CaseStatus.IN_PROGRESS)
    told = _told(case, catalogue)
    assert (told.previous_due_at, told.due_at) == (case.due_at, corrected(case, catalogue).due_at)
    assert told.due_at != told.previous_due_at


@pytest.mark.parametrize("status", [CaseStatus.ACCEPTED, CaseStatus.HANDLED])
def test_where_no_unit_owes_the_handling_no_deadline_moves(status: CaseStatus) -> None:
    catalogue = an_edition(Span(amount=30, unit=SpanUnit.WORKING_DAYS))
    assert _told(a_case(status), catalogue).previous_due_at is None


def test_a_deadline_that_stays_is_not_told_as_another() -> None:
    case = a_case(CaseStatus.IN_PROGRESS)
    (told,) = amend(case, Amend(title="灯", reason="r"), CATALOGUE, None, CLOCKS, STAFF, NOW).events
    assert isinstance(told, CaseAmended)
    assert (told.due_at, told.previous_due_at) == (case.due_at, None)


def test_what_was_missed_stays_missed_and_what_was_granted_stands() -> None:
    longer = Span(amount=30, unit=SpanUnit.WORKING_DAYS)
    catalogue = an_edition(longer)
    case = a_case(CaseStatus.IN_PROGRESS)
    assert case.due_at is not None
    late = tick(case, case.due_at).aggregate
    assert late.overdue
    changed = amend(late, Amend(category="lighting", reason="r"), catalogue, None, CLOCKS, STAFF, case.due_at).aggregate
    assert (changed.overdue, changed.due_at, changed.escalation) == (True, late.due_at, late.escalation)
    granted = STEPS[CaseCommand.GRANT_EXTENSION](STEPS[CaseCommand.REQUEST_EXTENSION](case).aggregate).aggregate
    assert corrected(granted, catalogue).due_at == granted.due_at


def test_a_paused_case_goes_on_with_the_same_share() -> None:
    longer = Span(amount=30, unit=SpanUnit.WORKING_DAYS)
    catalogue = an_edition(longer)
    paused = a_case(CaseStatus.PAUSED)
    changed = corrected(paused, catalogue)
    assert paused.held is not None
    assert changed.held is not None
    assert paused.held.due_left is not None
    ratio = CLOCKS.time.length(longer) / CLOCKS.time.length(LIGHTING.deadlines.handling)
    assert changed.held.due_left == round(paused.held.due_left * ratio)


@pytest.mark.parametrize("status", [CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS, CaseStatus.HANDLED])
@pytest.mark.parametrize("days", [1, 30])
def test_a_phase_goes_to_further_levels_after_its_own_deadline(status: CaseStatus, days: int) -> None:
    clocks, span = Clocks(further=(1.5, 2.0)), Span(amount=days, unit=SpanUnit.WORKING_DAYS)
    deadlines = LIGHTING.deadlines.model_copy(update={"sign": span, "contact": span, "verification": span})
    lamps = LIGHTING.model_copy(update={"deadlines": deadlines})
    case = a_case(status)
    assert case.phase is not None
    case = clocks.begin(case, case.phase, NOW)
    catalogue = CATALOGUE.model_copy(update={"version": 7, "categories": (lamps,)})
    changed = amend(case, Amend(category="lighting", reason="r"), catalogue, None, clocks, STAFF, NOW).aggregate
    assert changed.phase is not None
    assert changed.phase_due_at is not None
    assert changed.escalate_at == clocks.levels_after(changed, changed.phase, changed.phase_due_at)
    late = tick(changed, changed.phase_due_at).aggregate
    assert (late.phase_level, len(late.escalate_at)) == (1, 2)
