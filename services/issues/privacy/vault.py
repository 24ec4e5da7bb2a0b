"""The keys of contacts: one for a person in a community, each in a document of its own that can be destroyed.

Destroyed means: the key's bytes are gone from the document, which says when and why; every contact it sealed, in
whatever copy or backup of a case, can't be opened any more. Names of owners are keyed marks, not people.
Nothing of a key is remembered between two calls, so a destroyed key is destroyed for every replica at once.
What is not guaranteed: a backup of the key collection still holds keys until it is overwritten; keep it shorter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.chassis.aggregate import new_id
from services.chassis.cache import Cache
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.principal import Principal
from services.chassis.runtime import Runtime
from services.chassis.store.gone import Gone
from services.chassis.store.mongo import (
    ASCENDING,
    DESCENDING,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    IndexModel,
    ReturnDocument,
    insert_or_find,
)
from services.chassis.store.secret import keyed_mark
from services.issues.privacy.domain.contact import Contact, Sealed
from services.issues.privacy.sealing import Masters, NotOpened, UnknownMaster, fresh_key, seal, unseal
from services.issues.privacy.settings import PrivacySettings

COLLECTION = "contact_keys"
MARKS = "marks"
"""The document of the secret behind marks and aliases."""

_OWNER = [("community", ASCENDING), ("owner", ASCENDING)]
INDEXES = [
    IndexModel(_OWNER, name="one-live", unique=True, partialFilterExpression={"live": True}),
    IndexModel([("owner", ASCENDING), ("made_at", DESCENDING), ("_id", DESCENDING)], name="of-a-person"),
    IndexModel([("community", ASCENDING), ("destroyed_at", DESCENDING), ("_id", DESCENDING)], name="proofs"),
    IndexModel([("check_at", ASCENDING)], name="perhaps-unused", sparse=True),
    IndexModel([("master", ASCENDING)], name="by-master", sparse=True),
]
_PADDED = 640
_JUST_USED = timedelta(hours=1)


class KeysUnreadable(
    Unavailable,
    code="contact.keys-unreadable",
    zh="联系方式的密钥暂时无法读取，请联系系统管理员。",
    en="The keys of contacts can't be read just now; tell the operator.",
):
    """ISSUES_CONTACT_KEYS lacks a master key that still holds something, or has another one under its name."""


class DestroyedBy(StrEnum):
    """The reason why a key was destroyed."""

    ERASURE = "erasure"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """All that is known of a key, without the key itself. `cause` and `destroyed_at` are None while it lives."""

    id: str
    community: str
    made_at: datetime
    destroyed_at: datetime | None
    cause: DestroyedBy | None


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals contacts of one person's cases in one community."""

    key: str
    community: str
    _data: bytes

    def seal(self, case: str, contact: Contact) -> Sealed:
        """`contact`, in a box for `case` alone. All boxes have the same length."""
        content = contact.model_dump_json().encode().ljust(_PADDED)
        return Sealed(key=self.key, box=seal(self._data, content, "contact", self.community, case))


_ALIASES_KEPT = 10_000


