"""Clocks that do not stop while a machine sleeps."""

import time

import pytest

from services.chassis.elapsed import Furthest, clock_of
from tests.unit.chassis.hand import Hand


@pytest.fixture
def hands() -> tuple[Hand, Hand]:
    return Hand(), Hand()


def test_where_the_system_has_such_a_clock_it_is_read() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= clock_of("linux")() <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_a_sleep_that_only_the_wall_has_seen_has_passed(hands: tuple[Hand, Hand]) -> None:
    steady, wall = hands
    furthest = Furthest(steady, wall)
    began = furthest()
    wall.now += 3600
    steady.now += 1
    assert furthest() - began == 3600


def test_a_wall_clock_set_back_takes_nothing_back(hands: tuple[Hand, Hand]) -> None:
    steady, wall = hands
    furthest = Furthest(steady, wall)
    began = furthest()
    steady.now, wall.now = steady.now + 5, wall.now - 1000
    assert furthest() - began == 5
    steady.now, wall.now = steady.now + 5, wall.now + 5
    assert furthest() - began == 10


def test_without_such_a_clock_the_two_others_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert isinstance(clock_of("win32"), Furthest)
