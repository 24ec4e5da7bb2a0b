"""Dates ahead, whenever the data is loaded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.seed import calendar, tables
from deploy.local.trouble import Trouble
from tests.unit.chassis.calendar import law

MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2035, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds have no zone


@given(MOMENTS)
def test_every_series_begins_ahead_on_a_date_of_its_own_rule(after: datetime) -> None:
    days = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
    for series in tables.activities().series:
        first = calendar.first_date(series.rule, series.at, after).astimezone(calendar.ZONE)
        on = {days[day[-2:]] for day in series.rule.partition("BYDAY=")[2].split(",")}
        assert after < first <= after + timedelta(days=36)
        assert f"{first:%H:%M}" == series.at
        assert first.weekday() in on
        assert "1SA" not in series.rule or first.day <= 7


@given(MOMENTS)
def test_what_comes_once_a_year_comes_within_thirteen_months(after: datetime) -> None:
    for plan in tables.activities().yearly:
        assert after < calendar.next_of_year(plan.on, plan.at, after) < after + timedelta(days=400)


def test_the_day_itself_counts_until_its_hour() -> None:
    morning = datetime(2027, 3, 12, 0, 59, tzinfo=UTC)
    assert calendar.next_of_year(("03-12",), "09:00", morning).astimezone(UTC) == datetime(2027, 3, 12, 1, tzinfo=UTC)
    assert calendar.next_of_year(("03-12",), "09:00", morning + timedelta(minutes=1)).year == 2028


def test_dates_that_are_all_past_are_named() -> None:
    with pytest.raises(Trouble, match="no date after 2027-01-30"):
        calendar.next_of_year(("2026-02-10", "2027-01-30"), "14:00", datetime(2027, 2, 1, tzinfo=UTC))


def test_schools_are_closed_on_holidays_weekends_and_in_vacations() -> None:
    summer = (("07-01", "08-31"),)
    closed = [date(2026, 10, 1), date(2026, 9, 5), date(2026, 7, 6)]
    assert [calendar.is_free(day, summer) for day in [*closed, date(2026, 9, 7)]] == [True, True, True, False]
    assert date(2026, 10, 1) not in calendar.workdays(date(2026, 9, 28), date(2026, 10, 12))


def test_classes_keep_off_the_holidays_of_years_to_come() -> None:
    assert all(calendar.is_free(day, ()) for day in law.ALL)


def test_the_hour_of_a_day_is_the_communitys() -> None:
    assert calendar.at(date(2026, 11, 2), "09:30").astimezone(UTC) == datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
