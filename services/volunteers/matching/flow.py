"""The choice of who is asked for which need: one exact minimum-cost flow over everything that is open.

The hard filters of needs (`eligibility`) decide which arcs exist, and are never traded for anything. Among the ways to
fill as many seats as possible, the flow takes the cheapest, in bands of cost. A helper for each need comes before a
second one for any; then no category is left far behind the others; then come people who know the elder or said yes
before; then those who have done least; then those whose building is near; then a lot drawn from the ids decides, so
that nobody is favoured by the order of a list.

A round asks each volunteer for one thing at most: that keeps overlaps and weekly caps out of the flow, where they have
no exact form. Rounds follow until one brings nothing. The choice is pure and deterministic: the same input, in
whatever order, gives the same plan (for one version of OR-Tools).
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy
from ortools.graph.python import min_cost_flow

from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.domain.offers import LIVE, Offer, OfferStatus
from services.volunteers.needs.domain.seating import tentative
from services.volunteers.people.domain.bookings import REMEMBERED
from services.volunteers.people.domain.volunteer import Booking, Volunteer
from services.volunteers.shared.values import whole_minutes

STEPS = 10
LOT, NEAR, LOAD, KEEP, TIER = 1, 10, 20, 200, 400
"""The cost of one step in each band. The dearest pair of a band costs less than one step of the next."""

FIRST = TIER * STEPS
"""A second helper costs so much, times the number of seats, while another need has none."""

Familiar = Mapping[str, frozenset[str]]
"""The people who have served the same elder before, by need."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A volunteer who is to be asked for a need. `cost`: the parts of its cost, by band."""

    need: Need
    volunteer: Volunteer
    cost: Mapping[str, int]


@dataclass(frozen=True)
class Plan:
    """The pairs that matching chose. A plan can tell why a pair is not among them."""

    assignments: tuple[Assignment, ...]
    needs: Mapping[str, Need]
    volunteers: Mapping[str, Volunteer]
    now: datetime

    def why_not(self, need: str, volunteer: str) -> Filter | None:
        """The first filter that kept this volunteer from this need, or None where only others were better placed."""
        return first_failure(self.needs[need], self.volunteers[volunteer], self.now)


@dataclass
class _Round:
    """The needs and volunteers of a round. `arcs`: the cost of each pair that may come about."""

    needs: list[Need]
    volunteers: dict[str, Volunteer]
    arcs: dict[tuple[str, str], int] = field(default_factory=dict)


def match(
    needs: Iterable[Need], volunteers: Iterable[Volunteer], now: datetime, familiar: Familiar | None = None
) -> Plan:
    """The plan of whom to ask for the open seats of `needs`. Needs that can't be planned any more are passed over."""
    given_needs = {need.id: need for need in needs}
    given_volunteers = {volunteer.id: volunteer for volunteer in volunteers}
    open_needs = [n for _, n in sorted(given_needs.items()) if n.open_seats and not n.is_final and n.starts_at > now]
    known = familiar or {}
    state = _Round(open_needs, dict(sorted(given_volunteers.items())))
    _add_arcs(state, state.volunteers.values(), now, known)
    assignments: list[Assignment] = []
    while pairs := solve(state.needs, state.arcs):
        by_id = {need.id: need for need in state.needs}
        for need_id, volunteer_id in pairs:
            cost = cost_of(by_id[need_id], state.volunteers[volunteer_id], now, known.get(need_id, frozenset()))
            assignments.append(Assignment(given_needs[need_id], given_volunteers[volunteer_id], cost))
        _carry_out(state, pairs, now, known)
    return Plan(tuple(assignments), given_needs, given_volunteers, now)


