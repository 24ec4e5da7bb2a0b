"""Public holidays: those of the notices, no weekends besides, and none for years without a notice."""

from datetime import date, timedelta

from services.volunteers.shared.values.holidays import is_holiday, spans


def test_holidays_are_those_of_the_notice() -> None:
    assert is_holiday(date(2024, 2, 12))
    assert is_holiday(date(2024, 10, 1))
    assert not is_holiday(date(2024, 2, 18))  # a Sunday that is worked
    assert not is_holiday(date(2024, 1, 27))  # a Saturday like others
    assert not is_holiday(date(1990, 10, 1))
    assert not is_holiday(date(2090, 10, 1))


def test_stretches_hold_the_same_days() -> None:
    days = {date(2024, 1, 1) + timedelta(days=n) for n in range(366)}
    within = {day for day in days if any(first <= day <= last for first, last in spans(2024))}
    assert within == {day for day in days if is_holiday(day)}
