"""Links in messages by which what they ask is answered without signing in.

A link names the message and is marked with the service's secret; whoever holds it may answer for the person whom the
message asks, because it went to their address alone, or to that of who stands in for them. It is short, since it has
to find room in an SMS. Nothing changes where it is merely fetched.
"""

import base64
import binascii
import hmac

from services.chassis.store.secret import Secret, keyed_mark
from services.notify.notices.domain.answering import questions
from services.notify.notices.domain.notice import Notice

PATH = "/answer"
_NOTICE = "notice-"
_ID, _MARK = 13, 12
"""The bytes of an id, and of its mark: nobody guesses one of 2⁹⁶."""


class AnswerLinks:
    """Makes links under `origin`, and reads them."""

    def __init__(self, secret: Secret, origin: str) -> None:
        self._secret = secret
        self._origin = origin.rstrip("/")
        self._key: bytes | None = None

    async def ready(self) -> None:
        """Fetch the secret, so that `to` can make links."""
        self._key = await self._secret()

    def to(self, notice: Notice) -> str | None:
        """The address at which `notice` is answered; None where it asks nothing."""
        if self._key is None or not questions(notice):
            return None
        id = bytes.fromhex(notice.id.removeprefix(_NOTICE))
        token = base64.urlsafe_b64encode(id + _marked(self._key, notice.id)).decode().rstrip("=")
        return f"{self._origin}{PATH}/{token}"

    async def read(self, token: str) -> str | None:
        """The id of the notice that the link with `token` answers; None where we did not make it."""
        await self.ready()
        try:
            said = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        if len(said) != _ID + _MARK or self._key is None:
            return None
        id = f"{_NOTICE}{said[:_ID].hex()}"
        return id if hmac.compare_digest(said[_ID:], _marked(self._key, id)) else None


def _marked(key: bytes, id: str) -> bytes:
    return bytes.fromhex(keyed_mark(key, "answer", id))[:_MARK]
