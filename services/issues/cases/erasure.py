"""Erases what cases hold of a person: that they reported, how to reach them, their words and pictures.

Every step may be repeated, and leaves what is not done yet to be found again: an interrupted erasure is simply begun
anew. What the person did in office (handling, walking, staff work) stays on record under their opaque id.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from services.chassis.aggregate import Decision, new_id
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.subscriber.erasure import Leaver, Traces, erase_in
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.retention import anonymise_case
from services.issues.cases.store import CASES
from services.issues.privacy.vault import Vault
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Drawn:
    """Takes away what later rooms have drawn from the words of cases.

    `unlearn` is done before and after the words go: a model may be just being trained. `undraw` is done after.
    """

    unlearn: Callable[[Collection[str], Cause], Awaitable[None]]
    undraw: Callable[[Collection[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class CaseErasure:
    """Erases a person from `cases`, with what they brought, and with what was `drawn` from it."""

    cases: Aggregates[Case]
    photos: Photos
    attachments: Attachments
    vault: Vault
    traces: Traces
    drawn: Drawn

    async def erase(self, leaver: Leaver) -> None:
        """Leave nothing of `leaver` in cases that they reported, under their name or nameless."""
        person, nameless = leaver.person, new_id("erased")
        alias = await self.vault.alias(person)

        def anonymised(case: Case, now: datetime) -> Decision[Case]:
            # Their nameless cases get another stand-in: nobody learns from it whose they were.
            return anonymise_case(case, person, alias, leaver.stand_in if case.reporter == person else nameless)

        reported = leaver.within({"state.reporter": {"$in": [person, alias]}})
        while page := (await self.cases.select(reported, limit=_BATCH)).items:
            theirs = [stored.aggregate.id for stored in page if stored.aggregate.round is None]
            await self.traces.wipe(person, CASES, theirs)
            await self.drawn.unlearn(theirs, leaver.cause)
            for stored in page:
                await self._drop_things_of(stored.aggregate)
                await erase_in(self.cases, stored.aggregate.id, anonymised, leaver.cause)
            await self.drawn.unlearn(theirs, leaver.cause)
            await self.drawn.undraw(theirs)
        await self.traces.wipe_again(person)  # what was written of them meanwhile

    async def _drop_things_of(self, case: Case) -> None:
        """Delete what the reporter brought. A key that is the case's own is looked at again once nothing needs it."""
        if case.contact is not None:
            await self.vault.look_again([case.contact.key])
        if case.round is not None:
            return
        for photo in case.before:
            await self.photos.delete(photo)
        for attachment in case.attachments:
            await self.attachments.delete(attachment)
