"""Robots of groups: what each provider wants to be sent, how it is signed, and what its answer means."""

import base64
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote_plus

import orjson

from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Rate, Refused
from services.notify.channels.wecom import fitting
from services.notify.shared.values import Way

RATES: Mapping[Way, tuple[Rate, ...]] = {
    Way.WECOM_ROBOT: (Rate(20, timedelta(minutes=1)),),
    Way.DINGTALK_ROBOT: (Rate(20, timedelta(minutes=1)),),
    Way.FEISHU_ROBOT: (Rate(5, timedelta(seconds=1)), Rate(100, timedelta(minutes=1))),
}
"""How much one robot may be given, as its provider publishes it."""

DINGTALK_LONGEST = 20_000
FEISHU_LONGEST = 19_985
"""Bytes of text."""

_FEISHU_FULL = frozenset({9499, 11232})
_FEISHU_BUSY = frozenset({99991400, 99991663})


def dingtalk_body(message: Outgoing) -> bytes:
    """A message for a group's robot in DingTalk. It calls nobody by name, and plain text makes no links of words."""
    content = fitting(f"{message.words.subject}\n{message.words.body}", DINGTALK_LONGEST)
    return orjson.dumps({"msgtype": "text", "text": {"content": content}, "at": {"isAtAll": False}})


def dingtalk_url(url: str, key: str, at: int) -> str:
    """The address of a DingTalk robot with its signature of the millisecond `at`, where the robot has a key."""
    if not key:
        return url
    mark = base64.b64encode(hmac.digest(key.encode(), f"{at}\n{key}".encode(), "sha256"))
    return f"{url}{'&' if '?' in url else '?'}timestamp={at}&sign={quote_plus(mark)}"


def feishu_body(message: Outgoing, key: str, at: int) -> bytes:
    """A message for a group's robot in Feishu, signed at the second `at` where the robot has a key.

    Its signature is an HMAC of nothing, keyed with the time and the key: so the provider wants it.
    """
    text = fitting(f"{message.words.subject}\n{message.words.body}", FEISHU_LONGEST)
    body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
    if key:
        mark = hmac.digest(f"{at}\n{key}".encode(), b"", "sha256")
        body |= {"timestamp": str(at), "sign": base64.b64encode(mark).decode()}
    return orjson.dumps(body)


def feishu_meaning(said: Mapping[str, object]) -> Answer:
    """What Feishu's answer means; an older form of it says `StatusCode`."""
    code = said.get("code", said.get("StatusCode"))
    if code == 0:
        return Accepted()
    if code in _FEISHU_FULL:
        return Later(after=timedelta(minutes=1), full=True)
    return Later() if code is None or code in _FEISHU_BUSY else Refused(f"code-{code}")
