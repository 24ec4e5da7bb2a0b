"""Sweeps of cases: their clocks tick; contacts and words go some time after the end of their case, and so do keys that
no contact needs.

Each sweep notes what may become of no use before it changes the case, so that a death in between leaves a key or a
picture that is looked at again, not one that stays for ever.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.chassis.aggregate import Decision
from services.chassis.clock import Clock
from services.chassis.errors import CommunityError, Unavailable
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.chassis.store.mongo import Database
from services.chassis.subscriber.erasure import erase_in
from services.chassis.sweeper import Sweep
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.clock import AnyClocks
from services.issues.cases.domain.pausing import come_due
from services.issues.cases.domain.retention import expire_contact, expire_words
from services.issues.cases.publicity import Publicity
from services.issues.cases.settings import CaseSettings
from services.issues.cases.store import cases_come_due, contacts_ended, sealed_with, words_ended
from services.issues.privacy.vault import DestroyedBy, KeysUnreadable, Vault
from services.issues.uploads.attachments import Attachments
from services.issues.uploads.photos import Photos

log = logging.getLogger(__name__)

_BATCH = 200


class _Expiry(ABC):
    """Goes through cases that are due, batch by batch. What is refused once is left out, and holds no other up."""

    name: str
    fields: tuple[str, ...]

    def __init__(self, cases: Aggregates[Case]) -> None:
        self._cases = cases

    @abstractmethod
    def due(self, now: datetime) -> dict[str, Any]:
        """The query for cases that are due."""

    @abstractmethod
    async def prepare(self, cases: Sequence[Mapping[str, Any]]) -> None:
        """Note what may become of no use once `cases` are changed."""

    @abstractmethod
    def decide(self, case: Case, now: datetime) -> Decision[Case]:
        """Decide what becomes of one case."""

    async def once(self, clock: Clock) -> int:
        """Change the cases that are due; returns how many."""
        changed, refused = 0, list[str]()
        while due := await self._batch({**self.due(clock()), "_id": {"$nin": refused}}):
            await self.prepare(due)
            for case in due:
                if await self._change(case["_id"]):
                    changed += 1
                else:
                    refused.append(case["_id"])
        return changed

    async def _batch(self, query: dict[str, Any]) -> list[Mapping[str, Any]]:
        found = self._cases.collection.find(query, {f"state.{name}": 1 for name in self.fields})
        return list(await found.limit(_BATCH).to_list(_BATCH))

    async def _change(self, id: str) -> bool:
        """Change one case, and forget the answers that its receipts repeat. False: it was refused, or not due."""
        try:
            before = (await self._cases.get(id)).version
            await erase_in(self._cases, id, self.decide, Cause(SYSTEM, f"sweep.{self.name}"))
            return (await self._cases.get(id)).version > before
        except Unavailable:
            raise
        except CommunityError as error:
            log.warning("expiry refused", extra={"sweep": self.name, "id": id, "error": error.code})
            return False


class ContactExpiry(_Expiry):
    """Drops the contacts of cases that ended long ago."""

    name = "contact-expiry"
    fields = ("contact.key",)
    every = timedelta(minutes=1)

    def __init__(self, cases: Aggregates[Case], vault: Vault, settings: CaseSettings) -> None:
        super().__init__(cases)
        self._vault = vault
        self._kept = settings.contact_kept

    def due(self, now: datetime) -> dict[str, Any]:
        return contacts_ended(now - self._kept(minor=False), now - self._kept(minor=True))

    async def prepare(self, cases: Sequence[Mapping[str, Any]]) -> None:
        await self._vault.look_again([case["state"]["contact"]["key"] for case in cases])

    def decide(self, case: Case, now: datetime) -> Decision[Case]:
        return expire_contact(case, self._kept(minor=case.minor), now)


class WordsExpiry(_Expiry):
    """Drops the words, pictures and attachments of residents whose cases ended long ago, where that is asked for.

    Models that have learnt from them stay: they hold weights of words that many used, and are trained anew by
    themselves. An erasure is another matter, and takes them.
    """

    name = "words-expiry"
    fields = ("before", "attachments")
    every = timedelta(minutes=10)

    def __init__(
        self, cases: Aggregates[Case], photos: Photos, attachments: Attachments, settings: CaseSettings
    ) -> None:
        super().__init__(cases)
        self._brought = (("before", photos), ("attachments", attachments))
        self._kept = timedelta(days=settings.words_days)

    async def once(self, clock: Clock) -> int:
        """Drop the words of cases that are due, if this deployment asks for it; returns of how many cases."""
        return await super().once(clock) if self._kept else 0

    def due(self, now: datetime) -> dict[str, Any]:
        return words_ended(now - self._kept)

    async def prepare(self, cases: Sequence[Mapping[str, Any]]) -> None:
        for name, kept in self._brought:
            await kept.look_again([id for case in cases for id in case["state"].get(name, ())])

    def decide(self, case: Case, now: datetime) -> Decision[Case]:
        return expire_words(case, self._kept, now)


class KeysInUse:
    """Destroys keys that no contact needs any more, and seals the others anew under the current master key."""

    name = "contact-keys"
    every = timedelta(minutes=1)

    def __init__(self, cases: Aggregates[Case], vault: Vault) -> None:
        self._cases = cases
        self._vault = vault

    async def once(self, clock: Clock) -> int:
        """Look at the keys that are marked for it; returns how many were destroyed or sealed anew."""
        vault, done = self._vault, 0
        while keys := await vault.perhaps_unused(_BATCH):
            needed = await self._cases.collection.distinct("state.contact.key", sealed_with(keys))
            spare = sorted(set(keys) - set(needed))
            await vault.settled(needed)
            done += await vault.destroy(spare, DestroyedBy.EXPIRY, unless_used_since=True)
            await vault.look_again(spare)
        try:
            return done + await vault.rewrap(_BATCH)
        except KeysUnreadable as error:
            log.warning("keys of contacts can't be read", extra={"reason": str(error.__cause__)})
            return done


def clock_sweep(cases: Aggregates[Case], clocks: AnyClocks) -> Sweep[Case]:
    """Says what has come due on the clocks of cases, and ends pauses that are over."""
    every = timedelta(seconds=2)

    def decide(case: Case, now: datetime) -> Decision[Case]:
        return come_due(case, clocks.of(case.community), now)

    return Sweep("case-clock", cases, cases_come_due, decide, every=every)


class Older:
    """Does once what the events of older versions have left undone, and then nothing.

    Before, cases that are not for everybody were published like others: each says now that it is withheld, so that
    their states, and the copies of others, are replaced.
    """

    name = "publicity"
    every = timedelta(minutes=1)

    def __init__(self, publicity: Publicity, database: Database) -> None:
        self._publicity = publicity
        self._done = database["reading"]
        self._settled = False

    async def once(self, clock: Clock) -> int:
        """Do it if it was not done yet; returns how many communities were looked through."""
        if self._settled or await self._done.find_one({"_id": self.name}) is not None:
            self._settled = True
            return 0
        publicity, cause = self._publicity, Cause(SYSTEM, f"sweep.{self.name}")
        communities = await publicity.cases.collection.distinct("state.community")
        for community in communities:
            await publicity.withdraw(community, cause)
        await publicity.follow_all(cause)
        await publicity.say_withheld(cause)
        await self._done.update_one({"_id": self.name}, {"$set": {"done": True}}, upsert=True)
        self._settled = True
        return len(communities)
