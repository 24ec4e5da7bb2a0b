"""Fewer commands pass at once, the more is behind; they pass in order, and none waits for ever."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.store.throttle import MOST, Overloaded, Throttle


class Crowd:
    """Commands that wait until they are told to end; remembers in which order they began, and how many went at once."""

    def __init__(self, throttle: Throttle) -> None:
        self.throttle, self.began, self.most, self.go = throttle, list[int](), 0, asyncio.Event()

    async def one(self, number: int) -> None:
        async with self.throttle.turn():
            self.began.append(number)
            self.most = max(self.most, self.throttle.under_way)
            await self.go.wait()

    async def all(self, count: int) -> None:
        tasks = [asyncio.create_task(self.one(number)) for number in range(count)]
        for _ in range(5):
            await asyncio.sleep(0)
        self.go.set()
        await asyncio.gather(*tasks)


@pytest.mark.parametrize(("pressure", "at_once"), [(0.0, 100), (0.01, MOST - 1), (0.5, 8), (1.0, 1), (7.0, 1)])
async def test_the_more_pressure_the_fewer_commands_pass_at_once(pressure: float, at_once: int) -> None:
    crowd = Crowd(Throttle(lambda: pressure))
    await crowd.all(100)
    assert crowd.most == at_once
    assert crowd.began == list(range(100))
    assert (crowd.throttle.under_way, crowd.throttle.waiting) == (0, 0)


async def test_a_command_that_waits_too_long_is_refused_and_leaves_nothing_behind() -> None:
    throttle = Throttle(lambda: 1.0, patience=0.01)
    async with throttle.turn():
        with pytest.raises(Overloaded):
            async with throttle.turn():
                pytest.fail("it had no turn")
    assert (throttle.under_way, throttle.waiting) == (0, 0)


async def test_a_command_that_gives_up_waiting_passes_its_turn_on() -> None:
    throttle = Throttle(lambda: 1.0)
    crowd = Crowd(throttle)
    first, second, third = [asyncio.create_task(crowd.one(number)) for number in range(3)]
    await asyncio.sleep(0)
    second.cancel()
    crowd.go.set()
    await asyncio.gather(first, third)
    assert crowd.began == [0, 2]
    assert (throttle.under_way, throttle.waiting) == (0, 0)


@given(st.lists(st.floats(0, 2), min_size=1), st.lists(st.booleans(), min_size=1, max_size=60))
async def test_whatever_happens_all_turns_are_given_back(pressures: list[float], gives_up: list[bool]) -> None:
    told: Iterator[float] = iter(pressures * 1000)
    throttle = Throttle(lambda: next(told, 0.0))

    async def one(cancelled: bool) -> None:
        async with throttle.turn():
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(one(each)) for each in gives_up]
    await asyncio.sleep(0)
    for task, cancelled in zip(tasks, gives_up, strict=True):
        if cancelled:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (throttle.under_way, throttle.waiting) == (0, 0)
