"""The room of needs: it keeps needs, with the offers of their seats."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.chassis.subscriber.handlers import Handlers
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs import cases
from services.volunteers.needs.api import day_sheet
from services.volunteers.needs.api.needs import router
from services.volunteers.needs.domain import seating
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.presenting import NeedPresenter
from services.volunteers.needs.reactions import reactions
from services.volunteers.needs.settings import NeedsSettings
from services.volunteers.needs.store import INDEXES, KINDS
from services.volunteers.needs.sweeps import sweeps
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.requests.domain import HelpRequest


def room(
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    care_plans: Aggregates[CarePlan],
    requests: Aggregates[HelpRequest],
    homes: Homes,
    shown: NeedPresenter,
    clock: Clock,
    settings: NeedsSettings,
) -> Room:
    """Make the room of needs."""

    def reacting(table: Handlers) -> None:
        reactions(table, needs, care_plans, requests, volunteers, settings.notice)
        cases.reactions(table, needs, clock)

    return Room(
        "needs",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(needs, volunteers, homes, shown, clock), day_sheet.router(needs, homes)],
        reactions=reacting,
        sweeps=sweeps(needs),
        erase=partial(erase, needs),
    )


async def erase(needs: Aggregates[Need], leaver: Leaver) -> None:
    """Leave nothing of `leaver` in any need. The seats that they still had are given back."""
    person, stand_in = leaver.person, leaver.stand_in
    names = ("offers.person", "barred", "invited.person", "standby.person")
    theirs = {"$or": [{f"state.{name}": person} for name in names]}
    await erase_each(needs, theirs, lambda n, now: seating.forget(n, person, stand_in, now), leaver)
