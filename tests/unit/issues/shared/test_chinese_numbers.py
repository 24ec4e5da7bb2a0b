"""What characters say of a number."""

import pytest

from services.issues.shared.chinese_numbers import read_chinese


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("七", 7),
        ("十二", 12),
        ("一百零二", 102),
        ("七〇二", 702),
        ("壹", 1),
        ("贰拾壹", 21),
        ("廿一", 21),
        ("卅", 30),
        ("〇", 0),
    ],
)
def test_a_number_is_read_however_it_is_written(written: str, number: int) -> None:
    assert read_chinese(written) == number


@pytest.mark.parametrize("written", ["零十一", "〇十", "楼", ""])
def test_other_characters_make_no_number(written: str) -> None:
    assert read_chinese(written) is None
