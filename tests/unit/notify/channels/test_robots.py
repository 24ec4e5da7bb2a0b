"""What robots of groups are sent, how it is signed, and what their answers mean; what the long tail may call."""

import base64
import hmac
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notify.channels.domain.long_tail_addresses import own_host, require_long_tail
from services.notify.channels.domain.web_addresses import AddressRefused
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Refused
from services.notify.channels.robots import (
    DINGTALK_LONGEST,
    FEISHU_LONGEST,
    dingtalk_body,
    dingtalk_url,
    feishu_body,
    feishu_meaning,
)
from services.notify.shared.texts import Words

LONG = Outgoing("n", "g", Words("题", "通🍚" * 9000), "zh")


def test_dingtalk_gets_plain_text_with_its_own_signature() -> None:
    body = json.loads(dingtalk_body(LONG))
    assert (body["msgtype"], body["at"]) == ("text", {"isAtAll": False})
    assert len(body["text"]["content"].encode()) <= DINGTALK_LONGEST
    url = dingtalk_url("https://oapi.example.org/robot/send?access_token=x", "SEC", 5)
    (sign,) = parse_qs(urlsplit(url).query)["sign"]
    assert base64.b64decode(sign) == hmac.digest(b"SEC", b"5\nSEC", "sha256")


def test_feishu_is_signed_in_the_body_where_the_robot_has_a_key() -> None:
    body = json.loads(feishu_body(LONG, "SEC", 1700000000))
    assert len(body["content"]["text"].encode()) <= FEISHU_LONGEST
    assert body["timestamp"] == "1700000000"
    assert base64.b64decode(body["sign"]) == hmac.digest(b"1700000000\nSEC", b"", "sha256")
    assert set(json.loads(feishu_body(LONG, "", 1))) == {"msg_type", "content"}


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"code": 0}, Accepted()),
        ({"StatusCode": 0, "StatusMessage": "success"}, Accepted()),
        ({"code": 11232}, Later(timedelta(minutes=1), full=True)),
        ({"code": 19021}, Refused("code-19021")),
        ({}, Later()),
    ],
)
def test_what_feishu_answers(said: dict[str, object], answer: Answer) -> None:
    assert feishu_meaning(said) == answer


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("ntfys://push.example.org/topic", "push.example.org"),
        ("ntfy://a-topic", None),
        ("wxpusher://AT_x/1", None),
        ("barks://bark.example.org/key", "bark.example.org"),
    ],
)
def test_the_long_tail_names_its_host(url: str, host: str | None) -> None:
    assert own_host(url) == host
    assert require_long_tail(url, "https://board.example.org") == url.partition(":")[0]


@pytest.mark.parametrize(
    "url",
    [
        "json://example.org/",
        "syslog://",
        "file:///etc/passwd",
        "ntfy://127.0.0.1/topic",
        "ntfy://2130706433/topic",
        "ntfy://[::1]/topic",
        "gotify://10.0.0.5/token",
        "bark://localhost/key",
        "ntfys://board.example.org/topic",
        "ntfy://user:password@push.example.org/topic",
        "ntfy://",
    ],
)
def test_the_long_tail_leads_neither_into_the_house_nor_to_what_is_not_meant(url: str) -> None:
    with pytest.raises(AddressRefused):
        require_long_tail(url, "https://board.example.org")
