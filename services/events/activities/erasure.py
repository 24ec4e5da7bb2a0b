"""Erases what this service holds of a person, and every answer kept for repetition.

Every step may be repeated and leaves what is not done yet to be found again: an interrupted erasure is begun anew.
"""

from services.chassis.subscriber.erasure import Leaver, erase_each
from services.events.activities.domain.erasure import erase_from_activity, erase_from_series
from services.events.activities.store import Store, with_person


async def erase(store: Store, leaver: Leaver) -> None:
    """Leave nothing of `leaver`."""
    person = leaver.person
    await erase_each(
        store.activities,
        with_person(person),
        lambda activity, now: erase_from_activity(activity, person, now),
        leaver,
    )
    organised = {"state.organiser": person}
    await erase_each(store.series, organised, lambda series, now: erase_from_series(series, person), leaver)
