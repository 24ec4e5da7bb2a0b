"""Erases what this service holds of a person, and every answer kept for repetition.

Every step may be repeated and leaves what is not done yet to be found again: an interrupted erasure is begun anew.
"""

from services.chassis.store.aggregates import Cause
from services.chassis.subscriber.erasure import erase_each
from services.events.domain.erasure import erase_from_activity, erase_from_series
from services.events.store import Store, with_person


async def erase(store: Store, person: str, cause: Cause, community: str | None = None) -> None:
    """Erase `person`, in `community` or (None) in all."""
    await erase_each(
        store.activities,
        with_person(person),
        lambda activity, now: erase_from_activity(activity, person, now),
        cause,
        community,
    )
    organised = {"state.organiser": person}
    await erase_each(store.series, organised, lambda series, now: erase_from_series(series, person), cause, community)
