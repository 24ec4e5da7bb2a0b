"""Finds the cases that are not drawn yet: their row, or their counts, don't show all that the journal tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.store.mongo import Database, Document
from services.issues.reading.facts import By, RowFacts, When, number_of
from services.issues.reading.figures import Period
from services.issues.reading.marks import MARKS
from services.issues.reading.row import ROWS

Place = tuple[By, str, When, int]
"""A count that a case is part of: field, value, kind of day, and day."""

_WANTED = {"seq": 1, "sig": 1, "shares": 1, "days": 1, **{by.value: 1 for by in By if by is not By.TOTAL}}


@dataclass(frozen=True, slots=True)
class Undrawn:
    """Cases that are not drawn yet with the counts that they are part of, and the days whose counts are not made
    yet."""

    cases: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()
    days: frozenset[tuple[When, int]] = frozenset()

    def __or__(self, other: "Undrawn") -> "Undrawn":
        return Undrawn(self.cases | other.cases, self.places | other.places, self.days | other.days)

    def touches(self, by: By, value: str, when: When, period: Period) -> bool:
        """Whether a figure of the period, for this value, may differ only because a case is not drawn or counted
        yet."""
        first, last = number_of(period.first), number_of(period.last)
        return any(of is when and first <= day <= last for of, day in self.days) or any(
            (of_by, of_value, of) == (by, value, when) and first <= day <= last
            for of_by, of_value, of, day in self.places
        )


async def undrawn(database: Database, community: str, known: Mapping[str, tuple[int, RowFacts]]) -> Undrawn:
    """The cases that are not drawn yet among those that the journal knows. `known` gives the last sequence and the
    facts of each.

    A row that is ahead of the journal counts too, because its case has changed since the journal was read.
    """
    cases, places, days = set(known), set[Place](), set[tuple[When, int]]()
    async for row in database[ROWS].find({"community": community}, _WANTED):
        if row["_id"] in known and row.get("seq") == known[row["_id"]][0]:
            cases.discard(row["_id"])
        else:
            cases.add(row["_id"])
            places |= _places(_facts_of(row))
    async for mark in database[MARKS].find({"community": community, "dirty": {"$exists": True}}, {"dirty": 1}):
        days |= {_day(name) for name in mark["dirty"] if not name.startswith("cell:")}
    for id in cases & known.keys():
        places |= _places(known[id][1])
    return Undrawn(frozenset(cases), frozenset(places), frozenset(days))


def _facts_of(row: Document) -> RowFacts:
    values: dict[str, Any] = {by.value: row.get(by.value) or "" for by in By}
    shares = {each["who"].removeprefix(f"{By.UNIT}:"): each["sig"] for each in row.get("shares") or ()}
    return RowFacts(row.get("sig", 0), row.get("days") or {}, {**values, By.TOTAL.value: ""}, shares)


def _places(facts: RowFacts) -> set[Place]:
    days = [(When(when), day) for when, day in facts.days.items()]
    return {(by, value, when, day) for by in By for value in facts.counted_for(by) for when, day in days}


def _day(name: str) -> tuple[When, int]:
    when, day = name.split(":")
    return When(when), int(day)
