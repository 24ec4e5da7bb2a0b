"""Dispatch accuracy (派单准确率): the share of dispatches after which the unit did the work itself.

A dispatch is open until it has an outcome: handled; returned by the unit (退单); or reassigned by the staff before the
unit had handled it. Another deadline for the same unit is no dispatch of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.contracts.issues.routing import (
    AccuracyLine,
    DispatchAccuracyCounted,
    DispatchAccuracyState,
    DispatchSource,
)
from services.issues.routing.domain.learning import interval

SMALLEST_SAMPLE = 5
"""The fewest decided dispatches that give a rate, so that one lucky case can't put a unit first, or last."""
PERIOD = timedelta(days=90)
LONGEST = timedelta(days=366)


class DispatchOutcome(StrEnum):
    """The outcome of a dispatch."""

    OPEN = "open"
    HANDLED = "handled"
    RETURNED = "returned"
    REASSIGNED = "reassigned"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class DispatchTally:
    """The number of dispatches of one source, unit and category that have one outcome."""

    source: DispatchSource
    unit: str
    category: str
    outcome: DispatchOutcome
    dispatches: int


class DispatchAccuracy(Aggregate):
    """The dispatch accuracy of a community as it was last counted."""

    since: datetime
    until: datetime
    smallest_sample: int = SMALLEST_SAMPLE
    overall: AccuracyLine
    sources: tuple[AccuracyLine, ...] = ()
    units: tuple[AccuracyLine, ...] = ()
    categories: tuple[AccuracyLine, ...] = ()

    def public(self) -> DispatchAccuracyState:
        return DispatchAccuracyState(**{name: getattr(self, name) for name in DispatchAccuracyState.model_fields})


def accuracy_id(community: str) -> str:
    """The id of the community's figures."""
    return derived_id("dispatch-accuracy", community)


def line(tallies: Iterable[DispatchTally], cases: int, **about: Any) -> AccuracyLine:
    """The figures of `tallies`, which count dispatches of `cases` different cases."""
    counts = dict.fromkeys(DispatchOutcome, 0)
    for tally in tallies:
        counts[tally.outcome] += tally.dispatches
    wrong = counts[DispatchOutcome.RETURNED] + counts[DispatchOutcome.REASSIGNED]
    handled = counts[DispatchOutcome.HANDLED]
    known = handled + wrong
    dispatches = known + counts[DispatchOutcome.OPEN]
    low, high = interval(handled, known)
    tells = known >= SMALLEST_SAMPLE
    return AccuracyLine(
        dispatches=dispatches,
        cases=cases,
        handled=handled,
        returned=counts[DispatchOutcome.RETURNED],
        reassigned=counts[DispatchOutcome.REASSIGNED],
        decided=known,
        accuracy=round(handled / known, 4) if tells else None,
        low=low if tells else None,
        high=high if tells else None,
        hops=round(dispatches / cases, 4) if cases else None,
        **about,
    )


@dataclass(frozen=True, slots=True)
class CountedDispatches:
    """The counts from the store: tallies, and how many different cases they are of, in all and for each kind of
    line."""

    tallies: Sequence[DispatchTally]
    cases: int
    by_source: dict[str, int]
    by_unit: dict[str, int]
    by_category: dict[str, int]


def figures(community: str, since: datetime, until: datetime, counted: CountedDispatches) -> DispatchAccuracy:
    """The figures of a community for dispatches from `since` until before `until`."""
    all_ = counted.tallies
    return DispatchAccuracy(
        id=accuracy_id(community),
        community=community,
        since=since,
        until=until,
        overall=line(all_, counted.cases),
        sources=tuple(
            line((t for t in all_ if t.source == source), cases, source=DispatchSource(source))
            for source, cases in sorted(counted.by_source.items())
        ),
        units=tuple(
            line((t for t in all_ if t.unit == unit), cases, unit=unit)
            for unit, cases in sorted(counted.by_unit.items())
        ),
        categories=tuple(
            line((t for t in all_ if t.category == category), cases, category=category)
            for category, cases in sorted(counted.by_category.items())
        ),
    )


def publish(figures: DispatchAccuracy) -> Decision[DispatchAccuracy]:
    """Publish the figures."""
    return decided(figures, event_from(DispatchAccuracyCounted, figures))
