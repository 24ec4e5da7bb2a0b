"""Figures of fairness count what is so, hide small groups, and say how unevenly the work is spread."""

from typing import Any

from services.contracts.volunteers import NeedStatus
from services.volunteers.matching.fairness import FEWEST, fairness, gini
from services.volunteers.matching.flow import states_of
from services.volunteers.people.domain.profile import AgeBand
from tests.unit.volunteers.making import a_need, a_volunteer, accepted, offered


def states(needs: Any) -> Any:
    return list(states_of(needs).values())


def test_gini_is_nothing_where_all_are_the_same_and_most_where_one_does_all() -> None:
    assert gini([60, 60, 60]) == 0
    assert gini([]) == gini([0, 0]) == 0
    assert gini([0, 0, 0, 60]) == 750


def test_groups_are_filled_as_their_seats_are_and_small_ones_are_not_shown() -> None:
    visits = [accepted(a_need(f"visit-{n}", category="visit", age_band=AgeBand.OLDEST), "ann") for n in range(FEWEST)]
    meals = [a_need(f"meal-{n}", category="meal", seats=2, building="b1") for n in range(FEWEST)]
    few = [a_need("haircut-1", category="haircut", status=NeedStatus.LAPSED)]
    gone = [a_need("gone", category="visit", status=NeedStatus.CANCELLED)]
    found = fairness(states([*visits, *meals, *few, *gone]), states_of([a_volunteer("ann"), a_volunteer("bob")]))
    assert (found.needs, found.seats, found.filled, found.without_helper) == (11, 16, 5, 6)
    assert {share.group: share.permille for share in found.by_category} == {"meal": 0, "visit": 1000}
    assert [share.group for share in found.by_building] == ["b1"]
    assert [share.group for share in found.by_age_band] == ["80-and-over"]
    assert (found.willing, found.idle, found.gini) == (2, 1, 500)


def test_asks_acceptances_and_overrides_are_counted() -> None:
    need = accepted(offered(a_need(seats=3), "bob"), "ann")
    offers = [offer.model_copy(update={"reason": "熟悉"}) if offer.person == "ann" else offer for offer in need.offers]
    found = fairness(states([need.model_copy(update={"offers": tuple(offers)})]), {})
    assert (found.asked, found.accepted, found.overrides) == (2, 1, 1)
