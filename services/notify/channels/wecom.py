"""WeCom: messages of an app to members, and of a robot to a group. Both answer with an `errcode`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from services.chassis.clock import Clock
from services.notify.channels.calling import Calling, Said
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Rate, Refused, Unknown

LONGEST = 2048
"""The most bytes of a text. A longer text is cut at a character."""
_EXPIRED = frozenset({40014, 42001, 41001})
_FULL = frozenset({45009, 45033, 45047})
_BUSY = frozenset({-1, 6000})
_AT_FAULT = frozenset(
    {
        *(40001, 40013, 40056),  # the secret, the corporation or the app is none
        *(48002, 50003, 60020, 301002),  # the app may not, was stopped, or asks from an address that is on no list
        *(93000, 93004, 93008),  # the robot's address is none, it was stopped, or the address is on no list
        *(300001, 400101, 400102, 310000),  # the same of a robot in DingTalk, or the signature is wrong
    }
)
"""What says that the account is at fault, whatever is sent by it."""
_SAFETY, _KEYWORD = 310000, ("keyword", "关键词")
"""DingTalk has one code for a wrong signature, an address on no list, and a text without the robot's keyword."""
_JSON = {"Content-Type": "application/json"}
_TOKEN_LASTS = 7200


@dataclass(frozen=True, slots=True)
class WecomApp:
    """An app of a corporation. `url` is the root of the API."""

    corporation: str
    agent: int
    secret: str
    url: str = "https://qyapi.weixin.qq.com"


class WecomGateway:
    """Sends messages of an app. WeCom silently drops messages beyond 30 a minute to one member."""

    rates: tuple[Rate, ...] = (Rate(10_000, timedelta(minutes=1)), Rate(150_000, timedelta(hours=1)))
    rates_each: tuple[Rate, ...] = (Rate(30, timedelta(minutes=1)), Rate(1000, timedelta(hours=1)))

    def __init__(self, app: WecomApp, calling: Calling, clock: Clock) -> None:
        self._app = app
        self._calling = calling
        self._clock = clock
        self._token: tuple[str, datetime] | None = None

    def account(self, address: str) -> str:
        """The account whose limits count."""
        return f"wecom:{self._app.corporation}:{self._app.agent}"

    async def send(self, message: Outgoing) -> Answer:
        """Hand a message over, as `Gateway.send` says. An expired token is fetched once more."""
        for _ in range(2):
            token = await self._fresh()
            if not isinstance(token, str):
                return token
            body = orjson.dumps(
                {
                    "touser": message.address,
                    "msgtype": "text",
                    "agentid": self._app.agent,
                    "text": {"content": app_text(message)},
                    "enable_duplicate_check": 1,
                    "duplicate_check_interval": 1800,
                }
            )
            said = await self._calling.post(f"{self._app.url}/cgi-bin/message/send?access_token={token}", body, _JSON)
            if not isinstance(said, Said):
                return said
            answer = said.json()
            if number(answer.get("errcode")) not in _EXPIRED:
                return _meaning(answer, "msgid")
            self._token = None
        return Later()

    async def _fresh(self) -> str | Answer:
        now = self._clock()
        if self._token is not None and now < self._token[1]:
            return self._token[0]
        said = await self._calling.get(
            f"{self._app.url}/cgi-bin/gettoken?corpid={self._app.corporation}&corpsecret={self._app.secret}"
        )
        if not isinstance(said, Said):
            return Later() if not isinstance(said, Later) else said  # no message was on its way
        answer = said.json()
        code = number(answer.get("errcode"))
        if code != 0 or not answer.get("access_token"):
            return _no_token(code)
        told = answer.get("expires_in")
        lasts = timedelta(seconds=min(max(60, told - 300), _TOKEN_LASTS) if isinstance(told, int) else 60)
        self._token = (str(answer["access_token"]), now + lasts)
        return self._token[0]


def _no_token(code: int | None) -> Answer:
    """The answer that it means where WeCom gives no token. No message was on its way."""
    if code in (None, 0) or code in _BUSY:
        return Later()
    if code in _FULL:
        return Later(after=timedelta(minutes=1), full=True)
    return Later(full=True, fault=f"errcode-{code}")


def robot_body(message: Outgoing) -> bytes:
    """The body of a message to a group's robot."""
    content = fitting(f"{message.words.subject}\n{message.words.body}", LONGEST)
    return orjson.dumps({"msgtype": "text", "text": {"content": content}})


def robot_meaning(said: Mapping[str, object]) -> Answer:
    """The answer that the response of a robot in WeCom or DingTalk means."""
    return _meaning(said, "msgid")


def number(said: object) -> int | None:
    """The code that a provider gave; None where it is no number, so that it tells nothing."""
    return said if isinstance(said, int) and not isinstance(said, bool) else None


def app_text(message: Outgoing) -> str:
    """The text of a message of an app. What is cut off is never the address at which the message is answered."""
    whole = f"{message.words.subject}\n{message.words.body}"
    text = fitting(whole, LONGEST)
    if len(message.answers) != 1 or message.answers[0] in text.splitlines():
        return text
    last = f"\n{message.answers[0]}"
    return fitting(whole, LONGEST - len(last.encode())) + last


def fitting(text: str, most: int) -> str:
    """`text`, cut at a character where it has more than `most` bytes."""
    raw = text.strip().encode()
    return text.strip() if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


def _meaning(said: Mapping[str, object], id: str) -> Answer:
    code = number(said.get("errcode"))
    if code is None:
        return Unknown()
    if code == 0:
        return Accepted(str(said[id]) if said.get(id) else None) if not said.get("invaliduser") else Refused("nobody")
    if code in _FULL or code in (130101, 410100, 660026):
        return Later(after=timedelta(minutes=10 if code in (130101, 410100) else 1), full=True)
    if code in _AT_FAULT and not (code == _SAFETY and any(word in str(said.get("errmsg")) for word in _KEYWORD)):
        return Later(full=True, fault=f"errcode-{code}")
    return Later() if code in _BUSY else Refused(f"errcode-{code}")
