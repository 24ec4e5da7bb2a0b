"""Who is asked for which need: one exact minimum-cost flow over everything that is open.

Hard filters (`domain.eligibility`) decide which arcs exist, and are never traded for anything. Among the ways to fill
as many seats as possible, the flow takes the cheapest, in bands of cost: first a helper for each need before a second
one for any; then no category far behind the others; then who knows the elder or said yes before; then who has done
least; then whose building is near; then a lot drawn from the ids, so that nobody is favoured by the order of a list.

A round asks each volunteer for one thing at most: that keeps overlaps and weekly caps out of the flow, where they have
no exact form. Rounds follow until one brings nothing. Pure and deterministic: the same input, in whatever order, gives
the same plan (for one version of OR-Tools).
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ortools.graph.python import min_cost_flow

from services.volunteers.domain.eligibility import Filter, first_failure
from services.volunteers.domain.needs import Need
from services.volunteers.domain.offers import LIVE, Offer, OfferStatus
from services.volunteers.domain.seating import tentative
from services.volunteers.domain.volunteers import REMEMBERED, Booking, Volunteer
from services.volunteers.domain.words import whole_minutes

STEPS = 10
LOT, NEAR, LOAD, KEEP, TIER = 1, 10, 20, 200, 400
"""Cost of one step in each band; a band's dearest is below one step of the next."""

FIRST = TIER * STEPS
"""Times the number of seats: what a second helper costs while a need has none."""

Familiar = Mapping[str, frozenset[str]]
"""By need: the people who have served the same elder."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """This volunteer is to be asked for this need. `cost`: the parts of it by band."""

    need: Need
    volunteer: Volunteer
    cost: Mapping[str, int]


@dataclass(frozen=True)
class Plan:
    """What matching says, and why not otherwise."""

    assignments: tuple[Assignment, ...]
    needs: Mapping[str, Need]
    volunteers: Mapping[str, Volunteer]
    now: datetime

    def why_not(self, need: str, volunteer: str) -> Filter | None:
        """The first filter that kept this volunteer from this need; None: none did, others were better placed."""
        return first_failure(self.needs[need], self.volunteers[volunteer], self.now)


@dataclass
class _Round:
    """What is open now. `arcs`: by need and volunteer, the cost by band."""

    needs: list[Need]
    volunteers: dict[str, Volunteer]
    arcs: dict[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)


def match(
    needs: Iterable[Need], volunteers: Iterable[Volunteer], now: datetime, familiar: Familiar | None = None
) -> Plan:
    """Whom to ask for the open seats of `needs`. Needs that can't be planned any more are passed over."""
    given_needs = {need.id: need for need in needs}
    given_volunteers = {volunteer.id: volunteer for volunteer in volunteers}
    open_needs = [n for _, n in sorted(given_needs.items()) if n.open_seats and not n.is_final and n.starts_at > now]
    known = familiar or {}
    state = _Round(open_needs, dict(sorted(given_volunteers.items())))
    _add_arcs(state, state.volunteers.values(), now, known)
    assignments: list[Assignment] = []
    while pairs := solve(state.needs, state.arcs):
        for need_id, volunteer_id in pairs:
            need, volunteer = given_needs[need_id], given_volunteers[volunteer_id]
            assignments.append(Assignment(need, volunteer, state.arcs[need_id, volunteer_id]))
        _carry_out(state, pairs, now, known)
    return Plan(tuple(assignments), given_needs, given_volunteers, now)


