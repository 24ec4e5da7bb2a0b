"""Wishes, partner units and places: their rules and the law of folding."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.contracts.issues import PlaceKind, UnitKind, WishStatus
from services.issues.catalogues import RESIDENTIAL as CATALOGUE
from services.issues.domain.places import (
    CompoundStandsAlone,
    Place,
    PlaceNeedsParent,
    RegisterPlace,
    place_id,
    register_place,
)
from services.issues.domain.units import RegisterUnit, register_unit
from services.issues.domain.wishes import (
    Answer,
    Propose,
    Wish,
    WishIsAnswered,
    anonymise_wish,
    answer,
    propose,
    support,
)
from tests.unit.issues.world import (
    HERE,
    NEIGHBOUR,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    WALKER,
    a_building,
    a_compound,
    assert_folds,
    person,
)


def a_wish() -> Decision[Wish]:
    return propose("wish-1", Propose(community=HERE, title="建老年食堂", text="我妈妈行动不便"), RESIDENT, NOW)


def an_answer(verdict: Literal[WishStatus.ACCEPTED, WishStatus.DECLINED] = WishStatus.ACCEPTED) -> Answer:
    return Answer(verdict=verdict, answer="列入计划，电话 13812345678")


@given(
    people=st.lists(st.sampled_from(["a", "b", "c", RESIDENT.sub]), max_size=12), erase=st.sets(st.sampled_from("abc"))
)
def test_each_person_counts_once_and_goes_on_counting_when_forgotten(people: list[str], erase: set[str]) -> None:
    wish = a_wish().aggregate
    for sub in people:
        decision = support(wish, person(sub), NOW)
        assert_folds(wish, decision)
        wish = decision.aggregate
    count = len({*people, RESIDENT.sub})
    assert wish.supporters == count
    for sub in erase | {RESIDENT.sub}:
        decision = anonymise_wish(wish, sub)
        assert_folds(wish, decision)
        wish = decision.aggregate
        assert anonymise_wish(wish, sub).events == ()
    assert wish.supporters == count
    assert not (erase | {RESIDENT.sub}) & set(wish.people)
    assert (wish.proposer, wish.text) == (None, None)


def test_who_supports_is_on_no_topic_nor_is_the_text() -> None:
    assert NEIGHBOUR.sub not in str(support(a_wish().aggregate, NEIGHBOUR, NOW).events[0].public_data())
    assert "行动不便" not in str(a_wish().events[0].data())


@pytest.mark.parametrize("verdict", [WishStatus.ACCEPTED, WishStatus.DECLINED])
def test_the_committee_answers_once(verdict: Literal[WishStatus.ACCEPTED, WishStatus.DECLINED]) -> None:
    wish = a_wish().aggregate
    decision = answer(wish, an_answer(verdict), STAFF, NOW)
    assert_folds(wish, decision)
    assert "13812345678" not in str(decision.aggregate.answer)
    with pytest.raises(WishIsAnswered):
        answer(decision.aggregate, an_answer(), STAFF, NOW)
    with pytest.raises(WishIsAnswered):
        support(decision.aggregate, NEIGHBOUR, NOW)
    assert support(decision.aggregate, RESIDENT, NOW).events == ()


def test_who_may_not() -> None:
    for by in (RESIDENT, WALKER, STRANGER):
        with pytest.raises(NotYours):
            answer(a_wish().aggregate, an_answer(), by, NOW)
        with pytest.raises(NotYours):
            register_unit(RegisterUnit(community=HERE, code="x", kind=UnitKind.CLINIC, title="站"), by, NOW)
        with pytest.raises(NotYours):
            register_place(RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="x"), None, by, NOW)
    with pytest.raises(NotYours):
        support(a_wish().aggregate, STRANGER, NOW)
    with pytest.raises(NotYours):
        propose("w", Propose(community=HERE, title="x"), STRANGER, NOW)


def test_first_events_tell_the_whole_state() -> None:
    assert_folds(None, a_wish())
    assert_folds(
        None, register_unit(RegisterUnit(community=HERE, code="x", kind=UnitKind.CLINIC, title="站"), STAFF, NOW)
    )
    compound = register_place(RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="x"), None, STAFF, NOW)
    assert_folds(None, compound)


def building(**fields: Any) -> RegisterPlace:
    return RegisterPlace(
        **{"community": HERE, "kind": PlaceKind.BUILDING, "title": "9号楼", "parent": "p", "number": 9, **fields}
    )


@pytest.mark.parametrize(
    ("command", "parent"),
    [
        (building(), None),
        (building(), a_building()),
        (building(), a_compound("elsewhere")),
        (building(number=None), a_compound()),
    ],
)
def test_a_building_stands_in_a_compound_of_its_community(command: RegisterPlace, parent: Place | None) -> None:
    with pytest.raises(PlaceNeedsParent):
        register_place(command, parent, STAFF, NOW)


def test_a_compound_stands_alone() -> None:
    for extra in ({"parent": "p"}, {"number": 1}):
        with pytest.raises(CompoundStandsAlone):
            register_place(RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="x", **extra), None, STAFF, NOW)


def test_one_building_of_one_number_in_a_compound() -> None:
    assert place_id(building(title="九号楼")) == place_id(building())
    assert len({place_id(building(number=n)) for n in range(1, 21)}) == 20


def test_the_catalogue_is_sound() -> None:
    codes = [category.code for category in CATALOGUE.categories]
    assert len(set(codes)) == len(codes) >= 12
    assert all(
        category.zh and category.en and category.deadlines.handling.hours > 0 for category in CATALOGUE.categories
    )
