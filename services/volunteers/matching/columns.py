"""Volunteers and needs as columns of numbers, made of documents of the store, so that millions of pairs can be judged.

Times are milliseconds since 1970 in UTC, days are counted since 1970 on the community's calendar, and ids, codes and
buildings are numbers of one `Codes` each.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

from services.volunteers.needs.domain.offers import ASKED, LIVE, OfferStatus
from services.volunteers.shared.values import minute_of_day

Ints: TypeAlias = NDArray[numpy.int64]
Flags: TypeAlias = NDArray[numpy.bool_]
State: TypeAlias = Mapping[str, Any]

DAY, MINUTE = 86_400_000, 60_000
WEEK_MINUTES = 7 * 24 * 60
EAST = 8 * 3_600_000
"""The community's clock is eight hours ahead of UTC; there has been no summer time in this century."""

NEVER = -(2**40)
"""A day before all others: that of a certificate, a check or an insurance that somebody does not have."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_MILLISECOND = timedelta(milliseconds=1)
_LIVE, _ASKED = frozenset(map(str, LIVE)), frozenset(map(str, ASKED))
_RELEASED = str(OfferStatus.RELEASED)


class Codes(dict[Any, int]):
    """Numbers for names, given out in the order in which they are first met."""

    def __missing__(self, name: Any) -> int:
        self[name] = len(self)
        return self[name]

    def of(self, name: Any) -> int:
        """The number of `name`, and -1 for None."""
        return -1 if name is None else self[name]


def millis(moment: datetime) -> int:
    """`moment` in milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def day_number(day: date | str | None) -> int:
    """`day`, or the ISO text that the store has of it, in days since 1970."""
    if day is None:
        return NEVER
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal() - _FIRST_DAY


def local_days(moments: Ints) -> Ints:
    """The days of moments on the community's calendar."""
    return (moments + EAST) // DAY


def local_weeks(moments: Ints) -> Ints:
    """The ISO weeks of moments, counted; a week begins on Monday, and 1970 began on a Thursday."""
    return (local_days(moments) + 3) // 7


@dataclass(slots=True)
class Ragged:
    """Rows of different lengths: the values of row `i` are those from `at[i]` to `at[i + 1]`."""

    at: Ints
    values: Ints

    @classmethod
    def of(cls, rows: Iterable[Sequence[Sequence[int]]], width: int) -> "Ragged":
        """Rows of tuples of `width` numbers."""
        counts: list[int] = [0]
        flat: list[Sequence[int]] = []
        for row in rows:
            counts.append(len(row))
            flat.extend(row)
        values = numpy.array(flat, dtype=numpy.int64).reshape(-1, width)
        return cls(numpy.cumsum(numpy.array(counts, dtype=numpy.int64)), values)

    def counts(self, rows: Ints) -> Ints:
        """The lengths of `rows`."""
        found: Ints = self.at[rows + 1] - self.at[rows]
        return found

    def spread(self, rows: Ints) -> tuple[Ints, Ints]:
        """All values of `rows`: for each, the position in `rows` to which it belongs, and the value."""
        counts = self.counts(rows)
        owner = numpy.repeat(numpy.arange(len(rows)), counts)
        first = numpy.repeat(self.at[rows] - numpy.concatenate(([0], numpy.cumsum(counts)[:-1])), counts)
        return owner, self.values[first + numpy.arange(len(owner))]


@dataclass(slots=True)
class Book:
    """The numbers by which codes, buildings and needs are known in one plan."""

    codes: Codes
    buildings: Codes
    needs: Codes

    @classmethod
    def new(cls) -> "Book":
        """A book without entries."""
        return cls(Codes(), Codes(), Codes())


BOOKING = ("need", "starts", "ends", "building", "until")
"""The columns of bookings; `until` 0 stands for one that does not run out."""


@dataclass(slots=True)
class People:
    """Volunteers of one community as columns, sorted by their ids. `levels`: who has a skill at a level or higher."""

    ids: list[str]
    person: list[str]
    lot: Ints
    may_act: Flags
    active: Flags
    adult: Flags
    born: Ints
    unguarded: Flags
    gender: Ints
    insured_until: Ints
    not_now_until: Ints
    building: Ints
    anywhere: Flags
    weekly: Ints
    daily: Ints
    asks_left: Ints
    avoids: dict[int, frozenset[str]]
    prefers: dict[int, frozenset[str]]
    skills: dict[int, Ints]
    levels: dict[tuple[int, int], Ints]
    languages: dict[int, Ints]
    certificates: dict[int, tuple[Ints, Ints]]
    reach: dict[int, Ints]
    always: Flags
    windows: Ragged
    away: Ragged
    extra: Ragged
    bookings: Ragged


@dataclass(slots=True)
class Wanted:
    """Open needs of one community as columns, sorted by their ids. `needs`: the need of each row, which has several
    where a need has roles.
    """

    ids: list[str]
    needs: list[str]
    lot: Ints
    starts: Ints
    ends: Ints
    building: Ints
    category: Ints
    skill: Ints
    skill_level: Ints
    certificate: Ints
    language: Ints
    gender: Ints
    min_age: Ints
    adults_only: Flags
    with_minors: Flags
    insured_only: Flags
    continuity: Flags
    urgency: Ints
    seats: Ints
    open: Ints
    helped: Flags
    due: Flags
    asked: dict[int, frozenset[str]]
    live: dict[int, frozenset[str]]
    released: dict[int, frozenset[str]]
    barred: dict[int, frozenset[str]]

    def __len__(self) -> int:
        return len(self.ids)


def needs_without_helper(wanted: Wanted) -> int:
    """The number of needs of which no row has a helper."""
    helped = {need for need, has in zip(wanted.needs, wanted.helped.tolist(), strict=True) if has}
    return len(set(wanted.needs) - helped)


GENDERS = ("female", "male")


def lot_of(id: str) -> int:
    """A number drawn from an id."""
    return zlib.crc32(id.encode())


def minutes_of_week(windows: Sequence[State]) -> list[tuple[int, int]]:
    """The stretches of two weeks, in minutes, in which somebody is free each week, joined where they touch."""
    spans = sorted(
        ((w["weekday"] - 1) * 1440 + minute_of_day(w["start"]), (w["weekday"] - 1) * 1440 + minute_of_day(w["end"]))
        for w in windows
    )
    joined: list[tuple[int, int]] = []
    for begin, end in [*spans, *((b + WEEK_MINUTES, e + WEEK_MINUTES) for b, e in spans)]:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def offers_of(state: State, statuses: frozenset[str]) -> frozenset[str]:
    """The people with an offer of one of these statuses."""
    return frozenset(offer["person"] for offer in state.get("offers", ()) if str(offer["status"]) in statuses)


def statuses_by_use() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The statuses of offers that are live, that stand against asking again, and that were released."""
    return _LIVE, _ASKED, frozenset({_RELEASED})
