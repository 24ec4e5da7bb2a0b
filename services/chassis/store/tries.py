"""Limits how often codes may be tried. Tries are counted before anything is compared, by all replicas together.

A try is counted for its person and for the thing that the code opens, each by one write to MongoDB, and given back
where the code was right. Counts begin anew after a while, and the store deletes documents that are no longer needed.
People stand in them under a keyed name that can't be traced back.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.errors import CommunityError
from services.chassis.store.mongo import (
    ASCENDING,
    Collection,
    DuplicateKeyError,
    IndexModel,
    ReturnDocument,
    is_passing,
)
from services.chassis.store.secret import Secret, keyed_id
from services.chassis.store.unavailable import StoreUnavailable

COLLECTION = "check_in_tries"
INDEXES: Sequence[IndexModel] = (IndexModel([("gone", ASCENDING)], expireAfterSeconds=0),)

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How many wrong codes one `person` may give, and how many may be given for one `thing`, in the time `within`."""

    person: int
    thing: int
    within: timedelta


class Tries:
    """The tries at the codes of all things of a service. `refusal` is the error that is raised after too many."""

    def __init__(self, collection: Collection, secret: Secret, limits: Limits, refusal: type[CommunityError]) -> None:
        self._kept = collection
        self._secret = secret
        self._limits = limits
        self._refusal = refusal

    @asynccontextmanager
    async def one(self, thing: str, person: str, now: datetime) -> AsyncIterator[None]:
        """Count one try on entering, and give it back if no error is raised inside, which means that the code was
        right.

        Raises:
            CommunityError: the `refusal`, because this person, or all people together, have tried too often here.
            StoreUnavailable: the try can't be counted, so nothing may be compared.
        """
        secret = await self._secret()
        theirs = keyed_id(secret, "tries", thing, person)
        of_all = keyed_id(secret, "tries", thing)
        for id, limit in ((theirs, self._limits.person), (of_all, self._limits.thing)):
            if await self._count(id, now) > limit:
                raise self._refusal()
        yield
        for id in (theirs, of_all):
            await self._kept.update_one({"_id": id, "n": {"$gt": 0}}, {"$inc": {"n": -1}})

    async def _count(self, id: str, now: datetime) -> int:
        """Count one more try under `id`. Returns how many that makes."""
        runs = {"$gt": ["$until", now]}
        within = self._limits.within
        update = {
            "n": {"$cond": [runs, {"$add": ["$n", 1]}, 1]},
            "until": {"$cond": [runs, "$until", now + within]},
            "gone": {"$add": ["$$NOW", 2 * within // timedelta(milliseconds=1)]},
        }
        try:
            for _ in range(_ATTEMPTS):
                try:
                    counted = await self._kept.find_one_and_update(
                        {"_id": id}, [{"$set": update}], upsert=True, return_document=ReturnDocument.AFTER
                    )
                except DuplicateKeyError:
                    continue  # another process has just created the count
                return int(counted["n"])
        except Exception as error:
            if is_passing(error):
                raise StoreUnavailable() from error
            raise
        raise StoreUnavailable()
