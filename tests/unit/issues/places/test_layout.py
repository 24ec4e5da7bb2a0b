"""Stairwells, floors and what is on every floor are laid out at once, in an order in which they can be registered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import PlaceKind
from services.issues.places.domain import layout, places
from services.issues.places.domain.layout import LayOut, lay_out
from services.issues.places.domain.places import (
    Place,
    RegisterPlace,
    place_id,
    register_place,
)
from tests.unit.issues.world import (
    HERE,
    NOW,
    STAFF,
    a_building,
    a_compound,
)


def registered(parent: Place | None, kind: PlaceKind, **fields: Any) -> Place:
    body = {"community": HERE, "kind": kind, "parent": None if parent is None else parent.id, **fields}
    return register_place(RegisterPlace(**body), parent, STAFF, NOW).aggregate


def a_stairwell(number: int = 2) -> Place:
    return registered(a_building(), PlaceKind.STAIRWELL, number=number)


@given(
    wells=st.integers(0, 5),
    lowest=st.integers(-3, 6),
    height=st.integers(0, 20),
    spots=st.lists(st.text("甲乙丙", min_size=1, max_size=2), max_size=4),
)
def test_a_layout_can_be_registered_in_its_order(wells: int, lowest: int, height: int, spots: list[str]) -> None:
    building = a_building(floors=None)
    command = LayOut(stairwells=wells, lowest=lowest or 1, highest=(lowest or 1) + height, spots=tuple(spots))
    there = {building.id: building}
    wanted = lay_out(building, command)
    for each in wanted:
        place = register_place(each, there[str(each.parent)], STAFF, NOW).aggregate
        there[place.id] = place
    storeys = [number for number in range(command.lowest, int(str(command.highest)) + 1) if number != 0]
    kinds = [place.kind for place in there.values()]
    assert len(there) == len(wanted) + 1
    assert kinds.count(PlaceKind.STAIRWELL) == wells
    assert kinds.count(PlaceKind.FLOOR) == max(wells, 1) * len(storeys)
    assert kinds.count(PlaceKind.SPOT) == max(wells, 1) * len(storeys) * len(set(spots))
    assert lay_out(building, command) == wanted
    assert len({place_id(each) for each in wanted}) == len(wanted)


def test_what_can_not_be_laid_out() -> None:
    with pytest.raises(layout.TooManyPlaces):
        lay_out(a_building(), LayOut(stairwells=30, highest=150, spots=("甲", "乙")))
    with pytest.raises(layout.FloorsUnknown):
        lay_out(a_building(floors=None), LayOut())
    with pytest.raises(layout.FloorsUpsideDown):
        lay_out(a_building(), LayOut(lowest=9, highest=3))
    with pytest.raises(places.PlaceMisplaced):
        lay_out(a_compound(), LayOut(highest=3))
    with pytest.raises(places.PlaceMisplaced):
        lay_out(a_stairwell(), LayOut(stairwells=1))
    assert {each.kind for each in lay_out(a_stairwell(), LayOut())} == {PlaceKind.FLOOR}
