"""Erases what this service holds of a person, as volunteer, member, elder; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. Hours stay in the community's total, under a stand-in that leads nowhere.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate, Decision, new_id
from services.chassis.store import Aggregates, Cause
from services.volunteers.domain import accounts, care, seating, teams, volunteers
from services.volunteers.store import Store

A = TypeVar("A", bound=Aggregate)
_BATCH = 100


async def erase(store: Store, person: str, cause: Cause) -> None:
    """Erase `person` in every community."""
    stand_in = new_id("erased")
    await _each(
        store.needs, {"state.offers.person": person}, lambda n, now: seating.forget(n, person, stand_in, now), cause
    )
    await _each(store.volunteers, {"state.person": person}, lambda v, now: volunteers.erase(v, stand_in), cause)
    await _each(store.teams, {"state.people": person}, lambda t, now: teams.forget(t, person, stand_in), cause)
    await _each(store.care_plans, {"state.elder": person}, lambda p, now: care.erase_plan(p, stand_in, now), cause)
    await _each(store.accounts, {"state.volunteer": person}, lambda a, now: accounts.erase(a, stand_in), cause)


async def _each(
    aggregates: Aggregates[A],
    theirs: Mapping[str, Any],
    decide: Callable[[A, datetime], Decision[A]],
    cause: Cause,
) -> None:
    """Receipts hold answers as they were given: they go first."""
    while page := (await aggregates.select(theirs, limit=_BATCH)).items:
        for stored in page:
            await aggregates.collection.update_one({"_id": stored.aggregate.id}, {"$unset": {"receipts": ""}})
            await aggregates.change(stored.aggregate.id, decide, cause)
