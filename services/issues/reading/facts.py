"""Facts are the parts of a case that figures count: marks (yes or no) and the days that it counts on, all from its
public state.

The state is the fold of the case's events, so the journal alone gives the same facts, except whether the case is
public. Every mark is one bit of a `signature`. Figures are sums over signatures, so a formula may change without
counting anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from services.contracts.issues import CasePhase
from services.contracts.issues import CaseStatus as S
from services.issues.cases.domain.publicity import is_public
from services.issues.cases.domain.transitions import SOLVED

CHINA = timezone(timedelta(hours=8))
"""Days, weeks and months of figures are those of China, which has one zone and no summer time."""


class Mark(StrEnum):
    """A mark that a case has or has not. The order is kept, for it is the order of bits: new marks go to the end."""

    FILED = "filed"
    REJECTED = "rejected"
    MERGED = "merged"
    PAUSED = "paused"
    DISPATCHED = "dispatched"
    HANDLED = "handled"
    CLOSED = "closed"
    ON_TIME = "on-time"
    RETURNED = "returned"
    REWORKED = "reworked"
    REOPENED = "reopened"
    EXTENDED = "extended"
    CONTACT_OWED = "contact-owed"
    CONTACTED = "contacted"
    CONTACTED_IN_TIME = "contacted-in-time"
    ON_THE_SPOT = "on-the-spot"
    ESCALATED = "escalated"
    RATING_1 = "rating-1"
    RATING_2 = "rating-2"
    RATING_3 = "rating-3"
    RATING_4 = "rating-4"
    RATING_5 = "rating-5"
    WITHHELD = "withheld"
    MISSED_SIGN = "missed-sign"
    MISSED_CONTACT = "missed-contact"
    MISSED_HANDLING = "missed-handling"
    MISSED_VERIFICATION = "missed-verification"
    FORMER = "former"


BITS: Mapping[str, int] = {mark.value: 1 << place for place, mark in enumerate(Mark)}

OF_DEADLINES = frozenset({Mark.ON_TIME, Mark.CONTACTED_IN_TIME, *(m for m in Mark if m.startswith("missed-"))})
"""The marks that tell whether deadlines were kept."""

_MISSED: Mapping[str, Mark] = {phase.value: Mark(f"missed-{phase.value}") for phase in CasePhase}


class When(StrEnum):
    """The kind of day that a case counts on.

    `reported`: the day of the report. `closed`: the day of closing. `settled`: the day of closing or, if the case was
    not closed by the end of the day it was due, the day after that; a case that is neither does not count yet.
    """

    REPORTED = "reported"
    SETTLED = "settled"
    CLOSED = "closed"


class By(StrEnum):
    """The field by whose values figures are told apart."""

    TOTAL = "total"
    UNIT = "unit"
    CATEGORY = "category"
    GROUP = "group"
    BUILDING = "building"


@dataclass(frozen=True, slots=True)
class RowFacts:
    """The facts of one case. `days` are numbers such as 20261126. `values` gives the case's value for each `By`, or ""
    where it has none.

    `units` gives the signatures with which the case counts for units, where they differ from its own. A deadline counts
    for the unit that had the case then: the present unit answers for its own deadlines alone, and former units for
    those that they missed (`FORMER`).
    """

    signature: int
    days: dict[str, int]
    values: dict[str, str]
    units: dict[str, int]

    def counted_for(self, by: By) -> dict[str, int]:
        """The values of `by` for which the case counts, each with the signature that it counts with."""
        return self.units if by is By.UNIT and self.units else {self.values[by.value]: self.signature}


def facts(state: Mapping[str, Any]) -> RowFacts:
    """The facts of a case with this public state."""
    missed = state.get("missed") or ()
    signature = _signed(_marks(state, missed, state.get("due_at")))
    return RowFacts(signature, _days(state), {by.value: _value(state, by) for by in By}, _units(state, missed))


def _units(state: Mapping[str, Any], missed: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The signatures for units, where a former unit has missed a deadline of the case."""
    current = state.get("unit") or ""
    former = {each["unit"] for each in missed if each["unit"]} - {current}
    if not former:
        return {}
    own = [each for each in missed if each["unit"] in (None, state.get("unit"))]
    due_at = state.get("unit_due_at") or (state.get("due_at") if own or not state.get("overdue") else None)
    units = {current: _signed(_marks(state, own, due_at))}
    for unit in sorted(former):
        units[unit] = _signed(_marks_of_former(state, [each for each in missed if each["unit"] == unit]))
    return units


