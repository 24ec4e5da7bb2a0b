"""Erases what this service holds of a person: links, contact, words and pictures; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. What the person did in office (handling, walking, staff work) stays on record under their opaque id.
"""

from datetime import datetime
from functools import partial

from services.chassis.aggregate import Decision
from services.chassis.subscriber.erasure import Leaver, erase_each, erase_in
from services.issues.cases.store import withheld_cases
from services.issues.store import Store
from services.issues.supports.domain.supports import Support, forget_supporter
from services.issues.wishes.domain.wishes import anonymise_wish
from services.issues.wishes.joining import hidden_among
from services.issues.wishes.store import WISHES

_BATCH = 100


async def erase(store: Store, leaver: Leaver) -> None:
    """Leave nothing of `leaver`."""
    await _supports(store, leaver)
    await _wishes(store, leaver)


async def _supports(store: Store, leaver: Leaver) -> None:
    """One after the other, since what is said of each depends on what it is a support of."""

    def forgotten(public: bool, support: Support, now: datetime) -> Decision[Support]:
        return forget_supporter(support, leaver.stand_in, public=public)

    theirs = leaver.within({"state.person": leaver.person})
    while page := (await store.supports.select(theirs, limit=_BATCH)).items:
        subjects = [stored.aggregate.subject for stored in page]
        kept = await withheld_cases(store.cases, subjects) | await hidden_among(store.wishes, subjects)
        for stored in page:
            public = stored.aggregate.subject not in kept
            await erase_in(store.supports, stored.aggregate.id, partial(forgotten, public), leaver.cause)


async def _wishes(store: Store, leaver: Leaver) -> None:
    person = leaver.person
    theirs = {"$or": [{"state.proposer": person}, {"state.people": person}]}
    proposed = store.wishes.collection.find(leaver.within({"state.proposer": person}), {"_id": 1})
    if ids := [document["_id"] async for document in proposed]:
        await store.traces.wipe(person, WISHES, ids)
    await erase_each(store.wishes, theirs, lambda wish, now: anonymise_wish(wish, person), leaver)
    await store.traces.wipe_again(person)  # what was written of them meanwhile
