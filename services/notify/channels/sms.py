"""SMS through a gateway that fills approved texts, since network operators deliver no others.

A message gives the code of an approved text and its values; the signature 【…】 stands before the text. Messages are
counted in segments, as they are billed.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notify.channels.calling import Calling, Said
from services.notify.channels.domain.segments import segments
from services.notify.channels.gateways import NO_TEXT, Accepted, Answer, Later, Outgoing, Rate, Refused, Unknown

_FULL = frozenset({"THROTTLING", "TOO_MANY_REQUESTS"})
_ENOUGH = "BUSINESS_LIMIT_CONTROL"
"""The number was sent as much as it may be, of a minute, an hour or a day; other numbers are not concerned."""
_PATIENCE = timedelta(minutes=10)
_AT_FAULT = frozenset(
    {
        *("AMOUNT_NOT_ENOUGH", "OUT_OF_SERVICE", "BILLING_DEDUCTION_ERROR"),
        *("ACCOUNT_NOT_EXISTS", "ACCOUNT_ABNORMAL", "PRODUCT_UNSUBSCRIBE", "PRODUCT_UN_SUBSCRIPT"),
        *("RAM_PERMISSION_DENY", "RAM_CHECK_FAILED", "DENY_IP_RANGE", "IPNOTINWHITELIST", "IPINBLACKLIST"),
        *("SMS_SIGNATURE_ILLEGAL", "SMS_SIGN_ILLEGAL", "SMS_SIGN_NAME_ILLEGAL", "SIGN_STATE_ILLEGAL"),
        *("DAY_LIMIT_CONTROL", "MONTH_LIMIT_CONTROL"),
        *("SIGNATUREDOESNOTMATCH", "INVALIDACCESSKEYID", "FORBIDDEN", "AUTHFAILURE", "UNAUTHORIZEDOPERATION"),
        *("INSUFFICIENTBALANCEINSMSPACKAGE", "SIGNATUREINCORRECTORUNAPPROVED"),
    }
)
"""Words of codes that say that the account is at fault: no balance, a quota that is used up, a service that was not
ordered, a signature or a sender that is not known, an address that may not ask."""
_AGAIN = frozenset({"SYSTEM_ERROR", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"})


class SmsText(BaseModel):
    """A text that the gateway has approved: its code, its words with `${name}` for each value, and the length that a
    value may have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    text: str = Field(max_length=500)
    longest: int = Field(default=35, ge=1, le=100)

    def names(self) -> list[str]:
        """The names of the values."""
        return [part.partition("}")[0] for part in self.text.split("${")[1:]]


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account at a gateway. `texts` are the approved texts by kind; kinds without a text are not sent by SMS. The
    gateway takes `at_once` messages in one call.
    """

    url: str
    name: str
    secret: str
    signature: str
    texts: Mapping[str, SmsText]
    at_once: int = 1


class SmsGateway:
    """Hands messages to a gateway with approved texts, by a signed POST of JSON: one by one, or several at once."""

    rates: tuple[Rate, ...] = (Rate(100, timedelta(seconds=1)),)
    rates_each: tuple[Rate, ...] = (Rate(1, timedelta(seconds=30)), Rate(50, timedelta(days=1)))

    def __init__(self, account: SmsAccount, calling: Calling) -> None:
        self._account = account
        self._calling = calling
        self.at_once = account.at_once

    def account(self, address: str) -> str:
        """The account whose limits count."""
        return f"sms:{self._account.name}"

    def text(self, message: Outgoing) -> str | None:
        """The text that the recipient will read; None where no text is approved for the kind."""
        approved = self._account.texts.get(message.kind)
        if approved is None:
            return None
        filled = approved.text
        for name, value in _values(approved, message).items():
            filled = filled.replace("${" + name + "}", value)
        return f"【{self._account.signature}】{filled}"

    async def send(self, message: Outgoing) -> Answer:
        """Hand an SMS over, as `Gateway.send` says."""
        body = self._body(message)
        if body is None:
            return Refused(NO_TEXT)
        said = await self._post(body)
        return _meaning(said.json()) if isinstance(said, Said) else said

    async def send_many(self, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        """Hand several over in one call, as `ManyAtOnce` says. A gateway that answers for another number of messages
        than it was given leaves a doubt about each of them.
        """
        bodies = [self._body(message) for message in messages]
        given = [body for body in bodies if body is not None]
        said = await self._post({"messages": given}) if given else Said(b"{}")
        answers = iter(_meanings(said.json(), len(given)) if isinstance(said, Said) else [said] * len(given))
        return [Refused(NO_TEXT) if body is None else next(answers) for body in bodies]

    def _body(self, message: Outgoing) -> dict[str, Any] | None:
        approved, text = self._account.texts.get(message.kind), self.text(message)
        if approved is None or text is None:
            return None
        return {
            "id": message.id,
            "phone": "".join(c for c in message.address if c.isdigit() or c == "+"),
            "signature": self._account.signature,
            "template": approved.code,
            "values": _values(approved, message),
            "segments": segments(text),
        }

    async def _post(self, content: Mapping[str, Any]) -> Said | Answer:
        body = orjson.dumps(content)
        mark = hmac.digest(self._account.secret.encode(), body, "sha256").hex()
        headers = {"Content-Type": "application/json", "X-Account": self._account.name, "X-Signature": mark}
        return await self._calling.post(self._account.url, body, headers)


def _values(approved: SmsText, message: Outgoing) -> dict[str, str]:
    """The values for an approved text, each on one line and cut to the length that a value may have. The address at
    which the message is answered is whole: settings see to it that the text has room for it."""
    values = {name: " ".join(message.values.get(name, "").split()) or "—" for name in approved.names()}
    return {n: value if value in message.answers else value[: approved.longest] for n, value in values.items()}


def _meanings(said: Mapping[str, Any], count: int) -> list[Answer]:
    answers = said.get("answers")
    if not isinstance(answers, list):
        refusal = _meaning(said)
        return [Unknown() if isinstance(refusal, Accepted) else refusal] * count
    if len(answers) != count:
        return [Unknown()] * count
    return [_meaning(each) if isinstance(each, dict) else Unknown() for each in answers]


def _meaning(said: Mapping[str, object]) -> Answer:
    code = str(said.get("code", "")).removeprefix("isv.").removeprefix("isp.").upper()
    if code == "OK":
        return Accepted(str(said["id"]) if said.get("id") else None)
    if code == _ENOUGH:
        return Later(after=_PATIENCE, full=True, each=True)
    if code in _FULL:
        return Later(after=timedelta(minutes=1), full=True)
    if not code:
        return Unknown()
    if not _AT_FAULT.isdisjoint(code.split(".")):
        return Later(full=True, fault=code.lower()[:60])
    return Later() if code in _AGAIN else Refused(code.lower()[:40])