def solve(needs: Sequence[Need], arcs: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    """The pairs of need and volunteer of one round: as many as can be, at the least cost, each volunteer once."""
    if not arcs:
        return []
    seats = sum(need.open_seats for need in needs)
    nodes = _Nodes()
    source, sink = nodes["source"], nodes["sink"]
    rows: list[tuple[int, int, int, int]] = []
    for category, tiers in category_tiers(needs).items():
        rows += [(source, nodes["category", category], count, TIER * tier) for tier, count in tiers]
    for need in needs:
        firsts = 0 if has_helper(need) else 1
        ends = (nodes["category", need.category], nodes["need", need.id])
        rows += [(*ends, firsts, 0), (*ends, need.open_seats - firsts, FIRST * (seats + 1))]
    rows += [(nodes["volunteer", v], sink, 1, 0) for v in dict.fromkeys(v for _, v in arcs)]
    pairs = list(arcs)
    rows += [(nodes["need", n], nodes["volunteer", v], 1, arcs[n, v]) for n, v in pairs]
    used = _solve(rows, source, sink, seats)[-len(pairs) :]
    return [pair for pair, flow in zip(pairs, used, strict=True) if flow > 0]


def category_tiers(needs: Sequence[Need]) -> dict[str, list[tuple[int, int]]]:
    """The open seats of each category by the tenth of all its seats in which they lie, as (tenth, seats).

    The fuller a category is, the dearer its next seat: so none is served to the end while another waits.
    """
    total: defaultdict[str, int] = defaultdict(int)
    live: defaultdict[str, int] = defaultdict(int)
    for need in needs:
        total[need.category] += need.seats
        live[need.category] += need.seats - need.open_seats
    tiers: dict[str, list[tuple[int, int]]] = {}
    for category, size in total.items():
        counts: defaultdict[int, int] = defaultdict(int)
        for taken in range(live[category], size):
            counts[STEPS * taken // size] += 1
        tiers[category] = sorted(counts.items())
    return tiers


def has_helper(need: Need) -> bool:
    """Whether somebody has been asked for the need, or has said yes."""
    return any(offer.status in LIVE for offer in need.offers)


def cost_of(need: Need, volunteer: Volunteer, now: datetime, familiar: frozenset[str]) -> dict[str, int]:
    """The cost of asking this volunteer for this need, by band; lower is better."""
    knows = volunteer.person in familiar or any(
        offer.person == volunteer.person and offer.status is OfferStatus.RELEASED for offer in need.offers
    )
    far = need.building is not None and need.building != volunteer.building
    return {
        "keep": 0 if knows else KEEP,
        "load": load_of(volunteer, now),
        "near": NEAR if far else 0,
        "lot": LOT * (zlib.crc32(f"{need.id} {volunteer.id}".encode()) % STEPS),
    }


def load_of(volunteer: Volunteer, now: datetime) -> int:
    """The cost of asking a volunteer who is busy already: one step for each hour that is booked."""
    if not volunteer.bookings:
        return 0
    booked = sum(whole_minutes(b.ends_at - b.starts_at) for b in volunteer.engagements if b.ends_at > now - REMEMBERED)
    return LOAD * min(STEPS - 1, booked // 60)


def _add_arcs(state: _Round, volunteers: Iterable[Volunteer], now: datetime, familiar: Familiar) -> None:
    for volunteer in volunteers:
        for need in state.needs:
            if need.skill is not None and need.skill not in volunteer.skills:
                continue
            if first_failure(need, volunteer, now) is None:
                cost = cost_of(need, volunteer, now, familiar.get(need.id, frozenset()))
                state.arcs[need.id, volunteer.id] = sum(cost.values())


def _carry_out(state: _Round, pairs: Sequence[tuple[str, str]], now: datetime, familiar: Familiar) -> None:
    """Treat the pairs of this round as asked, so that the next round sees the seats and times that are left."""
    needs = {need.id: need for need in state.needs}
    busy: dict[str, Volunteer] = {}
    for need_id, volunteer_id in pairs:
        need, volunteer = needs[need_id], state.volunteers[volunteer_id]
        booking = tentative(need, f"{need_id}.{volunteer_id}", now)
        busy[volunteer_id] = volunteer.model_copy(update={"bookings": (*volunteer.bookings, booking)})
        needs[need_id] = _asked(need, volunteer, booking, now)
    state.needs = [need for need in needs.values() if need.open_seats]
    state.volunteers |= busy
    still_open = {need.id for need in state.needs}
    state.arcs = {pair: cost for pair, cost in state.arcs.items() if pair[0] in still_open and pair[1] not in busy}
    _add_arcs(state, busy.values(), now, familiar)
    state.arcs = dict(sorted(state.arcs.items()))


def _asked(need: Need, volunteer: Volunteer, booking: Booking, now: datetime) -> Need:
    offer = Offer(
        id=booking.offer,
        person=volunteer.person,
        status=OfferStatus.OFFERED,
        offered_at=now,
        expires_at=booking.until or need.starts_at,
    )
    return need.model_copy(update={"offers": (*need.offers, offer)})


class _Nodes(dict[Any, int]):
    """Numbers for the nodes of a network, by their names."""

    def __missing__(self, name: Any) -> int:
        self[name] = len(self)
        return self[name]


def _solve(rows: Sequence[tuple[int, int, int, int]], source: int, sink: int, amount: int) -> list[int]:
    """The amount that each arc (tail, head, capacity, cost) carries in the cheapest of the largest flows."""
    solver = min_cost_flow.SimpleMinCostFlow()
    table = numpy.array(rows, dtype=numpy.int64)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        table[:, 0].astype(numpy.int32), table[:, 1].astype(numpy.int32), table[:, 2], table[:, 3]
    )
    solver.set_node_supply(source, amount)
    solver.set_node_supply(sink, -amount)
    status = solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        raise MatchingFailed(f"the solver ended with {status}")
    return [int(flow) for flow in solver.flows(arcs)]


class MatchingFailed(RuntimeError):
    """The solver found no flow, which can't be: an empty one always exists."""
