"""The cost of forcing a pair is exact: so much more costs the best plan that has the pair."""

import random

import numpy
import pytest

from services.volunteers.matching.bands import Bands, weights
from services.volunteers.matching.flow import Planning, states_of
from tests.unit.volunteers.making import a_need, a_volunteer
from tests.unit.volunteers.matching.test_optimum import a_community
from tests.unit.volunteers.world import HOUR, NOW


@pytest.mark.parametrize("seed", range(12))
def test_forcing_a_pair_costs_what_the_best_plan_with_it_costs_more(seed: int) -> None:
    needs, volunteers = a_community(seed)
    planning = Planning(states_of(needs), states_of(volunteers), NOW)
    pairs = planning.pairs()
    if not len(pairs):
        needs, volunteers = [a_need(ask_from=NOW + HOUR)], [a_volunteer()]
        planning = Planning(states_of(needs), states_of(volunteers), NOW)
        pairs = planning.pairs()
    network = planning.network(pairs)
    chosen, best = network.solve(), network.least()
    arcs = len(network.costs) - len(pairs)
    for at in random.Random(seed).sample(range(len(pairs)), min(6, len(pairs))):
        regret = network.least_with(at) - best
        assert regret >= 0
        assert regret == 0 or not chosen[at]
        # the same by bribing: with so much taken off its cost and one more, the pair is in the best plan
        costs = network.costs.copy()
        costs[arcs + at] -= regret + 1
        bribed = planning.network(pairs)
        bribed.costs = costs
        assert bribed.solve()[at]
        if regret:
            costs[arcs + at] += 2
            bribed.costs = costs
            assert not bribed.solve()[at]


def test_a_cost_is_told_in_steps_of_the_bands() -> None:
    found = weights(Bands(), seats=4, nodes=20)
    cost = 2 * found["first"] + 3 * found["load"] - found["near"]
    steps = found.in_steps(cost)
    assert {band: step for band, step in steps.items() if step} == {"first": 2, "load": 3, "near": -1}
    assert list(steps) == list(Bands().names())


def test_the_worst_served_category_gets_twice_what_fill_then_distance_gives_it() -> None:
    """Few helpers, one hard category far off: at equal fill it gets at least twice as many."""
    easy = [a_need(f"easy-{n}", category="meal", building="b1") for n in range(20)]
    hard = [a_need(f"hard-{n}", category="health-check", building="b9", skill="medical") for n in range(10)]
    helpers = [a_volunteer(f"person-{n}", building="b1", skills=frozenset({"medical"})) for n in range(12)]
    served = {}
    for name, bands in {"fair": Bands(), "near": Bands(category=0, building=0, first=0, load=0, near=9)}.items():
        planning = Planning(states_of(easy + hard), states_of(helpers), NOW, bands=bands)
        made = planning.proposals()
        served[name] = (len(made), sum(p.need.startswith("hard") for p in made) / 10)
    assert served["fair"][0] == served["near"][0] == 12
    assert served["fair"][1] >= max(0.1, 2 * served["near"][1])


def test_the_same_input_gives_the_same_arcs() -> None:
    needs, volunteers = a_community(5)
    one, other = (Planning(states_of(needs), states_of(volunteers), NOW) for _ in range(2))
    first, second = one.network(one.pairs()), other.network(other.pairs())
    assert numpy.array_equal(first.costs, second.costs)
    assert numpy.array_equal(first.tails, second.tails)
