"""Makes the figures from the journal alone: folds every event of every case, and counts every case one by one.

The definitions of marks, days and formulas are the same as for the live figures; rows, counts and months, and the
upkeep of all of these, are not used. Reading follows the journal, so a figure may differ because a case has not been
drawn or counted yet (`undrawn.py`). Such a figure can't be judged, and is told apart from a wrong one.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import ASCENDING, Database
from services.contracts.event import fold
from services.contracts.issues import CaseState
from services.issues.reading.facts import By, RowFacts, facts, number_of
from services.issues.reading.figures import CaseFigures, Period
from services.issues.reading.formulas import Formulas
from services.issues.reading.undrawn import Undrawn, undrawn

Counted = dict[tuple[By, str, str], tuple[int, int]]
"""The (part, sample) of each figure, by field, value and code."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differs between journal and live figures; each is (part, sample)."""

    by: By
    value: str
    code: str
    journal: tuple[int, int]
    live: tuple[int, int]

    def __str__(self) -> str:
        where = self.by.value if self.by is By.TOTAL else f"{self.by.value} {self.value or '(none)'}"
        told = (f"{part}/{whole}" for part, whole in (self.journal, self.live))
        return "{}\t{}\tjournal {}\tlive {}".format(where, self.code, *told)


@dataclass(frozen=True, slots=True)
class Journaled:
    """A case by the journal: its last sequence, and the facts of its public state."""

    id: str
    sequence: int
    facts: RowFacts


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of a comparison: `figures` were compared, of which some are `wrong`, and some differ because cases are
    `not_drawn` yet."""

    figures: int
    wrong: tuple[Difference, ...]
    not_drawn: tuple[Difference, ...]
    undrawn: Undrawn


async def journaled(database: Database, community: str) -> AsyncIterator[Journaled]:
    """Every case of `community` by the journal."""
    journal = database["journal"].find({"kind": "case", "community": community}, {"data": 1}).sort("_id", ASCENDING)
    current, sequence, folded = "", 0, dict[str, Any]()
    async for entry in journal:
        if entry["_id"]["a"] != current:
            if folded:
                yield _journaled(current, sequence, folded)
            current, folded = entry["_id"]["a"], {}
        sequence, folded = entry["_id"]["s"], fold(folded, CaseState, entry["data"])
    if folded:
        yield _journaled(current, sequence, folded)


def _journaled(id: str, sequence: int, folded: Mapping[str, Any]) -> Journaled:
    return Journaled(id, sequence, facts(CaseState.model_validate(folded).model_dump()))


def count(cases: Iterable[RowFacts], formulas: Formulas, period: Period) -> Counted:
    """Count each case in each figure, one by one."""
    counted: defaultdict[tuple[By, str, str], list[int]] = defaultdict(lambda: [0, 0])
    first, last = number_of(period.first), number_of(period.last)
    for case in cases:
        for kpi in formulas.kpis:
            day = case.days.get(kpi.when.value)
            if day is None or not first <= day <= last:
                continue
            for by in By:
                for value, signature in case.counted_for(by).items():
                    if kpi.counts_in(signature):
                        figure = counted[by, value, kpi.code]
                        figure[0] += kpi.counts_for(signature)
                        figure[1] += 1
    return {key: (part, whole) for key, (part, whole) in counted.items()}


async def from_journal(database: Database, community: str, formulas: Formulas, period: Period) -> Counted:
    """The figures of the period, from the journal."""
    return count([case.facts async for case in journaled(database, community)], formulas, period)


async def compare(database: Database, community: str, formulas: Formulas, period: Period) -> Comparison:
    """Compare the figures of the period by the journal with those that the API answers, while the service runs."""
    cases = [case async for case in journaled(database, community)]
    known = {case.id: (case.sequence, case.facts) for case in cases}
    # Undrawn cases are looked for before and after reading the live figures, so that a row drawn meanwhile is noticed.
    before = await undrawn(database, community, known)
    now = await live(database, community, formulas, period)
    waiting = before | await undrawn(database, community, known)
    told = count([case.facts for case in cases], formulas, period)
    when = {kpi.code: kpi.when for kpi in formulas.kpis}
    wrong, not_drawn = list[Difference](), list[Difference]()
    for found in differences(told, now):
        late = waiting.touches(found.by, found.value, when[found.code], period)
        (not_drawn if late else wrong).append(found)
    return Comparison(len(told), tuple(wrong), tuple(not_drawn), waiting)


async def live(database: Database, community: str, formulas: Formulas, period: Period) -> Counted:
    """The figures of the period that the API answers, without those of an empty sample."""
    figures, found = CaseFigures(database), Counted()
    for by in By:
        for line in await figures.table(community, formulas, by, period):
            found |= {(by, line.value, code): counted for code, counted in line.counted.items() if counted[1]}
    return found


def differences(journal: Counted, now: Counted) -> Iterator[Difference]:
    """The figures in which both differ."""
    for by, value, code in sorted(journal.keys() | now.keys()):
        told, shown = journal.get((by, value, code), (0, 0)), now.get((by, value, code), (0, 0))
        if told != shown:
            yield Difference(by, value, code, told, shown)
