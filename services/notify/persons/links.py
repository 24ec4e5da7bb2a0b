"""Links in messages by which their recipient ends messages of a kind, without signing in.

A link names the person by their opaque id and is marked with the service's secret. Nothing changes where it is merely
fetched, as scanners of mail do: only what is posted to it counts (RFC 8058).
"""

import base64
import binascii
import hmac
from dataclasses import dataclass

from services.chassis.store.secret import Secret, keyed_mark
from services.notify.routing.domain.kinds import KindName
from services.notify.shared.values import Way

PATH = "/api/notify/v1/unsubscribe"
_MARK = 40


@dataclass(frozen=True, slots=True)
class Link:
    """What a link ends: messages of `kind` to `person` by `way`; with a `subject` whatever speaks of that."""

    person: str
    kind: KindName
    way: Way
    subject: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """Its parts, as it carries them."""
        whole = (self.person, self.kind, self.way, self.subject)
        return whole if self.subject else whole[:3]


class Links:
    """Makes links under `origin`, and reads them."""

    def __init__(self, secret: Secret, origin: str) -> None:
        self._secret = secret
        self._origin = origin.rstrip("/")

    async def unsubscribe(self, link: Link) -> str:
        """The address that ends what `link` says."""
        said = "\x1f".join(link.said).encode()
        token = base64.urlsafe_b64encode(said).decode().rstrip("=")
        return f"{self._origin}{PATH}/{token}.{await self._mark(link)}"

    async def read(self, token: str) -> Link | None:
        """What the link with `token` ends; None where we did not make it."""
        said, _, mark = token.rpartition(".")
        try:
            parts = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().split("\x1f")
            link = Link(parts[0], parts[1], Way(parts[2]), *parts[3:4])
        except (ValueError, IndexError, binascii.Error):
            return None
        return link if hmac.compare_digest(mark, await self._mark(link)) else None

    async def _mark(self, link: Link) -> str:
        return keyed_mark(await self._secret(), "unsubscribe", *link.said)[:_MARK]
