"""A broker that stands still, dies or has a full disk while people go on: who consumes, consumes again when it is back.

And what an edge asks meanwhile is answered, and says that commands are taken.
"""

import asyncio
from collections.abc import Callable

from tests.faults.replica import Replica
from tests.faults.scenarios.audit import audit
from tests.faults.scenarios.ground import READY, Ground, ground
from tests.faults.scenarios.hands import Hands
from tests.faults.scenarios.probes import all_consume, asked
from tests.faults.scenarios.site import Site
from tests.faults.storm.faults import cut_kafka, fill_disk, freeze_kafka, kill_kafka
from tests.waiting import eventually

_SERVICES = ("issues", "issues", "notify", "notify")
_SESSION = 6.0
"""Seconds after which the group goes on without a member that is silent; the least that a broker grants."""
_TO_END = 2.0
_CUT_OFF = 10.0
_MORE = 30.0
"""What a busy machine may add."""
_LOOK = 0.2


async def consumers_return(site: Site, seed: int) -> None:
    """The broker freezes, dies or can't write, shorter or longer than a session lasts; one replica ends meanwhile."""
    settings = {"KAFKA_SESSION_SECONDS": str(_SESSION), "SHUTDOWN_SECONDS": str(_TO_END)}
    async with ground(site, seed, _SERVICES, **settings) as here:
        hands = Hands(here)
        await hands.prepare()
        await all_consume(here, "issues", "notify")
        async with hands.busy():
            await hands.more(here.dice.randint(1, 10))
            harm = here.dice.choice([freeze_kafka, kill_kafka, fill_disk, cut_kafka])
            await harm(here, here.dice, here.dice.choice([here.dice.uniform(0.2, 3), _SESSION * 1.5]))
            await all_consume(here, "issues", "notify")
            await _ends_while_the_broker_hangs(here, here.dice.choice(here.replicas))
            await hands.more(10)
        await all_consume(here, "issues", "notify")
        await audit(here, hands.acknowledged)
        await hands.told_once()


async def _ends_while_the_broker_hangs(here: Ground, replica: Replica) -> None:
    """SIGTERM in a stall, sooner or later; and a new one in its place when the stall is over."""
    here.site.kafka.freeze()
    try:
        await asyncio.sleep(here.dice.uniform(0, 3))
        replica.ask_to_end()
        await replica.died(within=_TO_END + _CUT_OFF + _MORE)
    finally:
        here.site.kafka.thaw()
    await replica.start()
    await replica.ready(READY)


async def readiness_in_a_stall(site: Site, seed: int) -> None:
    """Kafka stands still for 3 to 20 s: every replica stays in the edge and takes commands, and tells of it beside."""
    async with ground(site, seed, _SERVICES) as here:
        hands = Hands(here)
        await hands.prepare()
        await all_consume(here, "issues", "notify")
        over = asyncio.Event()
        async with hands.busy():
            await hands.more(here.dice.randint(1, 10))
            begin, end = here.dice.choice(_stalls(here))
            seconds = here.dice.uniform(3, 20)
            begin()
            try:
                staying = [asyncio.create_task(_stays_ready(here, replica, over)) for replica in here.replicas]
                telling = [asyncio.create_task(_tells_of_it(here, replica)) for replica in here.replicas]
                await asyncio.gather(asyncio.sleep(seconds), hands.more(20), *telling)
                over.set()
                await asyncio.gather(*staying)
            finally:
                end()
            await hands.more(10)
        await all_consume(here, "issues", "notify")
        await audit(here, hands.acknowledged)
        await hands.told_once()


def _stalls(here: Ground) -> list[tuple[Callable[[], None], Callable[[], None]]]:
    """The ways in which a broker stands still, and how each ends: its process does, or nothing comes through to it."""
    kafka, wire = here.site.kafka, here.wire
    return [(kafka.freeze, kafka.thaw), (lambda: wire.keep_back(new=True), wire.deliver)]


async def _stays_ready(here: Ground, replica: Replica, over: asyncio.Event) -> None:
    while not over.is_set():
        for purpose in ("", "commands"):
            told = await asked(here, replica, purpose)
            assert told.status == 200, f"{replica.service} fell out of the edge: {told.facts}"
        await asyncio.sleep(_LOOK)


async def _tells_of_it(here: Ground, replica: Replica) -> None:
    async def tells() -> bool:
        return (await asked(here, replica, "consuming")).status == 503

    await eventually(tells, _MORE, every=_LOOK)
