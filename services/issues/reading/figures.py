"""Reads the figures, which are formulas over the counts of a period, and the cases behind each figure.

Whole months are read as months and the days at the ends as days, so three years of one unit are some forty small
documents. A period never reaches beyond today, because a case that is due tomorrow is not late.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from services.chassis.errors import Invalid
from services.chassis.store import cursor as cursors
from services.chassis.store.mongo import ASCENDING, DESCENDING, Collection, Database, Document
from services.issues.reading.counts import Counts, pairs
from services.issues.reading.facts import BITS, By, Mark, day_of, number_of
from services.issues.reading.finding import Found
from services.issues.reading.formulas import Formulas, Kpi
from services.issues.reading.row import ROWS

LONGEST = timedelta(days=3 * 366)
MOST_LINES = 2000
_WITHHELD = BITS[Mark.WITHHELD]


class PeriodTooLong(
    Invalid,
    code="kpi.period-too-long",
    zh="统计区间须为 1 天至 {days} 天，按日统计最多 {most} 行。",
    en="A period has 1 to {days} days, and a table at most {most} lines.",
):
    """The period ends before it begins, or has more days than figures are given for."""

    def __init__(self) -> None:
        super().__init__(days=LONGEST.days, most=MOST_LINES)


class Step(StrEnum):
    """The parts that a period is told in."""

    WHOLE = "whole"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Days in China, both ends included."""

    first: date
    last: date

    def until(self, today: date) -> "Period":
        """This period, cut off after `today`.

        Raises:
            PeriodTooLong: the period ends before it begins, or lasts longer than three years.
        """
        if not timedelta(0) <= self.last - self.first < LONGEST:
            raise PeriodTooLong()
        return Period(self.first, min(self.last, today))

    def parts(self, step: Step) -> Iterator["Period"]:
        """The days, weeks (from Monday) or months of this period. The first and the last are cut off at its ends."""
        first = self.first
        while first <= self.last:
            last = min(self.last, _end(first, step) or self.last)
            yield Period(first, last)
            first = last + timedelta(days=1)

    def pieces(self) -> Iterator[tuple[int, int]]:
        """The spans of counts that make up this period: whole months as numbers of six digits, days as numbers of
        eight."""
        first = self.first
        while first <= self.last:
            month = _end(first, Step.MONTH) or self.last
            whole = first.day == 1 and month <= self.last
            last = min(month, self.last)
            yield (number_of(first) // 100,) * 2 if whole else (number_of(first), number_of(last))
            first = last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one value in one part of a period: (part, sample) for each code."""

    value: str
    period: Period
    counted: Mapping[str, tuple[int, int]]


class CaseFigures:
    """Reads the figures."""

    def __init__(self, database: Database) -> None:
        self._counts = Counts(database)
        self._rows: Collection = database[ROWS]

    async def table(
        self,
        community: str,
        formulas: Formulas,
        by: By,
        period: Period,
        step: Step = Step.WHOLE,
        *,
        public: bool = False,
    ) -> list[Line]:
        """A line for each value that has cases, in each part of the period. `public`: only public cases are counted, so
        that no figure, however small, tells of another one.

        Raises:
            PeriodTooLong: there would be more than 2000 lines.
        """
        parts = list(period.parts(step))
        if len(parts) > MOST_LINES:
            raise PeriodTooLong()
        lines: list[Line] = []
        sums, tally = await self._sums(community, formulas.kpis, by, period, parts, public), _Tally(formulas.kpis)
        for part in parts:
            lines += [Line(value, part, tally.of(sums[part][value])) for value in sorted(sums[part])]
        if len(lines) > MOST_LINES:
            raise PeriodTooLong()
        return lines

    async def cases(
        self,
        community: str,
        kpi: Kpi,
        by: By,
        value: str,
        period: Period,
        *,
        part: bool,
        limit: int,
        cursor: str | None,
        seen: Mapping[str, Any] = MappingProxyType({}),
    ) -> Found:
        """The cases that a figure counts, those of the last days first: the cases of its `part`, or all of its sample.

        `seen` is the condition on rows that may be shown.
        """
        counts = kpi.counts_for if part else kpi.counts_in
        known = await self._signatures(community, kpi, by, value, period)
        query: Document = {
            "community": community,
            f"days.{kpi.when.value}": {"$gte": number_of(period.first), "$lte": number_of(period.last)},
            "$and": [dict(seen)],
        }
        signed = {"sig": {"$in": sorted(signature for signature in known if counts(signature))}}
        which: list[Document] = [signed if by is By.TOTAL else {"who": f"{by.value}:{value}", **signed}]
        if by is By.UNIT:
            which.append({"shares": {"$elemMatch": which[0]}, "shares.who": which[0]["who"]})
        return await self._page(query, which, f"days.{kpi.when.value}", limit, cursor)

    async def _sums(
        self, community: str, kpis: Iterable[Kpi], by: By, period: Period, parts: Sequence[Period], public: bool
    ) -> "dict[Period, defaultdict[str, defaultdict[tuple[str, int], int]]]":
        """The number of cases for each (kind of day, signature), by part of the period and by value."""
        sums: dict[Period, Any] = {part: defaultdict(lambda: defaultdict(int)) for part in parts}
        for when in sorted({kpi.when.value for kpi in kpis}):
            daily = len(parts) > 1
            for first, last in _joined(period.pieces()) if not daily else [_days(period)]:
                found = iter(parts)
                current = next(found, None)
                for number, count in await self._counts.of_days(community, when, by, first, last):
                    if daily:
                        while current is not None and current.last < day_of(number):
                            current = next(found, None)
                    if current is not None:
                        for value, told in count.items():
                            for signature, n in pairs(told):
                                if not (public and signature & _WITHHELD):
                                    sums[current][value][when, signature] += n
        return sums

    async def _signatures(self, community: str, kpi: Kpi, by: By, value: str, period: Period) -> set[int]:
        found: set[int] = set()
        for first, last in _joined(period.pieces()):
            for _day, count in await self._counts.of_days(community, kpi.when.value, by, first, last, value):
                found.update(count.get(value, ())[::2])
        return found

    async def _page(
        self, query: Document, which: Sequence[Document], day: str, limit: int, cursor: str | None
    ) -> Found:
        """A page of the rows that `query` and one of the conditions `which` find. Each of these is walked along an
        index of its own."""
        if cursor is not None:
            number, signature, id = _read(cursor)
            query[day] = {**query[day], "$lte": min(number, query[day]["$lte"])}
            query["$or"] = [
                {day: {"$lt": number}},
                {"sig": {"$gt": signature}},
                {"sig": signature, "_id": {"$gt": id}},
            ]
        keys = [(day, DESCENDING), ("sig", ASCENDING), ("_id", ASCENDING)]
        either: Document = {"$or": [{**query, **each} for each in which]} if which[1:] else {**query, **which[0]}
        rows = await self._rows.find(either, {day: 1, "sig": 1}).sort(keys).limit(limit + 1).to_list(limit + 1)
        if len(rows) <= limit:
            return Found(rows)
        last, when = rows[limit - 1], day.removeprefix("days.")
        return Found(rows[:limit], cursors.encode(f"{last['days'][when]}.{last['sig']}", last["_id"]))


class _Tally:
    """Adds counts up to figures. The formula is evaluated once for each signature."""

    def __init__(self, kpis: Sequence[Kpi]) -> None:
        self._kpis = kpis
        self._known: dict[tuple[str, int], list[tuple[str, bool]]] = {}

    def of(self, counted: Mapping[tuple[str, int], int]) -> dict[str, tuple[int, int]]:
        """The figures of `counted`: (part, sample) for each code."""
        parts, wholes = Counter[str](), Counter[str]()
        for kind, n in counted.items():
            for code, counts in self._known.get(kind) or self._learn(*kind):
                wholes[code] += n
                parts[code] += n if counts else 0
        return {kpi.code: (parts[kpi.code], wholes[kpi.code]) for kpi in self._kpis}

    def _learn(self, when: str, signature: int) -> list[tuple[str, bool]]:
        of = [kpi for kpi in self._kpis if kpi.when == when and kpi.counts_in(signature)]
        return self._known.setdefault((when, signature), [(kpi.code, kpi.counts_for(signature)) for kpi in of])


def _end(first: date, step: Step) -> date | None:
    match step:
        case Step.DAY:
            return first
        case Step.WEEK:
            return first + timedelta(days=6 - first.weekday())
        case Step.MONTH:
            return (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        case _:
            return None


def _days(period: Period) -> tuple[int, int]:
    return number_of(period.first), number_of(period.last)


def _joined(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """`pieces` with months that follow one another joined, so that they are read at once."""
    joined: list[tuple[int, int]] = []
    for first, last in pieces:
        if joined and first < 1_000_000 and joined[-1][1] < 1_000_000:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _read(cursor: str) -> tuple[int, int, str]:
    value, id = cursors.decode(cursor)
    day, _, signature = str(value).partition(".")
    if not (day.isascii() and day.isdecimal() and signature.isascii() and signature.isdecimal()):
        raise cursors.InvalidCursor()
    if len(day) > 8 or len(signature) > 15:
        raise cursors.InvalidCursor()
    return int(day), int(signature), id
