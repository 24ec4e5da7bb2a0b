"""The room of hours, which stores accounts."""

from functools import partial

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.hours.api import router
from services.volunteers.hours.domain import coins, ledger
from services.volunteers.hours.domain.ledger import Account
from services.volunteers.hours.reactions import reactions
from services.volunteers.hours.settings import HoursSettings
from services.volunteers.hours.store import INDEXES, KINDS
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer


def room(
    accounts: Aggregates[Account], needs: Aggregates[Need], volunteers: Aggregates[Volunteer], settings: HoursSettings
) -> Room:
    """Make the room of hours."""
    return Room(
        "hours",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(accounts, volunteers, settings)],
        reactions=lambda table: reactions(table, accounts, needs, volunteers, settings),
        erase=partial(erase, accounts),
    )


async def erase(accounts: Aggregates[Account], leaver: Leaver) -> None:
    """Remove `leaver` from all accounts. Hours stay in the community's total."""
    theirs = {"state.volunteer": leaver.person}
    await erase_each(accounts, theirs, lambda a, now: ledger.erase(a, leaver.stand_in), leaver)
    others = {"state.coins.other": leaver.person}
    await erase_each(accounts, others, lambda a, now: coins.forget_other(a, leaver.person, leaver.stand_in), leaver)
