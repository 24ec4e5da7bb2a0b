"""When a venue is open, what fits into it, and who describes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.events.venues.domain import (
    BlockVenue,
    Clash,
    DescribeVenue,
    EnterVenue,
    HoursUnclear,
    OpeningRequest,
    Slot,
    Venue,
    VenueClosed,
    VenueTooSmall,
    among_themselves,
    block,
    describe,
    enter,
    require_open,
    told,
    told_clashes,
    unblock,
    with_buffers,
)
from tests.unit.events.given import HOME, HOUR, NOW, STAFF, START, resident
from tests.unit.events.lawful import lawful, took

SATURDAY = OpeningRequest(weekday=6, opens=8 * 60, closes=12 * 60)


def _hall(**more: Any) -> Venue:
    body = EnterVenue(community=HOME, venue="hall", zh="大厅", capacity=30, openings=(SATURDAY,), **more)
    entered = enter("venue-1", body, STAFF)
    lawful(None, entered)
    return entered.aggregate


def _slot(starts_at: datetime, hours: float = 2) -> Slot:
    return Slot(activity="activity-1", starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("starts", "hours", "is_open"),
    [
        (START, 2, True),  # Saturday 09:00 to 11:00 in Shanghai
        (START, 3, True),
        (START, 3.5, False),
        (START - 2 * HOUR, 2, False),
        (START + timedelta(days=1), 2, False),
    ],
)
def test_it_is_open_within_its_hours_on_the_communitys_clock(starts: datetime, hours: float, is_open: bool) -> None:
    slot = _slot(starts, hours)
    assert _hall().is_open(slot.starts_at, slot.ends_at) is is_open


def test_without_hours_it_is_always_open_and_over_midnight_where_both_days_are() -> None:
    always = _hall().model_copy(update={"openings": ()})
    night = datetime(2026, 3, 7, 14, 0, tzinfo=UTC)  # 22:00 to 02:00
    assert always.is_open(night, night + 4 * HOUR)
    late = (OpeningRequest(weekday=6, opens=0, closes=1440), OpeningRequest(weekday=7, opens=0, closes=180))
    nights = took(_hall(), lambda v: describe(v, DescribeVenue(zh="大厅", openings=late), STAFF)).aggregate
    assert nights.is_open(night, night + 4 * HOUR)
    assert not nights.is_open(night, night + 6 * HOUR)


def test_hours_that_meet_or_overlap_are_one_time() -> None:
    parts = tuple(
        OpeningRequest(weekday=6, opens=opens * 60, closes=closes * 60)
        for opens, closes in ((12, 18), (8, 12), (17, 20), (21, 22))
    )
    hall = took(_hall(), lambda v: describe(v, DescribeVenue(zh="大厅", openings=parts), STAFF)).aggregate
    assert hall.is_open(START, START + 11 * HOUR)  # 09:00 to 20:00
    assert not hall.is_open(START, START + 12 * HOUR)
    assert not hall.is_open(START, START + 13 * HOUR)


def test_blocked_it_is_closed_and_the_times_are_named() -> None:
    blocked = took(_hall(), lambda v: block(v, BlockVenue(since=START, until=START + HOUR, reason="维修"), STAFF))
    with pytest.raises(VenueClosed) as refusal:
        require_open(blocked.aggregate, [_slot(START), _slot(START + 7 * timedelta(days=1))], 10)
    assert refusal.value.params == {"when": "2026-03-07 09:00–11:00"}
    again = took(blocked.aggregate, lambda v: unblock(v, START, STAFF)).aggregate
    require_open(again, [_slot(START)], 10)
    assert took(again, lambda v: unblock(v, NOW, STAFF)).events == ()


def test_no_more_people_than_it_holds() -> None:
    require_open(_hall(), [_slot(START)], 30)
    with pytest.raises(VenueTooSmall):
        require_open(_hall(), [_slot(START)], 31)


def test_buffers_are_held_around() -> None:
    hall = _hall(before_minutes=30, after_minutes=15)
    assert with_buffers(hall, _slot(START)) == (START - HOUR / 2, START + 2 * HOUR + HOUR / 4)
    assert with_buffers(None, _slot(START)) == (START, START + 2 * HOUR)


def test_staff_alone_decide_and_hours_have_a_length() -> None:
    with pytest.raises(NotYours):
        describe(_hall(), DescribeVenue(zh="大厅"), resident(1))
    with pytest.raises(HoursUnclear):
        block(_hall(), BlockVenue(since=START, until=START), STAFF)
    with pytest.raises(HoursUnclear):
        describe(_hall(), DescribeVenue(zh="大厅", openings=(OpeningRequest(weekday=1, opens=9, closes=9),)), STAFF)


def test_a_clash_names_the_hours_that_are_held_and_whose_where_that_may_be_known() -> None:
    known = Clash(slot=_slot(START), starts_at=START, ends_at=START + HOUR, title="合唱")
    set_up = Clash(slot=_slot(START + HOUR), starts_at=START, ends_at=START + HOUR)
    told = told_clashes([known, set_up])
    assert told.zh == "2026-03-07 09:00–10:00“合唱”、2026-03-07 09:00–10:00（含布置和整理时间）"
    assert told.en == "2026-03-07 09:00–10:00 “合唱”, 2026-03-07 09:00–10:00 (with its set-up)"


def test_slots_of_one_series_collide_among_themselves() -> None:
    first, second, third = (_slot(START + n * HOUR, 1) for n in range(3))
    spans = [(slot, *with_buffers(_hall(), slot)) for slot in (third, first, second)]
    assert among_themselves(spans, "课堂") == []
    (slot, starts, ends) = spans[1]
    (clash,) = among_themselves([spans[0], (slot, starts, ends + HOUR / 4), spans[2]], "课堂")
    assert (clash.slot, clash.ends_at, clash.is_by_set_up) == (second, START + HOUR, True)


def test_of_many_times_the_first_are_told() -> None:
    slots = [_slot(START + n * timedelta(days=7)) for n in range(12)]
    assert told(slots).endswith("(+2)")
