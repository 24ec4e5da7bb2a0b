"""Seats that many people take, refuse and give back at once, at two replicas, while the store or Kafka is disturbed."""

from datetime import timedelta
from pathlib import Path

from services.chassis.clock import utc_now
from services.volunteers.app import service
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import PLAN
from services.volunteers.needs.store import NEED
from services.volunteers.people.store import DANGLES_AFTER, VOLUNTEER
from services.volunteers.seats.service import Seats
from services.volunteers.settings import VolunteersSettings
from tests.e2e.house import COMMUNITY
from tests.faults.scenarios.audit import at_rest, audit
from tests.faults.scenarios.crowd import Crowd, compare, needs_and_volunteers
from tests.faults.scenarios.ground import READY, Ground, ground
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
from tests.integration import standing as stood

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
        await _mend_later(here)
        await audit(here, crowd.acknowledged)
        compare(*await at_rest(here, ["volunteers"], lambda: needs_and_volunteers(here)), mended=True)


async def _mend_later(here: Ground) -> None:
    """What a replica does once the holds that lead nowhere, for their makers had no answer, have run out."""
    settings = stood.settings_for(
        VolunteersSettings,
        here.members.url,
        here.variables["VOLUNTEERS_DATABASE"],
        Path(here.variables["AUTH_DEVELOPMENT_KEY"]),
    )
    late = timedelta(hours=25) + DANGLES_AFTER
    async with stood.runtime(settings, {}, lambda: utc_now() + late, kinds=service.kinds) as runtime:
        needs, volunteers = runtime.aggregates(NEED), runtime.aggregates(VOLUNTEER)
        seats = Seats(needs, volunteers, runtime.clock, timedelta(days=1))
        plans = Plans(runtime.aggregates(PLAN), runtime.database, runtime.clock)
        never = QuietHours(0, 0)
        refilling = Refilling(needs, volunteers, seats, runtime.clock, never)
        a_day = timedelta(days=1)
        await Staffing(needs, volunteers, seats, plans, refilling, runtime.clock, a_day, never).staff(COMMUNITY)
