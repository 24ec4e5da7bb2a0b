"""Series read back from their calendar by another library are what we expand them to, over two years."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar

from services.chassis.store.aggregates import Stored
from services.contracts.activities import ActivityStatus, Pause
from services.events.activities.domain import ending, scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change, change
from services.events.calendars.icalendar import Shown, calendar
from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.recurrence import ShortMonth
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import Dates, Series
from tests.unit.events.given import HOME, NOW, STAFF, START, plan

URL = "https://sunshine.example"
DAY = timedelta(days=1)
WEEKLY = "FREQ=WEEKLY;BYDAY=SA"
BEGIN, END = date(2026, 3, 1), date(2028, 3, 1)


def _started(rule: str, dates: Dates | None = None, **changes: Any) -> Series:
    return rules.start("series-1", HOME, plan(**changes), rule, STAFF, NOW, dates=dates).aggregate


def _named(series: Series, until: date | None = None) -> list[Activity]:
    """The activities of the dates that have been named, as the room of series makes them."""
    return [
        scheduling.announce(
            each.activity, HOME, series.plan_of(each), "1", NOW, series=series.id, occurrence=each.on
        ).aggregate
        for each in series.occurrences(BEGIN, until or series.expanded_until)
    ]


def _body(series: Series, activities: Sequence[Activity], **of: str) -> bytes:
    return calendar(Shown("sunshine", [Stored(each, 1) for each in activities], URL, [series], **of))  # type: ignore[arg-type]


def _entries(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def _read_back(body: bytes) -> list[tuple[datetime, datetime, str]]:
    found = recurring_ical_events.of(Calendar.from_ical(body)).between(BEGIN, END)
    return sorted(
        (each["dtstart"].dt.astimezone(UTC), each["dtend"].dt.astimezone(UTC), str(each["summary"]))
        for each in found
        if str(each["status"]) != "CANCELLED"
    )


def _expected(series: Series, activities: Sequence[Activity]) -> list[tuple[datetime, datetime, str]]:
    own = {each.occurrence: each for each in activities if each.id == series.activity_on(each.occurrence or BEGIN)}
    dates = [
        (each.starts_at, each.ends_at, series.plan_of(each).title)
        for each in series.occurrences(BEGIN, END)
        if each.on not in own and (each.on < series.expanded_until or series.status == "running")
    ]
    dates += [
        (each.starts_at, each.ends_at, each.title)
        for each in own.values()
        if each.status is not ActivityStatus.CANCELLED
    ]
    return sorted(dates)


RULES = [
    WEEKLY,
    "FREQ=MONTHLY;BYDAY=1SA",
    "FREQ=MONTHLY;BYDAY=4TH",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA;WKST=SU",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=SA;COUNT=9",
    "FREQ=WEEKLY;UNTIL=20260530",
    "FREQ=WEEKLY;UNTIL=20260530T010000Z",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=12",
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("named", [False, True])
def test_a_rule_is_read_back_as_we_expand_it(rule: str, named: bool) -> None:
    series = _started(rule)
    activities = _named(series) if named else []
    assert _read_back(_body(series, activities)) == _expected(series, activities)
    assert len(_entries(_body(series, activities))) == 1


def test_a_new_series_was_changed_when_it_was_made_and_not_when_it_begins() -> None:
    [entry] = _entries(_body(_started(WEEKLY), []))
    assert (entry["dtstamp"].dt, entry["last-modified"].dt, entry["sequence"]) == (NOW, NOW, 0)


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=30"])
@pytest.mark.parametrize("choice", list(ShortMonth))
def test_short_months_are_read_back(rule: str, choice: ShortMonth) -> None:
    series = _started(rule, Dates(short_months=choice))
    assert _read_back(_body(series, [])) == _expected(series, [])


def changed_in_every_way(rule: str) -> tuple[Series, list[Activity]]:
    """A series with a date skipped, one more, some moved, renamed and paused; and its activities."""
    series = _started(rule)
    dates = [each.on for each in series.occurrences(BEGIN, END)]
    activities = _named(series)
    series = changing.skip(series, dates[1], STAFF, NOW, None).aggregate
    activities[1] = ending.drop(activities[1], NOW, None).aggregate if len(activities) > 1 else activities[0]
    free = next(day for day in (BEGIN + n * DAY for n in range(20, 60)) if day not in dates)
    extra = datetime.combine(free, time(3, 30), UTC)
    series = changing.add(series, extra, STAFF, NOW).aggregate
    series = changing.revise(series, Revision(since=dates[2], at=time(14, 30), minutes=45), STAFF, NOW).aggregate
    series = changing.revise(
        series, Revision(since=dates[4], until=dates[4] + DAY, change=Change(title="端午专场")), STAFF, NOW
    ).aggregate
    series = changing.pause(series, date(2027, 1, 20), date(2027, 2, 21), STAFF, NOW, "寒假").aggregate
    activities = _followed(series, activities)
    first = activities[0]
    activities[0] = scheduling.relocate(
        first, NOW, starts_at=first.starts_at + DAY, ends_at=first.ends_at + DAY, venue="garden", building=None
    ).aggregate
    return series, activities


@pytest.mark.parametrize("rule", RULES[:8])
def test_dates_that_fall_out_come_besides_move_or_change_are_read_back(rule: str) -> None:
    series, activities = changed_in_every_way(rule)
    assert _read_back(_body(series, activities)) == _expected(series, activities)


def _with_dates_that_no_rule_reaches() -> Series:
    """Dates were added before the first and after the last of the rule, and what follows from then on was renamed."""
    later = START + 20 * DAY
    series = _started("FREQ=WEEKLY;BYDAY=SA;COUNT=3", starts_at=later, ends_at=later + timedelta(hours=2))
    for days in (3, 50, 55):
        series = changing.add(series, START + days * DAY, STAFF, NOW).aggregate
    since = (START + 50 * DAY).date()
    return changing.revise(series, Revision(since=since, change=Change(title="加场")), STAFF, NOW).aggregate


@pytest.mark.parametrize("named", [False, True])
def test_dates_that_no_rule_reaches_stand_by_themselves(named: bool) -> None:
    series = _with_dates_that_no_rule_reaches()
    activities = _named(series) if named else []
    assert len(_expected(series, activities)) == 6
    assert _read_back(_body(series, activities)) == _expected(series, activities)
    skipped = changing.skip(series, (START + 3 * DAY).date(), STAFF, NOW, None).aggregate
    if named:
        activities[0] = ending.drop(activities[0], NOW, None).aggregate
        assert [e["status"] for e in _entries(_body(skipped, activities))].count("CANCELLED") == 1
    assert b"\nRDATE" not in _body(series, activities)  # Outlook would pass it over
    assert _read_back(_body(skipped, activities)) == _expected(skipped, activities)


def test_a_date_that_was_changed_twice_stands_once() -> None:
    series, on = _started(WEEKLY), date(2026, 8, 1)
    for title in ("甲", "乙"):
        revision = Revision(since=on, until=on + DAY, change=Change(title=title))
        series = changing.revise(series, revision, STAFF, NOW).aggregate
    assert [str(entry["summary"]) for entry in _entries(_body(series, [])) if "recurrence-id" in entry] == ["乙"]


def test_a_date_that_turned_private_alone_is_told_as_busy_whatever_it_is_called() -> None:
    activities = _named(series := _started(WEEKLY))
    activities[1] = change(activities[1], Change(private=True, title="家长约谈"), STAFF, NOW).aggregate
    titles = [str(entry["summary"]) for entry in _entries(_body(series, activities))]
    assert titles.count("内部使用 Busy") == 1
    assert set(titles) == {"每月义诊", "内部使用 Busy"}
    assert len(titles) == len(activities)


def test_a_venue_shows_what_takes_place_there_and_nothing_that_was_moved_elsewhere() -> None:
    series, moved = _started(WEEKLY), date(2026, 8, 1)
    activities = _named(series)
    first = activities[1]
    activities[1] = scheduling.relocate(
        first, NOW, starts_at=first.starts_at, ends_at=first.ends_at, venue="garden", building=None
    ).aggregate
    for revision in (
        Revision(since=moved, until=moved + DAY, venue="garden"),
        Revision(since=date(2027, 1, 2), venue="garden"),
        Revision(since=date(2027, 5, 1), until=date(2027, 5, 2), venue="committee-hall"),
    ):
        series = changing.revise(series, revision, STAFF, NOW).aggregate
    everywhere = _expected(series, activities)
    venues = {each.on: series.plan_of(each).venue for each in series.occurrences(BEGIN, END)}
    venues |= {each.occurrence: each.venue for each in activities if each.occurrence is not None}
    for venue in ("committee-hall", "garden"):
        there = [each for each in everywhere if venues[each[0].date()] == venue]
        assert _read_back(_body(series, activities, venue=venue)) == there
    assert sorted(_read_back(_body(series, activities))) == everywhere


def body_of(series: Series, activities: Sequence[Activity]) -> bytes:
    """The calendar of a series."""
    return _body(series, activities)


def expected_of(series: Series, activities: Sequence[Activity]) -> list[tuple[datetime, datetime, str]]:
    """What takes place, as we expand it."""
    return _expected(series, activities)


def _followed(series: Series, activities: Sequence[Activity]) -> list[Activity]:
    followed = []
    for activity in activities:
        for revision in series.revisions:
            activity = changing.conform(activity, series, revision, NOW).aggregate
        followed.append(activity)
    return followed


def test_a_moved_date_that_was_cancelled_later_and_a_cancelled_first_one_are_open_nowhere() -> None:
    first = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)
    series = _started("FREQ=WEEKLY;BYDAY=TU", starts_at=first, ends_at=first + timedelta(hours=2))
    activities = _named(series, date(2027, 4, 1))
    one, moved = activities[0], activities[2]
    moved = scheduling.move(
        moved, STAFF, NOW, starts_at=moved.starts_at + DAY, ends_at=moved.ends_at + DAY, venue="x", building=None
    ).aggregate
    series = changing.skip(series, date(2027, 3, 16), STAFF, NOW, None).aggregate
    series = changing.skip(series, date(2027, 3, 2), STAFF, NOW, None).aggregate
    activities[0], activities[2] = (ending.drop(each, NOW, None).aggregate for each in (one, moved))
    found = [
        starts.day
        for starts, _, _ in _read_back(_body(series, activities))
        if starts < datetime(2027, 4, 1, tzinfo=UTC)
    ]
    assert found == [9, 23, 30]
    cancelled = [entry for entry in _entries(_body(series, activities)) if entry["status"] == "CANCELLED"]
    assert [entry["recurrence-id"].dt.day for entry in cancelled] == [2, 16]


def test_until_is_in_utc_where_the_start_has_a_time_and_a_day_where_it_has_none() -> None:
    first = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)
    series = _started("FREQ=WEEKLY;UNTIL=20270330", starts_at=first, ends_at=first + timedelta(hours=2))
    body = _body(series, [])
    assert b"UNTIL=20270330T010000Z" in body.replace(b"\r\n ", b"")
    assert [starts.day for starts, _, _ in _read_back(body)] == [2, 9, 16, 23, 30]
    midnight = datetime(2027, 3, 1, 16, 0, tzinfo=UTC)
    days = _started("FREQ=WEEKLY;UNTIL=20270330", starts_at=midnight, ends_at=midnight + DAY, all_day=True)
    plain = _body(days, []).replace(b"\r\n ", b"")
    assert b"UNTIL=20270330\r\n" in plain or b"UNTIL=20270330;" in plain
    found = recurring_ical_events.of(Calendar.from_ical(_body(days, []))).between(date(2027, 3, 1), date(2027, 5, 1))
    assert [each["dtstart"].dt for each in found] == [date(2027, 3, day) for day in (2, 9, 16, 23, 30)]


def test_a_monday_morning_in_shanghai_is_no_sunday() -> None:
    first = datetime(2027, 3, 28, 23, 0, tzinfo=UTC)
    series = _started("FREQ=WEEKLY;BYDAY=MO", starts_at=first, ends_at=first + timedelta(hours=1))
    found = recurring_ical_events.of(Calendar.from_ical(_body(series, []))).between(date(2027, 3, 1), date(2027, 5, 1))
    assert {each["dtstart"].dt.isoweekday() for each in found} == {1}


def test_a_series_that_was_called_off_has_no_dates_any_more() -> None:
    series = _started(WEEKLY)
    off = rules.end(series, STAFF, NOW, cancels=True).aggregate
    activities = [ending.drop(each, NOW, None).aggregate for each in _named(series)]
    assert _read_back(_body(off, activities)) == []


@pytest.mark.parametrize("is_skipped", [True, False])
def test_a_date_that_came_back_stands_once(is_skipped: bool) -> None:
    """It was skipped; or its activity was cancelled by itself."""
    series = _started(WEEKLY)
    activities = _named(series)
    if is_skipped:
        series = changing.skip(series, date(2026, 3, 14), STAFF, NOW, None).aggregate
    activities[1] = ending.drop(activities[1], NOW, None).aggregate
    assert [each.starts_at for each in activities[1:2]] == [START + 7 * DAY]
    assert START + 7 * DAY not in [starts for starts, _, _ in _read_back(_body(series, activities))]
    series = changing.restore(series, date(2026, 3, 14), STAFF, NOW, activities[1].id).aggregate
    back = [each for each in _named(series) if each.occurrence == date(2026, 3, 14)]
    found = _read_back(_body(series, [*activities, *back]))
    assert [starts for starts, _, _ in found].count(START + 7 * DAY) == 1


@pytest.mark.parametrize("added_at", [None, time(1), time(6)])
def test_a_date_out_of_a_pause_stands_once_in_the_calendar_wherever_its_series_moves(added_at: time | None) -> None:
    """It was restored, and moves with the others; or it was added on that day at an hour of its own, and stays."""
    on = date(2026, 3, 14)
    paused = changing.pause(_started(WEEKLY), date(2026, 3, 10), date(2026, 3, 20), STAFF, NOW, None).aggregate
    if added_at is None:
        back = changing.restore(paused, on, STAFF, NOW).aggregate
    else:
        back = changing.add(paused, datetime.combine(on, added_at, UTC), STAFF, NOW).aggregate
    named = _named(back)
    revision = Revision(since=date(2026, 3, 7), at=time(17))
    later = changing.revise(back, revision, STAFF, NOW).aggregate
    followed = [changing.conform(each, later, later.revisions[0], NOW).aggregate for each in named]
    for activities in (followed, []):
        read = _read_back(_body(later, activities))
        assert read == _expected(later, activities)
        assert len([each for each in read if each[0].date() == on]) == 1


def test_pauses_known_from_the_start_are_no_dates() -> None:
    series = _started(
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", Dates(pauses=(Pause(since=date(2026, 7, 1), until=date(2026, 9, 1)),))
    )
    assert _read_back(_body(series, [])) == _expected(series, [])


def test_only_what_a_calendar_shows_raises_the_sequence() -> None:
    series = _started(WEEKLY)
    activities = _named(series)
    before = _entries(_body(series, activities))[0]["sequence"]
    expanded = rules.expand(series, NOW + 60 * DAY).aggregate
    fuller = [change(each, Change(capacity=9), STAFF, NOW).aggregate for each in activities]
    assert _entries(_body(expanded, fuller))[0]["sequence"] == before == 0
    skipped = changing.skip(series, date(2026, 3, 14), STAFF, NOW, None).aggregate
    assert _entries(_body(skipped, []))[0]["sequence"] == 1


def test_a_date_that_was_changed_cancelled_and_restored_has_a_higher_sequence_each_time() -> None:
    series = _started(WEEKLY)
    named = _named(series)
    first, on = named[0], named[0].occurrence or BEGIN
    for title in ("太极", "太极拳", "太极剑"):
        first = change(first, Change(title=title), STAFF, NOW).aggregate
    off = ending.cancel(first, STAFF, NOW, "大雨").aggregate
    back = changing.restore(series, on, STAFF, NOW, off.id).aggregate
    again = next(each for each in _named(back) if each.occurrence == on)
    moved = change(again, Change(title="太极"), STAFF, NOW).aggregate
    stages = ((series, first), (series, off), (back, moved))
    told = [
        max(each["sequence"] for each in _entries(_body(of, [each, *named[1:]])) if "recurrence-id" in each)
        for of, each in stages
    ]
    assert told == sorted({*told}), told


STORIES = [
    *((_started(rule), []) for rule in RULES),
    *((_started(rule), _named(_started(rule))) for rule in RULES),
    *((_started("FREQ=MONTHLY;BYMONTHDAY=31", Dates(short_months=choice)), []) for choice in ShortMonth),
    *(changed_in_every_way(rule) for rule in RULES[:8]),
    (_with_dates_that_no_rule_reaches(), []),
]
"""Series, with their activities, that another library reads too."""
