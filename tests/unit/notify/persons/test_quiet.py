"""Quiet hours on every clock: over midnight, within a day, on the nights when clocks are changed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notify.persons.domain.quiet import QuietHours

ZONES = ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]

minutes = st.times().map(lambda t: t.replace(second=0, microsecond=0))
hours = st.builds(
    lambda span, zone: QuietHours(start=span[0], end=span[1], zone=zone),
    st.tuples(minutes, minutes).filter(lambda span: span[0] != span[1]),
    st.sampled_from(ZONES),
)
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


@pytest.mark.parametrize("wrong", [{"start": "07:00"}, {"zone": "Mars/Olympus"}, {"zone": "../etc"}, {"zone": ""}])
def test_hours_without_end_or_zone_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        QuietHours.model_validate(wrong)
