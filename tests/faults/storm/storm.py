"""One storm: people act while faults come, now and then two at once; then it is calm, and everything is audited."""

import asyncio
import random
import time
from collections.abc import Callable

from deploy.local.trouble import Trouble
from tests.e2e.house import SERVICES
from tests.faults.scenarios.acting import acting
from tests.faults.scenarios.audit import at_rest, audit
from tests.faults.scenarios.crowd import Crowd, compare, needs_and_volunteers
from tests.faults.scenarios.ground import Ground, ground
from tests.faults.scenarios.site import Site
from tests.faults.storm.census import grown, taken
from tests.faults.storm.faults import HARMS
from tests.faults.storm.people import People
from tests.waiting import eventually

_LONGEST_FAULT = 8.0
_LONGEST_CALM = 2.0
_TWO_AT_ONCE = 0.25
_VOLUNTEERS_AT_ONCE = 4
_BREATH = 0.5

Say = Callable[[str], None]


async def rage(site: Site, seed: int, faults: int, say: Say = lambda line: None) -> list[str]:
    """Play the storm of `seed`; what it found wrong, a sentence each."""
    dice = random.Random(seed)
    async with ground(site, seed, [name for name in SERVICES for _ in range(2)], KAFKA_SEND_SECONDS="5") as here:
        people = People(here, random.Random(seed))
        crowd = Crowd(here, _BREATH)
        await asyncio.gather(people.prepare(), crowd.prepare())
        before = {replica: (replica.pid, taken(replica)) for replica in here.replicas}
        began = time.monotonic()
        async with people.busy(), acting(crowd.act_until, _VOLUNTEERS_AT_ONCE):
            await _weather(here, dice, faults, lambda line: say(f"{time.monotonic() - began:7.1f} s  {line}"))
            await _calm(here)
        say(
            f"{people.answers} commands about cases and activities acknowledged, {people.refused} refused for a full"
            f" list; {crowd.done} about seats of volunteers acknowledged, {crowd.refused} refused"
        )
        await audit(here, people.acknowledged | crowd.acknowledged)
        found = [*await people.effects(), *await _seats(here)]
        for replica, (pid, at_first) in before.items():
            if replica.pid == pid and (more := grown(at_first, taken(replica))):
                found.append(f"{replica.service}: {more}")
        return found


async def _seats(here: Ground) -> list[str]:
    """What is wrong between the seats of needs and the holds of volunteers."""
    try:
        compare(*await at_rest(here, ["volunteers"], lambda: needs_and_volunteers(here)), mended=False)
    except AssertionError as error:
        return str(error).splitlines()
    return []


async def _weather(here: Ground, dice: random.Random, faults: int, say: Say) -> None:
    """One fault after the other; some begin while the last one goes on."""
    under_way: set[asyncio.Task[None]] = set()
    for number in range(1, faults + 1):
        harm, seconds = dice.choice(HARMS), dice.uniform(0.3, _LONGEST_FAULT)
        together = dice.random() < _TWO_AT_ONCE
        under_way.add(asyncio.create_task(_one(here, harm, random.Random(dice.random()), seconds, number, say)))
        if not together or len(under_way) > 1:
            await asyncio.gather(*under_way)
            under_way.clear()
            await asyncio.sleep(dice.uniform(0, _LONGEST_CALM))
    await asyncio.gather(*under_way)


async def _one(here: Ground, harm: object, dice: random.Random, seconds: float, number: int, say: Say) -> None:
    name = getattr(harm, "__name__", "")
    try:
        whom = await harm(here, dice, seconds)  # type: ignore[operator]
    except (TimeoutError, StopIteration, Trouble) as error:
        whom = f"nobody, another fault was in the way ({type(error).__name__})"
    say(f"{number:4}  {name:16} {seconds:4.1f} s  {whom}")


async def _calm(here: Ground) -> None:
    """Everything runs again, and every replica is ready to consume too."""
    await asyncio.to_thread(here.site.heal)
    for replica in here.replicas:
        replica.thaw()
        if not replica.running:
            await replica.start()
    await eventually(here.members.primary, 60)
    await asyncio.gather(*(replica.ready(within=90) for replica in here.replicas))
