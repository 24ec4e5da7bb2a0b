"""The font of certificates: what it can draw, and how what it can't is named."""

import pytest

from services.volunteers.records.lettering import missing_in


@pytest.mark.parametrize("name", ["王小明", "李喆", "陈堃", "朱翀", "买买提·艾力", "张𫖯", "赵䶮", "O'Neill", "吴㛃"])
def test_names_are_drawn(name: str) -> None:
    assert missing_in(name) == []


def test_a_character_that_the_font_lacks_is_named_once() -> None:
    assert missing_in("𠮷野", None, "𠮷\n") == ["𠮷 (U+20BB7)"]
    assert missing_in("王🙂") == ["🙂 (U+1F642)"]
