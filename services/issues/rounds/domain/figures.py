"""The figures of a round are counted anew from all its visits, whenever some have come in.

A round's figures are public, so findings that not everybody may know of are left out.

Because every count begins anew, it does not matter how often, in what order or in what parts events of visits arrive. A
round is completed only when all visits are counted that had been recorded when the walker was done; so its summary is
exact.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.principal import Principal
from services.contracts.event import Event
from services.contracts.issues import (
    BuildingTally,
    CategoryTally,
    RoundCompleted,
    RoundProgressed,
    RoundStarted,
    RoundStatus,
    RoundSummarised,
    RoundSummary,
    RoundWalked,
)
from services.issues.catalogue.domain.catalogue import Catalogue, UnknownCategory
from services.issues.rounds.domain.rounds import OVER, Figures, Round, RoundIsOver, Tally
from services.issues.rounds.domain.visits import Visit, require_walker


class Seen(NamedTuple):
    """The parts of a visit that are counted. Its findings are those that everybody may know of, each as (category,
    fixed)."""

    visit: str
    building: str
    floor: int
    findings: tuple[tuple[str, bool], ...] = ()

    @classmethod
    def of(cls, visit: Visit) -> "Seen":
        """The parts of `visit` that are counted."""
        return cls(
            visit.id, visit.building, visit.floor, tuple((f.category, f.fixed) for f in visit.findings if f.public)
        )


class Compound(NamedTuple):
    """How many buildings the compound of a round has, and how many of them rounds have been through."""

    buildings: int
    covered: int


def figures_of(visits: Iterable[Seen]) -> Figures:
    """The count of `visits`, which come in the order in which they were recorded."""
    tallies: dict[str, _Sum] = defaultdict(_Sum)
    found: Counter[str] = Counter()
    fixed: Counter[str] = Counter()
    count, last = 0, None
    for seen in visits:
        right = [category for category, is_fixed in seen.findings if is_fixed]
        tallies[seen.building].add(seen.floor, len(seen.findings), len(right))
        found.update(category for category, _ in seen.findings)
        fixed.update(right)
        count, last = count + 1, seen.visit
    return Figures(
        buildings=tuple(tallies[building].tally(building) for building in sorted(tallies)),
        categories=tuple(
            CategoryTally(category=category, findings=found[category], fixed_on_the_spot=fixed[category])
            for category in sorted(found)
        ),
        visits=count,
        last=last,
    )


def recount(round: Round, figures: Figures, compound: Compound, catalogue: Catalogue, now: datetime) -> Decision[Round]:
    """Give `round` the `figures` that were counted. Figures of fewer visits than the round has, and equal ones, change
    nothing. Different figures of as many visits are newer: a finding has become public, or is public no longer.

    The first visit counted begins the round. Once the walker is done, counting the last recorded visit completes it. A
    visit that was still being recorded when the walker ended is counted too, and the summary is told again.
    """
    events: list[Event] = []
    if figures.visits > round.visits or (figures.visits == round.visits and figures != round.counted):
        round, events = _progressed(round, figures)
    missing = round.status is not RoundStatus.WALKED or round.recorded is None or round.visits < round.recorded
    if round.status is RoundStatus.COMPLETED and events:
        round = round.model_copy(update={"summary": summary_of(round, compound, catalogue, now)})
        events.append(event_from(RoundSummarised, round))
    elif not missing:
        summary = summary_of(round, compound, catalogue, now)
        completed = {"status": RoundStatus.COMPLETED, "completed_at": now, "summary": summary}
        round = round.model_copy(update=completed)
        events += [event_from(RoundCompleted, round), event_from(RoundSummarised, round)]
    return decided(round, *events)


def complete_round(round: Round, recorded: int, by: Principal, now: datetime) -> Decision[Round]:
    """Note that the walker is done, with `recorded` visits of the round in the store. The round is completed once these
    are counted.

    Raises:
        NotYours: `by` is neither the walker nor staff.
        RoundIsOver: the walker was done before.
    """
    require_walker(round, by)
    if round.status in OVER:
        raise RoundIsOver()
    walked = round.model_copy(update={"status": RoundStatus.WALKED, "recorded": recorded})
    return decided(walked, event_from(RoundWalked, walked, recorded=recorded))


def summary_of(round: Round, compound: Compound, catalogue: Catalogue, now: datetime) -> RoundSummary:
    """The summary of `round` so far, with its categories named as `catalogue` names them now."""
    tallies = {tally.building: tally for tally in round.counted.buildings}
    planned = {planned.building: planned.count for planned in round.planned}
    by_building = []
    for building in round.buildings:
        tally = tallies.get(building, Tally(building=building))
        by_building.append(
            BuildingTally(
                building=building,
                floors_planned=planned.get(building),
                floors_covered=round.covered_in(tally),
                visits=tally.visits,
                findings=tally.findings,
                fixed_on_the_spot=tally.fixed,
            )
        )
    return RoundSummary(
        as_of=now,
        buildings_planned=len(round.buildings),
        buildings_covered=len(round.covered),
        compound_buildings=compound.buildings,
        compound_covered=compound.covered,
        floors_planned=round.floors_planned,
        floors_covered=round.floors_covered,
        floors_visited=round.floors_visited,
        visits=round.visits,
        findings=round.findings,
        fixed_on_the_spot=round.fixed_on_the_spot,
        handed_over=round.handed_over,
        by_building=tuple(by_building),
        by_category=tuple(_named(tally, catalogue) for tally in round.counted.categories),
    )


def _named(tally: CategoryTally, catalogue: Catalogue) -> CategoryTally:
    """The tally with the names of its category, or without names where no edition of the catalogue has the category."""
    try:
        category = catalogue.known(tally.category)
    except UnknownCategory:
        return tally
    return tally.model_copy(update={"category_zh": category.zh, "category_en": category.en})


def _progressed(round: Round, figures: Figures) -> tuple[Round, list[Event]]:
    counted = round.model_copy(update={"counted": figures})
    events: list[Event] = []
    if counted.status is RoundStatus.PLANNED:
        counted = counted.model_copy(update={"status": RoundStatus.WALKING})
        events.append(event_from(RoundStarted, counted))
    return counted, [*events, event_from(RoundProgressed, counted, visit=figures.last)]


class _Sum:
    def __init__(self) -> None:
        self.floors: set[int] = set()
        self.visits = self.findings = self.fixed = 0

    def add(self, floor: int, findings: int, fixed: int) -> None:
        self.floors.add(floor)
        self.visits += 1
        self.findings += findings
        self.fixed += fixed

    def tally(self, building: str) -> Tally:
        return Tally(
            building=building,
            floors=tuple(sorted(self.floors)),
            visits=self.visits,
            findings=self.findings,
            fixed=self.fixed,
        )
