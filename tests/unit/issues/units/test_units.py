"""Partner units and places: their rules and the law of folding."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.issues import PlaceKind, UnitKind
from services.issues.catalogue.residential import RESIDENTIAL as CATALOGUE
from services.issues.places.domain.places import (
    CompoundStandsAlone,
    Place,
    PlaceNeedsParent,
    RegisterPlace,
    place_id,
    register_place,
)
from services.issues.units.domain import RegisterUnit, register_unit
from tests.unit.issues.world import (
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    STRANGER,
    WALKER,
    a_building,
    a_compound,
    assert_folds,
)


def test_who_may_not() -> None:
    for by in (RESIDENT, WALKER, STRANGER):
        with pytest.raises(NotYours):
            register_unit(RegisterUnit(community=HERE, code="x", kind=UnitKind.CLINIC, title="站"), by, NOW)
        with pytest.raises(NotYours):
            register_place(RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="x"), None, by, NOW)


def test_first_events_tell_the_whole_state() -> None:
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
