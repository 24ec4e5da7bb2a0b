"""Every gateway against a server on loopback that answers, refuses, is full, fails, is silent or hangs up half-way."""

import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notify.channels.calling import Calling
from services.notify.channels.end_points import signed
from services.notify.channels.gateways import Accepted, Answer, Gateway, Later, Outgoing, Refused, Unknown
from services.notify.channels.robots import dingtalk_url
from services.notify.channels.sms import SmsAccount, SmsGateway, SmsText
from services.notify.channels.trial import Trying, TryingMany
from services.notify.channels.wecom import LONGEST, WecomApp, WecomGateway, robot_body
from services.notify.shared.texts import Words
from tests.integration.notify.receiver import Receiver, receiving
from tests.unit.notify.given import NOW
from tests.waiting import patiently

CALLING = Calling(patiently(0.5))
TEXTS = {"case-verified": SmsText(code="SMS_1", text="您反映的${title}已解决。", longest=6)}


def a_message(address: str = "+8613800138000", kind: str = "case-verified") -> Outgoing:
    words = Words("“楼道灯”已整改", "您好！\n好了。\n")
    return Outgoing("notice-1", address, words, "zh", kind, "sunshine", {"title": "一二三四五六七\n八"})


def sms(receiver: Receiver) -> Gateway:
    return SmsGateway(SmsAccount(receiver.url, "acc", "secret", "阳光社区", TEXTS), CALLING)


def wecom(receiver: Receiver) -> Gateway:
    return WecomGateway(WecomApp("corp", 7, "secret", receiver.url), CALLING, lambda: NOW)


@pytest.mark.parametrize(
    ("said", "headers", "answer"),
    [
        ((200, '{"code":"OK","id":"r-1"}'), "", Accepted("r-1")),
        ((200, '{"code":"isv.BUSINESS_LIMIT_CONTROL"}'), "", Later(timedelta(minutes=10), full=True, each=True)),
        ((200, '{"code":"isv.THROTTLING"}'), "", Later(timedelta(minutes=1), full=True)),
        ((200, '{"code":"isv.MOBILE_NUMBER_ILLEGAL"}'), "", Refused("mobile_number_illegal")),
        ((200, "no json"), "", Unknown()),
        ((200, "[" * 30_000), "", Unknown()),
        ((200, '{"id":"r-1"}'), "", Unknown()),
        ((429, ""), "Retry-After: 120\r\n", Later(timedelta(seconds=120), full=True)),
        ((429, ""), "", Later(None, full=True)),
        ((429, ""), "Retry-After: \u00b2\r\n", Later(None, full=True)),
        ((429, ""), "Retry-After: -5\r\n", Later(None, full=True)),
        ((429, ""), f"Retry-After: {'9' * 30}\r\n", Later(timedelta(days=1), full=True)),
        ((500, ""), "", Later()),
        ((503, ""), "Retry-After: 7\r\n", Later(timedelta(seconds=7))),
        ((504, ""), "Retry-After: 7\r\n", Unknown()),
        ((400, ""), "", Refused("http-400")),
        ((401, ""), "", Later(full=True, fault="http-401")),
        ((402, ""), "", Later(full=True, fault="http-402")),
        ((403, "no"), "", Later(full=True, fault="http-403")),
        ((200, '{"code":"isv.AMOUNT_NOT_ENOUGH"}'), "", Later(full=True, fault="amount_not_enough")),
        ((200, '{"code":"isv.SMS_SIGNATURE_ILLEGAL"}'), "", Later(full=True, fault="sms_signature_illegal")),
        ((200, '{"code":"SignatureDoesNotMatch"}'), "", Later(full=True, fault="signaturedoesnotmatch")),
        (
            (200, '{"code":"UnauthorizedOperation.RequestIpNotInWhitelist"}'),
            "",
            Later(full=True, fault="unauthorizedoperation.requestipnotinwhitelist"),
        ),
        ((200, '{"code":"isv.SMS_TEMPLATE_ILLEGAL"}'), "", Refused("sms_template_illegal")),
        ((302, ""), "Location: http://127.0.0.1:1/\r\n", Refused("http-302")),
        ("silent", "", Unknown()),
        ("drip", "", Unknown()),
        ("hang up", "", Unknown()),
    ],
)
async def test_each_answer_of_an_sms_gateway_is_understood(
    said: tuple[int, str] | str, headers: str, answer: Answer
) -> None:
    async with receiving(said, headers=headers) as receiver:
        assert await sms(receiver).send(a_message()) == answer
        assert len(receiver.asked) == 1


