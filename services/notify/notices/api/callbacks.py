"""What providers tell later, over HTTP: that a message arrived, or could not be delivered; and mail that came back.

Each call is signed with the secret that the deployment shares with its providers, over what it says and when.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.clock import Clock
from services.chassis.errors import Invalid, NotFound
from services.chassis.http.problems import problems
from services.chassis.principal import SYSTEM
from services.chassis.store.aggregates import Aggregates, Cause
from services.contracts.marks import Id
from services.notify.channels.domain.mailboxes import Mailbox
from services.notify.channels.domain.returned_mail import Returned, read_returned
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.sending import arrived, bounced
from services.notify.notices.domain.stages import Stage

_FRESH = timedelta(minutes=5)
_BY = Cause(SYSTEM, "provider")
_Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=\r\n]+$", max_length=700_000)]


class CallbackRefused(
    NotFound, code="callback.refused", zh="签名不对，或已过期。", en="The signature is wrong, or too old."
):
    """Whoever has not the secret learns nothing, not even whether there is such a message."""


class NotBase64(Invalid, code="callback.not-base64", zh="邮件须为 Base64。", en="The mail must be in Base64."):
    """A mail travels in JSON."""


class DeliveryReport(BaseModel):
    """What became of a message. `mark`: HMAC-SHA256 over `id.status.at`, in hexadecimal."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    status: Literal["delivered", "failed"]
    at: int = Field(ge=0, le=2**40)
    mark: _Mark


class ReturnedMail(BaseModel):
    """A mail that came to the sender's address. `mark`: HMAC-SHA256 over `raw.at`, in hexadecimal."""

    model_config = ConfigDict(extra="forbid")

    raw: _Base64
    at: int = Field(ge=0, le=2**40)
    mark: _Mark


class TakenView(BaseModel):
    """How a call was understood."""

    what: str


def router(
    notices: Aggregates[Notice], secret: str, clock: Clock, lost: Callable[[Notice, Mailbox], Awaitable[None]]
) -> APIRouter:
    """The routes of call-backs. `lost` is called with a notice that could not be delivered, and what is known of the
    mailbox."""
    routes = APIRouter(prefix="/api/notify/v1/callbacks", tags=["callbacks"])

    def require(said: str, at: int, mark: str) -> None:
        right = hmac.digest(secret.encode(), f"{said}.{at}".encode(), "sha256").hex()
        if not hmac.compare_digest(right, mark) or abs(clock().timestamp() - at) > _FRESH.total_seconds():
            raise CallbackRefused()

    async def note_arrival(id: str) -> None:
        if await notices.find(id) is not None:
            await notices.change(id, arrived, _BY)

    async def note_return(id: str, mailbox: Mailbox, readdressed: int = 0) -> None:
        """A mail came back. A report of one that has gone to another address since says nothing of the new one."""
        if await notices.find(id) is None:
            return
        changed = await notices.change(id, lambda n, _: bounced(n, readdressed), _BY)
        if changed.aggregate.stage is Stage.BOUNCED and changed.aggregate.readdressed == readdressed:
            await lost(changed.aggregate, mailbox)  # done again, it changes nothing

    @routes.post(
        "/deliveries", summary="Report the outcome of a message (a provider)", responses=problems(CallbackRefused)
    )
    async def report(body: DeliveryReport) -> TakenView:
        """Said again, or of a message that is not known, it changes nothing."""
        require(f"{body.id}.{body.status}", body.at, body.mark)
        if body.status == "delivered":
            await note_arrival(body.id)
        else:
            await note_return(body.id, Mailbox.TROUBLED)  # nothing is said of the reason
        return TakenView(what=body.status)

    @routes.post(
        "/mail", summary="Hand in a mail that came back (a mail server)", responses=problems(CallbackRefused, NotBase64)
    )
    async def mail(body: ReturnedMail) -> TakenView:
        """A bounce is written down, and the next channel of the person is tried; an automatic reply is none. An address
        that takes no mail any more is not mailed again."""
        require(body.raw, body.at, body.mark)
        try:
            reading = read_returned(base64.b64decode(body.raw))
        except binascii.Error:
            raise NotBase64() from None
        if reading.what is Returned.BOUNCE and reading.notice is not None:
            await note_return(reading.notice, reading.mailbox, reading.readdressed)
        return TakenView(what=reading.what)

    return routes
