"""The clocks of a case: one for each phase, in the time that its category names, and the deadline of the handling.

A phase begins with a command and ends with the next: from dispatch the unit has time to sign, then to speak with the
reporter, then to handle; from the handling somebody has time to verify. `due_at`, by when it must be handled, runs from
the dispatch on, whatever the phase. While a case is paused or merged every clock that runs stands still; what was left
is left.

What was missed stays missed. A deadline that has passed is a fact: nothing moves it, and who had the case then is on
record (`missed`). A unit that gets the case afterwards has a deadline of its own, `unit_due_at`, beside the one that
was missed. Every command on a clock says first what has come due (`overtaken`), so that none is quicker than a sweep.

A clock is no timer: `tick_at` is a field, the next moment at which something is due, and `tick` the command of a sweep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Protocol

from services.chassis.aggregate import Decision, decided, event_from
from services.contracts.event import Event
from services.contracts.issues import CaseEscalated, CaseOverdue, CasePhase, CaseStatus, CaseWarned, MissedPhase
from services.issues.cases.domain.case import Case, Held
from services.issues.cases.domain.escalation import EscalationLevel
from services.issues.cases.domain.transitions import WORKING
from services.issues.catalogue.domain.catalogue import Span, SpanUnit
from services.issues.catalogue.domain.working_time import WorkingTime

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ClockState:
    """The state of a case's clock: a value that is taken from a case, changed, and put on the case again."""

    phase: CasePhase | None
    phase_due_at: datetime | None
    phase_from: datetime | None
    phase_for: int | None
    warn_at: datetime | None
    warn_for: int | None
    warned: bool
    breached: bool
    escalation: int
    escalate_at: tuple[datetime, ...]
    phase_level: int
    level: int
    contacting_due_at: datetime | None
    unit: str | None
    due_at: datetime | None
    unit_due_at: datetime | None
    due_from: datetime | None
    due_for: int | None
    overdue: bool
    missed: tuple[MissedPhase, ...]
    paused_until: datetime | None
    held: Held | None

    @classmethod
    def of(cls, case: Case) -> "ClockState":
        """The clock of `case`."""
        return cls(*_values_of(case))

    @property
    def handle_by(self) -> datetime | None:
        """The deadline of handling; see `Case.handle_by`."""
        return self.unit_due_at or self.due_at

    def to_be_handled_by(self, due_at: datetime, since: datetime, length: int | None) -> "ClockState":
        """The clock with this deadline of the handling, `length` milliseconds after `since` where that is what it is.

        It is the case's own, or where that was missed before, the unit's."""
        if self.overdue and self.due_at is not None:
            return replace(self, due_from=since, due_for=length, unit_due_at=due_at)
        return replace(self, due_from=since, due_for=length, due_at=due_at, unit_due_at=None)

    def on(self, case: Case) -> Case:
        """`case` with this clock, and with the moment at which the clock must be looked at next."""
        stood = zip(_NAMES, _values_of(case), _values_of(self), strict=True)
        changed = {name: stands for name, before, stands in stood if stands is not before}
        return case.model_copy(update={**changed, "tick_at": self._next_tick(case.status)})

    def stopped(self) -> "ClockState":
        """The clock with no phase running."""
        return replace(
            self,
            phase=None,
            phase_due_at=None,
            phase_from=None,
            phase_for=None,
            warn_at=None,
            warn_for=None,
            warned=False,
            breached=False,
            escalate_at=(),
            phase_level=0,
        )

    def owes(self, status: CaseStatus) -> bool:
        """Whether a unit owes the handling of a case in `status`, and has not missed its deadline yet."""
        if status not in WORKING:
            return False
        return not (self.overdue if self.unit_due_at is None else self.has_missed(CasePhase.HANDLING))

    def has_missed(self, phase: CasePhase) -> bool:
        """Whether the unit that has the case has missed the deadline that it has for `phase` now."""
        due_at = self.handle_by if phase is CasePhase.HANDLING else self.phase_due_at
        return any((each.phase, each.due_at) == (phase, due_at) for each in self.missed)

    def missing(self, phase: CasePhase) -> "ClockState":
        """The clock once the deadline of `phase` is missed, each deadline once."""
        due_at = self.handle_by if phase is CasePhase.HANDLING else self.phase_due_at
        if due_at is None or self.has_missed(phase):
            return self
        whose = None if phase is CasePhase.VERIFICATION else self.unit
        return replace(self, missed=(*self.missed, MissedPhase(phase=phase, unit=whose, due_at=due_at)))

    def _next_tick(self, status: CaseStatus) -> datetime | None:
        runs = self.phase is not None
        moments = (
            self.warn_at if runs and not self.warned else None,
            self.phase_due_at if runs and not self.breached else None,
            self.escalate_at[0] if runs and self.breached and self.escalate_at else None,
            self.handle_by if self.owes(status) else None,
            self.paused_until if status is CaseStatus.PAUSED else None,
        )
        return min((moment for moment in moments if moment is not None), default=None)


