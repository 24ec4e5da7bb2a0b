"""The room of care: it keeps care plans, and the record of who was told where their elders live."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.care import sweeps
from services.volunteers.care.api import plans as plans_api
from services.volunteers.care.api import readings as readings_api
from services.volunteers.care.domain import plans
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.care.reactions import reactions
from services.volunteers.care.readings import Readings
from services.volunteers.care.store import INDEXES, KINDS
from services.volunteers.names.store import Names
from services.volunteers.people.domain.volunteer import Volunteer


def room(
    care_plans: Aggregates[CarePlan],
    volunteers: Aggregates[Volunteer],
    readings: Readings,
    names: Names,
    clock: Clock,
) -> Room:
    """Make the room of care."""
    return Room(
        "care",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[plans_api.router(care_plans, readings, names, clock), readings_api.router(readings)],
        reactions=lambda table: reactions(table, care_plans, volunteers),
        sweeps=[sweeps.visits(care_plans)],
        erase=partial(erase, care_plans, readings),
    )


async def erase(care_plans: Aggregates[CarePlan], readings: Readings, leaver: Leaver) -> None:
    """Leave nothing of `leaver` in care plans, as an elder, a refused person or family, nor in the
    record of readings.
    """
    stand_in, theirs = leaver.stand_in, {"state.elder": leaver.person}
    await erase_each(care_plans, theirs, lambda p, now: plans.erase_plan(p, stand_in, now), leaver)
    for others in ("state.refused", "state.family"):
        await erase_each(
            care_plans, {others: leaver.person}, lambda p, now: plans.forget_other(p, leaver.person), leaver
        )
    await readings.forget(leaver.person, stand_in, leaver.community)
