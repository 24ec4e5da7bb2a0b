"""The numbers of certificates, which follow each other without a gap within a community and year.

A number is assigned to its certificate before the certificate is issued, and a second attempt finds the same number. So
a process that dies in between loses no number, and two certificates never get the same one.
"""

from collections.abc import Sequence

from services.chassis.store.mongo import (
    ASCENDING,
    DESCENDING,
    Database,
    DuplicateKeyError,
    IndexModel,
    is_passing,
)
from services.chassis.store.unavailable import StoreUnavailable

COLLECTION = "certificate_numbers"
INDEXES: Sequence[IndexModel] = (
    IndexModel([("community", ASCENDING), ("year", ASCENDING), ("n", DESCENDING)], unique=True),
)
_ATTEMPTS = 50


class Numbers:
    """The numbers of certificates in all communities."""

    def __init__(self, database: Database) -> None:
        self._kept = database[COLLECTION]

    async def of(self, certificate: str, community: str, year: int) -> str:
        """The number of a certificate, such as `ZYFW-2026-000001`. It is drawn at the first call.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        try:
            for _ in range(_ATTEMPTS):
                found = await self._kept.find_one({"_id": certificate})
                if found is not None:
                    return f"ZYFW-{found['year']}-{found['n']:06d}"
                theirs = {"community": community, "year": year}
                last = await self._kept.find_one(theirs, sort=[("n", DESCENDING)])
                n = 1 if last is None else int(last["n"]) + 1
                try:
                    await self._kept.insert_one({"_id": certificate, **theirs, "n": n})
                except DuplicateKeyError:
                    continue  # another certificate has drawn this number
        except Exception as error:
            if is_passing(error):
                raise StoreUnavailable() from error
            raise
        raise StoreUnavailable()
