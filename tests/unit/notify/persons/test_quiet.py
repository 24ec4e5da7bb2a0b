"""Quiet hours on every clock: over midnight, within a day, on the nights when clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.calendar.days import Arrangement, is_workday
from services.chassis.calendar.holidays import Holidays
from services.notify.persons.domain import quiet
from services.notify.persons.domain.quiet import QuietHours
from services.notify.persons.domain.requests import PutPreferences
from tests.unit.chassis.calendar import law
from tests.unit.notify.given import HERE

ZONES = ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]

minutes = st.times().map(lambda t: t.replace(second=0, microsecond=0))
hours = st.builds(
    lambda span, zone: QuietHours(start=span[0], end=span[1], zone=zone),
    st.tuples(minutes, minutes).filter(lambda span: span[0] != span[1]),
    st.sampled_from(ZONES),
)
late_hours = st.builds(
    lambda span, until, zone: QuietHours(start=span[0], end=span[1], holidays_until=until, zone=zone),
    st.tuples(minutes, minutes).filter(lambda span: span[0] != span[1]),
    minutes | st.just(time(0)),
    st.sampled_from(["Asia/Shanghai", "UTC", "Asia/Kathmandu"]),
)
"""With days off; in zones whose clocks are never changed, so that minutes can be counted."""
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001  bounds have no zone


@pytest.mark.parametrize(
    ("at", "released"),
    [
        ("2026-11-24T13:59", "2026-11-24T13:59"),  # 21:59 in Shanghai
        ("2026-11-24T14:00", "2026-11-24T23:00"),  # 22:00 begins
        ("2026-11-24T15:59", "2026-11-24T23:00"),  # before midnight
        ("2026-11-24T16:00", "2026-11-24T23:00"),  # midnight
        ("2026-11-24T22:59", "2026-11-24T23:00"),
        ("2026-11-24T23:00", "2026-11-24T23:00"),  # 07:00 is awake
    ],
)
def test_a_night_in_shanghai_is_quiet_until_seven(at: str, released: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert QuietHours().release(moment) == datetime.fromisoformat(released).replace(tzinfo=UTC)


def test_a_noon_nap_ends_the_same_day() -> None:
    nap = QuietHours(start=time(12), end=time(14))
    assert nap.release(datetime(2026, 11, 24, 5, tzinfo=UTC)) == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert not nap.hold(datetime(2026, 11, 24, 15, tzinfo=UTC))


def test_quiet_hours_end_in_the_night_when_clocks_are_put_forward() -> None:
    quiet = QuietHours(start=time(1), end=time(2, 30), zone="Europe/Berlin")  # 02:30 does not exist that night
    released = quiet.release(datetime(2027, 3, 28, 0, 30, tzinfo=UTC))
    assert released == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert not quiet.hold(released)


def test_quiet_hours_end_in_the_night_when_clocks_are_put_back() -> None:
    quiet = QuietHours(start=time(1), end=time(2, 30), zone="Europe/Berlin")  # 02:30 comes twice that night
    released = quiet.release(datetime(2026, 10, 25, 0, 10, tzinfo=UTC))
    assert not quiet.hold(released)


@given(hours, moments)
def test_nobody_is_woken_and_nobody_waits_longer_than_a_day(quiet: QuietHours, at: datetime) -> None:
    released = quiet.release(at)
    assert released >= at
    assert not quiet.hold(released)
    assert released - at <= timedelta(hours=25)
    assert quiet.release(released) == released


@given(hours, moments)
def test_only_quiet_moments_are_held(quiet: QuietHours, at: datetime) -> None:
    assert (quiet.release(at) == at) is not quiet.hold(at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "07:00"},
        *({"zone": zone} for zone in ("Mars/Olympus", "../etc", "", "localtime", "right/Asia/Shanghai", "posixrules")),
    ],
)
def test_hours_without_end_or_zone_are_refused(wrong: dict[str, str]) -> None:
    """What a machine calls its own zone is another one elsewhere."""
    PutPreferences.model_validate({"community": HERE, "quiet_hours": {"zone": "Europe/Berlin"}})
    with pytest.raises(ValidationError):
        PutPreferences.model_validate({"community": HERE, "quiet_hours": wrong})


def test_a_zone_that_another_machine_took_and_this_one_does_not_know_is_the_communitys() -> None:
    night = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert QuietHours(zone="Asia/Newtown").release(night) == QuietHours().release(night)


def test_holidays_of_years_to_come_are_quiet_until_late() -> None:
    late = QuietHours(holidays_until=time(9))
    for day in law.ALL:
        eight = datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
        assert late.release(eight) == eight + timedelta(hours=1)
        assert QuietHours().release(eight) == eight


def test_an_arrangement_that_was_loaded_counts_for_messages_of_its_community(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, saturday = Holidays(), datetime(2027, 1, 9, 0, 30, tzinfo=UTC)
    loaded.load({"here": {2027: Arrangement(frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 9)}))}})
    monkeypatch.setattr(quiet, "HOLIDAYS", loaded)
    late = QuietHours(holidays_until=time(9))
    assert late.release(saturday, "here") == saturday
    assert late.release(saturday, "there") == saturday + timedelta(minutes=30)


def test_a_day_that_ends_at_twenty_four_o_clock() -> None:
    late = QuietHours.model_validate({"start": "22:00", "end": "24:00"})
    assert late.hold(datetime(2026, 11, 24, 15, 59, 30, tzinfo=UTC))  # 23:59:30 in Shanghai
    assert late.release(datetime(2026, 11, 24, 15, tzinfo=UTC)) == datetime(2026, 11, 24, 16, tzinfo=UTC)
    with pytest.raises(ValidationError):
        QuietHours.model_validate({"start": "00:00", "end": "24:00"})


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("2026-11-27", 7),  # a Friday
        ("2026-11-28", 9),  # a Saturday
        ("2026-02-14", 7),  # a Saturday on which people work
        ("2026-02-17", 9),  # a Tuesday in the Spring Festival
    ],
)
def test_it_stays_quiet_longer_on_days_off(day: str, until: int) -> None:
    quiet = QuietHours(holidays_until=time(9))
    midnight = datetime.fromisoformat(f"{day}T00:00+08:00")
    for before in (timedelta(hours=1), timedelta(), timedelta(hours=-6, minutes=-59)):
        assert quiet.release(midnight - before) == midnight + timedelta(hours=until)
    assert not quiet.hold(midnight + timedelta(hours=until))


def test_a_weekend_without_a_quiet_end_is_waited_out() -> None:
    """On days off the only free minutes of every day fall away, so that five and more spans follow one another."""
    narrow = QuietHours(start=time(12), end=time(11, 58), holidays_until=time(23, 50))
    friday, monday = datetime(2026, 11, 27, 5, tzinfo=UTC), datetime(2026, 11, 30, 3, 58, tzinfo=UTC)
    assert narrow.release(friday) == monday
    golden_week = QuietHours(start=time(20), end=time(7, 10), holidays_until=time(22))
    last_day = datetime(2026, 9, 30, 13, tzinfo=UTC)
    assert golden_week.release(last_day) == datetime(2026, 10, 7, 23, 10, tzinfo=UTC)


def test_who_naps_at_noon_and_sleeps_late_is_told_in_between() -> None:
    nap = QuietHours(start=time(13), end=time(14), holidays_until=time(9))
    saturday_at_eight = datetime(2026, 11, 28, 0, tzinfo=UTC)
    assert nap.release(saturday_at_eight) == saturday_at_eight + timedelta(hours=1)


@pytest.mark.parametrize("until", ["24:00", "00:00"])
def test_days_off_are_quiet_until_midnight_where_that_is_asked_for(until: str) -> None:
    off = QuietHours.model_validate({"holidays_until": until})
    saturday_noon = datetime(2026, 11, 28, 4, tzinfo=UTC)
    assert off.hold(saturday_noon)
    assert off.release(saturday_noon) == datetime(2026, 11, 29, 23, tzinfo=UTC)


@given(late_hours, moments)
def test_the_first_free_minute_is_the_one_that_a_count_finds(quiet: QuietHours, at: datetime) -> None:
    zone, minute = ZoneInfo(quiet.zone), timedelta(minutes=1)

    def free(moment: datetime) -> bool:
        local = moment.astimezone(zone)
        clock, until = local.time(), quiet.holidays_until
        span = [quiet.start <= clock, clock < quiet.end]
        night = all(span) if quiet.start < quiet.end else any(span)
        off = until is not None and not is_workday(local.date()) and (until == time(0) or clock < until)
        return not night and not off

    counted = at
    while not free(counted):
        counted = (counted + minute).replace(second=0, microsecond=0)
    assert quiet.release(at) == counted