_NAMES = tuple(each.name for each in fields(ClockState))
_values_of = attrgetter(*_NAMES)


def stop(case: Case) -> Case:
    """`case` with no phase running."""
    return ClockState.of(case).stopped().on(case)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The rules by which the clocks of a community run. `warn_share` is the share of a phase after which a warning of
    its deadline is given.

    `further`: the shares of a phase's time after which a case that is late goes to the next levels, rising from 1 on.
    """

    time: WorkingTime = field(default_factory=WorkingTime)
    warn_share: float = 0.8
    further: tuple[float, ...] = ()

    def of(self, community: str) -> "Clocks":
        """These clocks, which run alike in every community; `CommunityClocks` tells communities apart."""
        return self

    def after(self, case: Case, phase: CasePhase, since: datetime, milliseconds: int) -> datetime:
        """The moment at which so much time of `phase` has passed since then."""
        return self._later(case, milliseconds * _MILLISECOND, phase, since)

    def begin(self, case: Case, phase: CasePhase, now: datetime) -> Case:
        """`case` as `phase` begins."""
        length = self.time.length(_span(case, phase))
        return self._run(case, phase, length, now, warn_after=length * self.warn_share).on(case)

    def begin_handling(self, case: Case, now: datetime) -> Case:
        """`case` as the handling itself begins: its deadline stands since the dispatch.

        Where that was missed already, the handling is late from its beginning, and nobody is told a second time.
        """
        if case.handle_by is None:
            return self.begin(case, CasePhase.HANDLING, now)
        left = self.left(case, case.handle_by, CasePhase.HANDLING, now)
        running = self._run(case, CasePhase.HANDLING, left, now, warn_after=left * self.warn_share)
        late = running.has_missed(CasePhase.HANDLING)
        changed = replace(running, phase_due_at=case.handle_by, phase_for=None, warned=late, breached=late)
        levels = self.levels_after(case, CasePhase.HANDLING, case.handle_by)
        ahead = tuple(moment for moment in levels if moment > now)
        passed = 1 + len(levels) - len(ahead) if late else 0
        return replace(changed, escalate_at=ahead, phase_level=passed).on(case)

    def due(self, case: Case, now: datetime) -> datetime:
        """The moment by which a case that is dispatched now must be handled."""
        return _whole(self.time.due(now, _span(case, CasePhase.HANDLING)))

    def owing(self, case: Case, named: datetime | None, now: datetime) -> Case:
        """`case` as a unit owes it: to be handled by the moment that was `named`, or else in its category's time."""
        due_at = named or self.due(case, now)
        length = None if named is not None else self.time.length(_span(case, CasePhase.HANDLING))
        return ClockState.of(case).to_be_handled_by(due_at, now, _milliseconds(length)).on(case)

    def hold(self, case: Case, now: datetime) -> Case:
        """`case` with every running clock standing still. It remembers the status that it goes back to, and what was
        left. A deadline that has passed, or was kept, stands where it stood."""
        phase, clock = case.phase, ClockState.of(case)
        phase_left, warn_left, due_left = None, None, None
        if phase is not None and case.phase_due_at is not None and not case.breached:
            phase_left = self.left(case, case.phase_due_at, phase, now)
        if phase is not None and case.warn_at is not None and not case.warned:
            warn_left = self.left(case, case.warn_at, phase, now)
        if clock.owes(case.status) and clock.handle_by is not None:
            due_left = self.left(case, clock.handle_by, CasePhase.HANDLING, now)
            clock = replace(clock, unit_due_at=None, due_at=clock.due_at if clock.overdue else None)
        held = Held(
            status=case.status,
            phase=phase,
            phase_left=_milliseconds(phase_left),
            phase_due_at=case.phase_due_at if case.breached else None,
            warn_left=_milliseconds(warn_left),
            due_left=_milliseconds(due_left),
            escalate_left=self._levels_left(case, now),
            phase_level=case.phase_level,
            warned=case.warned,
            breached=case.breached,
        )
        return replace(clock.stopped(), held=held).on(case)

    def release(self, case: Case, now: datetime) -> Case:
        """A held case as it goes on where it was, with the time that it had left."""
        held = case.held
        if held is None:
            return stop(case)
        clock = replace(ClockState.of(case).stopped(), held=None)
        if held.due_left is not None:
            due_at = self._later(case, held.due_left * _MILLISECOND, CasePhase.HANDLING, now)
            clock = clock.to_be_handled_by(due_at, now, held.due_left)
        resumed = clock.on(case.model_copy(update={"status": held.status}))
        if held.phase is not None and held.phase_left is not None:
            warn_after = None if held.warn_left is None else held.warn_left * _MILLISECOND
            clock = self._run(resumed, held.phase, held.phase_left * _MILLISECOND, now, warn_after=warn_after)
        elif held.phase is not None:
            ahead = (self._later(case, each * _MILLISECOND, held.phase, now) for each in held.escalate_left)
            clock = replace(clock, phase=held.phase, phase_due_at=held.phase_due_at or now, escalate_at=tuple(ahead))
        clock = replace(clock, warned=held.warned, breached=held.breached, phase_level=held.phase_level)
        return clock.on(resumed)

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
            phase_from=now,
            phase_for=_milliseconds(left),
            warn_at=None if warn_after is None else self._later(case, warn_after, phase, now),
            warn_for=_milliseconds(warn_after),
            warned=False,
            breached=False,
            escalate_at=self.levels_after(case, phase, due_at),
            phase_level=0,
            contacting_due_at=contacting_due_at,
        )

    def levels_after(self, case: Case, phase: CasePhase, due_at: datetime) -> tuple[datetime, ...]:
        """When `phase`, due at `due_at` and not over, goes to each of the further levels."""
        length = self.time.length(_span(case, phase))
        return tuple(self._later(case, length * (share - 1), phase, due_at) for share in self.further)

    def _levels_left(self, case: Case, now: datetime) -> tuple[int, ...]:
        if case.phase is None or not case.breached:
            return ()
        ahead = (self.left(case, moment, case.phase, now) for moment in case.escalate_at)
        return tuple(-(-left // _MILLISECOND) for left in ahead)

    def left(self, case: Case, until: datetime, phase: CasePhase, now: datetime) -> timedelta:
        """The time of `phase` from `now` until `until`, counted as the phase's clock counts."""
        return self.time.between(now, until, plain=_plain(_span(case, phase)))

    def _later(self, case: Case, length: timedelta, phase: CasePhase, now: datetime) -> datetime:
        """The moment at which so much time of `phase` will have passed."""
        return _whole(self.time.later(now, length, plain=_plain(_span(case, phase))))


class AnyClocks(Protocol):
    """Tells how the clocks of each community run."""

    def of(self, community: str) -> Clocks:
        """The clocks of `community`."""


@dataclass(frozen=True, slots=True)
class CommunityClocks:
    """The clocks of each community, in the working time that it has at the moment."""

    time_of: Callable[[str], WorkingTime]
    warn_share: float
    levels_of: Callable[[str], Sequence[EscalationLevel]]

    def of(self, community: str) -> Clocks:
        """The clocks of `community`."""
        further = tuple(level.share for level in self.levels_of(community)[1:])
        return Clocks(self.time_of(community), self.warn_share, further)


def tick(case: Case, now: datetime) -> Decision[Case]:
    """Say what has come due on a running clock, each thing once: a warning, a breach, a missed deadline.

    A breach makes the first level answerable, and the further ones in their time while the phase goes on. A phase that
    is over goes no further up. Nothing where nothing is due, and while the clocks stand.
    """
    clock, events = ClockState.of(case), list[type[Event]]()
    if case.phase is not None and case.warn_at is not None and case.warn_at <= now and not case.warned:
        clock = replace(clock, warned=True)
        events.append(CaseWarned)
    if case.phase is not None and case.phase_due_at is not None and case.phase_due_at <= now and not case.breached:
        clock = replace(clock.missing(case.phase), breached=True, escalation=case.escalation + 1, phase_level=1)
        events.append(CaseEscalated)
    if clock.breached and (late := [moment for moment in clock.escalate_at if moment <= now]):
        clock = replace(clock, escalate_at=clock.escalate_at[len(late) :], phase_level=clock.phase_level + len(late))
        events = [*(each for each in events if each is not CaseEscalated), CaseEscalated]
    clock = replace(clock, level=max(clock.level, clock.phase_level))
    owes = ClockState.of(case).owes(case.status)
    if owes and case.handle_by is not None and case.handle_by <= now:
        clock = replace(clock.missing(CasePhase.HANDLING), overdue=True)
        events.append(CaseOverdue)
    if not events:
        return decided(case)
    changed = clock.on(case)
    return decided(changed, *(event_from(event, changed) for event in events))


def overtaken(case: Case, now: datetime) -> tuple[Case, tuple[Event, ...]]:
    """`case` with what has come due by now, and the events that say so: what a command on a clock begins with."""
    due = tick(case, now)
    return due.aggregate, due.events


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
