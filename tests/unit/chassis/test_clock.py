"""A clock that is told by a file: everybody who reads it goes on together, and never back."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.clock import RunsBack, Shifted, begin, catch_up, clock_at, move, rest, utc_now

LATE = timedelta(seconds=20)
"""As long as a busy machine may take between two lines."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock"


def test_without_a_file_it_is_the_machines_time(path: Path) -> None:
    assert clock_at(None) is utc_now
    clock = clock_at(path)
    assert timedelta(0) <= utc_now() - clock() < LATE


def test_whoever_reads_it_goes_on_together(path: Path) -> None:
    one, other = Shifted(path), Shifted(path)
    began = utc_now() - timedelta(days=35)
    begin(path, began)
    for clock in (one, other):
        assert timedelta(0) <= clock() - began < LATE
    for days in (1, 2, 20):
        move(path, began + timedelta(days=days))
        assert one.shift == other.shift
        assert timedelta(0) <= one() - began - timedelta(days=days) < LATE
    catch_up(path)
    catch_up(path)
    assert (one.shift, other.shift, path.exists()) == (timedelta(0), timedelta(0), False)


def test_it_goes_in_whole_milliseconds_as_times_are_kept(path: Path) -> None:
    begin(path, utc_now() - timedelta(days=35, microseconds=123_456))
    assert Shifted(path)().microsecond % 1000 == 0


async def test_who_rests_goes_on_as_soon_as_it_is_moved(path: Path) -> None:
    began = utc_now() - timedelta(days=35)
    begin(path, began)
    resting = asyncio.create_task(rest(Shifted(path), timedelta(hours=1)))
    await asyncio.sleep(0)
    assert not resting.done()
    move(path, began + timedelta(days=1))
    await asyncio.wait_for(resting, LATE.total_seconds())
    await asyncio.wait_for(rest(Shifted(path), timedelta(milliseconds=20)), LATE.total_seconds())
    await asyncio.wait_for(rest(utc_now, timedelta(milliseconds=20)), LATE.total_seconds())


def test_it_is_never_put_back(path: Path) -> None:
    began = utc_now() - timedelta(days=35)
    begin(path, began)
    move(path, began + timedelta(days=3))
    with pytest.raises(RunsBack):
        move(path, began + timedelta(days=2))
    begin(path, utc_now() + timedelta(days=3))
    with pytest.raises(RunsBack):
        catch_up(path)
    assert Shifted(path).shift > timedelta(days=2)
