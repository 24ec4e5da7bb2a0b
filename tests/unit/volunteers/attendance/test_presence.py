"""Presences: minutes are whole and never rounded up, midnight is no border, and what was forgotten is capped."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.volunteers.attendance.domain.presence import (
    How,
    NotAtThisTime,
    Presence,
    arrive,
    arrive_again,
    erase,
    fall_away,
    forget,
    go_on,
    hand_over,
    leave,
    left_as,
)
from tests.unit.volunteers.decisions import assert_folds
from tests.unit.volunteers.making import a_need
from tests.unit.volunteers.world import HOUR

GRACE = 2 * HOUR
_ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2024, 1, 30, 20, 0, tzinfo=_ZONE)


def _there(at: datetime, starts: datetime = NIGHT, ends: datetime = NIGHT + 4 * HOUR) -> Presence:
    need = a_need(starts_at=starts, ends_at=ends)
    return arrive(need, "ann", How.CODE, None, at, GRACE).aggregate


@pytest.mark.parametrize(
    ("arrived", "left", "minutes"),
    [
        ("20:00", "24:00", 240),
        ("22:00", "25:30", 210),
        ("19:30", "21:00", 60),
        ("20:00", "20:00", 0),
        ("19:30", "19:50", 0),
    ],
)
def test_the_time_is_counted_from_the_arrival_or_the_start_and_over_midnight(
    arrived: str, left: str, minutes: int
) -> None:
    def at(text: str) -> datetime:
        hours, rest = text.split(":")
        return NIGHT - 20 * HOUR + timedelta(hours=int(hours), minutes=int(rest))

    gone = leave(_there(at(arrived)), How.CODE, None, at(left)).aggregate
    assert (gone.minutes, gone.forgotten) == (minutes, False)


def test_a_second_check_out_changes_nothing() -> None:
    gone = leave(_there(NIGHT), How.CODE, None, NIGHT + HOUR).aggregate
    assert leave(gone, How.SEEN, "grid-1", NIGHT + 2 * HOUR).events == ()


def test_a_check_out_that_was_forgotten_counts_to_the_planned_end_and_is_flagged() -> None:
    there = _there(NIGHT + HOUR)
    assert forget(there, NIGHT + 6 * HOUR - timedelta(seconds=1)).events == ()
    flagged = forget(there, NIGHT + 6 * HOUR).aggregate
    assert (flagged.minutes, flagged.forgotten, flagged.due) == (180, True, None)
    assert leave(flagged, How.CODE, None, NIGHT + 7 * HOUR).events == ()


def test_nobody_arrives_where_it_is_over() -> None:
    with pytest.raises(NotAtThisTime):
        _there(NIGHT + 4 * HOUR)


@settings(max_examples=200)
@given(st.integers(-3600, 14_399), st.integers(0, 30_000))
def test_minutes_are_never_more_than_were_given_nor_negative(late: int, stayed: int) -> None:
    arrived = NIGHT + timedelta(seconds=late)
    left = arrived + timedelta(seconds=stayed)
    minutes = leave(_there(arrived), How.CODE, None, left).aggregate.minutes
    given_seconds = max(0, (left - max(arrived, NIGHT)).total_seconds())
    assert minutes is not None
    assert 0 <= minutes * 60 <= given_seconds < (minutes + 1) * 60


def test_erasing_leaves_the_minutes_and_a_stand_in() -> None:
    gone = leave(_there(NIGHT), How.CODE, None, NIGHT + HOUR).aggregate
    erased = erase(gone, "gone-1").aggregate
    assert (erased.person, erased.minutes) == ("gone-1", 60)
    assert "ann" not in repr(erased)


def test_of_two_records_of_one_person_the_one_that_goes_on_is_there_since_the_other_came() -> None:
    there = _there(NIGHT)
    going, ended = go_on(there, "ann-2"), hand_over(there)
    assert_folds(None, going)
    assert_folds(there, ended)
    theirs = arrive(a_need(starts_at=NIGHT, ends_at=NIGHT + 4 * HOUR), "ann-2", How.CODE, None, NIGHT, GRACE)
    assert going.aggregate == theirs.aggregate
    assert (ended.aggregate.minutes, ended.aggregate.due) == (0, None)
    assert hand_over(ended.aggregate).events == ()
    gone = leave(there, How.CODE, None, NIGHT + HOUR).aggregate
    assert hand_over(gone).events == ()


def test_who_checks_out_while_their_presence_is_handed_over_has_left_under_the_record_that_goes_on() -> None:
    there = _there(NIGHT)
    goes_on = go_on(there, "ann-2").aggregate
    out = leave(there, How.CODE, None, NIGHT + HOUR).aggregate
    assert hand_over(out).events == ()
    left = left_as(goes_on, out)
    assert_folds(goes_on, left)
    assert (left.aggregate.minutes, left.aggregate.left_at, left.aggregate.due) == (60, NIGHT + HOUR, None)
    assert left_as(left.aggregate, out).events == ()
    assert left_as(goes_on, hand_over(there).aggregate).events == ()


def test_a_presence_without_a_seat_falls_away_without_minutes_and_may_begin_anew() -> None:
    there = _there(NIGHT - HOUR)
    fallen = fall_away(there, NIGHT + HOUR).aggregate
    assert (fallen.minutes, fallen.due, fallen.fell_away) == (0, None, True)
    assert fall_away(fallen, NIGHT + 2 * HOUR).events == ()
    again = arrive_again(fallen, How.SEEN, "grid-1", NIGHT + 2 * HOUR, GRACE).aggregate
    assert (again.arrived_at, again.left_at, again.due) == (NIGHT + 2 * HOUR, None, there.due)
    gone = leave(again, How.CODE, None, NIGHT + 3 * HOUR).aggregate
    assert (gone.minutes, gone.fell_away) == (60, False)
    assert arrive_again(gone, How.CODE, None, NIGHT + 3 * HOUR, GRACE).events == ()
    with pytest.raises(NotAtThisTime):
        arrive_again(fallen, How.CODE, None, NIGHT + 4 * HOUR, GRACE)
