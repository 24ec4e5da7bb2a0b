"""Open deadlines are counted anew when the calendar changes: from where they began, in the working time as it is now.

A deadline that has passed is a fact and stays; so does one that somebody has named, and one that would have passed
already by the new calendar. While a case is paused or merged, what it has left is a length of time, and no date.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.issues import CaseDeadlineMoved, CasePhase, CasePhaseMoved
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import Clocks, ClockState


def count_anew(case: Case, clocks: Clocks, now: datetime) -> Decision[Case]:
    """`case` with its open deadlines by `clocks` as they run now. Where they stay, nothing changes."""
    clock = ClockState.of(case)
    if clock.owes(case.status) and _is_ahead(clock.handle_by, now):
        clock = _handling(case, clock, clocks, now)
    if clock.phase is not None and not clock.breached and _is_ahead(clock.phase_due_at, now):
        clock = _phase(case, clock, clock.phase, clocks, now)
    if clock == ClockState.of(case):
        return decided(case)
    changed = clock.on(case)
    if changed.handle_by == case.handle_by:
        return decided(changed, event_from(CasePhaseMoved, changed))
    return decided(changed, event_from(CaseDeadlineMoved, changed, previous_due_at=case.handle_by))


def _handling(case: Case, clock: ClockState, clocks: Clocks, now: datetime) -> ClockState:
    if clock.due_from is None or clock.due_for is None:
        return clock
    due_at = clocks.after(case, CasePhase.HANDLING, clock.due_from, clock.due_for)
    return clock if due_at <= now else clock.to_be_handled_by(due_at, clock.due_from, clock.due_for)


def _phase(case: Case, clock: ClockState, phase: CasePhase, clocks: Clocks, now: datetime) -> ClockState:
    if clock.phase_from is None:
        return clock
    if clock.phase_for is not None:
        due_at, warn_for = clocks.after(case, phase, clock.phase_from, clock.phase_for), clock.warn_for
    elif clock.handle_by is not None:  # the handling ends with the deadline of the case
        due_at = clock.handle_by
        warn_for = int(
            clocks.left(case, due_at, phase, clock.phase_from) * clocks.warn_share / timedelta(milliseconds=1)
        )
    else:
        return clock
    if due_at <= now:
        return clock
    warn_at = clock.warn_at if warn_for is None else clocks.after(case, phase, clock.phase_from, warn_for)
    spoken_by = due_at if phase is CasePhase.CONTACT else clock.contacting_due_at
    return replace(
        clock,
        phase_due_at=due_at,
        escalate_at=clocks.levels_after(case, phase, due_at),
        warn_at=clock.warn_at if clock.warned else warn_at,
        warn_for=warn_for,
        contacting_due_at=spoken_by,
    )


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now
