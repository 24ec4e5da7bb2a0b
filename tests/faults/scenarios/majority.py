"""A version that the majority never had: a primary alone takes a command, and its death takes the command back."""

import asyncio

from tests.faults.scenarios.audit import audit
from tests.faults.scenarios.ground import ground
from tests.faults.scenarios.hands import Hands
from tests.faults.scenarios.site import Site


async def minority_primary(site: Site, seed: int) -> None:
    """Both secondaries die, a command is sent, the primary dies, the secondaries come back first and go on."""
    async with ground(site, seed) as here:
        hands = Hands(here)
        await hands.prepare()
        cases = [await hands.report(f"照明灯不亮 {n}") for n in range(here.dice.randint(2, 4))]
        primary = await here.primary()
        leader = await here.leader("issues")
        secondaries = here.members.others(primary)
        for member in secondaries:
            await asyncio.to_thread(member.kill)
        sent = [
            asyncio.create_task(hands.attempt(leader, f"cases/{case}/dispatch", {"unit": hands.units[0]}, seconds=4))
            for case in cases
        ]
        await asyncio.sleep(here.dice.uniform(1.5, 3.5))  # the relay looks once a second
        await asyncio.to_thread(primary.kill)
        assert not any(await asyncio.gather(*sent)), "acknowledged what no majority had"
        await asyncio.gather(*(asyncio.to_thread(member.start) for member in secondaries))
        await here.primary()
        for case in cases:
            await hands.dispatch_unless_done(case, 1)
        await asyncio.to_thread(primary.start)
        await audit(here, hands.acknowledged)