def _marks_of_former(state: Mapping[str, Any], missed: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """The marks with which a case counts for a unit that has it no more: the deadlines missed, and that there was one
    for handling."""
    marks = [Mark.FORMER, Mark.DISPATCHED, *{_MISSED[each["phase"]] for each in missed}]
    told = {
        Mark.FILED: Mark.MISSED_HANDLING in marks,
        Mark.CONTACT_OWED: Mark.MISSED_CONTACT in marks,
        Mark.MERGED: state["status"] == S.MERGED,
        Mark.PAUSED: state["status"] == S.PAUSED,
        Mark.WITHHELD: not is_public(state),
    }
    return marks + [mark for mark, so in told.items() if so]


def _signed(marks: Iterable[Mark]) -> int:
    return sum(BITS[mark] for mark in marks)


def local_day(moment: datetime) -> date:
    """The day of `moment` in China."""
    return moment.astimezone(CHINA).date()


def number_of(day: date) -> int:
    """`day` as a number that sorts, such as 20261126."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """The day of a number such as 20261126."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def _marks(state: Mapping[str, Any], missed: Sequence[Mapping[str, Any]], due_at: datetime | None) -> list[Mark]:
    """The marks of a case with this state, whose phases `missed` were late, and which was to be handled by `due_at`."""
    status = state["status"]
    closed = status in SOLVED
    late = {_MISSED[each["phase"]] for each in missed}
    told = {
        Mark.FILED: status not in (S.REPORTED, S.REJECTED),
        Mark.REJECTED: status == S.REJECTED,
        Mark.MERGED: status == S.MERGED,
        Mark.PAUSED: status == S.PAUSED,
        Mark.DISPATCHED: bool(state.get("unit") or state.get("first_unit")),
        Mark.HANDLED: state.get("handled_at") is not None or Mark.MISSED_VERIFICATION in late,
        Mark.CLOSED: closed,
        Mark.ON_TIME: closed and Mark.MISSED_HANDLING not in late and _on_time(state, due_at),
        Mark.RETURNED: state.get("returned", 0) > 0,
        Mark.REWORKED: state.get("sent_back", 0) > 0,
        Mark.REOPENED: state.get("reopened", 0) > 0,
        Mark.EXTENDED: state.get("extended", 0) > 0,
        Mark.CONTACT_OWED: Mark.MISSED_CONTACT in late or _contact_was_owed(state),
        Mark.CONTACTED: state.get("contacted_at") is not None,
        Mark.CONTACTED_IN_TIME: Mark.MISSED_CONTACT not in late
        and _within(state.get("contacted_at"), state.get("contacting_due_at")),
        Mark.ON_THE_SPOT: bool(state.get("on_the_spot")),
        Mark.ESCALATED: state.get("escalation", 0) > 0,
        Mark.WITHHELD: not is_public(state),
    }
    rating = state.get("rating")
    return [mark for mark, so in told.items() if so] + [*late] + ([Mark(f"rating-{rating}")] if rating else [])


def _on_time(state: Mapping[str, Any], due_at: datetime | None) -> bool:
    """Whether the case was handled by its deadline. One without a deadline was put right on the spot, and can't be
    late."""
    return due_at is None or _within(state.get("handled_at"), due_at)


def _contact_was_owed(state: Mapping[str, Any]) -> bool:
    """Whether the phase is over in which a unit had to contact the reporter: it did, went on without, or missed the
    deadline."""
    if state.get("contacting_due_at") is None or state["status"] in (S.RETURNED, S.REOPENED, S.PAUSED):
        return False
    return state.get("phase") != CasePhase.CONTACT or state.get("escalation", 0) > 0


def _within(done: datetime | None, due: datetime | None) -> bool:
    return done is not None and due is not None and done <= due


def _days(state: Mapping[str, Any]) -> dict[str, int]:
    closed = state.get("closed_at") if state["status"] in SOLVED else None
    days = {When.REPORTED: local_day(state["reported_at"]), When.SETTLED: _settled(closed, state.get("due_at"))}
    days[When.CLOSED] = None if closed is None else local_day(closed)
    return {when.value: number_of(day) for when, day in days.items() if day is not None}


def _settled(closed: datetime | None, due: datetime | None) -> date | None:
    if due is None:
        return None if closed is None else local_day(closed)
    after = local_day(due) + timedelta(days=1)
    return after if closed is None else min(local_day(closed), after)


def _value(state: Mapping[str, Any], by: By) -> str:
    return "" if by is By.TOTAL else state.get(by.value) or ""


def moment_of(number: int, *, end: bool = False) -> datetime:
    """The time (UTC) at which the day of `number` begins in China or, with `end`, at which it ends."""
    day = day_of(number) + timedelta(days=1 if end else 0)
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)
