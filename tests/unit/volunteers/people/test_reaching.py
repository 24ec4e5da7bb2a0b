"""How far somebody goes: the buildings within their metres, worked out when they say so and when buildings move."""

from services.volunteers.people.domain.profile import ChangeProfile, Register
from services.volunteers.people.domain.reaching import look_again
from services.volunteers.people.domain.registering import change, register
from services.volunteers.shared.values.points import Point, metres_between
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_volunteer
from tests.unit.volunteers.world import HERE, NOW, person

HOME = Point(lon=121.4700, lat=31.2300)
NEAR = Point(lon=121.4700, lat=31.2327)  # 300 m to the north
FAR = Point(lon=121.4805, lat=31.2300)  # 1,000 m to the east
POINTS = {"home": HOME, "near": NEAR, "far": FAR}


def test_metres_are_those_of_a_tape() -> None:
    assert 299 < metres_between(HOME, NEAR) < 302
    assert 990 < metres_between(HOME, FAR) < 1_010
    assert metres_between(HOME, HOME) == 0
    assert metres_between(Point(lon=0, lat=0), Point(lon=180, lat=0)) > 20_000_000


def test_the_buildings_within_ones_metres_are_worked_out_when_they_are_told() -> None:
    told = Register(community=HERE, building="home", reach_metres=500)
    ann = register(told, person("ann"), NOW, POINTS).aggregate
    assert ann.within == frozenset({"home", "near"})
    changed = change(ann, ChangeProfile(reach_metres=0), person("ann"), NOW, POINTS)
    assert_folds(ann, changed)
    assert changed.aggregate.within == frozenset({"home"})
    further = change(ann, ChangeProfile(reach_metres=2_000), person("ann"), NOW, POINTS).aggregate
    assert further.within == frozenset(POINTS)
    assert change(ann, ChangeProfile(reach_metres=None), person("ann"), NOW, POINTS).aggregate.within is None
    elsewhere = ChangeProfile(base=FAR)
    assert change(ann, elsewhere, person("ann"), NOW, POINTS).aggregate.within == frozenset({"home", "far"})


def test_whoever_told_no_place_is_within_reach_of_none_but_of_what_is_known() -> None:
    told = Register(community=HERE, reach_metres=500)
    assert register(told, person("ann"), NOW, POINTS).aggregate.within == frozenset()
    unknown = Register(community=HERE, reach_metres=500, building="new")
    assert register(unknown, person("ann"), NOW, POINTS).aggregate.within == frozenset({"new"})


def test_a_building_that_becomes_known_is_measured() -> None:
    ann = a_volunteer(building="home", reach_metres=500, within=frozenset({"home"}))
    found = look_again(ann, POINTS)
    assert_folds(ann, found)
    assert found.aggregate.within == frozenset({"home", "near"})
    assert look_again(found.aggregate, POINTS).events == ()
    assert look_again(a_volunteer(building="home"), POINTS).events == ()