def solve(needs: Sequence[Need], arcs: Mapping[tuple[str, str], Mapping[str, int]]) -> list[tuple[str, str]]:
    """One round: pairs of need and volunteer, as many as can be, at the least cost, each volunteer once."""
    if not arcs:
        return []
    flow = _Flow()
    seats = sum(need.open_seats for need in needs)
    source, sink = flow.node("source"), flow.node("sink")
    for category, tiers in category_tiers(needs).items():
        for tier, capacity in tiers:
            flow.arc(source, flow.node(f"category {category}"), capacity, TIER * tier)
    for need in needs:
        tail, head = flow.node(f"category {need.category}"), flow.node(f"need {need.id}")
        firsts = 0 if has_helper(need) else 1
        flow.arc(tail, head, firsts, 0)
        flow.arc(tail, head, need.open_seats - firsts, FIRST * (seats + 1))
    for volunteer in dict.fromkeys(volunteer for _, volunteer in arcs):
        flow.arc(flow.node(f"volunteer {volunteer}"), sink, 1, 0)
    by_arc = {}
    for pair, cost in arcs.items():
        tail, head = flow.node(f"need {pair[0]}"), flow.node(f"volunteer {pair[1]}")
        by_arc[flow.arc(tail, head, 1, sum(cost.values()))] = pair
    used = flow.solve(source, sink, seats)
    return [pair for arc, pair in by_arc.items() if arc in used]


def category_tiers(needs: Sequence[Need]) -> dict[str, list[tuple[int, int]]]:
    """For each category: how many of its open seats lie in each tenth of its seats, as (tenth, seats).

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
    """Whether somebody was asked already, or has said yes."""
    return any(offer.status in LIVE for offer in need.offers)


def cost_of(need: Need, volunteer: Volunteer, now: datetime, familiar: frozenset[str]) -> dict[str, int]:
    """What it costs to ask this volunteer for this need, by band; lower is better."""
    knows = volunteer.person in familiar or any(
        offer.person == volunteer.person and offer.status is OfferStatus.RELEASED for offer in need.offers
    )
    booked = sum(whole_minutes(b.ends_at - b.starts_at) for b in volunteer.bookings if b.ends_at > now - REMEMBERED)
    far = need.building is not None and need.building != volunteer.building
    return {
        "keep": 0 if knows else KEEP,
        "load": LOAD * min(STEPS - 1, booked // 60),
        "near": NEAR if far else 0,
        "lot": LOT * (zlib.crc32(f"{need.id} {volunteer.id}".encode()) % STEPS),
    }


def _add_arcs(state: _Round, volunteers: Iterable[Volunteer], now: datetime, familiar: Familiar) -> None:
    for volunteer in volunteers:
        for need in state.needs:
            if need.skill is not None and need.skill not in volunteer.skills:
                continue
            if first_failure(need, volunteer, now) is None:
                known = familiar.get(need.id, frozenset())
                state.arcs[need.id, volunteer.id] = cost_of(need, volunteer, now, known)


def _carry_out(state: _Round, pairs: Sequence[tuple[str, str]], now: datetime, familiar: Familiar) -> None:
    """Take the round's pairs as asked, so that the next round sees what they leave."""
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


class _Flow:
    """OR-Tools' solver, with names for its nodes."""

    def __init__(self) -> None:
        self._solver = min_cost_flow.SimpleMinCostFlow()
        self._nodes: dict[str, int] = {}

    def node(self, name: str) -> int:
        return self._nodes.setdefault(name, len(self._nodes))

    def arc(self, tail: int, head: int, capacity: int, cost: int) -> int:
        return int(self._solver.add_arc_with_capacity_and_unit_cost(tail, head, capacity, cost))

    def solve(self, source: int, sink: int, amount: int) -> set[int]:
        """The arcs that carry something in the cheapest of the largest flows."""
        self._solver.set_node_supply(source, amount)
        self._solver.set_node_supply(sink, -amount)
        status = self._solver.solve_max_flow_with_min_cost()
        if status != self._solver.OPTIMAL:
            raise MatchingFailed(f"the solver ended with {status}")
        return {arc for arc in range(self._solver.num_arcs()) if self._solver.flow(arc) > 0}


class MatchingFailed(RuntimeError):
    """The solver found no flow, which can't be: an empty one always exists."""
