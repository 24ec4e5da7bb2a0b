"""The last resort acts when it must, and only then."""

import asyncio
import threading

from services.commands.ending import HUNG, LastResort


def resort(grace: float, blocked: float) -> tuple[LastResort, list[int], threading.Event]:
    codes: list[int] = []
    over = threading.Event()

    def end(code: int) -> None:
        codes.append(code)
        over.set()

    return LastResort(grace, blocked=blocked, tick=0.02, end=end), codes, over


async def test_an_event_loop_that_does_not_turn_ends_the_process() -> None:
    last, codes, over = resort(60, 0.2)
    watching = asyncio.create_task(last.watch())
    await asyncio.sleep(0)
    over.wait(20)  # the loop stands still here
    watching.cancel()
    assert codes == [HUNG]


async def test_a_loop_that_turns_and_a_process_that_is_not_to_end_go_on() -> None:
    last, codes, _ = resort(0.05, 2.0)
    watching = asyncio.create_task(last.watch())
    looked = 0
    while looked < 150:  # half as many again as may pass without a turn
        await asyncio.sleep(0.005)
        looked += not last._turned
    watching.cancel()
    last.close()
    assert codes == []


async def test_once_its_time_is_up_the_process_ends_though_its_loop_turns() -> None:
    last, codes, over = resort(0.1, 60)
    watching = asyncio.create_task(last.watch())
    await asyncio.sleep(0)
    last.begin()
    await asyncio.to_thread(over.wait, 20)
    watching.cancel()
    assert codes == [HUNG]
