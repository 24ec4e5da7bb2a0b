"""The words of an address: which house and floor they name, and when they speak of somewhere else."""

import pytest

from services.contracts.issues import PlaceKind
from services.issues.open311.addresses import floor_named
from services.issues.open311.locating import spoken_of
from services.issues.places.domain.places import RegisterPlace, register_place
from tests.unit.issues.world import HERE, NOW, STAFF

COMPOUND = register_place(
    RegisterPlace(community=HERE, kind=PlaceKind.COMPOUND, title="都市阳光小区"), None, STAFF, NOW
).aggregate
HOUSES = {
    number: register_place(
        RegisterPlace(
            community=HERE, kind=PlaceKind.BUILDING, title=f"{number}号楼", parent=COMPOUND.id, number=number
        ),
        COMPOUND,
        STAFF,
        NOW,
    ).aggregate
    for number in range(1, 21)
}
PLACES = [COMPOUND, *HOUSES.values()]


@pytest.mark.parametrize(
    ("words", "house"),
    [
        ("7号楼", 7),
        ("三号楼七层", 3),
        ("１０號樓", 10),
        ("7#楼 3F", 7),
        ("19栋2单元", 19),
        ("Building 3", 3),
        ("9号", 9),
        ("石家庄市新华区都市阳光小区7号楼7层", 7),
        ("石家庄市新华区都市阳光7号楼", 7),
        ("赵陵铺路8号都市阳光小区5号楼", 5),
        ("小区东门", 0),
        ("北门3号岗亭", 0),
        ("超市门口", 0),
        ("菜市场旁的马路上", 0),
        ("3号楼和4号楼之间", 0),
        ("101室", 0),
        ("都市阳光小区21栋", 0),
        ("北京市朝阳区建国路1号", None),
        ("上海市浦东新区7号楼", None),
        ("建国路1号", None),
        ("幸福小区7号楼", None),
        ("New York, 5th Avenue", None),
        ("99号楼", None),
        ("21栋", None),
    ],
)
def test_an_address_means_the_house_that_it_names_and_none_where_it_lies_elsewhere(
    words: str, house: int | None
) -> None:
    """0: the compound; None: nothing here."""
    found = spoken_of(PLACES, words)
    assert found == (None if house is None else HOUSES.get(house, COMPOUND))


@pytest.mark.parametrize(
    ("words", "floor"),
    [
        ("7号楼7层", 7),
        ("三号楼七楼", 7),
        ("7#楼 3F", 3),
        ("7号楼负一层", -1),
        ("地下2层车库", -2),
        ("Building 7, 3rd floor", 3),
        ("7号楼", None),
        ("7号楼3层到5层", None),
        ("702室", None),
    ],
)
def test_the_floor_of_an_address_is_read(words: str, floor: int | None) -> None:
    assert floor_named(words) == floor