async def test_a_gateway_that_is_not_there_definitely_has_nothing(unused_tcp_port: int) -> None:
    assert await sms(Receiver(port=unused_tcp_port)).send(a_message()) == Later()


async def test_an_sms_is_an_approved_text_with_its_values_signed_and_counted() -> None:
    async with receiving((200, '{"code":"OK"}')) as receiver:
        assert await sms(receiver).send(a_message("+86 138-0013 8000")) == Accepted()
        assert await sms(receiver).send(a_message(kind="wish-answered")) == Refused("no-approved-text")
    (asked,) = receiver.asked
    body = json.loads(asked.body)
    assert (body["phone"], body["template"], body["values"]) == ("+8613800138000", "SMS_1", {"title": "一二三四五六"})
    assert (body["signature"], body["segments"]) == ("阳光社区", 1)
    assert asked.headers["x-signature"] == hmac.digest(b"secret", asked.body, "sha256").hex()


OK, ILLEGAL, FULL = {"code": "OK", "id": "r-1"}, {"code": "isv.MOBILE_NUMBER_ILLEGAL"}, {"code": "isv.THROTTLING"}
LATER_FULL = Later(timedelta(minutes=1), full=True)


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ((200, {"answers": [OK, ILLEGAL]}), [Accepted("r-1"), Refused("mobile_number_illegal")]),
        ((200, {"answers": [FULL, FULL]}), [LATER_FULL] * 2),
        ((200, {"answers": [OK]}), [Unknown()] * 2),
        ((200, {"answers": [OK, "?"]}), [Accepted("r-1"), Unknown()]),
        ((200, OK), [Unknown()] * 2),
        ((200, FULL), [LATER_FULL] * 2),
        ((500, {}), [Later()] * 2),
        ("hang up", [Unknown()] * 2),
    ],
)
async def test_several_in_one_call_are_answered_one_by_one(said: Any, answers: list[Answer]) -> None:
    """Who has no approved text, and a trial recipient, are answered in the house and stay where they stood."""
    answer = said if isinstance(said, str) else (said[0], json.dumps(said[1]))
    async with receiving(answer) as receiver:
        gateway = TryingMany(SmsGateway(SmsAccount(receiver.url, "acc", "secret", "阳光社区", TEXTS, 100), CALLING))
        messages = [a_message(), a_message(kind="wish-answered"), a_message("+99900000001"), a_message("13900139000")]
        told = await gateway.send_many(messages)
    assert told == [answers[0], Refused("no-approved-text"), Accepted("trial"), answers[1]]
    (asked,) = receiver.asked
    assert [each["phone"] for each in json.loads(asked.body)["messages"]] == ["+8613800138000", "13900139000"]


