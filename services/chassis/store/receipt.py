"""Receipts of idempotent requests: how the same request, sent twice, has one effect and gets the same answer twice.

A receipt is stored in the document of the effect, by the same write. So there is no moment at which the effect stands
and its receipt doesn't, whatever is killed; and two copies of a request that race end with one effect, since the store
lets only one of them write.

The last `KEPT` receipts of a document stay until later ones replace them. In a crowd, where later ones come at once,
all receipts of the time `A_WHILE` stay, up to `KEPT_OF_A_CROWD`. A client that repeats a request because its answer was
lost does so within that time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.chassis.errors import Invalid

KEPT = 32
KEPT_OF_A_CROWD = 160
A_WHILE = timedelta(minutes=10)


class IdempotencyKeyReused(
    Invalid,
    code="idempotency-key-reused",
    zh="这个 Idempotency-Key 已用于另一个请求，请换一个新的。",
    en="This Idempotency-Key was used for another request; take a fresh one.",
):
    """The key was used before for a request with another method, path or body."""


class Replayed(Exception):
    """The request was carried out before. The error carries the answer that it got then, byte for byte."""

    def __init__(self, status: int, body: bytes, version: int) -> None:
        self.status = status
        self.body = body
        self.version = version
        super().__init__(f"answered before with {status}, version {version}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The record of a request. `key` and `fingerprint` are digests: neither tells who asked or what was sent.

    `render` makes the body of the answer from the aggregate that is about to be stored; it runs before the write.
    """

    key: str
    fingerprint: str
    status: int
    render: Callable[[Any], bytes]

    def entry(self, stored: Any, at: datetime) -> dict[str, Any]:
        """The part of a document that records this request. `stored` is the aggregate that is about to be stored."""
        return {
            "k": self.key,
            "f": self.fingerprint,
            "s": self.status,
            "b": self.render(stored),
            "v": stored.version,
            "at": at,
        }


def replay(document: Mapping[str, Any], receipt: Receipt) -> None:
    """Raise the answer to this request that `document` records, if it records one.

    Raises:
        Replayed: the document records an answer to this request.
        IdempotencyKeyReused: the document records another request under the same key.
    """
    for entry in document.get("receipts", ()):
        if entry["k"] == receipt.key:
            if entry["f"] != receipt.fingerprint:
                raise IdempotencyKeyReused()
            raise Replayed(entry["s"], entry["b"], entry["v"])


def keep(before: Iterable[datetime], now: datetime, more: int) -> int:
    """How many receipts stay of those made at the times `before` and of `more` that are made `now`."""
    lately = sum(now - at < A_WHILE for at in before) + more
    return min(max(KEPT, lately), KEPT_OF_A_CROWD)
