"""Dates of a series fall out, come back, are added, pause, or take place otherwise; activities follow."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.chassis.errors import CommunityError, NotYours
from services.chassis.principal import Role
from services.chassis.recurrence import until_in_utc
from services.chassis.values import ZONE, local_date
from services.contracts.activities import ActivityChanged, ActivityMoved, SeriesDateAdded, SeriesPaused
from services.events.activities.domain import scheduling
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change, effect
from services.events.activities.domain.requests import ChangeActivity
from services.events.registrations import domain as registrations
from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.changing import NotSkipped
from services.events.series.domain.reach import PauseEndsBeforeItBegins, TooFarAhead
from services.events.series.domain.recurrence import RuleUnreadable, ShortMonth, ShortMonths, normalise
from services.events.series.domain.requests import ChangeSeries
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import (
    Dates,
    DateTaken,
    NoSuchDate,
    Series,
    SeriesEndedAlready,
)
from tests.unit.events.given import HOME, NOW, STAFF, START, person, plan, resident
from tests.unit.events.lawful import lawful, took

DAY = timedelta(days=1)
WEEKLY = "FREQ=WEEKLY;BYDAY=SA"


def _series(rule: str = WEEKLY, **changes: Any) -> Series:
    return rules.start("series-1", HOME, plan(**changes), rule, STAFF, NOW).aggregate


def _activity(series: Series, on: date) -> Activity:
    occurrence = series.occurrence_on(on)
    assert occurrence is not None
    announced = scheduling.announce(
        occurrence.activity, HOME, series.plan_of(occurrence), "1", NOW, series=series.id, occurrence=on
    )
    lawful(None, announced)
    return announced.aggregate


def _days(series: Series, until: date) -> list[str]:
    return [occurrence.on.strftime("%m-%d") for occurrence in series.occurrences(date(2026, 3, 1), until)]


def test_a_skipped_date_comes_back_as_another_activity() -> None:
    series = _series()
    on = date(2026, 3, 14)
    first = series.activity_on(on)
    skipped = took(series, lambda s: changing.skip(s, on, STAFF, NOW, None)).aggregate
    assert "03-14" not in _days(skipped, date(2026, 4, 1))
    back = took(skipped, lambda s: changing.restore(s, on, STAFF, NOW))
    (event,) = back.events
    assert isinstance(event, SeriesDateAdded)
    assert event.occurrence.activity == back.aggregate.activity_on(on) != first
    assert "03-14" in _days(back.aggregate, date(2026, 4, 1))
    with pytest.raises(NotSkipped):
        changing.restore(back.aggregate, on, STAFF, NOW)
    with pytest.raises(NoSuchDate):
        changing.restore(skipped, on, STAFF, NOW + 60 * DAY)


@pytest.mark.parametrize("extra", [False, True])
def test_a_date_whose_activity_was_cancelled_by_itself_comes_back_as_another_one(extra: bool) -> None:
    series, on = _series(), date(2026, 3, 14)
    if extra:
        series, on = changing.add(series, START + 3 * DAY, STAFF, NOW).aggregate, date(2026, 3, 10)
    before = series.occurrence_on(on)
    first = series.activity_on(on)
    back = took(series, lambda s: changing.restore(s, on, STAFF, NOW, first))
    (event,) = back.events
    assert isinstance(event, SeriesDateAdded)
    assert event.occurrence.activity == back.aggregate.activity_on(on) != first
    assert before is not None
    assert (event.occurrence.starts_at, event.occurrence.on) == (before.starts_at, on)
    assert _days(back.aggregate, date(2026, 4, 1)) == _days(series, date(2026, 4, 1))
    for known in (first, None):  # twice at once; and one that stands
        with pytest.raises(NotSkipped):
            changing.restore(back.aggregate, on, STAFF, NOW, known)
    with pytest.raises(NoSuchDate):
        changing.restore(series, on, STAFF, NOW + 60 * DAY, first)
    with pytest.raises(NotYours):
        changing.restore(series, on, resident(1), NOW, first)
    off = rules.end(series, STAFF, NOW, cancels=True).aggregate
    with pytest.raises(SeriesEndedAlready):
        changing.restore(off, on, STAFF, NOW, first)


def test_a_date_more_is_one_a_day_and_can_fall_out_again() -> None:
    series, extra = _series(), START + 3 * DAY
    more = took(series, lambda s: changing.add(s, extra, STAFF, NOW)).aggregate
    assert _days(more, date(2026, 3, 15)) == ["03-07", "03-10", "03-14"]
    with pytest.raises(DateTaken):
        changing.add(more, extra, STAFF, NOW)
    with pytest.raises(DateTaken):
        changing.add(more, START + 2 * timedelta(hours=1), STAFF, NOW)
    without = took(more, lambda s: changing.skip(s, local_date(extra), STAFF, NOW, None)).aggregate
    assert _days(without, date(2026, 3, 15)) == ["03-07", "03-14"]
    again = took(without, lambda s: changing.add(s, extra, STAFF, NOW)).aggregate
    assert again.activity_on(local_date(extra)) != more.activity_on(local_date(extra))


def test_a_class_on_school_days_pauses_in_the_holidays() -> None:
    series = _series("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    paused = took(series, lambda s: changing.pause(s, date(2026, 3, 9), date(2026, 3, 16), STAFF, NOW, "寒假"))
    (event,) = paused.events
    assert isinstance(event, SeriesPaused)
    assert _days(paused.aggregate, date(2026, 3, 18)) == ["03-16", "03-17"]
    makeup = took(paused.aggregate, lambda s: changing.add(s, START + 7 * DAY, STAFF, NOW)).aggregate
    assert _days(makeup, date(2026, 3, 18)) == ["03-14", "03-16", "03-17"]
    with pytest.raises(PauseEndsBeforeItBegins):
        changing.pause(series, date(2026, 3, 9), date(2026, 3, 9), STAFF, NOW, None)


def test_this_and_following_dates_begin_at_another_time_and_earlier_ones_do_not() -> None:
    series = _series()
    revision = Revision(since=date(2026, 3, 21), at=time(14, 30), minutes=90, change=Change(capacity=9))
    revised = took(series, lambda s: changing.revise(s, revision, STAFF, NOW)).aggregate
    before, after = (revised.occurrence_on(date(2026, 3, day)) for day in (14, 21))
    assert before is not None
    assert after is not None
    assert before.starts_at.astimezone(ZONE).time() == time(9, 0)
    assert (after.starts_at.astimezone(ZONE).time(), after.ends_at - after.starts_at) == (
        time(14, 30),
        timedelta(minutes=90),
    )
    assert (revised.plan_of(before).capacity, revised.plan_of(after).capacity) == (4, 9)
    assert revised.activity_on(after.on) == series.activity_on(after.on)


def test_all_dates_have_another_title_and_so_has_the_series() -> None:
    revision = Revision(since=date(2026, 3, 1), change=Change(title="义诊与理发"), venue="garden")
    revised = took(_series(), lambda s: changing.revise(s, revision, STAFF, NOW, every=True)).aggregate
    assert (revised.title, revised.venue, revised.building) == ("义诊与理发", "garden", None)
    assert {revised.plan_of(each).title for each in revised.occurrences(date(2026, 3, 1), date(2026, 5, 1))} == {
        "义诊与理发"
    }


def test_one_date_differs_alone() -> None:
    revision = Revision(since=date(2026, 3, 14), until=date(2026, 3, 15), change=Change(title="端午专场"))
    revised = took(_series(), lambda s: changing.revise(s, revision, STAFF, NOW)).aggregate
    titles = [revised.plan_of(each).title for each in revised.occurrences(date(2026, 3, 1), date(2026, 3, 25))]
    assert titles == ["每月义诊", "端午专场", "每月义诊"]
    assert revised.title == "每月义诊"


def test_who_comes_to_every_date_knows_of_none_that_was_added_restored_or_is_the_first_at_another_time() -> None:
    series, later = _series(), date(2027, 3, 6)
    renamed = Revision(since=later - 14 * DAY, change=Change(title="新名"))
    for revision in (renamed, Revision(since=later, at=time(16, 0)), Revision(since=later + 14 * DAY, venue="garden")):
        series = changing.revise(series, revision, STAFF, NOW).aggregate
    paused = changing.pause(series, date(2027, 5, 1), date(2027, 5, 9), STAFF, NOW, None).aggregate
    series = changing.restore(paused, date(2027, 5, 8), STAFF, NOW).aggregate
    dates = [each.on for each in series.occurrences(date(2027, 2, 1), date(2027, 6, 1))]
    assert [on for on in dates if not changing.is_as_told(series, on)] == [later, later + 14 * DAY, date(2027, 5, 8)]


def test_activities_follow_in_what_the_change_is_about_alone() -> None:
    series, on = _series(), date(2026, 3, 14)
    activity = _activity(series, on)
    seated = registrations.register(activity, "resident-1", 2, resident(1), NOW).aggregate
    renamed = took(
        seated,
        lambda a: scheduling.move(
            a, STAFF, NOW, starts_at=a.starts_at, ends_at=a.ends_at, venue="garden", building=None
        ),
    ).aggregate
    revision = Revision(since=on, at=time(10, 0), change=Change(title="新名"))
    followed = took(renamed, lambda a: changing.conform(a, series, revision, NOW))
    assert [type(e) for e in followed.events] == [ActivityMoved, ActivityChanged]
    after = followed.aggregate
    assert (after.title, after.venue, after.starts_at.astimezone(ZONE).time()) == ("新名", "garden", time(10, 0))
    assert after.seated[0].asked_until is None
    told = effect(renamed, followed)
    assert (told.seated, told.seated_heads, told.told, told.asked) == (1, 2, ("changed", "moved"), 0)
    assert took(after, lambda a: changing.conform(a, series, revision, NOW)).events == ()


def test_what_was_moved_to_another_day_or_has_begun_keeps_its_time() -> None:
    series, on = _series(), date(2026, 3, 14)
    activity = _activity(series, on)
    moved = took(
        activity,
        lambda a: scheduling.move(
            a, STAFF, NOW, starts_at=a.starts_at + DAY, ends_at=a.ends_at + DAY, venue=a.venue, building=a.building
        ),
    ).aggregate
    revision = Revision(since=on, at=time(10, 0))
    assert took(moved, lambda a: changing.conform(a, series, revision, NOW)).events == ()
    assert changing.conform(activity, series, revision, activity.starts_at).events == ()
    elsewhere = Revision(since=on + DAY, at=time(10, 0))
    assert changing.conform(activity, series, elsewhere, NOW).events == ()


def test_only_those_who_manage_a_series_that_stands_change_it() -> None:
    series = _series()
    revision = Revision(since=date(2026, 3, 14), minutes=30)
    for by in (resident(1), person("other", Role.ORGANISER), person("x", Role.STAFF, home="elsewhere")):
        with pytest.raises(NotYours):
            changing.revise(series, revision, by, NOW)
    with pytest.raises(NoSuchDate):
        changing.revise(series, Revision(since=date(2026, 3, 15), until=date(2026, 3, 16), minutes=30), STAFF, NOW)
    off = rules.end(series, STAFF, NOW, cancels=True).aggregate
    with pytest.raises(SeriesEndedAlready):
        changing.revise(off, revision, STAFF, NOW)


def test_a_monday_morning_class_is_on_mondays_although_it_is_sunday_in_utc() -> None:
    first = datetime(2027, 3, 28, 23, 0, tzinfo=UTC)  # Monday 07:00 in Shanghai
    series = _series("FREQ=WEEKLY;BYDAY=MO", starts_at=first, ends_at=first + timedelta(hours=1))
    found = [each.on for each in series.occurrences(date(2027, 3, 1), date(2027, 4, 20))]
    assert found == [date(2027, 3, 29), date(2027, 4, 5), date(2027, 4, 12), date(2027, 4, 19)]
    assert {day.isoweekday() for day in found} == {1}


def test_until_includes_its_day_as_a_date_and_as_the_time_that_calendars_write() -> None:
    first = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)  # Tuesday 09:00
    times = {"starts_at": first, "ends_at": first + timedelta(hours=2)}
    for until in ("20270330", "20270330T010000Z"):
        series = _series(f"FREQ=WEEKLY;UNTIL={until}", **times)
        assert [each.on.day for each in series.occurrences(date(2027, 1, 1))] == [2, 9, 16, 23, 30]
        assert until_in_utc(series.rule, first) == "FREQ=WEEKLY;UNTIL=20270330T010000Z"
    before = _series("FREQ=WEEKLY;UNTIL=20270330T005959Z", **times)
    assert [each.on.day for each in before.occurrences(date(2027, 1, 1))] == [2, 9, 16, 23]


def test_the_fourth_thursday_is_not_the_last_one() -> None:
    first = datetime(2027, 2, 25, 1, 0, tzinfo=UTC)
    series = _series("FREQ=MONTHLY;BYDAY=4TH", starts_at=first, ends_at=first + timedelta(hours=1))
    found = [each.on for each in series.occurrences(date(2027, 2, 1), date(2027, 6, 1))]
    assert found == [date(2027, 2, 25), date(2027, 3, 25), date(2027, 4, 22), date(2027, 5, 27)]


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY"])
def test_what_is_done_in_a_month_without_a_31st_is_said_before(rule: str) -> None:
    first = datetime(2027, 1, 31, 1, 0, tzinfo=UTC)
    with pytest.raises(ShortMonths):
        normalise(rule, first)
    found = {}
    for choice in ShortMonth:
        dates = rules.Dates(short_months=choice)
        made = plan(starts_at=first, ends_at=first + timedelta(hours=1))
        series = rules.start("series-1", HOME, made, rule, STAFF, NOW, dates=dates).aggregate
        found[choice] = _days(series, date(2027, 5, 1))
    assert found == {
        ShortMonth.SKIP: ["01-31", "03-31"],
        ShortMonth.LAST_DAY: ["01-31", "02-28", "03-31", "04-30"],
    }


def test_among_several_days_of_the_month_a_late_one_is_asked_about_too() -> None:
    with pytest.raises(ShortMonths):
        normalise("FREQ=MONTHLY;BYMONTHDAY=1,30")
    assert normalise("FREQ=MONTHLY;BYMONTHDAY=1,30", None, ShortMonth.SKIP) == "FREQ=MONTHLY;BYMONTHDAY=1,30"
    with pytest.raises(RuleUnreadable):
        normalise("FREQ=MONTHLY;BYMONTHDAY=1,30", None, ShortMonth.LAST_DAY)


def test_the_last_working_day_is_taken() -> None:
    series = _series("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")
    assert _days(series, date(2026, 6, 1)) == ["03-31", "04-30", "05-29"]


def test_a_date_that_was_added_and_skipped_comes_back_at_its_own_time() -> None:
    extra = START + 3 * DAY + timedelta(hours=6)
    more = changing.add(_series(), extra, STAFF, NOW).aggregate
    on = local_date(extra)
    skipped = changing.skip(more, on, STAFF, NOW, None).aggregate
    back = took(skipped, lambda s: changing.restore(s, on, STAFF, NOW)).aggregate
    found = back.occurrence_on(on)
    assert found is not None
    assert (found.starts_at, back.dropped) == (extra, ())


def test_a_skipped_date_does_not_come_back_beside_one_that_took_its_day() -> None:
    on = date(2026, 3, 14)
    skipped = changing.skip(_series(), on, STAFF, NOW, None).aggregate
    instead = changing.add(skipped, START + 7 * DAY + timedelta(hours=5), STAFF, NOW).aggregate
    with pytest.raises(DateTaken):
        changing.restore(instead, on, STAFF, NOW)
    assert len(list(instead.occurrences(on, on + DAY))) == 1


def test_a_change_of_one_text_leaves_what_other_changes_have_said() -> None:
    def change(**details: Any) -> Change:
        return ChangeActivity.model_validate({"details": details}).to(_series().details)

    following = Revision(since=date(2026, 3, 14), change=change(bring="医保卡", terms={"cancel_hours_before": 24}))
    every = Revision(since=date(2026, 3, 1), change=change(description="量血压", terms={"offer_hours": 6}))
    series = changing.revise(_series(), following, STAFF, NOW).aggregate
    activity = _activity(series, date(2026, 3, 14))
    series = changing.revise(series, every, STAFF, NOW, every=True).aggregate
    first, second = (series.occurrence_on(date(2026, 3, day)) for day in (7, 14))
    assert first is not None
    assert second is not None
    for details in (
        series.plan_of(second).details,
        changing.conform(activity, series, every, NOW).aggregate.details,
    ):
        terms = details.terms
        assert (details.bring, details.description) == ("医保卡", "量血压")
        assert (terms.cancel_hours_before, terms.offer_hours) == (24, 6)
    assert (series.plan_of(first).details.bring, series.details.description) == (None, "量血压")
    emptied = changing.revise(series, Revision(since=date(2026, 3, 7), change=change(bring=None)), STAFF, NOW).aggregate
    assert emptied.plan_of(second).details.bring is None


def test_a_change_from_one_date_on_names_a_date_that_lies_ahead() -> None:
    for day in (date(2026, 3, 15), date(2026, 2, 28)):
        with pytest.raises(NoSuchDate):
            changing.revise(_series(), Revision(since=day, minutes=30), STAFF, NOW)
    begun = datetime(2026, 3, 7, 1, 30, tzinfo=UTC)
    with pytest.raises(NoSuchDate):
        changing.revise(_series(), Revision(since=date(2026, 3, 7), minutes=30), STAFF, begun)


def test_a_date_of_a_pause_takes_place_after_all() -> None:
    paused = changing.pause(_series(), date(2026, 3, 10), date(2026, 3, 25), STAFF, NOW, None).aggregate
    back = took(paused, lambda s: changing.restore(s, date(2026, 3, 14), STAFF, NOW)).aggregate
    assert [each.on.day for each in back.occurrences(date(2026, 3, 1), date(2026, 4, 1))] == [7, 14, 28]
    later = changing.revise(back, Revision(since=date(2026, 3, 7), at=time(17)), STAFF, NOW).aggregate
    again = later.occurrence_on(date(2026, 3, 14))
    assert again is not None
    assert again.starts_at.astimezone(ZONE).time() == time(17)
    named = _activity(back, date(2026, 3, 14))
    assert changing.conform(named, later, later.revisions[0], NOW).aggregate.starts_at == again.starts_at
    anew = took(later, lambda s: changing.pause(s, date(2026, 3, 9), date(2026, 3, 25), STAFF, NOW, None)).aggregate
    assert [each.on.day for each in anew.occurrences(date(2026, 3, 1), date(2026, 4, 1))] == [7, 28]
    with pytest.raises(changing.NotSkipped):
        changing.restore(back, date(2026, 3, 14), STAFF, NOW)
    with pytest.raises(changing.NotSkipped):
        changing.restore(back, date(2026, 3, 15), STAFF, NOW)


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ((START + 7 * DAY + timedelta(hours=5),), DateTaken),  # the rule gives that day
        ((START + 3 * DAY, START + 3 * DAY + timedelta(hours=5)), DateTaken),
        ((NOW - DAY,), NoSuchDate),
        ((NOW + timedelta(days=9999),), TooFarAhead),
    ],
)
def test_an_extra_start_makes_a_date_of_its_own(extra: tuple[datetime, ...], error: type[CommunityError]) -> None:
    with pytest.raises(error):
        rules.start("series-1", HOME, plan(), "FREQ=WEEKLY;BYDAY=SA", STAFF, NOW, dates=Dates(extra=extra))
    with pytest.raises(TooFarAhead):
        changing.add(_series(), NOW + timedelta(days=9999), STAFF, NOW)


def test_a_time_of_day_is_that_of_the_community() -> None:
    with pytest.raises(ValidationError, match="without an offset"):
        ChangeSeries.model_validate({"scope": "all", "at": "09:00+02:00"})
