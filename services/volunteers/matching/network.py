"""The network of one exact minimum-cost flow: seats flow from categories through needs to the people who take them.

    source → category → building of it → need → stretch of time → day → week → volunteer → sink
    source → sink                                                       (seats that stay empty)

Arcs into a category and a building are the dearer the fuller it is, and those out of a volunteer the dearer the more
they do. Needs whose times hang together, with the time to travel, are one stretch: a volunteer serves one of them. How
many services a day or a week holds is reckoned from its longest, so that no cap is ever passed; what more would have
fitted, the next round finds. Nodes through which only one thing can pass are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy
from ortools.graph.python import min_cost_flow

from services.volunteers.matching.arcs import TRAVEL_MILLIS, Pairs
from services.volunteers.matching.bands import Bands, Weights, weights
from services.volunteers.matching.columns import MINUTE, Flags, Ints, People, Wanted, local_days, local_weeks

SOURCE, SINK = 0, 1

Units: TypeAlias = Callable[[Ints], Ints]
"""The days, or the weeks, of moments."""


class MatchingFailed(RuntimeError):
    """The solver found no flow, which can't be: an empty one always exists."""


@dataclass(slots=True)
class Network:
    """The arcs of one flow; the last `len(pairs)` of them are those of the pairs. `steps`: of each pair, by band."""

    tails: Ints
    heads: Ints
    capacities: Ints
    costs: Ints
    nodes: int
    seats: int
    pairs: Pairs
    weights: Weights
    steps: dict[str, Ints]

    def solve(self) -> Flags:
        """Whether each pair comes about in the cheapest flow."""
        return self.solved()[0]

    def solved(self) -> tuple[Flags, int]:
        """Whether each pair comes about in the cheapest flow, and what that costs."""
        flows, cost = self._flow({SOURCE: self.seats, SINK: -self.seats})
        return flows[len(flows) - len(self.pairs) :] > 0, cost

    def liking(self, pairs: Flags) -> "Network":
        """The network as it is once the volunteers of some `pairs` are beside whom they like to serve with."""
        costs, steps = self.costs.copy(), self.steps["like"].copy()
        costs[len(costs) - len(self.pairs) :] -= self.weights["like"] * numpy.where(pairs, steps, 0)
        steps[pairs] = 0
        return replace(self, costs=costs, steps=self.steps | {"like": steps})

    def least(self) -> int:
        """The cost of the cheapest flow."""
        return self._flow({SOURCE: self.seats, SINK: -self.seats})[1]

    def least_with(self, pair: int) -> int:
        """The cost of the cheapest flow in which `pair` comes about: its arc must carry what it can."""
        arc = len(self.tails) - len(self.pairs) + pair
        supplies = {SOURCE: self.seats, SINK: -self.seats}
        supplies[int(self.tails[arc])] = -1
        supplies[int(self.heads[arc])] = 1
        return self._flow(supplies, without=arc)[1] + int(self.costs[arc])

    def _flow(self, supplies: dict[int, int], without: int | None = None) -> tuple[Ints, int]:
        solver = min_cost_flow.SimpleMinCostFlow()
        capacities = self.capacities
        if without is not None:
            capacities = capacities.copy()
            capacities[without] = 0
        # the solver is faster by a third where flows run from the many volunteers to the few categories
        arcs = solver.add_arcs_with_capacity_and_unit_cost(self.heads, self.tails, capacities, self.costs)
        for node, supply in supplies.items():
            solver.set_node_supply(node, -supply)
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise MatchingFailed(f"the solver ended with {status}")
        return solver.flows(arcs), solver.optimal_cost()


@dataclass(slots=True)
class _Numbers:
    """Gives numbers to nodes. The first two are those of source and sink."""

    given: int = 2

    def take(self, size: int) -> Ints:
        """`size` new numbers."""
        self.given += size
        return numpy.arange(self.given - size, self.given)


class _Arcs:
    """Collects arcs, column by column."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Ints, Ints, Ints]] = []

    def add(self, tails: Ints | int, heads: Ints | int, capacities: Ints | int, costs: Ints | int) -> None:
        columns = numpy.broadcast_arrays(*(numpy.atleast_1d(column) for column in (tails, heads, capacities, costs)))
        self._parts.append((columns[0], columns[1], columns[2], columns[3]))

    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        tails, heads, capacities, costs = (numpy.concatenate(column) for column in zip(*self._parts, strict=True))
        return tails.astype(numpy.int32), heads.astype(numpy.int32), capacities, costs


@dataclass(slots=True)
class _Groups:
    """Pairs in stretches, stretches in days, days in weeks: the number of each pair's group, in the order `order`."""

    order: Ints
    volunteer: Ints
    stretch: Ints
    day: Ints
    week: Ints


