"""What robots of groups are sent, how it is signed, and what their answers mean."""

import base64
import hmac
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Refused, Unknown
from services.notify.channels.robots import (
    DINGTALK_LONGEST,
    FEISHU_LONGEST,
    dingtalk_body,
    dingtalk_url,
    feishu_body,
    feishu_meaning,
)
from services.notify.channels.wecom import robot_meaning
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
        ({"code": 19021}, Later(full=True, fault="code-19021")),
        ({"code": 19024}, Refused("code-19024")),
        ({}, Unknown()),
        ({"code": {}}, Unknown()),
        ({"StatusCode": "0"}, Unknown()),
    ],
)
def test_each_answer_of_feishu_is_understood(said: dict[str, object], answer: Answer) -> None:
    assert feishu_meaning(said) == answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"errcode": 310000, "errmsg": "description:sign not match"}, Later(full=True, fault="errcode-310000")),
        ({"errcode": 310000, "errmsg": "description:机器人发送签名不匹配"}, Later(full=True, fault="errcode-310000")),
        ({"errcode": 310000, "errmsg": "ip 1.2.3.4 not in whitelist"}, Later(full=True, fault="errcode-310000")),
        ({"errcode": 310000, "errmsg": "description:关键词不匹配"}, Refused("errcode-310000")),
        ({"errcode": 300001, "errmsg": "token is not exist"}, Later(full=True, fault="errcode-300001")),
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, Later(full=True, fault="errcode-93000")),
        ({"errcode": 40035}, Refused("errcode-40035")),
    ],
)
def test_what_a_robot_has_against_whoever_asks_it_refuses_no_message(said: dict[str, object], answer: Answer) -> None:
    assert robot_meaning(said) == answer
