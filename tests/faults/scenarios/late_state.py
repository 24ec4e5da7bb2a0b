"""Old requests that arrive late: what `.state` says in the end is what stands in the store all the same."""

import asyncio

from tests.faults.replica import Replica
from tests.faults.scenarios.audit import audit
from tests.faults.scenarios.ground import READY, Ground, ground
from tests.faults.scenarios.hands import Hands
from tests.faults.scenarios.site import Site
from tests.waiting import eventually

GIVES_UP_AFTER = 2.0
"""Seconds after which the services give a request to Kafka up; fifteen in a deployment."""


async def after_a_cut(site: Site, seed: int) -> None:
    """The network keeps a request back; the service gives it up and sends newer ones; then the old one arrives."""
    async with ground(site, seed, KAFKA_SEND_SECONDS=str(GIVES_UP_AFTER)) as here:
        hands, cases = await _cases(here)
        here.wire.keep_back()
        for case in cases:
            await hands.dispatch(case, 0)
        await eventually(lambda: any(here.wire.keeps(case.encode()) for case in cases))
        await asyncio.sleep(here.dice.uniform(0, 2 * GIVES_UP_AFTER))  # before or after it gives up
        here.wire.cut()
        here.wire.reopen()
        for case in cases:
            await hands.reassign(case, 1)
        await audit(here, hands.acknowledged)
        here.wire.deliver()
        await audit(here, hands.acknowledged)


async def after_a_freeze(site: Site, seed: int) -> None:
    """The leader freezes with a request on its way, another takes over, and the first leads again in a new epoch."""
    async with ground(site, seed, KAFKA_SEND_SECONDS=str(GIVES_UP_AFTER)) as here:
        hands, cases = await _cases(here)
        first = await here.leader("issues")
        second = here.follower(first)
        here.wire.keep_back()
        for case in cases:
            await hands.dispatch(case, 0)
        await eventually(lambda: any(here.wire.keeps(case.encode()) for case in cases))
        first.freeze()
        here.wire.cut()
        here.wire.reopen()
        await eventually(lambda: _leads(here, second))
        for case in cases:
            await hands.reassign(case, 1)
        await audit(here, hands.acknowledged)
        await second.kill()
        first.thaw()
        await eventually(lambda: _leads(here, first))
        here.wire.deliver()
        await second.start()
        await second.ready(READY)
        await audit(here, hands.acknowledged)


async def _cases(here: Ground) -> tuple[Hands, list[str]]:
    """Some cases, and everybody knows of them."""
    hands = Hands(here)
    await hands.prepare()
    cases = [await hands.report(f"照明灯不亮 {n}") for n in range(here.dice.randint(2, 4))]
    await audit(here, hands.acknowledged)
    return hands, cases


async def _leads(here: Ground, replica: Replica) -> bool:
    return await here.leader("issues") is replica
