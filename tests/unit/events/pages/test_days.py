"""Weeks and months by the community's days, whatever zone the machine is in."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.pages.days import Span, after_last, bounds, first_day, laid_out, neighbours, takes_place_on
from tests.unit.events.given import activity

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@settings(max_examples=60)
@given(on=DAYS, span=st.sampled_from(Span))
def test_a_page_begins_on_a_monday_has_whole_weeks_and_the_day_asked_for(on: date, span: Span) -> None:
    first, end = first_day(span, on), after_last(span, on)
    assert (first.isoweekday(), end.isoweekday(), (end - first).days % 7) == (1, 1, 0)
    assert first <= on < end
    assert (end - first).days == 7 or span is Span.MONTH
    earlier, later = neighbours(span, on)
    assert first_day(span, earlier) < first < first_day(span, later)
    days = laid_out(span, on, ())
    assert [day.on for day in days] == [first + timedelta(days=n) for n in range((end - first).days)]
    assert span is Span.WEEK or {day.on.month for day in days if day.inside} == {on.month}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_a_morning_and_whole_days_stand_on_their_days(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        monday = datetime(2027, 3, 28, 23, 0, tzinfo=UTC)
        tai_chi = activity(starts_at=monday, ends_at=monday + timedelta(hours=1))
        assert [day.on for day in laid_out(Span.WEEK, date(2027, 3, 29), [tai_chi]) if day.activities] == [
            date(2027, 3, 29)
        ]
        midnight = datetime(2027, 10, 7, 16, 0, tzinfo=UTC)
        house = activity(starts_at=midnight, ends_at=midnight + timedelta(days=1), all_day=True)
        fair = activity(starts_at=midnight, ends_at=midnight + timedelta(days=2), all_day=True)
        shown = [date(2027, 10, day) for day in range(1, 29)]
        assert [day for day in shown if takes_place_on(house, day)] == [date(2027, 10, 8)]
        assert [day for day in shown if takes_place_on(fair, day)] == [date(2027, 10, 8), date(2027, 10, 9)]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_activities_that_began_before_the_page_are_looked_for() -> None:
    since, until = bounds(Span.WEEK, date(2027, 10, 11))
    assert (since, until) == (datetime(2027, 9, 26, 16, tzinfo=UTC), datetime(2027, 10, 17, 16, tzinfo=UTC))
