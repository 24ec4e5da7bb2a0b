"""Working time (工作时, 工作日): which hours of which days count, with public holidays and make-up workdays (调休).

Which days are worked follows the calendar of the country (`chassis/calendar`), with the arrangements that an operator
has loaded. A deployment may name days besides. A working day is as long as its office hours; every working span is a
length of office time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from services.chassis.calendar import days
from services.chassis.calendar.days import Arrangement
from services.chassis.values import ZONE
from services.issues.catalogue.domain.catalogue import Span, SpanUnit

OFFICE_HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
SHORTEST_DAY = timedelta(hours=1)
"""Less, and deadlines that a catalogue may name would lie out of reach."""
_FAR = 5000
"""Days to look ahead at the most; no span that a catalogue can name comes near it."""


class NeverOpen(ValueError):
    """The office hours are empty, too few, overlap, or end before they begin."""


@dataclass(frozen=True)
class WorkingTime:
    """When the committee and its partners work.

    `hours`: the office hours of a working day, in order, in Asia/Shanghai. `holidays` and `workdays` overrule the
    announced calendar. `arrangements`: those that were loaded, by year; they overrule what the library carries.

    Raises:
        NeverOpen: `hours` make no sense.
    """

    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    arrangements: Mapping[int, Arrangement] = field(default_factory=dict, hash=False)
    day: timedelta = field(init=False)
    """The office time of one working day."""

    def __post_init__(self) -> None:
        moments = [moment for span in self.hours for moment in span]
        if not moments or any(later <= earlier for earlier, later in pairwise(moments)):
            raise NeverOpen("office hours follow each other and do not overlap")
        lengths = (datetime.combine(date.min, end) - datetime.combine(date.min, start) for start, end in self.hours)
        object.__setattr__(self, "day", sum(lengths, timedelta()))
        if self.day < SHORTEST_DAY:
            raise NeverOpen("a working day has an hour of office time at least")

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`."""
        if day in self.holidays:
            return False
        return day in self.workdays or days.is_workday(day, self.arrangements.get(day.year))

    def is_holiday(self, day: date) -> bool:
        """Whether `day` belongs to a public holiday, or a deployment has named it a day off. A weekend is none."""
        if day in self.holidays or day in self.workdays:
            return day in self.holidays
        return days.is_holiday(day, self.arrangements.get(day.year))

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies in office hours: from the first moment up to the last, not with it."""
        return any(start <= at < end for start, end in self._hours_of(at.astimezone(ZONE).date()))

    def length(self, span: Span) -> timedelta:
        """`span` in its own time: office time where it counts that, else plain time."""
        return span.amount * self.day if span.unit is SpanUnit.WORKING_DAYS else timedelta(hours=span.amount)

    def due(self, start: datetime, span: Span) -> datetime:
        """When `span`, begun at `start`, is over."""
        return self.later(start, self.length(span), plain=span.unit is SpanUnit.HOURS)

    def later(self, start: datetime, length: timedelta, *, plain: bool) -> datetime:
        """The first moment at which `length` has passed since `start`, in plain or in office time."""
        if plain or length <= timedelta():
            return start + max(length, timedelta())
        left, first = length, start.astimezone(ZONE).date()
        for n in range(_FAR):
            day = first + timedelta(days=n)
            if n and left > self.day:
                left -= self.is_workday(day) * self.day
                continue
            for opens, closes in self._hours_of(day):
                begins = max(opens, start)
                if closes - begins >= left:
                    return (begins + left).astimezone(UTC)
                left -= max(closes - begins, timedelta())
        raise NeverOpen(f"{length} of office time is more than {_FAR} days hold")

    def between(self, start: datetime, end: datetime, *, plain: bool) -> timedelta:
        """The time from `start` to `end`, all of it (`plain`) or only office time; 0 where `end` is earlier."""
        if plain or end <= start:
            return max(end - start, timedelta())
        first, last = start.astimezone(ZONE).date(), end.astimezone(ZONE).date()
        inner = (first + timedelta(days=n) for n in range(1, (last - first).days))
        whole = sum(self.is_workday(day) for day in inner) * self.day
        spans = (span for day in {first, last} for span in self._hours_of(day))
        return sum((max(min(closes, end) - max(opens, start), timedelta()) for opens, closes in spans), whole)

    def _hours_of(self, day: date) -> "_Spans":
        """The office hours of `day`."""
        return _moments(self.hours, day) if self.is_workday(day) else ()


_Spans = tuple[tuple[datetime, datetime], ...]


@lru_cache(maxsize=4096)
def _moments(hours: tuple[tuple[time, time], ...], day: date) -> _Spans:
    """Such hours on `day`, in UTC. The clocks of all cases ask for those of the same few days."""
    return tuple((_moment(day, start), _moment(day, end)) for start, end in hours)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)
