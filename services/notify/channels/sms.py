"""SMS through a gateway that fills texts of its own: the operators let only texts through that they have approved.

A message names the code of such a text and its values; the signature 【…】 stands before it. What is sent is counted in
segments, as it is billed.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notify.channels.calling import Calling, Said
from services.notify.channels.domain.segments import segments
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Rate, Refused

_FULL = frozenset({"BUSINESS_LIMIT_CONTROL", "THROTTLING", "TOO_MANY_REQUESTS"})
_AGAIN = frozenset({"SYSTEM_ERROR", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"})


class SmsText(BaseModel):
    """A text that the gateway has approved: its code, its text with `${name}` for each value, how long one may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    text: str = Field(max_length=500)
    longest: int = Field(default=35, ge=1, le=100)

    def names(self) -> list[str]:
        """The names of the values."""
        return [part.partition("}")[0] for part in self.text.split("${")[1:]]


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account at a gateway. `texts` by kind; kinds without one are not sent by SMS."""

    url: str
    name: str
    secret: str
    signature: str
    texts: Mapping[str, SmsText]


class SmsGateway:
    """Hands messages to a template-coded gateway: a signed POST of JSON."""

    rates: tuple[Rate, ...] = (Rate(100, timedelta(seconds=1)),)
    rates_each: tuple[Rate, ...] = (Rate(1, timedelta(seconds=30)), Rate(50, timedelta(days=1)))

    def __init__(self, account: SmsAccount, calling: Calling) -> None:
        self._account = account
        self._calling = calling

    def account(self, address: str) -> str:
        """The account whose limits count."""
        return f"sms:{self._account.name}"

    def text(self, message: Outgoing) -> str | None:
        """What the recipient will read; None where no text is approved for the kind."""
        approved = self._account.texts.get(message.kind)
        if approved is None:
            return None
        filled = approved.text
        for name, value in _values(approved, message).items():
            filled = filled.replace("${" + name + "}", value)
        return f"【{self._account.signature}】{filled}"

    async def send(self, message: Outgoing) -> Answer:
        """Hand an SMS over, as `Gateway` says."""
        approved, text = self._account.texts.get(message.kind), self.text(message)
        if approved is None or text is None:
            return Refused("no-approved-text")
        body = orjson.dumps(
            {
                "id": message.id,
                "phone": "".join(c for c in message.address if c.isdigit() or c == "+"),
                "signature": self._account.signature,
                "template": approved.code,
                "values": _values(approved, message),
                "segments": segments(text),
            }
        )
        mark = hmac.digest(self._account.secret.encode(), body, "sha256").hex()
        headers = {"Content-Type": "application/json", "X-Account": self._account.name, "X-Signature": mark}
        said = await self._calling.post(self._account.url, body, headers)
        return _meaning(said.json()) if isinstance(said, Said) else said


def _values(approved: SmsText, message: Outgoing) -> dict[str, str]:
    """The values of an approved text, each on one line and no longer than the operators take."""
    values = {name: " ".join(message.values.get(name, "").split()) or "—" for name in approved.names()}
    return {name: value[: approved.longest] for name, value in values.items()}


def _meaning(said: Mapping[str, object]) -> Answer:
    code = str(said.get("code", "")).removeprefix("isv.").removeprefix("isp.").upper()
    if code == "OK":
        return Accepted(str(said["id"]) if said.get("id") else None)
    if code in _FULL:
        return Later(after=timedelta(minutes=1), full=True)
    return Later() if code in _AGAIN or not code else Refused(code.lower()[:40])
