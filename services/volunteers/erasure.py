"""Erases what this service holds of a person, as volunteer, member, elder; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. Hours stay in the community's total, under a stand-in that leads nowhere.
"""

from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.care.domain import plans as care
from services.volunteers.hours import domain as accounts
from services.volunteers.needs.domain import seating
from services.volunteers.people.domain import volunteers
from services.volunteers.store import Store
from services.volunteers.teams import domain as teams


async def erase(store: Store, leaver: Leaver) -> None:
    """Leave nothing of `leaver`."""
    person, stand_in = leaver.person, leaver.stand_in
    needs, people, plans = {"state.offers.person": person}, {"state.person": person}, {"state.elder": person}
    await erase_each(store.needs, needs, lambda n, now: seating.forget(n, person, stand_in, now), leaver)
    await erase_each(store.volunteers, people, lambda v, now: volunteers.erase(v, stand_in), leaver)
    await erase_each(store.teams, {"state.people": person}, lambda t, now: teams.forget(t, person, stand_in), leaver)
    await erase_each(store.care_plans, plans, lambda p, now: care.erase_plan(p, stand_in, now), leaver)
    await erase_each(store.accounts, {"state.volunteer": person}, lambda a, now: accounts.erase(a, stand_in), leaver)
    await store.readings.forget(person, stand_in, leaver.community)
