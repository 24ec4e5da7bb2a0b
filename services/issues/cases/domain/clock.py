"""The clocks of a case: one for each phase, in the time that its category names, and the deadline of the handling.

A phase begins with a command and ends with the next: from dispatch the unit has time to sign, then to speak with the
reporter, then to handle; from the handling somebody has time to verify. `due_at`, by when it must be handled, runs from
the dispatch on, whatever the phase. While a case is paused or merged every clock stands still; what was left is left.

A clock is no timer: `tick_at` is a field, the next moment at which something is due, and `tick` the command of a sweep.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.event import Event
from services.contracts.issues import CaseEscalated, CaseOverdue, CasePhase, CaseStatus, CaseWarned
from services.issues.cases.domain.case import Case, Held
from services.issues.cases.domain.transitions import WORKING
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.working_time import WorkingTime

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ClockState:
    """How the clock of a case stands: a value that is taken from a case, changed, and put on a case again."""

    phase: CasePhase | None
    phase_due_at: datetime | None
    warn_at: datetime | None
    warned: bool
    breached: bool
    escalation: int
    contacting_due_at: datetime | None
    due_at: datetime | None
    overdue: bool
    paused_until: datetime | None
    held: Held | None

    @classmethod
    def of(cls, case: Case) -> "ClockState":
        """The clock of `case`."""
        return cls(**{each.name: getattr(case, each.name) for each in fields(cls)})

    def on(self, case: Case) -> Case:
        """`case` with this clock, and with the moment at which the clock must be looked at next."""
        state = {each.name: getattr(self, each.name) for each in fields(self)}
        return case.model_copy(update={**state, "tick_at": self._next_tick(case.status)})

    def stopped(self) -> "ClockState":
        """The clock with no phase running."""
        return replace(self, phase=None, phase_due_at=None, warn_at=None, warned=False, breached=False)

    def owes(self, status: CaseStatus) -> bool:
        """Whether a unit owes the handling of a case in `status`, and has not missed its deadline yet."""
        return status in WORKING and not self.overdue

    def _next_tick(self, status: CaseStatus) -> datetime | None:
        runs = self.phase is not None
        moments = (
            self.warn_at if runs and not self.warned else None,
            self.phase_due_at if runs and not self.breached else None,
            self.due_at if self.owes(status) else None,
            self.paused_until if status is CaseStatus.PAUSED else None,
        )
        return min((moment for moment in moments if moment is not None), default=None)


def stop(case: Case) -> Case:
    """`case` with no phase running."""
    return ClockState.of(case).stopped().on(case)


@dataclass(frozen=True, slots=True)
class Clocks:
    """How the clocks of a deployment run. `warn_share`: the part of a phase after which its deadline is warned of."""

    time: WorkingTime = field(default_factory=WorkingTime)
    warn_share: float = 0.8

    def begin(self, case: Case, phase: CasePhase, now: datetime) -> Case:
        """`case` as `phase` begins."""
        length = self.time.length(_span(case, phase))
        return self._run(case, phase, length, now, warn_after=length * self.warn_share).on(case)

    def begin_handling(self, case: Case, now: datetime) -> Case:
        """`case` as the handling itself begins: its deadline stands since the dispatch."""
        if case.due_at is None:
            return self.begin(case, CasePhase.HANDLING, now)
        left = self._left(case, case.due_at, CasePhase.HANDLING, now)
        running = self._run(case, CasePhase.HANDLING, left, now, warn_after=left * self.warn_share)
        return replace(running, phase_due_at=case.due_at).on(case)

    def due(self, case: Case, now: datetime) -> datetime:
        """By when a case that is dispatched now must be handled."""
        return _whole(self.time.due(now, _span(case, CasePhase.HANDLING)))

    def hold(self, case: Case, now: datetime) -> Case:
        """`case` with every clock standing still. It remembers the status that it goes back to, and what was left."""
        phase, phase_left, warn_left, due_left = case.phase, None, None, None
        if phase is not None and case.phase_due_at is not None:
            phase_left = self._left(case, case.phase_due_at, phase, now)
        if phase is not None and case.warn_at is not None and not case.warned:
            warn_left = self._left(case, case.warn_at, phase, now)
        if case.due_at is not None:
            due_left = self._left(case, case.due_at, CasePhase.HANDLING, now)
        held = Held(
            status=case.status,
            phase=phase,
            phase_left=_milliseconds(phase_left),
            warn_left=_milliseconds(warn_left),
            due_left=_milliseconds(due_left),
            warned=case.warned,
            breached=case.breached,
        )
        return replace(ClockState.of(case).stopped(), held=held, due_at=None).on(case)

    def release(self, case: Case, now: datetime) -> Case:
        """A held case as it goes on where it was, with the time that it had left."""
        held = case.held
        if held is None:
            return stop(case)
        due_at = None
        if held.due_left is not None:
            due_at = self._later(case, held.due_left * _MILLISECOND, CasePhase.HANDLING, now)
        clock = replace(ClockState.of(case).stopped(), held=None, due_at=due_at)
        resumed = clock.on(case.model_copy(update={"status": held.status}))
        if held.phase is not None and held.phase_left is not None:
            warn_after = None if held.warn_left is None else held.warn_left * _MILLISECOND
            clock = self._run(resumed, held.phase, held.phase_left * _MILLISECOND, now, warn_after=warn_after)
        return replace(clock, warned=held.warned, breached=held.breached).on(resumed)

    def _run(
        self, case: Case, phase: CasePhase, left: timedelta, now: datetime, *, warn_after: timedelta | None
    ) -> ClockState:
        """The clock of `case` as `phase` runs with `left` of its time; no warning where `warn_after` is None."""
        due_at = self._later(case, left, phase, now)
        contacting_due_at = case.contacting_due_at
        if phase in (CasePhase.SIGN, CasePhase.CONTACT):
            contacting_due_at = due_at if phase is CasePhase.CONTACT else None
        return replace(
            ClockState.of(case),
            phase=phase,
            phase_due_at=due_at,
            warn_at=None if warn_after is None else self._later(case, warn_after, phase, now),
            warned=False,
            breached=False,
            contacting_due_at=contacting_due_at,
        )

    def _left(self, case: Case, until: datetime, phase: CasePhase, now: datetime) -> timedelta:
        """How much time of `phase` there is until then."""
        return self.time.between(now, until, plain=_plain(_span(case, phase)))

    def _later(self, case: Case, length: timedelta, phase: CasePhase, now: datetime) -> datetime:
        """The moment at which so much time of `phase` will have passed."""
        return _whole(self.time.later(now, length, plain=_plain(_span(case, phase))))


def tick(case: Case, now: datetime) -> Decision[Case]:
    """Say what has come due on a running clock, each thing once: a warning, a breach, a missed deadline.

    A breach escalates the case by one level, counted. Nothing where nothing is due, and while the clocks stand.
    """
    clock, events = ClockState.of(case), list[type[Event]]()
    if case.phase is not None and case.warn_at is not None and case.warn_at <= now and not case.warned:
        clock = replace(clock, warned=True)
        events.append(CaseWarned)
    if case.phase is not None and case.phase_due_at is not None and case.phase_due_at <= now and not case.breached:
        clock = replace(clock, breached=True, escalation=case.escalation + 1)
        events.append(CaseEscalated)
    if clock.owes(case.status) and case.due_at is not None and case.due_at <= now:
        clock = replace(clock, overdue=True)
        events.append(CaseOverdue)
    if not events:
        return decided(case)
    changed = clock.on(case)
    return decided(changed, *(event_from(event, changed) for event in events))


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
