"""Kafka and then the store away while people go on: a replica's log stays short, and in the end nothing is lost."""

import asyncio
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise

from services.chassis.telemetry.once import INTERVAL
from tests.faults.conditions import AT_MOST, condition, warnings
from tests.faults.replica import Replica
from tests.faults.scenarios.audit import audit
from tests.faults.scenarios.ground import Ground, ground
from tests.faults.scenarios.hands import Hands
from tests.faults.scenarios.probes import all_consume
from tests.faults.scenarios.site import Site
from tests.faults.storm.faults import freeze_kafka, kill_kafka

_A_MOMENT = 1.0
"""By so much may the times of two lines lie closer than the clock that the interval is measured with."""


async def in_few_lines(site: Site, seed: int) -> None:
    """Each away for 3 to 8 s. Each condition is a line in its interval, and when the process ends all were counted."""
    async with ground(site, seed, ("issues", "issues", "notify", "notify")) as here:
        hands = Hands(here)
        await hands.prepare()
        await all_consume(here, "issues", "notify")
        began = {replica: len(list(warnings(replica.said))) for replica in here.replicas}
        async with hands.busy():
            await hands.more(here.dice.randint(1, 10))
            kafka = here.dice.choice([kill_kafka, freeze_kafka])
            await kafka(here, here.dice, here.dice.uniform(3, 8))
            await hands.more(5)
            await _without_a_store(here, here.dice.uniform(3, 8))
            await hands.more(5)
        told = {replica: len(list(warnings(replica.said))) - began[replica] for replica in here.replicas}
        await all_consume(here, "issues", "notify")
        await audit(here, hands.acknowledged)
        await hands.told_once()
        for replica in here.replicas:
            assert told[replica] <= 2 * AT_MOST, (replica.service, Counter(map(condition, warnings(replica.said))))
            await _each_once_an_interval(replica)


async def _without_a_store(here: Ground, seconds: float) -> None:
    for member in here.members.members:
        await asyncio.to_thread(member.kill)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(here.members.start)
    await here.primary()


async def _each_once_an_interval(replica: Replica) -> None:
    """No condition was told twice in its interval; what was left out is told when the process ends, if not before."""
    while_running = replica.said
    times: defaultdict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for line in warnings(while_running):
        times[condition(line)].append(datetime.fromisoformat(line["time"]))
    for what, at in times.items():
        for first, then in pairwise(at):
            apart = (then - first).total_seconds()
            assert apart >= INTERVAL - _A_MOMENT, f"{replica.service} said {what} again after {apart:.1f} s"
    await replica.stop()
    assert any(line.get("repeated") for line in warnings(replica.said)), f"{replica.service} counted nothing"
