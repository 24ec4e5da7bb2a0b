"""Answers about the plan: why this person and not another, what it would cost to force a pair, and what if.

Each answer plans everything open anew, from what stands in the store, and stores nothing. Filters are never traded: a
pair that one of them refuses has no cost, but the name of the filter.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy

from services.chassis.clock import Clock
from services.chassis.store.aggregates import Aggregates
from services.contracts.volunteers import SeatRole
from services.volunteers.matching.columns import needs_without_helper
from services.volunteers.matching.flow import Planning, Proposal
from services.volunteers.matching.network import Network
from services.volunteers.matching.reading import States
from services.volunteers.matching.store import askable_volunteers, open_needs
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import familiar
from services.volunteers.people.domain.levels import HIGHEST
from services.volunteers.people.domain.volunteer import Volunteer


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a volunteer stands for a need.

    `refused`: the filter that keeps them away; all else is None then. `proposed`: the plan has them there. `rank`: how
    many others cost less for this need alone, and 1 more; `of`: all of them. `steps`: what the pair costs, by band.
    `regret`: by how much the best plan that has the pair is dearer than the best of all, exactly, and `regret_steps`
    the same by band, from the highest that differs. A pair that the plan of one round can't hold has none.
    """

    refused: Filter | None = None
    proposed: bool = False
    rank: int | None = None
    of: int | None = None
    steps: Mapping[str, int] | None = None
    regret: int | None = None
    regret_steps: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a plan: the seats that are filled, also by category, and the needs that have nobody."""

    seats: int
    filled: int
    without_helper: int
    filled_by_category: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is only thought of: `more` volunteers by skill, and people who are not there."""

    more: Mapping[str, int]
    without: frozenset[str]
    without_skills: frozenset[str]


class Answers:
    """Answers questions about the plan of a community."""

    def __init__(self, needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock) -> None:
        self._needs = needs
        self._volunteers = volunteers
        self._clock = clock

    async def placing(self, need: Need, volunteer: Volunteer) -> Placing:
        """The placing of `volunteer` for `need`."""
        now = self._clock()
        failures = [first_failure(need.asking(role), volunteer, now) for role in need.open_roles or [SeatRole.HELPER]]
        if None not in failures:
            return Placing(refused=failures[-1])
        planning = await self._planning(need.community)
        return await asyncio.to_thread(_placed, planning, need.id, volunteer.id)

    async def what_if(self, community: str, change: Change) -> tuple[Outcome, Outcome]:
        """The result of the plan now, and the result that it would have with `change`. Nothing is stored."""
        now = self._clock()
        needs = await open_needs(self._needs, community, now)
        there = await askable_volunteers(self._volunteers, community)
        thought = dict(_present(there, change)) | _thought_of(change)
        known = await familiar(self._needs, {id: state.get("care_plan") for id, state in needs.items()})

        def outcome(volunteers: States) -> Outcome:
            planning = Planning(needs, volunteers, now, known)
            seats = int(planning.wanted.open.sum())
            return _outcome(planning, planning.proposals(), needs, seats)

        return await asyncio.to_thread(lambda: (outcome(there), outcome(thought)))

    async def _planning(self, community: str) -> Planning:
        now = self._clock()
        needs = await open_needs(self._needs, community, now)
        volunteers = await askable_volunteers(self._volunteers, community)
        known = await familiar(self._needs, {id: state.get("care_plan") for id, state in needs.items()})
        return Planning(needs, volunteers, now, known)


def _placed(planning: Planning, need: str, volunteer: str) -> Placing:
    pairs = planning.pairs()
    network = planning.network(pairs) if len(pairs) else None
    at = _position(planning, network, need, volunteer)
    if network is None or at is None:
        return Placing()
    regret = network.least_with(at) - network.least()
    costs = network.costs[len(network.costs) - len(pairs) :]
    of_need = pairs.need == pairs.need[at]
    rank = int((costs[of_need] < costs[at]).sum()) + 1
    proposed = any((made.need, made.volunteer) == (need, volunteer) for made in planning.proposals())
    return Placing(
        proposed=proposed,
        rank=rank,
        of=int(of_need.sum()),
        steps={band: int(values[at]) for band, values in network.steps.items()},
        regret=regret,
        regret_steps=network.weights.in_steps(regret),
    )


def _position(planning: Planning, network: Network | None, need: str, volunteer: str) -> int | None:
    """The cheapest pair of the two; a need with roles may have several."""
    if network is None or volunteer not in planning.people.ids:
        return None
    rows = [n for n, id in enumerate(planning.wanted.needs) if id == need]
    v = planning.people.ids.index(volunteer)
    found = (numpy.isin(network.pairs.need, rows) & (network.pairs.volunteer == v)).nonzero()[0]
    costs = network.costs[len(network.costs) - len(network.pairs) :]
    return int(min(found, key=lambda at: (int(costs[at]), int(at)))) if len(found) else None


def _present(volunteers: States, change: Change) -> Iterable[tuple[str, Any]]:
    for id, state in volunteers.items():
        if state["person"] not in change.without and not change.without_skills & set(state.get("skills", ())):
            yield id, state


def _thought_of(change: Change) -> dict[str, Any]:
    """Volunteers who are free at any time and pass every filter that staff could verify of them."""
    return {
        f"what-if-{skill}-{number}": {
            "person": f"what-if-{skill}-{number}",
            "skills": [skill],
            "levels": [{"skill": skill, "level": HIGHEST}],
            "claimed_skills": [],
            "availability": None,
            "adult": True,
            "born": date(1980, 1, 1),
            "insured_until": date(2099, 12, 31),
            "approved_at": True,
            "status": "active",
        }
        for skill, count in change.more.items()
        for number in range(count)
    }


def _outcome(planning: Planning, proposals: list[Proposal], needs: States, seats: int) -> Outcome:
    filled = Counter(needs[made.need]["category"] for made in proposals)
    without = needs_without_helper(planning.wanted)
    return Outcome(seats, len(proposals), without, dict(sorted(filled.items())))
