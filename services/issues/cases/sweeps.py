"""What is kept no longer: contacts and words some time after the end of their case, keys that no contact needs.

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
from services.chassis.store.aggregates import Cause
from services.chassis.subscriber.erasure import erase_in
from services.issues.cases.domain.aftermath import expire_contact, expire_words
from services.issues.cases.domain.case import Case
from services.issues.cases.settings import CaseSettings
from services.issues.cases.store import contacts_ended, sealed_with, words_ended
from services.issues.privacy.vault import DestroyedBy, KeysUnreadable
from services.issues.store import Store

log = logging.getLogger(__name__)

_BATCH = 200


class _Expiry(ABC):
    """Goes through cases that are due, batch by batch. What is refused once is left out, and holds no other up."""

    name: str
    fields: tuple[str, ...]

    def __init__(self, store: Store) -> None:
        self._store = store

    @abstractmethod
    def due(self, now: datetime) -> dict[str, Any]:
        """The query for cases that are due."""

    @abstractmethod
    async def prepare(self, cases: Sequence[Mapping[str, Any]]) -> None:
        """Note what may become of no use once `cases` are changed."""

    @abstractmethod
    def decide(self, case: Case, now: datetime) -> Decision[Case]:
        """What becomes of one case."""

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
        found = self._store.cases.collection.find(query, {f"state.{name}": 1 for name in self.fields})
        return list(await found.limit(_BATCH).to_list(_BATCH))

    async def _change(self, id: str) -> bool:
        """Change one case, and forget the answers that its receipts repeat. False: it was refused, or not due."""
        try:
            before = (await self._store.cases.get(id)).version
            await erase_in(self._store.cases, id, self.decide, Cause(SYSTEM, f"sweep.{self.name}"))
            return (await self._store.cases.get(id)).version > before
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

    def __init__(self, store: Store, settings: CaseSettings) -> None:
        super().__init__(store)
        self._kept = settings.contact_kept

    def due(self, now: datetime) -> dict[str, Any]:
        return contacts_ended(now - self._kept(minor=False), now - self._kept(minor=True))

    async def prepare(self, cases: Sequence[Mapping[str, Any]]) -> None:
        await self._store.vault.look_again([case["state"]["contact"]["key"] for case in cases])

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

    def __init__(self, store: Store, settings: CaseSettings) -> None:
        super().__init__(store)
        self._kept = timedelta(days=settings.words_days)

    async def once(self, clock: Clock) -> int:
        """Drop those that are due, if any ever are; returns of how many cases."""
        return await super().once(clock) if self._kept else 0

    def due(self, now: datetime) -> dict[str, Any]:
        return words_ended(now - self._kept)

    async def prepare(self, cases: Sequence[Mapping[str, Any]]) -> None:
        for name, kept in (("before", self._store.photos), ("attachments", self._store.attachments)):
            await kept.look_again([id for case in cases for id in case["state"].get(name, ())])

    def decide(self, case: Case, now: datetime) -> Decision[Case]:
        return expire_words(case, self._kept, now)


class KeysInUse:
    """Destroys keys that no contact needs any more, and seals the others anew under the current master key."""

    name = "contact-keys"
    every = timedelta(minutes=1)

    def __init__(self, store: Store) -> None:
        self._store = store

    async def once(self, clock: Clock) -> int:
        """Look at those that are to be looked at; returns how many were destroyed or sealed anew."""
        vault, done = self._store.vault, 0
        while keys := await vault.perhaps_unused(_BATCH):
            needed = await self._store.cases.collection.distinct("state.contact.key", sealed_with(keys))
            spare = sorted(set(keys) - set(needed))
            await vault.settled(needed)
            done += await vault.destroy(spare, DestroyedBy.EXPIRY, unless_used_since=True)
            await vault.look_again(spare)
        try:
            return done + await vault.rewrap(_BATCH)
        except KeysUnreadable as error:
            log.warning("keys of contacts can't be read", extra={"reason": str(error.__cause__)})
            return done
