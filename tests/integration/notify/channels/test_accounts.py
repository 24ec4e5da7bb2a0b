"""Accounts that a provider takes nothing of until somebody puts them right: nobody is refused for that."""

import logging
from datetime import timedelta

import pytest

from services.chassis.telemetry import figures
from services.contracts import activities as a
from services.notify.channels.accounts import Accounts
from services.notify.channels.domain.breaker import FIRST_REST
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Refused
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.shared.values import Way
from tests.integration.notify.house import House
from tests.integration.notify.notices.test_bundles import Post
from tests.integration.notify.records import a_case, fact, registered, scheduled
from tests.unit.notify.given import DAY, NAMES, NOW

NO_BALANCE = Later(full=True, fault="amount_not_enough")
SAID = "the account of a provider is at fault"


class Many(Post):
    """A gateway that takes several messages in one call, and says the same to each."""

    at_once = 100

    async def send_many(self, messages: list[Outgoing]) -> list[Answer]:
        self.taken += messages
        return [self.answer] * len(messages)


class Other(Post):
    """A gateway with an account of its own."""

    def account(self, address: str) -> str:
        return "other"


def a_delivery(house: House, **gateways: Post) -> Delivery:
    by = {Way(name): gateway for name, gateway in gateways.items()}
    return Delivery(house.notices, house.persons, by, Wording(NAMES), Pacing(house.db), house.clock)


@pytest.mark.parametrize("post", [Post(), Many()], ids=["one by one", "several at once"])
async def test_an_account_without_balance_refuses_nobody_and_the_operators_hear_of_it_once(
    house: House, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(20):
        await house.know(f"resident-{n}", f"r{n}@example.org", quiet=None)
        await house.take(a_case(f"case-{n}", f"resident-{n}")[-1:])
    post.answer, post.taken = NO_BALANCE, []
    delivery, other = a_delivery(house, email=post), a_delivery(house, email=post)
    with caplog.at_level(logging.ERROR):
        for minutes in range(30):
            house.now = NOW + timedelta(minutes=minutes)
            await delivery.once()
            await other.once()
    assert len([record for record in caplog.records if record.getMessage() == SAID]) == 1
    assert delivery.accounts.figure() == {("post",): 1.0}
    assert {each[3:] for each in await house.told(channel="email")} == {("queued", None)}
    waiting = await house.db["notices"].find({"state.channel": "email"}).to_list(None)
    assert {document["state"]["attempts"] for document in waiting} == {0}, "it was no attempt"
    asked = len(post.taken)
    post.answer = Accepted()
    for hours in range(1, 4):
        house.now = NOW + timedelta(hours=hours)
        await delivery.once()
        await delivery.once()
    assert {each[3:] for each in await house.told(channel="email")} == {("delivered", None)}
    assert len(post.taken) - asked == 20, "each is sent once"
    assert delivery.accounts.figure() == {}
    assert await Pacing(house.db).at_fault() == {}


async def test_what_comes_anyway_goes_by_the_next_channel_at_once(house: House) -> None:
    mail, sms = Post(), Other()
    mail.answer = NO_BALANCE
    for person in ("resident-1", "resident-2"):
        await house.know(person, quiet=None)
        await house.db["persons"].update_one({"_id": person}, {"$set": {"state.addresses.phone": "13800138000"}})
    start = NOW + 3 * DAY
    off = fact(a.ActivityCancelled(status=a.ActivityStatus.CANCELLED, reason="下雨"), "activity-1", 9)
    await house.take([scheduled(start), registered("resident-1", 2, start), registered("resident-2", 3, start), off])
    delivery = a_delivery(house, email=mail, sms=sms)
    for _ in range(3):
        await delivery.once()
    assert len([message for message in sms.taken if message.kind == "activity-cancelled"]) == 2
    assert {message.kind for message in sms.taken} == {"activity-cancelled"}, "what can wait does"


async def test_a_message_that_is_refused_where_others_are_taken_stops_nobody(house: House) -> None:
    accounts, at = Accounts(Pacing(house.db), house.clock), NOW
    assert await accounts.heard("sms", NO_BALANCE, at, "notice-1") == NO_BALANCE
    house.now = NOW + FIRST_REST
    assert accounts.asks_first("sms", house.now) is None
    assert await accounts.heard("sms", Accepted(), house.now, "notice-2") == Accepted()
    assert accounts.figure() == {}
    assert await accounts.heard("sms", NO_BALANCE, house.now, "notice-1") == Refused("amount_not_enough")
    assert await accounts.heard("sms", NO_BALANCE, house.now, "notice-3") == NO_BALANCE


async def test_other_replicas_know_of_a_fault_and_of_its_end(house: House) -> None:
    one, pacing = Accounts(Pacing(house.db), house.clock), Pacing(house.db)
    await one.heard("sms", NO_BALANCE, NOW, "notice-1")
    assert await pacing.at_fault() == {"sms": "amount_not_enough"}
    assert await pacing.room("sms", (), NOW) == NOW + FIRST_REST
    await one.heard("sms", Later(full=True, fault="http-401"), NOW + FIRST_REST, "notice-2")
    assert await pacing.at_fault() == {"sms": "http-401"}
    assert figures.ACCOUNTS_AT_FAULT in figures.WATCHED
