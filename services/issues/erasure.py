"""Erases what this service holds of a person: links, contact, words and pictures; and every answer kept for repetition.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. What the person did in office (handling, walking, staff work) stays on record under their opaque id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from services.chassis.aggregate import Decision, new_id
from services.chassis.subscriber.erasure import Leaver, erase_each, erase_in
from services.issues.cases.domain.aftermath import anonymise_case
from services.issues.cases.domain.case import Case
from services.issues.cases.store import CASES, attached_to, shown_in, withheld_cases
from services.issues.rounds.store import found_in
from services.issues.routing.forgetting import forget
from services.issues.store import Store
from services.issues.supports.domain.supports import Support, forget_supporter
from services.issues.wishes.domain.wishes import anonymise_wish
from services.issues.wishes.joining import hidden_among
from services.issues.wishes.store import WISHES

_BATCH = 100
_JUST_THE_THRESHOLD = {"$arrayToObject": [[{"k": "threshold", "v": "$suggestion.threshold"}]]}


async def erase(store: Store, leaver: Leaver) -> None:
    """Leave nothing of `leaver`."""
    person, community = leaver.person, leaver.community
    await _reported_cases(store, leaver)
    await _supports(store, leaver)
    await _wishes(store, leaver)
    for photo in await store.photos.owned_by(person, community):
        if await _is_shown(store, photo):
            await store.photos.disown(photo)
        else:
            await store.photos.delete(photo)
    for attachment in await store.attachments.owned_by(person, community):
        if await store.cases.collection.find_one(attached_to(attachment), {"_id": 1}) is not None:
            await store.attachments.disown(attachment)
        else:
            await store.attachments.delete(attachment)


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


async def _reported_cases(store: Store, leaver: Leaver) -> None:
    person, stand_in, cause = leaver.person, leaver.stand_in, leaver.cause
    nameless = new_id("erased")
    alias = await store.vault.alias(person)

    def anonymised(case: Case, now: datetime) -> Decision[Case]:
        # Their nameless cases get another stand-in: nobody learns from it whose they were.
        return anonymise_case(case, person, alias, stand_in if case.reporter == person else nameless)

    reported = leaver.within({"state.reporter": {"$in": [person, alias]}})
    while page := (await store.cases.select(reported, limit=_BATCH)).items:
        theirs = [stored.aggregate.id for stored in page if stored.aggregate.round is None]
        await store.traces.wipe(person, CASES, theirs)
        await forget(store, theirs, cause)  # models that have learnt from these words
        for stored in page:
            await _things_of(store, stored.aggregate)
            id = stored.aggregate.id
            await erase_in(store.cases, id, anonymised, cause)
        await forget(store, theirs, cause)  # and any that was just being trained
        await _what_was_drawn(store, theirs)


async def _what_was_drawn(store: Store, cases: Sequence[str]) -> None:
    """What was made of the words of `cases`: why a unit was suggested, and how they are found."""
    ids = {"_id": {"$in": list(cases)}}
    await store.routing.suggestions.update_many(ids, [{"$set": {"suggestion": _JUST_THE_THRESHOLD}}])
    await store.reading.projection.forget(cases)


async def _things_of(store: Store, case: Case) -> None:
    """Delete what the reporter brought. A key that is the case's own is looked at again once nothing needs it."""
    if case.contact is not None:
        await store.vault.look_again([case.contact.key])
    if case.round is not None:
        return
    for photo in case.before:
        await store.photos.delete(photo)
    for attachment in case.attachments:
        await store.attachments.delete(attachment)


async def _is_shown(store: Store, photo: str) -> bool:
    cases: Mapping[str, Any] | None = await store.cases.collection.find_one(shown_in(photo), {"_id": 1})
    visits: Mapping[str, Any] | None = await store.visits.collection.find_one(found_in(photo), {"_id": 1})
    return cases is not None or visits is not None
