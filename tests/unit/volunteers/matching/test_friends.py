"""Whom somebody likes to serve with: of plans that are as good otherwise, the one that brings friends together."""

from typing import Any

import pytest

from services.volunteers.matching.flow import match
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from tests.unit.volunteers.making import a_need, a_volunteer, accepted
from tests.unit.volunteers.world import NOW


def seated(needs: list[Need], volunteers: list[Volunteer]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for made in match(needs, volunteers, NOW).assignments:
        found.setdefault(made.need.id, set()).add(made.volunteer.person)
    return found


def other_names(order: Any) -> list[str]:
    return [f"{name}-{order}" for name in ("ann", "bea", "cai", "dan", "eva")]


@pytest.mark.parametrize("order", range(6))
def test_who_likes_somebody_with_a_seat_is_asked_before_others(order: int) -> None:
    need = accepted(a_need(f"need-{order}", seats=2), "friend")
    people = [a_volunteer(name) for name in other_names(order)]
    people[order % 5] = a_volunteer(other_names(order)[order % 5], prefers=frozenset({"friend"}))
    assert seated([need], people) == {need.id: {people[order % 5].person}}


@pytest.mark.parametrize("order", range(6))
def test_two_friends_are_planned_for_the_same_need(order: int) -> None:
    names = other_names(order)[:4]
    first, last = a_need(f"a-{order}", seats=2), a_need(f"b-{order}", seats=2)
    people = [a_volunteer(name) for name in names]
    people[0] = a_volunteer(names[0], prefers=frozenset({names[3]}))
    people[3] = a_volunteer(names[3], prefers=frozenset({names[0]}))
    found = seated([first, last], people)
    assert sorted(map(len, found.values())) == [2, 2]
    assert {names[0], names[3]} in found.values()


def test_friendship_fills_no_seat_less_and_seats_nobody_who_is_busier() -> None:
    need = accepted(a_need("need-1", seats=2, building="b1"), "friend")
    near, friend = a_volunteer("near", building="b1"), a_volunteer("far", prefers=frozenset({"friend"}))
    assert seated([need], [near, friend]) == {"need-1": {"near"}}
