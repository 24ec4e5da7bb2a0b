"""The keys of systems that write: operators give them out, their digests are stored, and their uses are counted over
all replicas.

A key is 256 random bits, so that it can't be found from its plain digest. Uses are counted by the hour and the day of
the clock in China. A use that is refused because of the limits is not counted.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from services.chassis.clock import Clock
from services.chassis.errors import AlreadyExists, UnknownAggregate
from services.chassis.principal import Principal, Role, member
from services.chassis.store.mongo import (
    ASCENDING,
    DESCENDING,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    IndexModel,
    ReturnDocument,
)
from services.chassis.words import name_kind
from services.issues.open311.refusals import ApiKeyRefused, ApiKeyUsedUp

KEYS, USES = "open311_keys", "open311_uses"
name_kind("api-key", "密钥", "key")
INDEXES = {
    KEYS: [
        IndexModel([("digest", ASCENDING)], unique=True),
        IndexModel([("community", ASCENDING), ("made_at", DESCENDING)]),
    ],
    USES: [IndexModel([("until", ASCENDING)], expireAfterSeconds=0)],
}
_CHINA = timezone(timedelta(hours=8))
_KEPT = timedelta(days=3)
_LISTED = 1000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The data of a key, without the key itself. `unit` is the partner in whose name its holder may also work on
    cases."""

    id: str
    community: str
    title: str
    unit: str | None
    per_hour: int
    per_day: int
    made_at: datetime
    made_by: str
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    @property
    def reporter(self) -> Principal:
        """The principal of the key's holder, who reports cases and reads their own reports."""
        return member(self.id, self.community)

    @property
    def worker(self) -> Principal:
        """The principal of the key's holder as a handler for `unit`, if the key has one."""
        units = () if self.unit is None else (self.unit,)
        return member(self.id, self.community, Role.HANDLER, units=units)


class Keys:
    """The keys of all communities."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._keys: Collection = database[KEYS]
        self._uses: Collection = database[USES]
        self._clock = clock

    async def issue(
        self, id: str, community: str, title: str, *, unit: str | None, per_hour: int, per_day: int, by: Principal
    ) -> tuple[ApiKey, str]:
        """Make a new key. Returns its data and the key itself, which is not stored and can't be told again.

        Raises:
            NotYours: `by` is no operator of the community.
            AlreadyExists: `id` was issued before.
        """
        by.require(community, Role.OPERATOR)
        words = f"o311_{secrets.token_urlsafe(32)}"
        key = ApiKey(id, community, title, unit, per_hour, per_day, self._clock(), by.sub)
        fields = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__ if name != "id"}
        try:
            await self._keys.insert_one({"_id": id, "digest": _digest(words), **fields})
        except DuplicateKeyError:
            raise AlreadyExists(kind="api-key", id=id) from None
        return key, words

    async def of(self, community: str, by: Principal) -> Sequence[ApiKey]:
        """The keys of `community`, with revoked ones, the newest first.

        Raises:
            NotYours: `by` is no operator of the community.
        """
        by.require(community, Role.OPERATOR)
        found = self._keys.find({"community": community}).sort("made_at", DESCENDING).limit(_LISTED)
        return [_key(document) for document in await found.to_list(_LISTED)]

    async def revoke(self, id: str, by: Principal) -> ApiKey:
        """Revoke the key `id`. Revoking it again changes nothing.

        Raises:
            UnknownAggregate: there is no such key in a community of `by`.
            NotYours: `by` is no operator of its community.
        """
        document = await self._keys.find_one({"_id": id})
        if document is None or document["community"] not in by.communities:
            raise UnknownAggregate(kind="api-key", id=id)
        by.require(document["community"], Role.OPERATOR)
        said = {"revoked_at": self._clock(), "revoked_by": by.sub}
        await self._keys.update_one({"_id": id, "revoked_at": None}, {"$set": said})
        return _key(await self._keys.find_one({"_id": id}) or document)

    async def community(self, words: str | None) -> str | None:
        """The community of the key `words`; None where there is no valid key of these words."""
        document = await self._keys.find_one({"digest": _digest(words)}) if words else None
        return None if document is None or document.get("revoked_at") is not None else str(document["community"])

    async def admit(self, words: str | None, community: str) -> ApiKey:
        """Count a use of the key `words`, and return its data.

        Raises:
            ApiKeyRefused: there is no such key, or it is of another community, or revoked.
            ApiKeyUsedUp: the key was used as often as its limits for this hour or day allow.
        """
        document = await self._keys.find_one({"digest": _digest(words)}) if words else None
        if document is None or document["community"] != community or document.get("revoked_at") is not None:
            raise ApiKeyRefused()
        key = _key(document)
        await self._count(key)
        return key

    async def _count(self, key: ApiKey) -> None:
        now = self._clock().astimezone(_CHINA)
        id, hour = f"{key.id}:{now:%Y%m%d}", f"h{now:%H}"
        spare = {"n": {"$not": {"$gte": key.per_day}}, hour: {"$not": {"$gte": key.per_hour}}}
        use = {"$inc": {"n": 1, hour: 1}, "$setOnInsert": {"until": self._clock() + _KEPT}}
        while True:
            try:
                await self._uses.find_one_and_update(
                    {"_id": id, **spare}, use, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # the count is at its limit, or another replica has just created it
                uses = await self._uses.find_one({"_id": id}) or {}
                _require_spare(key, now, uses.get("n", 0), uses.get(hour, 0))
            else:
                return


def _require_spare(key: ApiKey, now: datetime, today: int, this_hour: int) -> None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if today >= key.per_day:
        seconds = _seconds(midnight + timedelta(days=1) - now)
        raise ApiKeyUsedUp(limit=key.per_day, period="每日", period_en="day", seconds=seconds)
    if this_hour >= key.per_hour:
        begun = now.replace(minute=0, second=0, microsecond=0)
        seconds = _seconds(begun + timedelta(hours=1) - now)
        raise ApiKeyUsedUp(limit=key.per_hour, period="每小时", period_en="hour", seconds=seconds)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds()) + 1


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()


def _key(document: Document) -> ApiKey:
    known: dict[str, Any] = {name: document.get(name) for name in ApiKey.__dataclass_fields__ if name != "id"}
    return ApiKey(id=document["_id"], **known)
