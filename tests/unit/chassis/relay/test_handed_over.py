"""A lane relays what is handed over, and looks for everything else."""

import asyncio
import random
import time
from itertools import pairwise

import pytest

from services.chassis.relay.handed_over import HandedOver, until_turn

LONG = 1000.0


def looked() -> HandedOver:
    """One whose first look is over."""
    handed_over = HandedOver()
    assert handed_over.is_time_to_look(LONG)
    return handed_over


def test_documents_are_taken_once_and_need_no_look() -> None:
    handed_over = looked()
    handed_over.add({"_id": "a"})
    handed_over.add({"_id": "b"})
    assert [each["_id"] for each in handed_over.take()] == ["a", "b"]
    assert handed_over.take() == []
    assert not handed_over.is_time_to_look(LONG)


def test_documents_without_room_are_looked_for() -> None:
    handed_over = looked()
    for n in range(2001):
        handed_over.add({"_id": n})
    assert len(handed_over.take()) == 2000
    assert handed_over.is_time_to_look(LONG)


def test_documents_that_were_dropped_or_committed_elsewhere_are_looked_for() -> None:
    handed_over = looked()
    handed_over.add({"_id": "a"})
    handed_over.drop()
    assert handed_over.take() == []
    assert handed_over.is_time_to_look(LONG)
    handed_over.add(None)
    assert handed_over.is_time_to_look(LONG)


def test_a_look_comes_round_by_itself() -> None:
    assert looked().is_time_to_look(0.0)


async def test_who_waited_for_nothing_looks() -> None:
    handed_over = looked()
    handed_over.begin_pass()
    await handed_over.wait(0.0)
    assert handed_over.is_time_to_look(LONG)
    assert not handed_over.is_time_to_look(LONG)


@pytest.mark.parametrize("every", [0.05, 1.0, 3.0])
def test_lanes_look_in_turn_however_they_began(every: float) -> None:
    lanes, chance = 8, random.Random(8)
    for _ in range(50):
        began = chance.uniform(0, 100_000)
        turns = [began + until_turn(began, every, n / lanes) for n in range(lanes)]
        assert all(began <= turn <= began + every for turn in turns)
        apart = sorted(turns)
        assert min(after - before for before, after in pairwise(apart)) == pytest.approx(every / lanes, abs=1e-6)


def test_a_turn_comes_again_after_the_time_between_two() -> None:
    turn = 700.3 + until_turn(700.3, 2.0, 0.25)
    assert turn == pytest.approx(702.0 - 1.5)
    assert until_turn(turn + 1e-6, 2.0, 0.25) == pytest.approx(2.0)


async def test_a_commit_ends_the_waiting() -> None:
    handed_over = looked()
    handed_over.begin_pass()
    asyncio.get_running_loop().call_later(0.01, handed_over.add, {"_id": "a"})
    began = time.monotonic()
    await handed_over.wait(LONG)
    assert time.monotonic() - began < 5


async def test_a_crowd_gathers_only_where_it_lasts() -> None:
    handed_over = looked()
    paused = []
    for commits in (50, 50, 0):
        for n in range(commits):
            handed_over.add({"_id": n})
        began = time.monotonic()
        await handed_over.wait(0.0)
        paused.append(time.monotonic() - began >= 0.09)
    assert paused == [False, True, False]
