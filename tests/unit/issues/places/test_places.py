"""The tree of places: what stands in what, one id for one place, and what of it the public may know."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.aggregate import Decision
from services.chassis.errors import CommunityError, NotYours
from services.chassis.store.outbox import entries, show
from services.contracts.issues import PlaceKind, PlaceState
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.reporting import Report, report
from services.issues.places.domain import places
from services.issues.places.domain.datum import Datum, GivenPoint, Point
from services.issues.places.domain.places import (
    STANDS_IN,
    ChangePlace,
    Place,
    PointFarAway,
    RegisterPlace,
    change_place,
    register_place,
    require_near,
    retire_place,
)
from tests.unit.issues.world import (
    CATALOGUE,
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

GRID = "110105012003001"


def registered(parent: Place | None, kind: PlaceKind, **fields: Any) -> Place:
    body = {"community": HERE, "kind": kind, "parent": None if parent is None else parent.id, **fields}
    return register_place(RegisterPlace(**body), parent, STAFF, NOW).aggregate


def a_stairwell(number: int = 2) -> Place:
    return registered(a_building(), PlaceKind.STAIRWELL, number=number)


def a_floor(number: int = 7, parent: Place | None = None) -> Place:
    return registered(parent or a_stairwell(), PlaceKind.FLOOR, number=number)


def a_spot(title: str = "电梯厅", parent: Place | None = None) -> Place:
    return registered(parent or a_floor(), PlaceKind.SPOT, title=title)


def a_report_at(place: Place) -> Decision[Case]:
    body = Report(community=HERE, category="lighting", place=place.id, text="不亮")
    return report("case-1", body, place, CATALOGUE, RESIDENT, NOW)


EACH = {
    PlaceKind.COMPOUND: a_compound(),
    PlaceKind.BUILDING: a_building(),
    PlaceKind.STAIRWELL: a_stairwell(),
    PlaceKind.FLOOR: a_floor(),
    PlaceKind.SPOT: a_spot(),
}


@pytest.mark.parametrize(("kind", "parent"), list(product(PlaceKind, [*PlaceKind, None])))
def test_each_kind_stands_where_the_table_says(kind: PlaceKind, parent: PlaceKind | None) -> None:
    number = {PlaceKind.BUILDING: 3, PlaceKind.STAIRWELL: 1, PlaceKind.FLOOR: 2}.get(kind)
    allowed = parent in STANDS_IN[kind] if parent is not None else kind is PlaceKind.COMPOUND
    above = None if parent is None else EACH[parent]
    if allowed:
        place = registered(above, kind, title="x", number=number)
        assert place.above == (() if above is None else (*above.above, above.id))
        return
    with pytest.raises(CommunityError) as refused:
        registered(above, kind, title="x", number=number)
    assert refused.value.code in {
        "place.misplaced",
        "place.building-needs-compound",
        "place.compound-stands-alone",
    }


def test_two_lamps_on_two_floors_are_two_places() -> None:
    lamps = [a_spot("电梯厅", a_floor(number)) for number in (3, 18)]
    assert len({lamp.id for lamp in lamps}) == 2
    assert {lamp.outer for lamp in lamps} == {a_building().id} == {lamp.building for lamp in lamps}
    assert [lamp.storey for lamp in lamps] == [3, 18]
    assert len(lamps[0].above) == 4


def test_a_place_in_the_open_has_no_building() -> None:
    bench = a_spot("长椅", a_compound())
    assert (bench.building, bench.outer, bench.storey) == (None, a_compound().id, None)


@given(
    parents=st.lists(st.sampled_from([a_building(1), a_building(2)]), min_size=2, max_size=2),
    numbers=st.lists(st.integers(1, 18), min_size=2, max_size=2),
)
def test_one_place_has_one_id_and_two_have_two(parents: list[Place], numbers: list[int]) -> None:
    first, second = (a_floor(number, parent) for parent, number in zip(parents, numbers, strict=True))
    same = (parents[0].id, numbers[0]) == (parents[1].id, numbers[1])
    assert (first.id == second.id) is same


def test_a_stairwell_and_a_floor_of_one_number_are_two() -> None:
    building = a_building()
    assert registered(building, PlaceKind.STAIRWELL, number=1).id != registered(building, PlaceKind.FLOOR, number=1).id


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (PlaceKind.FLOOR, None),
        (PlaceKind.FLOOR, 0),
        (PlaceKind.FLOOR, 19),
        (PlaceKind.STAIRWELL, 0),
        (PlaceKind.STAIRWELL, 100),
        (PlaceKind.SPOT, 1),
    ],
)
def test_a_number_that_there_is_not_is_refused(kind: PlaceKind, number: int | None) -> None:
    with pytest.raises(places.PlaceNumberWrong):
        registered(a_building(), kind, number=number, title="x")


def test_floors_of_a_stairwell_end_where_the_building_does() -> None:
    assert a_floor(-2).title == "地下2层"
    assert a_floor(18).title == "18层"
    with pytest.raises(places.PlaceNumberWrong):
        a_floor(19)


def test_what_a_place_can_not_have_is_refused() -> None:
    with pytest.raises(places.PlaceNeedsTitle):
        registered(a_floor(), PlaceKind.SPOT)
    with pytest.raises(places.PlaceChangeWrong):
        registered(a_building(), PlaceKind.FLOOR, number=1, households=4)
    with pytest.raises(places.PlaceChangeWrong):
        change_place(a_floor(), ChangePlace(residents=3), STAFF, NOW)
    with pytest.raises(places.PlaceChangeWrong):
        change_place(a_spot(), ChangePlace(title=None), STAFF, NOW)


@pytest.mark.parametrize("kind", PlaceKind)
def test_only_compounds_and_buildings_leave_the_service(kind: PlaceKind) -> None:
    place = EACH[kind]
    public = kind in (PlaceKind.COMPOUND, PlaceKind.BUILDING)
    told: list[Decision[Place]] = [
        change_place(place, ChangePlace(title="新名"), STAFF, NOW),
        change_place(place, ChangePlace(grid=GRID), STAFF, NOW),
        retire_place(place, STAFF, NOW),
    ]
    assert (place.public() is not None) is public is not place.kept_inside
    for decision in told:
        [event] = decision.events
        assert type(event).internal is not public
        assert GRID not in str(event.public_data())
        if public:
            assert_folds(place, decision)


def test_what_is_told_inside_is_the_whole_place() -> None:
    floor = a_floor()
    body = RegisterPlace(
        community=HERE,
        kind=PlaceKind.SPOT,
        parent=floor.id,
        title="电梯厅",
        grid=GRID,
        point=GivenPoint(lon=116.4, lat=39.9, datum=Datum.GCJ02),
    )
    [event] = register_place(body, floor, STAFF, NOW).events
    data = event.data()
    assert (data["parent"], data["path"][-1], data["floor"], data["grid"]) == (floor.id, floor.id, 7, GRID)
    assert data["point"]["datum"] == "GCJ-02"
    assert data["point"]["lon"] != 116.4


def test_a_change_says_what_changed_and_nothing_twice() -> None:
    building = a_building()
    decision = change_place(building, ChangePlace(title="九号楼", floors=20), STAFF, NOW)
    changed = decision.aggregate
    assert (changed.title, changed.floors, changed.households) == ("九号楼", 20, building.households)
    assert_folds(building, decision)
    assert change_place(changed, ChangePlace(title="九号楼"), STAFF, NOW).events == ()
    assert changed.id == building.id
    bare = change_place(changed, ChangePlace(floors=None), STAFF, NOW).aggregate
    assert (bare.floors, bare.title) == (None, "九号楼")


def test_a_retired_place_takes_nothing_more() -> None:
    retired = retire_place(a_floor(), STAFF, NOW).aggregate
    assert retire_place(retired, STAFF, NOW).events == ()
    with pytest.raises(places.PlaceIsRetired):
        change_place(retired, ChangePlace(title="x"), STAFF, NOW)
    with pytest.raises(places.PlaceIsRetired):
        a_spot("电梯厅", retired)


def test_who_may_not_change_the_tree() -> None:
    for by in (RESIDENT, WALKER, STRANGER):
        with pytest.raises(NotYours):
            change_place(a_floor(), ChangePlace(title="x"), by, NOW)
        with pytest.raises(NotYours):
            retire_place(a_floor(), by, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "11010501200300",
        "1101050120030011",
        "99010501200300１",
        "990105012003001",
        "110105000003001",
        "110105012000001",
        "110105012003000",
        "11010501200300a",
        "110105012003001\n",
    ],
)
def test_a_grid_code_is_checked_part_by_part(wrong: str) -> None:
    RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="x", grid=GRID)
    with pytest.raises(ValidationError, match="grid"):
        RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="x", grid=wrong)


def test_a_report_at_a_lamp_is_public_at_its_building_alone() -> None:
    lamp = a_spot()
    decision = a_report_at(lamp)
    case = decision.aggregate
    assert (case.at, case.place, case.building, case.floor) == (lamp.id, a_building().id, a_building().id, 7)
    assert lamp.id not in str([event.public_data() for event in decision.events])
    assert lamp.id not in str(case.public())


def test_nothing_is_reported_where_nothing_is() -> None:
    with pytest.raises(places.PlaceIsRetired):
        a_report_at(retire_place(a_spot(), STAFF, NOW).aggregate)


@pytest.mark.parametrize("kind", PlaceKind)
def test_the_outbox_of_an_inner_place_holds_no_state_and_no_tombstone(kind: PlaceKind) -> None:
    decision = retire_place(EACH[kind], STAFF, NOW)
    [entry] = entries(decision, 1, NOW, actor=STAFF.sub, causationid=None, traceparent=None)
    show(entry, decision.aggregate, PlaceState)
    assert ("state" in entry) is (kind in (PlaceKind.COMPOUND, PlaceKind.BUILDING))


@pytest.mark.parametrize(
    ("lon", "lat", "far"), [(114.26, 30.61, False), (114.35, 30.6, True), (30.6, 114.25 - 90, True)]
)
def test_a_point_far_from_its_place_is_refused_with_a_sentence(lon: float, lat: float, far: bool) -> None:
    compound = a_compound().model_copy(update={"point": Point(lon=114.25, lat=30.6)})
    point = GivenPoint(lon=lon, lat=lat)
    building = RegisterPlace(
        community=HERE, kind=PlaceKind.BUILDING, title="9号楼", parent=compound.id, number=9, point=point
    )
    if not far:
        require_near([compound, a_building()], point)
        assert register_place(building, compound, STAFF, NOW).aggregate.point is not None
        return
    with pytest.raises(PointFarAway) as refused:
        require_near([compound, a_building()], point)
    assert compound.title in str(refused.value)
    with pytest.raises(PointFarAway):
        register_place(building, compound, STAFF, NOW)
    with pytest.raises(PointFarAway):
        change_place(a_building(), ChangePlace(point=point), STAFF, NOW, [compound])
    assert change_place(a_building(), ChangePlace(point=None), STAFF, NOW, [compound]).events == ()


def test_where_no_place_has_a_point_any_will_do() -> None:
    require_near([a_compound(), a_building()], GivenPoint(lon=0, lat=0))
    require_near([a_compound().model_copy(update={"point": Point(lon=114.25, lat=30.6)})], None)
