"""A floor that is named beside a place is one that the house has."""

from collections.abc import Sequence

import pytest

from services.chassis.errors import CommunityError
from services.contracts.issues import PlaceKind
from services.issues.places.domain.floors import require_floor, require_no_floors_above
from services.issues.places.domain.places import Place, RegisterPlace, register_place
from tests.unit.issues.world import HERE, NOW, STAFF, a_building, a_compound

HOUSE, UNKNOWN = a_building(floors=18), a_building(floors=None)


def within(parent: Place, kind: PlaceKind, **fields: object) -> Place:
    body = RegisterPlace.model_validate({"community": HERE, "kind": kind, "parent": parent.id, **fields})
    return register_place(body, parent, STAFF, NOW).aggregate


LOW = within(HOUSE, PlaceKind.STAIRWELL, number=2, floors=6)
FLOOR = within(LOW, PlaceKind.FLOOR, number=5)
YARD, HALL = within(a_compound(), PlaceKind.SPOT, title="车棚"), within(HOUSE, PlaceKind.SPOT, title="大厅")


@pytest.mark.parametrize(
    ("steps", "floor", "refused"),
    [
        ([a_compound(), HOUSE], 18, None),
        ([a_compound(), HOUSE], -2, None),
        ([a_compound(), HOUSE], None, None),
        ([a_compound(), HOUSE], 19, "place.no-such-floor"),
        ([a_compound(), HOUSE], 0, "place.no-such-floor"),
        ([a_compound(), UNKNOWN], 40, None),
        ([a_compound(), UNKNOWN], 0, "place.no-such-floor"),
        ([a_compound(), HOUSE, LOW], 6, None),
        ([a_compound(), HOUSE, LOW], 7, "place.no-such-floor"),
        ([a_compound(), HOUSE, HALL], 18, None),
        ([a_compound(), HOUSE, HALL], 19, "place.no-such-floor"),
        ([a_compound(), HOUSE, LOW, FLOOR], 99, None),
        ([a_compound()], 1, "place.no-floors"),
        ([a_compound()], None, None),
        ([a_compound(), YARD], 3, "place.no-floors"),
    ],
)
def test_a_floor_is_one_that_the_house_has(steps: Sequence[Place], floor: int | None, refused: str | None) -> None:
    if refused is None:
        require_floor(steps, floor)
        return
    with pytest.raises(CommunityError) as why:
        require_floor(steps, floor)
    assert why.value.code == refused
    assert any(step.title in why.value.sentence("zh") for step in steps)


@pytest.mark.parametrize(
    ("highest", "named"), [(None, None), (6, None), (9, None), (4, "5层、6层"), (-1, "1层、5层、6层")]
)
def test_a_house_has_no_fewer_floors_than_those_in_use(highest: int | None, named: str | None) -> None:
    floors = [6, 5, 5, -1, 1]
    if named is None:
        require_no_floors_above(highest, floors)
        return
    with pytest.raises(CommunityError, match=r"place\.floors-above") as why:
        require_no_floors_above(highest, floors)
    assert named in why.value.sentence("zh")


def test_of_many_floors_ten_are_named() -> None:
    with pytest.raises(CommunityError) as why:
        require_no_floors_above(1, range(1, 40))
    assert why.value.sentence("en").count("floor ") == 10
    assert "…" in why.value.sentence("en")
