"""SMS are counted as they are billed."""

import pytest

from services.notify.channels.domain.segments import segments, units


@pytest.mark.parametrize(
    ("text", "length", "billed"),
    [
        ("通" * 70, 70, 1),
        ("通" * 71, 71, 2),
        ("通" * 69 + "𠮷", 71, 2),
        ("通" * 134, 134, 2),
        ("通" * 133 + "🍚", 135, 3),
        ("通[{€", 4, 1),
        ("【阳光社区】" + "通" * 64, 70, 1),
        ("【阳光社区】" + "通" * 65, 71, 2),
        ("a" * 160, 160, 1),
        ("a" * 159 + "€", 161, 2),
        ("a" * 161, 161, 2),
        ("", 0, 1),
    ],
)
def test_segments_are_counted_in_the_units_that_are_sent(text: str, length: int, billed: int) -> None:
    assert (units(text), segments(text)) == (length, billed)
