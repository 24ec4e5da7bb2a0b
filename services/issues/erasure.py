"""Erases what this service holds of a person: links, contact, words and pictures; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. What the person did in office (handling, walking, staff work) stays on record under their opaque id.
"""

from collections.abc import Mapping
from typing import Any

from services.chassis.erasure import erase_each, erase_in
from services.chassis.store import Cause
from services.issues.domain.aftermath import anonymise_case
from services.issues.domain.wishes import anonymise_wish
from services.issues.routing.forgetting import forget
from services.issues.store import Store, found_in, shown_in

_BATCH = 100


async def erase(store: Store, person: str, cause: Cause) -> None:
    """Erase `person` in every community."""
    await _reported_cases(store, person, cause)
    theirs = {"$or": [{"state.proposer": person}, {"state.people": person}]}
    await erase_each(store.wishes, theirs, lambda wish, now: anonymise_wish(wish, person), cause)
    for photo in await store.photos.owned_by(person):
        if await _is_shown(store, photo):
            await store.photos.disown(photo)
        else:
            await store.photos.delete(photo)


async def _reported_cases(store: Store, person: str, cause: Cause) -> None:
    while page := (await store.cases.select({"state.reporter": person}, limit=_BATCH)).items:
        theirs = [stored.aggregate.id for stored in page if stored.aggregate.round is None]
        await forget(store, theirs, cause)  # models that have learnt from these words
        for stored in page:
            for photo in stored.aggregate.before if stored.aggregate.round is None else ():
                await store.photos.delete(photo)
            await erase_in(store.cases, stored.aggregate.id, lambda case, now: anonymise_case(case, person), cause)
        await forget(store, theirs, cause)  # and any that was just being trained


async def _is_shown(store: Store, photo: str) -> bool:
    cases: Mapping[str, Any] | None = await store.cases.collection.find_one(shown_in(photo), {"_id": 1})
    visits: Mapping[str, Any] | None = await store.visits.collection.find_one(found_in(photo), {"_id": 1})
    return cases is not None or visits is not None
