"""The long tail: a real HTTP receiver that speaks as ntfy does, and what becomes of a message there."""

import ipaddress
import json

import pytest

from services.notify.channels.gateways import Accepted, Answer, Outgoing, Refused, Unknown
from services.notify.channels.long_tail import LongTail
from services.notify.shared.texts import Words
from tests.integration.notify.receiver import Receiver, receiving

MESSAGE = Outgoing("notice-1", "endpoint-1", Words("“楼道灯”已整改", "您好！\n好了。\n"), "zh")
INSIDE = (ipaddress.ip_network("127.0.0.0/8"),)


async def sent(receiver: Receiver, *, inside: bool = True) -> Answer:
    tail = LongTail(0.5, INSIDE if inside else ())
    return await tail.send(f"ntfy://127.0.0.1:{receiver.port}/sunshine", MESSAGE)


async def test_a_message_arrives_once_and_every_no_is_a_doubt() -> None:
    async with receiving((200, "{}")) as fine:
        assert await sent(fine) == Accepted()
        assert [asked.path.partition("?")[0] for asked in fine.asked] == ["/"]
        assert "好了" in json.loads(fine.asked[0].body)["message"]
    for fault in ((500, ""), (429, ""), "silent", "hang up"):
        async with receiving(fault) as receiver:
            assert await sent(receiver) == Unknown()
            assert len(receiver.asked) == 1, "it is not tried again by the library"


async def test_the_long_tail_does_not_call_private_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving((200, "{}")) as receiver:
        assert await sent(receiver, inside=False) == Refused("address")
        for behind in ("?to=sunshine", "/#sunshine", "?mode=private"):
            url = f"ntfy://127.0.0.1:{receiver.port}{behind}"
            assert await LongTail(0.5).send(url, MESSAGE) == Refused("address")
        monkeypatch.setattr("services.notify.channels.long_tail.own_host", lambda url: None)  # had it seen no host
        assert await LongTail(0.5).send(url, MESSAGE) == Refused("address")
        assert receiver.asked == []
