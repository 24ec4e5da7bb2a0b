"""The number of a case is found however it is typed, and with each character more that fits."""

import pytest

from services.issues.reading.case_numbers import number_begun
from tests.unit.issues.reading.test_tokenizer import found, stays_found

TEXT = "楼道灯不亮 YG-2611-0042"


@pytest.mark.parametrize(
    "typed",
    [
        "YG/2611/0042",
        "YG-2611--0042",
        "YG2611 0042",
        "YG 2611 0042",
        "YG2611 42",
        "编号YG-2611-0042",
        "YG-2611-0042号",
        "No.YG-2611-42",
        "26110042",
    ],
)
def test_a_number_is_found_however_it_is_typed(typed: str) -> None:
    assert found(typed, TEXT)


@pytest.mark.parametrize("typed", ["YG-2611-0042", "yg26110042", "YG-2611-42", "yg261142", "编号yg-2611-42"])
def test_a_number_that_was_found_once_stays_found(typed: str) -> None:
    stays_found([typed[:length] for length in range(1, len(typed) + 1)], TEXT)
    assert found(typed, TEXT)


@pytest.mark.parametrize("typed", ["YG-2611-0043", "yg2612", "YG26110044", "yg-2611-3", "26110043", "XYG26110042"])
def test_another_number_is_not_found(typed: str) -> None:
    assert not found(typed, TEXT)


@pytest.mark.parametrize("word", ["电梯", "702", "yg", "2611", "led灯", "13800138000", "1-2-3"])
def test_what_begins_no_number_is_read_as_none(word: str) -> None:
    assert number_begun(word) is None
