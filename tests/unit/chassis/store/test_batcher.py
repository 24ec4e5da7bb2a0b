"""Calls that travel together: each gets the answer that a call of its own would have got."""

import asyncio
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from services.chassis.store.batcher import AT_ONCE, Batcher
from tests.waiting import eventually, patiently


class Ferry:
    """Carries numbers, answers with the double, refuses negative ones, and waits to be let go."""

    def __init__(self, sinking: Exception | None = None) -> None:
        self.sinking = sinking or ConnectionError("sunk")
        self.rounds: list[list[int]] = []
        self.go = asyncio.Event()
        self.sinks = False

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.rounds.append(list(items))
        await self.go.wait()
        if self.sinks:
            raise self.sinking
        return [ValueError(item) if item < 0 else item * 2 for item in items]


async def test_a_lone_call_leaves_at_once_and_those_that_come_meanwhile_travel_together() -> None:
    ferry = Ferry()
    together = Batcher(ferry)
    first = asyncio.create_task(together(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together(n)) for n in (2, 3, 4)]
    await asyncio.sleep(0)
    ferry.go.set()

    assert await first == 2
    assert await asyncio.gather(*others) == [4, 6, 8]
    assert ferry.rounds == [[1], [2, 3, 4]]


async def test_a_round_may_wait_some_turns_for_those_who_call_from_a_greater_depth() -> None:
    ferry = Ferry()
    together = Batcher(ferry, side_by_side=2, turns=4)

    async def from_below(item: int, depth: int) -> int:
        return await asyncio.create_task(from_below(item, depth - 1)) if depth else await together(item)

    calls = [asyncio.create_task(from_below(n, n)) for n in range(3)]
    ferry.go.set()
    assert await asyncio.gather(*calls) == [0, 2, 4]
    assert ferry.rounds == [[0, 1, 2]]


async def test_behind_a_crowd_a_round_waits_for_those_who_come_along() -> None:
    ferry = Ferry()
    together = Batcher(ferry)
    crowd = [asyncio.create_task(together(n)) for n in range(10)]
    await eventually(lambda: ferry.rounds == [list(range(10))])
    late = [asyncio.create_task(together(10))]
    await asyncio.sleep(0)
    ferry.go.set()
    await asyncio.gather(*crowd)
    late += [asyncio.create_task(together(n)) for n in (11, 12)]

    assert await asyncio.gather(*late) == [20, 22, 24]
    assert ferry.rounds[1:] == [[10, 11, 12]]


async def test_a_refusal_reaches_the_refused_caller_alone() -> None:
    ferry = Ferry()
    ferry.go.set()
    together = Batcher(ferry)

    results = await asyncio.gather(*(together(n) for n in (1, -1, 2)), return_exceptions=True)

    assert [results[0], results[2]] == [2, 4]
    assert isinstance(results[1], ValueError)


async def test_trouble_of_a_whole_round_reaches_each_caller_and_the_next_round_goes() -> None:
    ferry = Ferry()
    ferry.go.set()
    together = Batcher(ferry)
    ferry.sinks = True
    results = await asyncio.gather(*(together(n) for n in (1, 2)), return_exceptions=True)
    assert all(isinstance(result, ConnectionError) for result in results)
    ferry.sinks = False
    assert await together(3) == 6


@pytest.mark.parametrize(("patience", "sent_later"), [(-1.0, False), (math.inf, True)])
async def test_who_waited_long_behind_a_call_that_found_the_store_away_is_not_sent_after_it(
    patience: float, sent_later: bool
) -> None:
    ferry = Ferry(sinking=AutoReconnect("away"))
    batcher = Batcher(ferry, patience=patience)
    ferry.sinks = True
    first = asyncio.create_task(batcher(1))
    while not ferry.rounds:
        await asyncio.sleep(0)
    waiting = asyncio.create_task(batcher(2))
    await asyncio.sleep(0)
    ferry.go.set()
    results = await asyncio.gather(first, waiting, return_exceptions=True)
    assert all(isinstance(result, AutoReconnect) for result in results)
    assert ([2] in ferry.rounds) is sent_later
    ferry.sinks = False
    assert await batcher(3) == 6


async def test_an_error_that_is_no_trouble_of_the_store_ends_its_round_alone() -> None:
    ferry = Ferry(sinking=ValueError("sunk"))
    batcher = Batcher(ferry, patience=-1.0)
    ferry.sinks = True
    first = asyncio.create_task(batcher(1))
    while not ferry.rounds:
        await asyncio.sleep(0)
    waiting = asyncio.create_task(batcher(2))
    await asyncio.sleep(0)
    ferry.go.set()
    await asyncio.gather(first, waiting, return_exceptions=True)
    assert [2] in ferry.rounds


async def test_a_caller_that_gives_up_takes_nobody_else_along() -> None:
    ferry = Ferry()
    together = Batcher(ferry)
    tasks = [asyncio.create_task(together(n)) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0)
    ferry.go.set()

    assert await asyncio.wait_for(tasks[0], patiently(5)) == 2
    assert await asyncio.wait_for(tasks[2], patiently(5)) == 6
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]


async def test_a_round_that_gathers_takes_along_what_comes_before_it_leaves() -> None:
    ferry = Ferry()
    ferry.go.set()
    together = Batcher(ferry, gathering=0.05)
    first = asyncio.create_task(together(1))
    await asyncio.sleep(0.01)

    assert list(await asyncio.gather(first, together(2))) == [2, 4]
    assert ferry.rounds == [[1, 2]]


async def test_callers_who_wait_when_the_batcher_stops_are_cancelled() -> None:
    ferry = Ferry()
    together = Batcher(ferry)
    waiting = [asyncio.create_task(together(1))]
    await eventually(lambda: ferry.rounds == [[1]])
    waiting.append(asyncio.create_task(together(2)))
    await asyncio.sleep(0)

    await together.stop()
    results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), patiently(5))

    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    assert ferry.rounds == [[1]]


@given(st.lists(st.integers(-3, 3), max_size=2 * AT_ONCE + 10), st.integers(1, 3))
def test_everyone_is_answered_whatever_travels_with_whom(items: list[int], side_by_side: int) -> None:
    async def play() -> None:
        ferry = Ferry()
        ferry.go.set()
        together = Batcher(ferry, side_by_side=side_by_side)
        answers = await asyncio.gather(*(together(item) for item in items), return_exceptions=True)
        for item, answer in zip(items, answers, strict=True):
            assert isinstance(answer, ValueError) if item < 0 else answer == item * 2
        assert sorted(item for carried in ferry.rounds for item in carried) == sorted(items)
        assert all(len(carried) <= AT_ONCE for carried in ferry.rounds)

    asyncio.run(play())
