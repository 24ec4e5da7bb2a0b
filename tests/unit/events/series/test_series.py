"""A series names each of its dates once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.aggregate import Decision
from services.chassis.errors import NotYours
from services.chassis.principal import Role
from services.chassis.recurrence import starts
from services.chassis.values import local_date
from services.contracts.activities import (
    Occurrence,
    Pause,
    SeriesDateSkipped,
    SeriesEnded,
    SeriesExpanded,
    SeriesStatus,
)
from services.events.activities.domain.changing import Change
from services.events.activities.domain.privacy import BUSY_ZH
from services.events.series.domain import changing
from services.events.series.domain import series as rules
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import HORIZON, Dates, NoSuchDate, Series, SeriesEndedAlready
from tests.unit.events.given import HOME, NOW, ORGANISER, STAFF, START, person, plan, resident
from tests.unit.events.lawful import lawful, took

WEEKLY = "FREQ=WEEKLY;BYDAY=SA"
DAY = timedelta(days=1)


def _started(rule: str = WEEKLY, now: datetime = NOW, **changes: Any) -> Decision[Series]:
    decision = rules.start("series-1", HOME, plan(**changes), rule, STAFF, now)
    lawful(None, decision)
    return decision


def _named(*decisions: Decision[Series]) -> list[Occurrence]:
    return [o for d in decisions for e in d.events if isinstance(e, SeriesExpanded) for o in e.occurrences]


def test_the_dates_in_sight_are_named_at_once() -> None:
    dates = [o.on for o in _named(_started())]
    assert dates[0] == date(2026, 3, 7)
    assert dates[-1] == date(2026, 4, 25)
    assert len(dates) == 8


def test_each_date_becomes_what_was_planned() -> None:
    started = _started()
    second = _named(started)[1]
    planned = started.aggregate.plan_of(second)
    assert (planned.starts_at, planned.ends_at) == (START + 7 * DAY, plan().ends_at + 7 * DAY)
    assert planned.model_dump(exclude={"starts_at", "ends_at"}) == plan().model_dump(exclude={"starts_at", "ends_at"})


def test_a_series_that_ended_has_no_later_dates_also_where_the_near_ones_take_place() -> None:
    running = _started().aggregate
    until = local_date(START) + 90 * DAY
    assert [each.on for each in running.later(until)] == [date(2026, 5, 2) + n * 7 * DAY for n in range(5)]
    for cancels in (True, False):
        ended = rules.end(running, STAFF, NOW, cancels=cancels).aggregate
        assert list(ended.later(until)) == []


@given(st.lists(st.integers(0, 30), max_size=12), st.sampled_from([WEEKLY, "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=1SA"]))
@settings(max_examples=60)
def test_however_often_it_is_looked_at_no_date_is_doubled_or_missed(pauses: list[int], rule: str) -> None:
    decisions = [_started(rule)]
    now = NOW
    for pause in pauses:
        now += pause * DAY
        decisions.append(took(decisions[-1].aggregate, lambda s, now=now: rules.expand(s, now)))  # type: ignore[misc]
    dates = [o.on for o in _named(*decisions)]
    assert len({o.activity for o in _named(*decisions)}) == len(dates)
    begin, end = local_date(START), local_date(now) + HORIZON
    expected = [local_date(m) for m in starts(rule, START, begin, end)]
    assert dates == expected


def test_a_long_sleep_names_no_dates_that_are_past() -> None:
    late = START + 364 * DAY + timedelta(minutes=1)  # a Saturday again, and it has just begun
    named = _named(rules.expand(_started().aggregate, late))
    assert named
    assert all(o.starts_at > late for o in named)


def test_a_rule_that_ends_ends_its_series_once_its_last_date_is_over() -> None:
    decision = _started("FREQ=WEEKLY;COUNT=3")
    assert [o.on.day for o in _named(decision)] == [7, 14, 21]
    on_the_last_day = took(decision.aggregate, lambda s: rules.expand(s, START + 14 * DAY)).aggregate
    assert decision.aggregate.status is on_the_last_day.status is SeriesStatus.RUNNING
    over = took(on_the_last_day, lambda s: rules.expand(s, START + 15 * DAY))
    assert over.aggregate.status is SeriesStatus.ENDED
    assert isinstance(over.events[-1], SeriesEnded)
    assert over.events[-1].cancels is False
    assert rules.expand(over.aggregate, NOW + 100 * DAY).events == ()


def test_a_whole_summer_class_is_called_off_although_all_its_dates_were_named() -> None:
    ended = _started("FREQ=WEEKLY;COUNT=3").aggregate.model_copy(update={"status": SeriesStatus.ENDED})
    off = took(ended, lambda s: rules.end(s, STAFF, NOW, cancels=True, reason="教室漏水"))
    (event,) = off.events
    assert isinstance(event, SeriesEnded)
    assert (event.cancels, event.reason, off.aggregate.called_off) == (True, "教室漏水", True)
    with pytest.raises(SeriesEndedAlready):
        rules.end(off.aggregate, STAFF, NOW, cancels=True)
    with pytest.raises(SeriesEndedAlready):
        rules.end(ended, STAFF, NOW + 100 * DAY, cancels=True)


def test_dates_that_fall_out_come_besides_or_pause_are_known_from_the_start() -> None:
    extra = START + 10 * DAY  # a Tuesday
    dates = Dates(
        skipped=(date(2026, 3, 14),), extra=(extra,), pauses=(Pause(since=date(2026, 3, 28), until=date(2026, 4, 12)),)
    )
    decision = rules.start("series-1", HOME, plan(), WEEKLY, STAFF, NOW, dates=dates)
    lawful(None, decision)
    assert [(o.on.month, o.on.day) for o in _named(decision)] == [(3, 7), (3, 17), (3, 21), (4, 18), (4, 25)]
    assert _named(decision)[1].starts_at == extra


def test_a_new_series_skips_days_alone_that_its_rule_gives() -> None:
    held_off = (Pause(since=date(2026, 3, 21), until=date(2026, 3, 22)),)
    for on in (date(2026, 3, 15), date(2026, 2, 28)):
        with pytest.raises(NoSuchDate):
            rules.start("series-1", HOME, plan(), WEEKLY, STAFF, NOW, dates=Dates(skipped=(on,)))
    dates = Dates(skipped=(date(2026, 3, 21),), pauses=held_off)
    assert rules.start("series-1", HOME, plan(), WEEKLY, STAFF, NOW, dates=dates).aggregate.skipped == dates.skipped


def test_a_rule_without_dates_is_no_series() -> None:
    with pytest.raises(NoSuchDate):
        _started("FREQ=WEEKLY;UNTIL=20260301")


def test_skipping_a_date_ahead_of_sight_keeps_it_from_being_named() -> None:
    on = date(2026, 5, 16)
    skipped = took(_started().aggregate, lambda s: changing.skip(s, on, STAFF, NOW, None)).aggregate
    assert on not in [o.on for o in _named(rules.expand(skipped, NOW + 60 * DAY))]


def test_skipping_a_named_date_names_its_activity() -> None:
    started = _started()
    decision = took(started.aggregate, lambda s: changing.skip(s, date(2026, 3, 14), ORGANISER, NOW, "13812345678"))
    (event,) = decision.events
    assert isinstance(event, SeriesDateSkipped)
    assert event.activity == _named(started)[1].activity
    assert "138" not in str(event.reason)
    again = took(decision.aggregate, lambda s: changing.skip(s, date(2026, 3, 14), ORGANISER, NOW, None))
    assert again.events == ()


@pytest.mark.parametrize("on", [date(2026, 3, 15), date(2026, 2, 28), date(1926, 3, 6)])
def test_dates_that_do_not_follow_the_rule_are_not_skipped(on: date) -> None:
    with pytest.raises(NoSuchDate):
        changing.skip(_started().aggregate, on, STAFF, NOW, None)


def test_a_date_that_has_begun_is_not_skipped() -> None:
    with pytest.raises(NoSuchDate):
        changing.skip(_started().aggregate, local_date(START), STAFF, START, None)


def test_an_ended_series_names_no_dates_and_skips_only_those_it_named() -> None:
    ended = took(_started().aggregate, lambda s: rules.end(s, STAFF, NOW, cancels=True)).aggregate
    assert rules.expand(ended, NOW + 100 * DAY).events == ()
    with pytest.raises(SeriesEndedAlready):
        rules.end(ended, STAFF, NOW, cancels=True)
    with pytest.raises(SeriesEndedAlready):
        changing.skip(ended, date(2026, 5, 16), STAFF, NOW, None)
    assert changing.skip(ended, date(2026, 3, 14), STAFF, NOW, None).events


def test_only_staff_and_its_organiser_manage_it() -> None:
    series = _started().aggregate
    for by in (resident(1), person("other", Role.ORGANISER), person("x", Role.STAFF, home="elsewhere")):
        with pytest.raises(NotYours):
            changing.skip(series, date(2026, 3, 14), by, NOW, None)
        with pytest.raises(NotYours):
            rules.end(series, by, NOW, cancels=False)
        with pytest.raises(NotYours):
            rules.start("series-2", HOME, plan(), WEEKLY, by, NOW)


def test_a_series_goes_on_without_its_organisers_name() -> None:
    series = rules.start("series-1", HOME, plan(), "FREQ=WEEKLY", STAFF, NOW).aggregate
    assert took(series, lambda s: rules.erase_from_series(s, ORGANISER.sub)).aggregate.organiser == "erased-1"
    assert took(series, lambda s: rules.erase_from_series(s, "nobody")).events == ()


def test_a_series_is_withheld_while_its_dates_to_come_are_private() -> None:
    public = _started().aggregate
    on = next(public.occurrences(local_date(NOW))).on
    one = Revision(since=on, until=on + timedelta(days=1), change=Change(private=True))
    apart = changing.revise(public, one, STAFF, NOW).aggregate
    assert not apart.withheld
    assert apart.plan_of(next(apart.occurrences(on))).booked_as == BUSY_ZH
    following = changing.revise(public, Revision(since=on, change=Change(private=True)), STAFF, NOW)
    withheld = following.aggregate
    assert withheld.hides_from(None)
    assert withheld.hides_from(resident(1))
    assert not withheld.hides_from(STAFF)
    assert not withheld.hides_from(person(withheld.organiser))
    assert withheld.public().title == BUSY_ZH
    assert withheld.public().private
    for event in following.events:
        assert withheld.title not in withheld.told(event).model_dump_json()
    every = Revision(since=local_date(NOW), change=Change(private=False))
    again = changing.revise(withheld, every, STAFF, NOW, every=True).aggregate
    assert (again.withheld, again.public()) == (False, again.whole())