async def test_wecom_fetches_a_token_once_and_again_when_it_ran_out() -> None:
    token, sent = '{"errcode":0,"access_token":"t-1","expires_in":7200}', '{"errcode":0,"msgid":"m-1"}'
    async with receiving(
        (200, token), (200, sent), (200, sent), (200, '{"errcode":42001}'), (200, token), (200, sent)
    ) as receiver:
        gateway = wecom(receiver)
        assert [await gateway.send(a_message("zhang")) for _ in range(3)] == [Accepted("m-1")] * 3
    paths = [urlsplit(asked.path).path for asked in receiver.asked]
    assert paths == [f"/cgi-bin/{each}" for each in ("gettoken", *["message/send"] * 3, "gettoken", "message/send")]
    assert json.loads(receiver.asked[1].body)["touser"] == "zhang"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ('{"errcode":45009}', Later(timedelta(minutes=1), full=True)),
        ('{"errcode":81013}', Refused("errcode-81013")),
        ('{"errcode":60020}', Later(full=True, fault="errcode-60020")),
        ('{"errcode":301002}', Later(full=True, fault="errcode-301002")),
        ('{"errcode":-1}', Later()),
        ('{"errcode":0,"invaliduser":"zhang"}', Refused("nobody")),
        ('{"errcode":[]}', Unknown()),
        ('{"errcode":false}', Unknown()),
        ("[0]", Unknown()),
    ],
)
async def test_each_errcode_of_wecom_is_understood(said: str, answer: Answer) -> None:
    async with receiving((200, '{"errcode":0,"access_token":"t"}'), (200, said)) as receiver:
        assert await wecom(receiver).send(a_message("zhang")) == answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ((200, '{"errcode":40001}'), Later(full=True, fault="errcode-40001")),
        ((200, '{"errcode":60020}'), Later(full=True, fault="errcode-60020")),
        ((200, '{"errcode":45009}'), Later(timedelta(minutes=1), full=True)),
        ((200, '{"errcode":-1}'), Later()),
        ((200, "{}"), Later()),
        ((403, ""), Later(full=True, fault="http-403")),
        ((404, ""), Later()),
    ],
)
async def test_where_wecom_gives_no_token_no_member_is_refused(said: tuple[int, str], answer: Answer) -> None:
    async with receiving(said) as receiver:
        assert await wecom(receiver).send(a_message("zhang")) == answer


@pytest.mark.parametrize("lasts", ["null", "1e30", "[]", "-5", "99999999999999999999"])
async def test_a_token_that_lasts_strangely_is_used_all_the_same(lasts: str) -> None:
    token = f'{{"errcode":0,"access_token":"t","expires_in":{lasts}}}'
    async with receiving((200, token), (200, '{"errcode":0,"msgid":"m-1"}')) as receiver:
        assert await wecom(receiver).send(a_message("zhang")) == Accepted("m-1")


async def test_a_message_is_on_its_way_only_once_there_is_a_token() -> None:
    async with receiving("silent") as receiver:
        assert await wecom(receiver).send(a_message("zhang")) == Later()


def test_a_text_is_cut_at_a_character() -> None:
    long = Outgoing("n", "g", Words("题", "通🍚" * 1000), "zh")
    content = json.loads(robot_body(long))["text"]["content"]
    assert len(content.encode()) <= LONGEST
    assert content.endswith("…")
    assert "�" not in content


def test_signatures_are_those_that_receivers_check() -> None:
    headers = signed("k" * 16, b"{}", "notice-1", 1000)
    assert headers["X-Community-Signature"] == f"t=1000,v1={hmac.digest(b'k' * 16, b'1000.{}', 'sha256').hex()}"
    query = parse_qs(urlsplit(dingtalk_url("https://oapi.example.org/robot/send?access_token=x", "SEC", 5)).query)
    assert (query["timestamp"], query["access_token"]) == (["5"], ["x"])
    assert dingtalk_url("https://oapi.example.org/robot", "", 5) == "https://oapi.example.org/robot"


async def test_messages_to_trial_recipients_are_never_sent() -> None:
    async with receiving() as receiver:
        gateway = Trying(sms(receiver))
        answers = [
            await gateway.send(a_message(address))
            for address in ("delivered@trial.invalid", "refused@trial.invalid", "+99900000003", "trial.unknown")
        ]
        assert answers == [Accepted("trial"), Refused("trial"), Later(), Unknown()]
        assert receiver.asked == []
        assert gateway.account("+99900000003") == "trial"
