"""Receipts of idempotent requests: how the same request, sent twice, has one effect and gets the same answer twice.

A receipt is stored in the document of the effect, by the same write. So there is no moment at which the effect stands
and its receipt doesn't, whatever is killed; and two copies of a request that race end with one effect, since the store
lets only one of them write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.chassis.errors import Invalid


class IdempotencyKeyReused(
    Invalid,
    code="idempotency-key-reused",
    zh="这个 Idempotency-Key 已用于另一个请求，请换一个新的。",
    en="This Idempotency-Key was used for another request; take a fresh one.",
):
    """The key is known, but method, path or body are not those of the first request."""


class Replayed(Exception):
    """The request was carried out before; this is the answer that it got then, byte for byte."""

    def __init__(self, status: int, body: bytes, version: int) -> None:
        self.status = status
        self.body = body
        self.version = version
        super().__init__(f"answered before with {status}, version {version}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is kept of a request. `key` and `fingerprint` are digests: neither tells who asked or what was sent.

    `render` makes the body of the answer from what the store is about to hold; it runs before the write.
    """

    key: str
    fingerprint: str
    status: int
    render: Callable[[Any], bytes]

    def entry(self, stored: Any, at: datetime) -> dict[str, Any]:
        """The part of a document that remembers this request; `stored` is the aggregate as it will stand."""
        return {
            "k": self.key,
            "f": self.fingerprint,
            "s": self.status,
            "b": self.render(stored),
            "v": stored.version,
            "at": at,
        }


def replay(document: Mapping[str, Any], receipt: Receipt) -> None:
    """Give the answer that `document` keeps for this request, if it keeps one.

    Raises:
        Replayed: it does.
        IdempotencyKeyReused: what is kept under the same key belongs to another request.
    """
    for entry in document.get("receipts", ()):
        if entry["k"] == receipt.key:
            if entry["f"] != receipt.fingerprint:
                raise IdempotencyKeyReused()
            raise Replayed(entry["s"], entry["b"], entry["v"])
