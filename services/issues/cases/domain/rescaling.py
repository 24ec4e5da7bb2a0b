"""Deadlines of a case are reckoned anew when its category is put right.

Of a deadline that has not passed, the share of time that is left stays. One that has passed stays missed, and a moment
that people named stands.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.contracts.issues import CasePhase
from services.issues.cases.domain.case import Case, Held
from services.issues.cases.domain.clock import Clocks, ClockState
from services.issues.catalogue.domain.catalogue import Span, SpanUnit

_MILLISECOND = timedelta(milliseconds=1)


def rescale(clocks: Clocks, case: Case, changed: Case, now: datetime) -> Case:
    """`changed`, which is `case` under other deadlines, with its clock as these ask for. What has come due on the clock
    by `now` is on record already.
    """
    clock = ClockState.of(changed)
    if changed.held is not None:
        return replace(clock, held=_held(clocks, case, changed, changed.held)).on(changed)
    if clock.owes(case.status) and clock.handle_by is not None and case.due_for is not None:
        left = _left(clocks, case, changed, clock.handle_by, CasePhase.HANDLING, now)
        due_at = _later(clocks, changed, left, CasePhase.HANDLING, now)
        clock = clock.to_be_handled_by(due_at, now, left // _MILLISECOND)
    return _phase(clocks, case, changed, clock, now).on(changed)


def _phase(clocks: Clocks, case: Case, changed: Case, clock: ClockState, now: datetime) -> ClockState:
    """`clock` with the deadline of the phase that runs, the moment at which it is warned of, and those at which it goes
    to further levels."""
    phase = case.phase
    if phase is None or case.phase_due_at is None or case.breached:
        return clock
    clock = _due(clocks, case, changed, clock, phase, case.phase_due_at, now)
    if clock.phase_due_at is None:
        return clock
    return replace(clock, escalate_at=clocks.levels_after(changed, phase, clock.phase_due_at))


def _due(
    clocks: Clocks,
    case: Case,
    changed: Case,
    clock: ClockState,
    phase: CasePhase,
    phase_due_at: datetime,
    now: datetime,
) -> ClockState:
    if phase is CasePhase.HANDLING and phase_due_at == case.handle_by:
        if clock.handle_by == case.handle_by:
            return clock
        clock = replace(clock, phase_due_at=clock.handle_by)
    else:
        left = _left(clocks, case, changed, phase_due_at, phase, now)
        due_at = _later(clocks, changed, left, phase, now)
        clock = replace(clock, phase_due_at=due_at, phase_from=now, phase_for=left // _MILLISECOND)
        if phase is CasePhase.CONTACT:
            clock = replace(clock, contacting_due_at=due_at)
    if case.warn_at is not None and not case.warned:
        left = _left(clocks, case, changed, case.warn_at, phase, now)
        clock = replace(clock, warn_at=_later(clocks, changed, left, phase, now), warn_for=left // _MILLISECOND)
        clock = replace(clock, phase_from=now)
    return clock


def _held(clocks: Clocks, case: Case, changed: Case, held: Held) -> Held:
    """The times that a pause keeps, under other deadlines."""
    handling = _ratio(clocks, case, changed, CasePhase.HANDLING) if case.due_for is not None else 1.0
    ratio = 1.0 if held.phase is None else _ratio(clocks, case, changed, held.phase)
    if held.phase is CasePhase.HANDLING and held.phase_left == held.due_left:
        ratio = handling
    return held.model_copy(
        update={
            "phase_left": _times(held.phase_left, ratio),
            "warn_left": _times(held.warn_left, ratio),
            "due_left": _times(held.due_left, handling),
        }
    )


def _left(clocks: Clocks, case: Case, changed: Case, until: datetime, phase: CasePhase, now: datetime) -> timedelta:
    """The time of `phase` until `until`, under the deadlines of `changed`."""
    plain = _span(case, phase).unit is SpanUnit.HOURS
    left = clocks.time.between(now, until, plain=plain) * _ratio(clocks, case, changed, phase)
    return -(-left // _MILLISECOND) * _MILLISECOND


def _later(clocks: Clocks, case: Case, length: timedelta, phase: CasePhase, now: datetime) -> datetime:
    moment = clocks.time.later(now, length, plain=_span(case, phase).unit is SpanUnit.HOURS)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _ratio(clocks: Clocks, case: Case, changed: Case, phase: CasePhase) -> float:
    """The length of the phase of `changed` divided by that of `case`, each counted in its own kind of time."""
    return clocks.time.length(_span(changed, phase)) / clocks.time.length(_span(case, phase))


def _span(case: Case, phase: CasePhase) -> Span:
    span: Span = getattr(case.deadlines, phase.value)
    return span


def _times(milliseconds: int | None, ratio: float) -> int | None:
    return None if milliseconds is None else round(milliseconds * ratio)
