"""Names made of parts with a secret of the deployment: always the same for the same parts, which nobody without the
secret can guess.

With a plain digest of a person's id and a guessable word, somebody could try person after person. With a keyed one they
can't.
"""

import hmac
import os
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial

from services.chassis.aggregate import Naming
from services.chassis.store.mongo import Database, insert_or_find

COLLECTION = "secrets"

Secret = Callable[[], Awaitable[bytes]]
"""Gives the secret of a service, the same in every replica."""

_NAME = "names"
_BYTES = 32


def kept_in(database: Database) -> Secret:
    """The secret that is stored in `database`, where it is made at first use."""
    known: list[bytes] = []

    async def secret() -> bytes:
        if not known:
            known.append(await _found_or_made(database))
        return known[0]

    return secret


async def _found_or_made(database: Database) -> bytes:
    secrets = database[COLLECTION]
    document = await secrets.find_one({"_id": _NAME})
    if document is None:
        document = await insert_or_find(secrets, {"_id": _NAME, "secret": os.urandom(_BYTES)})
    return bytes(document["secret"])


def keyed_mark(key: bytes, *parts: str) -> str:
    """The name of `parts`, always the same, which nobody without `key` can trace back to them."""
    bound = "\x1f".join([f"{len(part)}:{part}" for part in parts])
    mark = _begun_with(key).copy()
    mark.update(bound.encode("utf-8", "surrogatepass"))
    return mark.hexdigest()[:40]


@lru_cache(maxsize=16)
def _begun_with(key: bytes) -> hmac.HMAC:
    """A begun HMAC, cached for each key and copied by callers. `hmac.digest` would release the interpreter's lock each
    time, and wait for it again."""
    return hmac.new(key, digestmod="sha256")


def keyed_id(key: bytes, kind: str, *parts: str) -> str:
    """The id of `parts`, always the same, which tells nothing of them to anybody without `key`."""
    return f"{kind}-{keyed_mark(key, 'id', kind, *parts)[:26]}"


async def naming_with(secret: Secret) -> Naming:
    """A function that makes ids of parts, which can be traced back only with `secret`."""
    return partial(keyed_id, await secret())
