"""Robots of groups: the message and signature that each provider demands, and the meaning of its answer."""

import base64
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote_plus

import orjson

from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Rate, Refused, Unknown
from services.notify.channels.wecom import fitting, number
from services.notify.shared.values import Way

RATES: Mapping[Way, tuple[Rate, ...]] = {
    Way.WECOM_ROBOT: (Rate(20, timedelta(minutes=1)),),
    Way.DINGTALK_ROBOT: (Rate(20, timedelta(minutes=1)),),
    Way.FEISHU_ROBOT: (Rate(5, timedelta(seconds=1)), Rate(100, timedelta(minutes=1))),
}
"""The limits of one robot, as its provider publishes them."""

DINGTALK_LONGEST = 20_000
FEISHU_LONGEST = 19_985
"""The most bytes of a text for Feishu."""

_FEISHU_FULL = frozenset({9499, 11232})
_FEISHU_BUSY = frozenset({99991400, 99991663})
_FEISHU_AT_FAULT = frozenset({19001, 19021, 19022})
"""The robot's address is none, its signature is wrong, or it was asked from an address that is on no list."""


def dingtalk_body(message: Outgoing) -> bytes:
    """The body of a message to a group's robot in DingTalk. It mentions nobody, and its plain text makes no links of
    words."""
    content = fitting(f"{message.words.subject}\n{message.words.body}", DINGTALK_LONGEST)
    return orjson.dumps({"msgtype": "text", "text": {"content": content}, "at": {"isAtAll": False}})


def dingtalk_url(url: str, key: str, at: int) -> str:
    """The address of a DingTalk robot, with a signature for the time `at` (milliseconds since 1970) where the robot has
    a key."""
    if not key:
        return url
    mark = base64.b64encode(hmac.digest(key.encode(), f"{at}\n{key}".encode(), "sha256"))
    return f"{url}{'&' if '?' in url else '?'}timestamp={at}&sign={quote_plus(mark)}"


def feishu_body(message: Outgoing, key: str, at: int) -> bytes:
    """The body of a message to a group's robot in Feishu, signed for the time `at` (seconds since 1970) where the robot
    has a key.

    As the provider demands, the signature is an HMAC of an empty text, keyed with the time and the key.
    """
    text = fitting(f"{message.words.subject}\n{message.words.body}", FEISHU_LONGEST)
    body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
    if key:
        mark = hmac.digest(f"{at}\n{key}".encode(), b"", "sha256")
        body |= {"timestamp": str(at), "sign": base64.b64encode(mark).decode()}
    return orjson.dumps(body)


def feishu_meaning(said: Mapping[str, object]) -> Answer:
    """The answer that Feishu's response means. An older form of it has `StatusCode`."""
    code = number(said.get("code", said.get("StatusCode")))
    if code is None:
        return Unknown()
    if code == 0:
        return Accepted()
    if code in _FEISHU_FULL:
        return Later(after=timedelta(minutes=1), full=True)
    if code in _FEISHU_AT_FAULT:
        return Later(full=True, fault=f"code-{code}")
    return Later() if code in _FEISHU_BUSY else Refused(f"code-{code}")
