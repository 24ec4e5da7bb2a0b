"""Two people who avoid each other: either record refuses, whoever of the two comes second."""

import pytest

from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.people.domain.partners import (
    MOST,
    AvoidedAndPreferred,
    TooManyAvoided,
    avoid,
    meet_again,
    prefer,
    prefer_no_more,
)
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need, a_volunteer, offered
from tests.unit.volunteers.world import NOW


def test_whoever_comes_second_is_refused_until_they_meet_again() -> None:
    ann, bob = a_volunteer("ann"), a_volunteer("bob")
    decision = avoid(ann, "bob")
    assert_folds(ann, decision)
    ann, bob = decision.aggregate, avoid(bob, "ann").aggregate
    for first, second in ((ann, bob), (bob, ann)):
        need = offered(a_need(seats=2), first.person)
        assert first_failure(need, second, NOW) is Filter.BLOCKED_PAIR
        assert first_failure(need, meet_again(second, first.person).aggregate, NOW) is None


def test_a_second_time_changes_nothing_and_nobody_avoids_themselves() -> None:
    ann = avoid(a_volunteer("ann"), "bob").aggregate
    assert avoid(ann, "bob").events == ()
    assert avoid(ann, "ann").events == ()
    assert meet_again(a_volunteer("ann"), "bob").events == ()


def test_the_list_has_an_end() -> None:
    full = a_volunteer("ann", avoids=frozenset(f"person-{n}" for n in range(MOST)))
    with pytest.raises(TooManyAvoided):
        avoid(full, "bob")


def test_whom_somebody_likes_is_nobody_whom_they_avoid() -> None:
    ann = a_volunteer()
    liked = prefer(ann, "bob")
    assert_folds(ann, liked)
    assert prefer(liked.aggregate, "bob").events == ()
    avoided = avoid(liked.aggregate, "bob").aggregate
    assert (avoided.prefers, avoided.avoids) == (frozenset(), frozenset({"bob"}))
    with pytest.raises(AvoidedAndPreferred):
        prefer(avoided, "bob")
    assert prefer_no_more(liked.aggregate, "bob").aggregate.prefers == frozenset()
