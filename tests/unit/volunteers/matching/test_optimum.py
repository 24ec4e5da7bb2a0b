"""Each round is the best there is: HiGHS, which knows nothing of flows, finds no better one; bands don't overflow."""

import random
from typing import Any

import numpy
import pytest
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import lil_matrix

from services.volunteers.matching.bands import MOST_COST, Bands, BandsOverflow, weights
from services.volunteers.matching.flow import Planning, states_of
from services.volunteers.needs.domain.eligibility import TRAVEL, first_failure
from tests.unit.volunteers.making import a_need, a_volunteer, accepted
from tests.unit.volunteers.world import HOUR, NOW

BANDS = Bands()


def a_community(seed: int) -> tuple[list[Any], list[Any]]:
    """Up to 12 needs on two days and up to 9 volunteers, of whom not everybody can do everything."""
    draw = random.Random(seed)
    needs = []
    for n in range(draw.randint(2, 12)):
        begin = NOW + draw.randint(2, 40) * HOUR
        need = a_need(
            f"need-{n}",
            starts_at=begin,
            ends_at=begin + draw.randint(1, 3) * HOUR,
            seats=draw.randint(1, 3),
            category=draw.choice(["visit", "meal", "chores"]),
            skill=draw.choice([None, None, "haircut"]),
            building=draw.choice([None, "b1", "b2", "b3"]),
            urgency=draw.randint(1, 3),
            ask_from=NOW + HOUR,
        )
        needs.append(accepted(need, f"other-{n}") if draw.random() < 0.3 else need)
    volunteers = [
        a_volunteer(
            f"person-{n}",
            weekly_minutes=10_000,
            building=draw.choice([None, "b1", "b2"]),
            reach=draw.choice([None, None, frozenset({"b1", "b3"})]),
            skills=frozenset(draw.choice([(), ("haircut",)])),
        )
        for n in range(draw.randint(1, 9))
    ]
    return needs, volunteers


