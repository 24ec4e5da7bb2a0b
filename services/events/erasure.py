"""Erases what this service holds of a person, and every answer kept for repetition.

Every step may be repeated and leaves what is not done yet to be found again: an interrupted erasure is begun anew.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate, Decision
from services.chassis.store import Aggregates, Cause
from services.events.domain.erasure import erase_from_activity, erase_from_series
from services.events.store import Store, with_person

A = TypeVar("A", bound=Aggregate)
_BATCH = 100


async def erase(store: Store, person: str, cause: Cause) -> None:
    """Erase `person` in every community."""
    await _each(
        store.activities,
        with_person(person),
        lambda activity, now: erase_from_activity(activity, person, now),
        cause,
    )
    await _each(store.series, {"state.organiser": person}, lambda series, now: erase_from_series(series, person), cause)


async def _each(
    aggregates: Aggregates[A],
    theirs: Mapping[str, Any],
    decide: Callable[[A, datetime], Decision[A]],
    cause: Cause,
) -> None:
    """Until none is left. Receipts hold answers as they were given, people in them: they go first."""
    while page := (await aggregates.select(theirs, limit=_BATCH)).items:
        for stored in page:
            await aggregates.collection.update_one({"_id": stored.aggregate.id}, {"$unset": {"receipts": ""}})
            await aggregates.change(stored.aggregate.id, decide, cause)
