"""Two people who avoid each other: either record refuses, whoever of the two comes second."""

from typing import Any

import pytest

from services.chassis.store.aggregates import Stored
from services.volunteers.names.store import NOTHING
from services.volunteers.needs.domain.eligibility import Filter, first_failure
from services.volunteers.people.domain.partners import (
    MOST,
    AvoidedAndPreferred,
    TooManyAvoided,
    avoid,
    avoided,
    avoided_no_more,
    meet_again,
    prefer,
    prefer_no_more,
    replace,
)
from services.volunteers.people.domain.volunteer import HasLeft, WasMerged
from services.volunteers.people.possible import possible
from services.volunteers.people.views import volunteer_view
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need, a_volunteer, offered
from tests.unit.volunteers.world import NOW, STAFF, person


def test_whoever_comes_second_is_refused_until_they_meet_again() -> None:
    ann, bob = a_volunteer("ann"), a_volunteer("bob")
    decision = avoid(ann, "bob")
    assert_folds(ann, decision)
    told = avoided(bob, "ann")
    assert_folds(bob, told)
    ann, bob = decision.aggregate, told.aggregate
    for first, second, end in ((ann, bob, avoided_no_more), (bob, ann, meet_again)):
        need = offered(a_need(seats=2), first.person)
        assert first_failure(need, second, NOW) is Filter.BLOCKED_PAIR
        assert first_failure(need, end(second, first.person).aggregate, NOW) is None


@pytest.mark.parametrize(
    ("ended", "refusal"),
    [({"left_at": NOW}, HasLeft), ({"left_at": NOW, "merged_into": "eve"}, WasMerged)],
    ids=["left", "merged"],
)
def test_a_record_that_has_ended_takes_no_new_wish_and_lets_go_of_old_ones(
    ended: dict[str, Any], refusal: type[Exception]
) -> None:
    ann = a_volunteer(avoids=frozenset({"bob"}), prefers=frozenset({"cid"}), approved_at=None, **ended)
    for wish in (avoid, prefer):
        with pytest.raises(refusal):
            wish(ann, "dan")
    assert meet_again(ann, "bob").aggregate.avoids == prefer_no_more(ann, "cid").aggregate.prefers == frozenset()
    assert not {"avoid", "prefer"} & set(possible(ann, STAFF, NOW))


def test_a_second_time_changes_nothing_and_nobody_avoids_themselves() -> None:
    ann = avoid(a_volunteer("ann"), "bob").aggregate
    assert avoid(ann, "bob").events == ()
    assert avoid(ann, "ann").events == ()
    assert meet_again(a_volunteer("ann"), "bob").events == ()
    bob = avoided(a_volunteer("bob"), "ann").aggregate
    assert avoided(bob, "ann").events == avoided(bob, "bob").events == avoided_no_more(bob, "cem").events == ()


def test_who_is_avoided_does_not_learn_it_and_can_t_end_it() -> None:
    bob = avoided(prefer(a_volunteer("bob"), "ann").aggregate, "ann").aggregate
    stored = Stored(bob, 1)
    mine = volunteer_view(stored, person("bob"), NOTHING, NOW).profile
    assert mine is not None
    assert (mine.avoids, mine.avoided_by, mine.prefers) == ([], None, ["ann"])
    seen = volunteer_view(stored, STAFF, NOTHING, NOW).profile
    assert seen is not None
    assert seen.avoided_by == ["ann"]
    assert meet_again(bob, "ann").events == ()
    assert prefer(prefer_no_more(bob, "ann").aggregate, "ann").aggregate.prefers == {"ann"}


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


def test_by_whom_somebody_is_avoided_goes_on_with_the_record_that_goes_on() -> None:
    bob = replace(avoided(a_volunteer("bob"), "ann-2").aggregate, "ann-2", "ann").aggregate
    assert bob.avoided_by == {"ann"}
    assert first_failure(offered(a_need(seats=2), "ann"), bob, NOW) is Filter.BLOCKED_PAIR
