"""Erases what this service holds of a person, as volunteer, member, elder; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. Hours stay in the community's total, under a stand-in that leads nowhere.
"""

from services.chassis.aggregate import new_id
from services.chassis.erasure import erase_each
from services.chassis.store import Cause
from services.volunteers.domain import accounts, care, seating, teams, volunteers
from services.volunteers.store import Store


async def erase(store: Store, person: str, cause: Cause) -> None:
    """Erase `person` in every community."""
    stand_in = new_id("erased")
    await erase_each(
        store.needs, {"state.offers.person": person}, lambda n, now: seating.forget(n, person, stand_in, now), cause
    )
    await erase_each(store.volunteers, {"state.person": person}, lambda v, now: volunteers.erase(v, stand_in), cause)
    await erase_each(store.teams, {"state.people": person}, lambda t, now: teams.forget(t, person, stand_in), cause)
    await erase_each(store.care_plans, {"state.elder": person}, lambda p, now: care.erase_plan(p, stand_in, now), cause)
    await store.readings.forget(person, stand_in)
    await erase_each(store.accounts, {"state.volunteer": person}, lambda a, now: accounts.erase(a, stand_in), cause)
