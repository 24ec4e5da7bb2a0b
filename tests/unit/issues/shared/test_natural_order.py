"""Titles with numbers stand in the order in which people count."""

import random
import re

from hypothesis import example, given
from hypothesis import strategies as st

from services.issues.places.service import in_walking_order
from services.issues.shared.natural_order import naturally
from tests.unit.issues.world import a_compound

TITLES = ["2-9", "2-10", "10号楼", "一期", "二期", "三期", "九期", "十期", "二十一期", "百花园", "第９单元", "第10单元"]
"""Twelve titles, those that differ by a number alone in order."""


def test_numbers_in_titles_count_as_numbers() -> None:
    dice = random.Random(5)
    for family in (TITLES[:2], ["9号楼", TITLES[2]], TITLES[3:9], TITLES[-2:]):
        mixed = dice.sample(family, len(family))
        assert sorted(mixed, key=naturally) == family
    assert naturally("百花园") != naturally("千花园")
    assert naturally("三三两两") == naturally("三三两两")


def test_places_without_numbers_of_their_own_are_walked_in_the_order_of_their_titles() -> None:
    spots = [
        a_compound().model_copy(update={"id": title, "title": title}) for title in ("十期", "9期", "10号灯", "9号灯")
    ]
    assert [place.title for place in in_walking_order(spots)] == ["9号灯", "9期", "10号灯", "十期"]


@given(st.text(st.sampled_from("〇零一二九十百千0９号楼"), max_size=6))
@example("零十一号楼")
def test_what_makes_no_number_stays_as_it_is(title: str) -> None:
    others = re.sub(r"[〇零一二九十百0-9０-９]", "", title)
    assert re.sub(r"[〇零一二九十百0-9０-９]", "", naturally(title)) == others