class Vault:
    """The keys of this service."""

    def __init__(self, database: Database, clock: Clock, masters: Masters, gone: Gone | None = None) -> None:
        self._gone = gone
        self._keys: Collection = database[COLLECTION]
        self._clock = clock
        self._masters = masters
        self._secret: bytes | None = None
        self._aliases = Cache[str, str](_ALIASES_KEPT)

    async def alias(self, person: str) -> str:
        """The name under which something of `person` is kept without saying who they are."""
        alias = self._aliases.get(person)
        if alias is None:
            alias = self._aliases.put(person, f"anon-{keyed_mark(await self.secret(), 'person', person)}")
        return alias

    async def secret(self) -> bytes:
        """The secret behind aliases and other names; whoever has the database alone doesn't have it."""
        if self._secret is None:
            self._secret = await self._shared_secret()
        return self._secret

    async def opens(self) -> bool:
        """Whether the master keys open the secret behind names, or nothing was sealed yet."""
        if self._secret is None and (document := await self._keys.find_one({"_id": MARKS})) is not None:
            try:
                self._secret = self._unwrapped(document)
            except KeysUnreadable:
                return False
        return True

    async def require_here(self, person: str, community: str) -> None:
        """Raises PersonGone where `person` was erased: nothing is kept of them under an alias either."""
        if self._gone is not None:
            await self._gone.require({person}, community)

    async def look_after(self, person: str, community: str) -> None:
        """Raises PersonGone as `require_here` does, once something is kept: an erasure that ran meanwhile is done again
        first."""
        if self._gone is not None:
            await self._gone.look_after({person}, community)

    async def known(self, by: Principal) -> Principal:
        """`by`, with their alias."""
        return replace(by, alias=await self.alias(by.sub))

    async def sealer(self, community: str, person: str | None) -> Sealer:
        """The sealer of contacts of `person`, or, where that is None, of a case without a person. Its key is marked as
        in use."""
        if person is not None:
            await self.require_here(person, community)
        owner = new_id("nobody") if person is None else await self.alias(person)
        try:
            document = await self._live_key(community, owner)
        except DuplicateKeyError:
            document = await self._live_key(community, owner)
        return Sealer(document["_id"], community, self._unwrapped(document))

    async def open(self, sealed: Sealed | None, community: str, case: str) -> Contact | None:
        """The contact in `sealed`; None where there is none, or its key was destroyed.

        Raises:
            NotOpened: it was changed, or belongs to another case.
            KeysUnreadable: its master key is not among the settings.
        """
        document = None if sealed is None else await self._keys.find_one({"_id": sealed.key, "live": True})
        if sealed is None or document is None:
            return None
        raw = unseal(self._unwrapped(document), sealed.box, "contact", community, case)
        return Contact.model_validate_json(raw)

    async def destroy_those_of(self, person: str, cause: DestroyedBy, community: str | None = None) -> int:
        """Destroy every key of `person`, in `community` or (None) in all; returns how many there were."""
        theirs: Document = {"owner": await self.alias(person), "live": True}
        return await self._destroy(theirs if community is None else {**theirs, "community": community}, cause)

    async def destroy(self, keys: Sequence[str], cause: DestroyedBy, *, unless_used_since: bool = False) -> int:
        """Destroy `keys`; with `unless_used_since` leave those that sealed something lately. Returns how many went."""
        query: Document = {"_id": {"$in": list(keys)}, "live": True}
        if unless_used_since:
            query["used_at"] = {"$lt": self._clock() - _JUST_USED}
        return await self._destroy(query, cause)

    async def look_again(self, keys: Sequence[str]) -> None:
        """Note that `keys` may soon be of no use. Whoever sweeps looks whether a case still needs them."""
        await self._keys.update_many(
            {"_id": {"$in": list(keys)}, "live": True}, {"$set": {"check_at": self._clock() + _JUST_USED}}
        )

    async def perhaps_unused(self, limit: int) -> list[str]:
        """Keys that are to be looked at now."""
        found = self._keys.find({"check_at": {"$lte": self._clock()}}, {"_id": 1}).sort("check_at", ASCENDING)
        return [document["_id"] for document in await found.limit(limit).to_list(limit)]

    async def settled(self, keys: Sequence[str]) -> None:
        """Note that `keys` are still needed."""
        await self._keys.update_many({"_id": {"$in": list(keys)}}, {"$unset": {"check_at": ""}})

    async def rewrap(self, limit: int) -> int:
        """Seal data keys under the current master key that are under an older one; returns how many.

        Raises:
            KeysUnreadable: an older one is not among the settings any more.
        """
        older = {"master": {"$exists": True, "$ne": self._masters.current}}
        documents = await self._keys.find(older).limit(limit).to_list(limit)
        for document in documents:
            id = document["_id"]
            wrapped = self._masters.wrap(self._unwrapped(document), id)
            same = {"_id": id, "wrapped": document["wrapped"]}
            await self._keys.update_one(same, {"$set": {"wrapped": wrapped, "master": self._masters.current}})
        return len(documents)

    async def of_person(self, person: str, limit: int) -> list[KeyRecord]:
        """The keys of `person`, destroyed ones among them, the newest first."""
        return await self._records({"owner": await self.alias(person)}, "made_at", limit)

    async def destroyed_in(self, community: str, after: tuple[datetime, str] | None, limit: int) -> list[KeyRecord]:
        """Keys of `community` that exist no more, the last one first; `after`: the time and id where a page ended."""
        query: Document = {"community": community, "destroyed_at": {"$exists": True}}
        if after is not None:
            moment, id = after
            query["$or"] = [{"destroyed_at": {"$lt": moment}}, {"destroyed_at": moment, "_id": {"$lt": id}}]
        return await self._records(query, "destroyed_at", limit)

    async def by_master(self) -> Mapping[str, int]:
        """The number of keys under each master key. A master key without any may be removed from the settings."""
        grouped = self._keys.aggregate(
            [{"$match": {"master": {"$exists": True}}}, {"$group": {"_id": "$master", "n": {"$sum": 1}}}]
        )
        return {document["_id"]: document["n"] async for document in grouped}

    async def communities(self) -> frozenset[str]:
        """The communities whose people have keys."""
        return frozenset(await self._keys.distinct("community", {"master": {"$exists": True}}))

    async def _records(self, query: Document, sort: str, limit: int) -> list[KeyRecord]:
        found = await self._keys.find(query).sort([(sort, DESCENDING), ("_id", DESCENDING)]).limit(limit).to_list(limit)
        return [_record(document) for document in found]

    async def _live_key(self, community: str, owner: str) -> Document:
        now, id = self._clock(), new_id("key")
        fresh = {
            "_id": id,
            "wrapped": self._masters.wrap(fresh_key(), id),
            "master": self._masters.current,
            "made_at": now,
            "check_at": now + _JUST_USED,
        }
        document: Document = await self._keys.find_one_and_update(
            {"community": community, "owner": owner, "live": True},
            {"$set": {"used_at": now}, "$setOnInsert": fresh},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return document

    async def _shared_secret(self) -> bytes:
        """The secret behind marks, the same for every replica, made at first use."""
        document = await self._keys.find_one({"_id": MARKS})
        if document is None:
            made = {"_id": MARKS, "wrapped": self._masters.wrap(fresh_key(), MARKS), "master": self._masters.current}
            document = await insert_or_find(self._keys, made)
        return self._unwrapped(document)

    def _unwrapped(self, document: Mapping[str, Any]) -> bytes:
        try:
            return self._masters.unwrap(document["wrapped"], document["_id"], document["master"])
        except (UnknownMaster, NotOpened) as error:
            raise KeysUnreadable() from error

    async def _destroy(self, query: Document, cause: DestroyedBy) -> int:
        tombstone = {"live": False, "destroyed_at": self._clock(), "cause": cause.value}
        left_out = dict.fromkeys(("wrapped", "master", "used_at", "check_at"), "")
        done = await self._keys.update_many(query, {"$set": tombstone, "$unset": left_out})
        return int(done.modified_count)


def opened_vault(runtime: Runtime[PrivacySettings]) -> Vault:
    """The vault of the service. From now on its secret is the one behind names: make aggregates after this."""
    vault = Vault(runtime.database, runtime.clock, runtime.settings.masters, runtime.gone)
    runtime.secret = vault.secret
    return vault


def _record(document: Document) -> KeyRecord:
    cause = document.get("cause")
    return KeyRecord(
        id=document["_id"],
        community=document["community"],
        made_at=document["made_at"],
        destroyed_at=document.get("destroyed_at"),
        cause=None if cause is None else DestroyedBy(cause),
    )
