"""The room of needs."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.api import day_sheet
from services.volunteers.needs.api.needs import router
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.reactions import reactions
from services.volunteers.needs.settings import NeedsSettings
from services.volunteers.needs.store import INDEXES, KINDS
from services.volunteers.needs.sweeps import sweeps
from services.volunteers.people.domain.volunteer import Volunteer


def room(
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    care_plans: Aggregates[CarePlan],
    homes: Homes,
    clock: Clock,
    settings: NeedsSettings,
) -> Room:
    """The room of needs."""
    return Room(
        "needs",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(needs, volunteers, homes, clock), day_sheet.router(needs, homes)],
        reactions=lambda table: reactions(table, needs, care_plans, settings.notice),
        sweeps=sweeps(needs),
        erase=partial(erase, needs),
    )


async def erase(needs: Aggregates[Need], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in the offers of any need; the seats that they still had are given back."""
    person, stand_in = leaver.person, leaver.stand_in
    names = ("offers.person", "barred", "invited.person", "standby.person")
    theirs = {"$or": [{f"state.{name}": person} for name in names]}
    await erase_each(needs, theirs, lambda n, now: seating.forget(n, person, stand_in, now), leaver)