def build(wanted: Wanted, people: People, pairs: Pairs, load: Ints, known: Flags, bands: Bands) -> Network:
    """The network of `pairs`. `load`: what each volunteer has done already; `known`: pairs that know each other."""
    groups = _groups(wanted, pairs)
    volunteers, row = numpy.unique(groups.volunteer, return_inverse=True)
    numbers = _Numbers()
    first_needs = _first_of(pairs.need)
    needs = pairs.need[first_needs]
    categories, of_category = numpy.unique(wanted.category[needs], return_inverse=True)
    cells, of_cell = _cells(wanted, needs)
    at_category = numbers.take(len(categories))
    at_cell = numbers.take(len(cells))
    at_need = numbers.take(len(needs))
    at_volunteer = numbers.take(len(volunteers))
    further, heads = _narrow(wanted, people, pairs, groups, at_volunteer[row], numbers)
    nodes = numbers.given
    seats = int(wanted.open[needs].sum())
    weight = weights(bands, seats, nodes)
    arcs = _Arcs()
    arcs.add(SOURCE, SINK, seats, bands.fill * weight["fill"])
    for group, at, tails, band in (
        (of_category, at_category, numpy.full(len(categories), SOURCE), "category"),
        (of_cell, at_cell, at_category[_category_of(of_cell, of_category, len(cells))], "building"),
    ):
        which, tier, size = _tiers(wanted, needs, group, getattr(bands, band) + 1)
        arcs.add(tails[which], at[which], size, tier * weight[band])
    firsts = (~wanted.helped[needs]).astype(numpy.int64)
    further_seats = wanted.open[needs] - firsts
    saved = (bands.fill - numpy.minimum(wanted.urgency[needs], bands.fill)) * weight["fill"]
    arcs.add(at_cell[of_cell], at_need, firsts, saved)
    arcs.add(at_cell[of_cell], at_need, further_seats, saved + weight["first"])
    for tails, to, capacities in further:
        arcs.add(tails, to, capacities, 0)
    _add_load(arcs, at_volunteer, load[volunteers], _stretches_of(groups, row, len(volunteers)), bands, weight)
    steps = _steps(wanted, people, pairs, known, bands)
    costs = sum(weight[band] * value for band, value in steps.items())
    arcs.add(at_need[numpy.cumsum(_starts(pairs.need)) - 1], heads, 1, costs)
    return Network(*arcs.columns(), nodes, seats, pairs, weight, steps)


def _groups(wanted: Wanted, pairs: Pairs) -> _Groups:
    starts, ends = wanted.starts[pairs.need], wanted.ends[pairs.need]
    order = numpy.lexsort((pairs.need, starts, pairs.volunteer))
    volunteer, starts, ends = pairs.volunteer[order], starts[order], ends[order]
    earliest = int(starts.min())
    span = int(ends.max()) - earliest + TRAVEL_MILLIS + 1
    reached = numpy.maximum.accumulate(volunteer * span + ends - earliest) + TRAVEL_MILLIS
    new = numpy.ones(len(order), dtype=bool)
    another = volunteer[1:] != volunteer[:-1]
    new[1:] = another | (volunteer[1:] * span + starts[1:] - earliest >= reached[:-1])
    stretch = numpy.cumsum(new) - 1
    of_unit = []
    for units in (local_days(starts), local_weeks(starts)):
        new = new.copy()
        new[1:] &= another | (units[1:] > units[:-1])
        of_unit.append(numpy.cumsum(new) - 1)
    return _Groups(order, volunteer, stretch, of_unit[0], of_unit[1])


