"""Stars come with the full hour and not before, and hours are cut, so that parts add up to the total."""

import pytest

from services.volunteers.hours.domain.stars import hours_text, stars_of


@pytest.mark.parametrize(
    ("minutes", "stars", "text"),
    [
        (0, 0, "0.00"),
        (60, 0, "1.00"),
        (5_999, 0, "99.98"),
        (6_000, 1, "100.00"),
        (17_999, 1, "299.98"),
        (18_000, 2, "300.00"),
        (36_000, 3, "600.00"),
        (60_000, 4, "1000.00"),
        (90_000, 5, "1500.00"),
        (-15, 0, "-0.25"),
    ],
)
def test_nothing_is_rounded_up(minutes: int, stars: int, text: str) -> None:
    assert (stars_of(minutes), hours_text(minutes)) == (stars, text)


def test_three_visits_of_twenty_minutes_are_an_hour() -> None:
    assert hours_text(sum((20, 20, 20))) == "1.00"