class Model:
    """The same choice in the words of a mixed-integer program, made of the filters one by one."""

    def __init__(self, needs: Any, volunteers: Any, price: Any, steps: Any) -> None:
        needs = [need for need in needs if need.open_seats]
        self.costs: list[float] = []
        self.rows: list[tuple[dict[int, int], float, float]] = []
        pairs = {(n.id, v.id): self._variable(0) for n in needs for v in volunteers if first_failure(n, v, NOW) is None}
        needs = [need for need in needs if any(need.id == n for n, _ in pairs)]
        for pair, variable in pairs.items():
            self.costs[variable] = sum(price[band] * step for band, step in steps[pair].items())
        for need in needs:
            mine = [pairs[n, v] for n, v in pairs if n == need.id]
            self._most(mine, need.open_seats)
            saved = price["fill"] * min(need.urgency, BANDS.fill)
            for variable in mine:
                self.costs[variable] -= saved
            first = 0 if need.offers else 1
            further = [self._variable(price["first"]) for _ in range(need.open_seats - first)]
            self._covered(mine, first, further)
        for band, key in (("category", lambda n: n.category), ("building", lambda n: (n.category, n.building))):
            for group in {key(need) for need in needs}:
                of_group = [need for need in needs if key(need) == group]
                total = sum(need.seats for need in of_group)
                taken = total - sum(need.open_seats for need in of_group)
                tiers = [10 * t // total for t in range(taken, total)]
                served = [pairs[n.id, v.id] for n in of_group for v in volunteers if (n.id, v.id) in pairs]
                self._covered(served, 0, [self._variable(price[band] * tier) for tier in tiers])
        for volunteer in volunteers:
            times = sorted((n.starts_at, n.ends_at, n.id) for n in needs if (n.id, volunteer.id) in pairs)
            stretches: list[list[int]] = []
            until: Any = None
            for begin, end, id in times:
                if until is None or begin >= until + TRAVEL:
                    stretches.append([])
                stretches[-1].append(pairs[id, volunteer.id])
                until = end if until is None else max(until, end)
            for stretch in stretches:
                self._most(stretch, 1)
            load = [self._variable(price["load"] * min(BANDS.load, step)) for step in range(len(stretches))]
            self._covered([pairs[id, volunteer.id] for _, _, id in times], 0, load)
        self.pairs = pairs
        self.seats = sum(need.open_seats for need in needs)

    def solve(self) -> tuple[int, int]:
        """How many seats are filled, and the least cost."""
        matrix = lil_matrix((len(self.rows), len(self.costs)))
        for at, (row, _, _) in enumerate(self.rows):
            for variable, factor in row.items():
                matrix[at, variable] = factor
        constraint = LinearConstraint(matrix.tocsr(), [r[1] for r in self.rows], [r[2] for r in self.rows])
        found = milp(self.costs, constraints=constraint, integrality=numpy.ones(len(self.costs)), bounds=(0, 1))
        assert found.success
        chosen = numpy.round(found.x).astype(int)
        cost = sum(int(price) * int(taken) for price, taken in zip(self.costs, chosen, strict=True))
        return sum(int(chosen[v]) for v in self.pairs.values()), cost

    def _variable(self, cost: float) -> int:
        self.costs.append(cost)
        return len(self.costs) - 1

    def _most(self, variables: Any, most: int) -> None:
        self.rows.append((dict.fromkeys(variables, 1), -numpy.inf, most))

    def _covered(self, variables: Any, free: int, paid: Any) -> None:
        """So many of the variables are free; each further one needs one that is paid for."""
        self.rows.append((dict.fromkeys(variables, 1) | dict.fromkeys(paid, -1), -numpy.inf, free))


@pytest.mark.parametrize("block", range(10))
def test_highs_finds_the_same_fill_and_the_same_cost(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.volunteers.matching.bands.MOST_COST", 2**44)
    solved = 0
    for seed in range(block * 20, block * 20 + 20):
        needs, volunteers = a_community(seed)
        planning = Planning(states_of(needs), states_of(volunteers), NOW)
        pairs = planning.pairs()
        if not len(pairs):
            continue
        network = planning.network(pairs)
        ids = [
            (planning.wanted.ids[n], planning.people.ids[v]) for n, v in zip(pairs.need, pairs.volunteer, strict=True)
        ]
        steps = {pair: {band: int(values[i]) for band, values in network.steps.items()} for i, pair in enumerate(ids)}
        model = Model(needs, volunteers, network.weights, steps)
        filled, cost = model.solve()
        assert set(model.pairs) == set(ids)
        assert int(network.solve().sum()) == filled
        empty_all = model.seats * BANDS.fill * network.weights["fill"]
        assert network.least() == empty_all + cost
        solved += 1
    assert solved > 10


def test_a_step_of_a_band_outweighs_all_below_it_in_the_whole_plan_where_there_is_room() -> None:
    found = weights(BANDS, seats=10, nodes=50)
    assert found.whole == set(BANDS.names())
    names = BANDS.names()
    for at, name in enumerate(names):
        assert found[name] > 10 * sum(found[below] * getattr(BANDS, below) for below in names[at + 1 :])


def test_where_there_is_less_room_the_lowest_bands_outweigh_each_other_seat_by_seat() -> None:
    found = weights(BANDS, seats=90_000, nodes=2_000_000)
    names = BANDS.names()
    assert "fill" in found.whole
    assert found["fill"] * (BANDS.fill + 1) * 2_000_001 < MOST_COST
    for at, name in enumerate(names):
        assert found[name] > sum(found[below] * getattr(BANDS, below) for below in names[at + 1 :])


def test_bands_that_would_overflow_are_refused() -> None:
    with pytest.raises(BandsOverflow):
        weights(Bands(lot=10**9, load=10**9), seats=90_000, nodes=2_000_000)