def _narrow(
    wanted: Wanted, people: People, pairs: Pairs, groups: _Groups, volunteer_node: Ints, numbers: "_Numbers"
) -> tuple[list[tuple[Ints, Ints, Ints]], Ints]:
    """The arcs out of stretches, days and weeks through which less may pass than could, and where each pair leads."""
    need = pairs.need[groups.order]
    length = -(-(wanted.ends - wanted.starts)[need] // MINUTE)
    firsts = numpy.nonzero(_starts(groups.stretch))[0]
    single = numpy.bincount(groups.stretch)
    parent = volunteer_node[firsts]
    arcs: list[tuple[Ints, Ints, Ints]] = []
    for units, group, most in ((local_weeks, groups.week, people.weekly), (local_days, groups.day, people.daily)):
        left = most[groups.volunteer] - _booked(wanted, people, groups.volunteer, need, units)
        first = numpy.nonzero(_starts(group))[0]
        fits = numpy.minimum.reduceat(left, first) // numpy.maximum.reduceat(length, first)
        holds = numpy.bincount(group[firsts])
        tight = fits < holds
        node = numbers.take(int(tight.sum()))
        of_group = numpy.full(len(first), -1, dtype=numpy.int64)
        of_group[tight] = node
        # a day or a week lies within one parent, since it never parts a stretch or a volunteer
        arcs.append((node, parent[numpy.searchsorted(firsts, first[tight])], numpy.maximum(1, fits[tight])))
        mine = of_group[group[firsts]]
        parent = numpy.where(mine >= 0, mine, parent)
    shared = single > 1
    node = numbers.take(int(shared.sum()))
    arcs.append((node, parent[shared], numpy.ones(len(node), dtype=numpy.int64)))
    stretch_node = parent.copy()
    stretch_node[shared] = node
    heads = numpy.empty(len(pairs), dtype=numpy.int64)
    heads[groups.order] = stretch_node[groups.stretch]
    return arcs, heads


def _booked(wanted: Wanted, people: People, volunteer: Ints, need: Ints, units: Units) -> Ints:
    """The minutes that are booked already in the day or week of each pair, rounded up."""
    found = numpy.zeros(len(volunteer), dtype=numpy.int64)
    busy = numpy.nonzero(people.bookings.counts(volunteer) > 0)[0]
    if len(busy):
        owner, booked = people.bookings.spread(volunteer[busy])
        same = units(booked[:, 1]) == units(wanted.starts[need[busy]])[owner]
        total = numpy.bincount(owner, numpy.where(same, booked[:, 2] - booked[:, 1], 0), len(busy))
        found[busy] = -(-total.astype(numpy.int64) // MINUTE)
    return found


def _steps(wanted: Wanted, people: People, pairs: Pairs, known: Flags, bands: Bands) -> dict[str, Ints]:
    """The cost of each pair in each band that belongs to pairs, in steps."""
    here = wanted.building[pairs.need]
    far = (here >= 0) & (here != people.building[pairs.volunteer])
    mixed = (wanted.lot[pairs.need] * 2_654_435_761 + people.lot[pairs.volunteer] * 40_503) & 0xFFFFFFFF
    lot = (mixed ^ (mixed >> 15)) * 2_246_822_519 >> 7
    return {
        "again": numpy.where(known | ~wanted.continuity[pairs.need], 0, bands.again).astype(numpy.int64),
        "keep": numpy.where(known, 0, bands.keep).astype(numpy.int64),
        "near": numpy.where(far, bands.near, 0).astype(numpy.int64),
        "like": numpy.where(_beside_friends(wanted, people, pairs), 0, bands.like).astype(numpy.int64),
        "lot": (lot & 0xFFFF) % (bands.lot + 1),
    }


def _beside_friends(wanted: Wanted, people: People, pairs: Pairs) -> Flags:
    """The pairs in which somebody whom the volunteer likes to serve with has a seat by now."""
    found = numpy.zeros(len(pairs), dtype=bool)
    if not wanted.live or not people.prefers:
        return found
    likes = numpy.array(sorted(people.prefers), dtype=numpy.int64)
    seated = numpy.array(sorted(wanted.live), dtype=numpy.int64)
    for at in numpy.nonzero(numpy.isin(pairs.volunteer, likes) & numpy.isin(pairs.need, seated))[0].tolist():
        there = wanted.live[int(pairs.need[at])]
        found[at] = not there.isdisjoint(people.prefers[int(pairs.volunteer[at])])
    return found


def _add_load(arcs: _Arcs, at: Ints, load: Ints, most: Ints, bands: Bands, weight: Weights) -> None:
    """The arcs out of volunteers: one for each further service, the dearer the busier, until all cost the same."""
    for more in range(bands.load + 1):
        step = load + more
        some = (most > more) & (step <= bands.load)
        if more == 0:
            some |= most > more
        step = numpy.minimum(step, bands.load)[some]
        size = numpy.where(step < bands.load, 1, (most - more)[some])
        arcs.add(at[some], SINK, size, step * weight["load"])


def _tiers(wanted: Wanted, needs: Ints, group: Ints, steps: int) -> tuple[Ints, Ints, Ints]:
    """The open seats of each group by how full it is when they are taken: group, tier, and how many they are."""
    size = int(group.max()) + 1
    total = numpy.bincount(group, wanted.seats[needs], size).astype(numpy.int64)
    unfilled = numpy.bincount(group, wanted.open[needs], size).astype(numpy.int64)
    which = numpy.repeat(numpy.arange(size), unfilled)
    before = numpy.concatenate(([0], numpy.cumsum(unfilled)[:-1]))
    taken = numpy.arange(len(which)) - before[which] + (total - unfilled)[which]
    keys = (which * steps + steps * taken // total[which]).astype(numpy.int64)
    found, counts = numpy.unique(keys, return_counts=True)
    groups, tiers = numpy.divmod(found.astype(numpy.int64), steps)
    return groups, tiers, counts.astype(numpy.int64)


def _cells(wanted: Wanted, needs: Ints) -> tuple[Ints, Ints]:
    """The categories in each building that have needs, and which of them each need belongs to."""
    cells, of_cell = numpy.unique(
        numpy.stack((wanted.category[needs], wanted.building[needs]), axis=1), axis=0, return_inverse=True
    )
    return cells, of_cell.reshape(-1)


def _category_of(of_cell: Ints, of_category: Ints, cells: int) -> Ints:
    found = numpy.zeros(cells, dtype=numpy.int64)
    found[of_cell] = of_category
    return found


def _stretches_of(groups: _Groups, row: Ints, volunteers: int) -> Ints:
    return numpy.bincount(row[_starts(groups.stretch)], minlength=volunteers)


def _starts(sorted_groups: Ints) -> Flags:
    """The positions at which a new group begins."""
    return numpy.concatenate(([True], sorted_groups[1:] != sorted_groups[:-1]))


def _first_of(sorted_groups: Ints) -> Ints:
    return numpy.nonzero(_starts(sorted_groups))[0]
