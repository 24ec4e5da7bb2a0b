"""How many unanswered wishes one resident may have: each takes a seat."""

import pytest

from services.issues.wishes.domain.open_limit import MAX_OPEN, TooManyWishes, free_seat


@pytest.mark.parametrize(
    ("taken", "seat"), [([], 0), ([0, 2], 1), ([None, 0], 1), ([None] * (MAX_OPEN - 1), 0), ([3, None], 0)]
)
def test_the_lowest_free_seat_is_given(taken: list[int | None], seat: int) -> None:
    assert free_seat(taken) == seat


@pytest.mark.parametrize("taken", [[*range(MAX_OPEN)], [None] * MAX_OPEN, [None, *range(MAX_OPEN - 1)]])
def test_without_a_free_seat_nothing_more_is_proposed(taken: list[int | None]) -> None:
    with pytest.raises(TooManyWishes):
        free_seat(taken)
