"""Seats that many people take, refuse and give back at once, at two replicas, while the store or Kafka is disturbed."""

from services.chassis.clock import utc_now
from tests.faults.scenarios.audit import at_rest, audit
from tests.faults.scenarios.crowd import Crowd, compare, needs_and_volunteers
from tests.faults.scenarios.ground import READY, ground
from tests.faults.scenarios.mending import mend_later
from tests.faults.scenarios.probes import all_consume
from tests.faults.scenarios.site import Site
from tests.faults.storm.faults import (
    Harm,
    cut_kafka,
    freeze_kafka,
    freeze_primary,
    kill_kafka,
    kill_leader,
    kill_primary,
    step_down,
)

_HARMS: tuple[Harm, ...] = (
    kill_primary,
    freeze_primary,
    step_down,
    kill_kafka,
    freeze_kafka,
    cut_kafka,
    kill_leader,
)


async def of_a_take(site: Site, seed: int) -> None:
    """Many take, refuse and give back at two replicas while something is disturbed: each seat keeps its own hold."""
    hours = {"VOLUNTEERS_OFFER_HOURS": "24" if seed % 2 else "0.002"}
    async with ground(site, seed, ("volunteers", "volunteers"), **hours) as here:
        crowd = Crowd(here)
        await crowd.prepare()
        await all_consume(here, "volunteers")
        await crowd.rush(here.dice.choice(_HARMS))
        for replica in here.replicas:
            await replica.ready(READY)
        await all_consume(here, "volunteers")
        await audit(here, crowd.acknowledged)
        compare(*await at_rest(here, ["volunteers"], lambda: needs_and_volunteers(here)), mended=False)
        await mend_later(here, utc_now)
        await audit(here, crowd.acknowledged)
        compare(*await at_rest(here, ["volunteers"], lambda: needs_and_volunteers(here)), mended=True)
