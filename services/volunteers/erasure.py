"""Erases what this service holds of a person, as volunteer, member, elder; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. Hours stay in the community's total, under a stand-in that leads nowhere.
"""

from services.chassis.aggregate import new_id
from services.chassis.store.aggregates import Cause
from services.chassis.subscriber.erasure import erase_each
from services.volunteers.domain import accounts, care, seating, teams, volunteers
from services.volunteers.store import Store


async def erase(store: Store, person: str, cause: Cause, community: str | None = None) -> None:
    """Erase `person`, in `community` or (None) in all."""
    stand_in = new_id("erased")
    needs, people, plans = {"state.offers.person": person}, {"state.person": person}, {"state.elder": person}
    await erase_each(store.needs, needs, lambda n, now: seating.forget(n, person, stand_in, now), cause, community)
    await erase_each(store.volunteers, people, lambda v, now: volunteers.erase(v, stand_in), cause, community)
    await erase_each(
        store.teams, {"state.people": person}, lambda t, now: teams.forget(t, person, stand_in), cause, community
    )
    await erase_each(store.care_plans, plans, lambda p, now: care.erase_plan(p, stand_in, now), cause, community)
    await erase_each(
        store.accounts, {"state.volunteer": person}, lambda a, now: accounts.erase(a, stand_in), cause, community
    )
    await store.readings.forget(person, stand_in, community)
