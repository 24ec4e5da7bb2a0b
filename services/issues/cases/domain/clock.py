"""The clocks of a case: one for each phase, in the time that its category names, and the deadline of the handling.

A phase begins with a command and ends with the next: from dispatch the unit has time to sign, then to speak with the
reporter, then to handle; from the handling somebody has time to verify. `due_at`, by when it must be handled, runs from
the dispatch on, whatever the phase. While a case is paused or merged every clock stands still; what was left is left.

A clock is no timer: `tick_at` is a field, the next moment at which something is due, and `tick` the command of a sweep.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.event import Event
from services.contracts.issues import CaseEscalated, CaseOverdue, CasePhase, CaseStatus, CaseWarned
from services.issues.cases.domain.case import Case, Held
from services.issues.cases.domain.transitions import WORKING
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.working_time import WorkingTime

STOPPED: dict[str, Any] = {
    "phase": None,
    "phase_due_at": None,
    "warn_at": None,
    "warned": False,
    "breached": False,
    "tick_at": None,
}
"""The changes of a case in which no phase runs."""

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Clocks:
    """How the clocks of a deployment run. `warn_share`: the part of a phase after which its deadline is warned of."""

    time: WorkingTime = field(default_factory=WorkingTime)
    warn_share: float = 0.8

    def begin(self, case: Case, phase: CasePhase, now: datetime) -> dict[str, Any]:
        """The changes by which `phase` begins."""
        span = _span(case, phase)
        length = self.time.length(span)
        return self.run(case, phase, length, now, warn_after=length * self.warn_share)

    def begin_handling(self, case: Case, now: datetime) -> dict[str, Any]:
        """The changes by which the handling itself begins: its deadline stands since the dispatch."""
        if case.due_at is None:
            return self.begin(case, CasePhase.HANDLING, now)
        plain = _plain(_span(case, CasePhase.HANDLING))
        left = self.time.between(now, case.due_at, plain=plain)
        running = self.run(case, CasePhase.HANDLING, left, now, warn_after=left * self.warn_share)
        return _next_tick(case, running | {"phase_due_at": case.due_at})

    def run(
        self, case: Case, phase: CasePhase, left: timedelta, now: datetime, *, warn_after: timedelta | None
    ) -> dict[str, Any]:
        """The changes by which `phase` runs with `left` of its time; no warning where `warn_after` is None."""
        plain = _plain(_span(case, phase))
        running = {
            "phase": phase,
            "phase_due_at": _whole(self.time.later(now, left, plain=plain)),
            "warn_at": None if warn_after is None else _whole(self.time.later(now, warn_after, plain=plain)),
            "warned": False,
            "breached": False,
        }
        if phase in (CasePhase.SIGN, CasePhase.CONTACT):
            running["contacting_due_at"] = running["phase_due_at"] if phase is CasePhase.CONTACT else None
        return _next_tick(case, running)

    def due(self, case: Case, now: datetime) -> datetime:
        """By when a case that is dispatched now must be handled."""
        return _whole(self.time.due(now, _span(case, CasePhase.HANDLING)))

    def hold(self, case: Case, now: datetime) -> dict[str, Any]:
        """The changes by which every clock stands still, and the status that is gone back to is remembered."""
        left = None
        if case.phase is not None and case.phase_due_at is not None:
            left = self.time.between(now, case.phase_due_at, plain=_plain(_span(case, case.phase)))
        due_left = None
        if case.due_at is not None:
            due_left = self.time.between(now, case.due_at, plain=_plain(_span(case, CasePhase.HANDLING)))
        warn_left = None
        if case.phase is not None and case.warn_at is not None and not case.warned:
            warn_left = self.time.between(now, case.warn_at, plain=_plain(_span(case, case.phase)))
        held = Held(
            status=case.status,
            phase=case.phase,
            phase_left=_milliseconds(left),
            warn_left=_milliseconds(warn_left),
            due_left=_milliseconds(due_left),
            warned=case.warned,
            breached=case.breached,
        )
        return STOPPED | {"held": held, "due_at": None}

    def release(self, case: Case, now: datetime) -> dict[str, Any]:
        """The changes by which a held case goes on where it was, with the time that it had left."""
        held = case.held
        if held is None:
            return dict(STOPPED)
        changes: dict[str, Any] = STOPPED | {"held": None, "due_at": None}
        if held.due_left is not None:
            plain = _plain(_span(case, CasePhase.HANDLING))
            changes["due_at"] = _whole(self.time.later(now, held.due_left * _MILLISECOND, plain=plain))
        resumed = case.model_copy(update={"due_at": changes["due_at"], "status": held.status})
        if held.phase is not None and held.phase_left is not None:
            warn_after = None if held.warn_left is None else held.warn_left * _MILLISECOND
            changes |= self.run(resumed, held.phase, held.phase_left * _MILLISECOND, now, warn_after=warn_after)
        return _next_tick(resumed, changes | {"warned": held.warned, "breached": held.breached})


def tick(case: Case, now: datetime) -> Decision[Case]:
    """Say what has come due on a running clock, each thing once: a warning, a breach, a missed deadline.

    A breach escalates the case by one level, counted. Nothing where nothing is due, and while the clocks stand.
    """
    changes: dict[str, Any] = {}
    events: list[type[Event]] = []
    if case.phase is not None and case.warn_at is not None and case.warn_at <= now and not case.warned:
        changes["warned"] = True
        events.append(CaseWarned)
    if case.phase is not None and case.phase_due_at is not None and case.phase_due_at <= now and not case.breached:
        changes |= {"breached": True, "escalation": case.escalation + 1}
        events.append(CaseEscalated)
    if _owes(case.status, overdue=case.overdue) and case.due_at is not None and case.due_at <= now:
        changes["overdue"] = True
        events.append(CaseOverdue)
    if not events:
        return decided(case)
    changed = case.model_copy(update=_next_tick(case, changes))
    return decided(changed, *(event_from(event, changed) for event in events))


def _owes(status: CaseStatus, *, overdue: bool) -> bool:
    return status in WORKING and not overdue


def _next_tick(case: Case, changes: dict[str, Any]) -> dict[str, Any]:
    """`changes`, and when the clocks have to be looked at after them."""
    after = {**case.__dict__, **changes}
    moments = [
        after["warn_at"] if after["phase"] is not None and not after["warned"] else None,
        after["phase_due_at"] if after["phase"] is not None and not after["breached"] else None,
        after["due_at"] if _owes(after["status"], overdue=after["overdue"]) else None,
        after["paused_until"] if after["status"] is CaseStatus.PAUSED else None,
    ]
    return changes | {"tick_at": min((moment for moment in moments if moment is not None), default=None)}


def with_tick(case: Case, changes: dict[str, Any]) -> dict[str, Any]:
    """`changes` of status, deadlines or phase, and when the clocks have to be looked at after them."""
    return _next_tick(case, changes)


def _span(case: Case, phase: CasePhase) -> Span:
    span: Span = getattr(case.deadlines, phase.value)
    return span


def _plain(span: Span) -> bool:
    return span.unit is SpanUnit.HOURS


def _milliseconds(length: timedelta | None) -> int | None:
    """Whole milliseconds, as the store keeps time; rounded up, so that waiting never eats time."""
    return None if length is None else -(-length // _MILLISECOND)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
