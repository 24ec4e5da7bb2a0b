"""Notices that are due are delivered once, by mail through a real server that may refuse, stall or hang up."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from services.contracts.notices import NoticeKind
from services.notify.channels.email import EmailGateway, SmtpServer
from services.notify.channels.gateways import Accepted, Answer, Gateway, Later, Outgoing, Rate, Refused, Unknown
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.domain.sending import CLAIM_LASTS, RETRY_AFTER
from services.notify.notices.wording import Wording
from services.notify.shared.values import Way
from tests.integration import standing
from tests.integration.notify.calling import Api, reminded_by_plan
from tests.integration.notify.house import House
from tests.integration.notify.mailbox import Mailbox
from tests.integration.notify.records import a_case, cancelled, registered, scheduled
from tests.unit.notify.given import DAY, HOUR, NAMES, NOW

SOON = NOW + 3 * DAY
EMAIL = Way.EMAIL


def a_delivery(house: House, mailbox: Mailbox | None = None, port: int | None = None) -> Delivery:
    """A sender; `port` instead of the mailbox's for a server that isn't there."""
    gateways: dict[Way, Gateway] = {}
    if mailbox is not None or port is not None:
        at = port if port is not None else mailbox.port if mailbox else 0
        gateways = {EMAIL: EmailGateway(SmtpServer("127.0.0.1", at, "board@example.org", seconds=5), house.clock)}
    return Delivery(house.notices, house.persons, gateways, Wording(NAMES), Pacing(house.db), house.clock)


async def mails(house: House) -> list[tuple[str, str | None]]:
    return [each[3:] for each in await house.told(channel="email")]


async def test_a_reminder_is_delivered_when_its_time_has_come(house: House, api: Api) -> None:
    await reminded_by_plan(api)
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON)])
    delivery = a_delivery(house)
    assert await delivery.once() == 0
    house.now = SOON - DAY
    assert await delivery.once() == 2
    assert ("resident-1", "activity-reminder", "inbox", "delivered", None) in await house.told()
    assert ("resident-1", "activity-reminder", "email", "suppressed", "no-address") in await house.told()
    assert await delivery.once() == 0


async def test_a_reminder_that_the_service_slept_through_expires(house: House, api: Api) -> None:
    await reminded_by_plan(api)
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON)])
    house.now = SOON + HOUR
    await a_delivery(house).once()
    assert ("resident-1", "activity-reminder", "inbox", "suppressed", "expired") in await house.told()


async def test_a_mail_arrives_in_the_readers_language(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1", "someone@example.org", language="en")
    await house.take(a_case())
    await a_delivery(house, mailbox).once()
    assert sorted(await mails(house), key=str) == [("delivered", None), ("suppressed", "superseded")]
    (mail,) = mailbox.taken
    assert mailbox.to == ["someone@example.org"]
    assert mail["Subject"] == "“楼道灯不亮” has been put right"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "(Lighting)" in plain.get_content()


async def test_quiet_hours_hold_the_mail_and_let_it_go_in_the_morning(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    house.now = NOW + 11 * HOUR  # 23:00
    await house.take(a_case())
    await a_delivery(house, mailbox).once()
    assert mailbox.taken == []
    house.now = NOW + 19 * HOUR  # 07:00
    await a_delivery(house, mailbox).once()
    assert len(mailbox.taken) == 1


async def test_an_opt_out_after_queueing_still_counts(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    await house.take(a_case())
    await house.db["persons"].update_one(
        {"_id": "resident-1"}, {"$set": {"state.choices.muted": {NoticeKind.CASE_VERIFIED: [EMAIL]}}}
    )
    await a_delivery(house, mailbox).once()
    assert mailbox.taken == []
    assert ("suppressed", "preference") in await mails(house)


async def test_two_senders_send_once(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    for n in range(12):
        await house.take(a_case(f"case-{n}"))
    await asyncio.gather(*(a_delivery(house, mailbox).once() for _ in range(3)))
    assert len(mailbox.taken) == 12
    assert len({mail["Message-ID"] for mail in mailbox.taken}) == 12
    assert (await mails(house)).count(("delivered", None)) == 12


@pytest.mark.parametrize(("at_rcpt", "at_data"), [("550 no such mailbox", None), (None, "554 spam")])
async def test_a_definite_no_is_final(house: House, mailbox: Mailbox, at_rcpt: str | None, at_data: str | None) -> None:
    await house.know("resident-1")
    await house.take(a_case())
    mailbox.at_rcpt, mailbox.at_data = at_rcpt, at_data
    await a_delivery(house, mailbox).once()
    assert ("suppressed", "refused") in await mails(house)


@pytest.mark.parametrize(("at_rcpt", "at_data"), [("451 later", None), (None, "452 later")])
async def test_a_mail_refused_for_now_is_sent_again_and_then_taken(
    house: House, mailbox: Mailbox, at_rcpt: str | None, at_data: str | None
) -> None:
    await house.know("resident-1")
    await house.take(a_case())
    mailbox.at_rcpt, mailbox.at_data = at_rcpt, at_data
    await a_delivery(house, mailbox).once()
    assert ("queued", None) in await mails(house)
    mailbox.at_rcpt = mailbox.at_data = None
    assert await a_delivery(house, mailbox).once() == 0
    house.now = NOW + RETRY_AFTER[0]
    await a_delivery(house, mailbox).once()
    assert len(mailbox.taken) == 1


async def test_a_server_that_is_away_is_given_up_at_last(house: House, unused_tcp_port: int) -> None:
    await house.know("resident-1", quiet=None)
    await house.take(a_case())
    for _ in range(len(RETRY_AFTER) + 1):
        await a_delivery(house, port=unused_tcp_port).once()
        house.now += max(RETRY_AFTER)
    assert ("suppressed", "unreachable") in await mails(house)


async def test_a_server_that_hangs_up_after_taking_it_leaves_a_doubt_and_no_second_mail(
    house: House, mailbox: Mailbox
) -> None:
    await house.know("resident-1")
    await house.take(a_case())
    mailbox.hang_up = True
    await a_delivery(house, mailbox).once()
    assert ("uncertain", None) in await mails(house)
    mailbox.hang_up = False
    for later in (HOUR, DAY):
        house.now = NOW + later
        await a_delivery(house, mailbox).once()
    assert len(mailbox.taken) == 1


async def test_a_sender_that_died_leaves_a_doubt_and_no_second_mail(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    await house.take(a_case())

    class Dies(BaseException):
        pass

    class Dying:
        rates: tuple[Rate, ...] = ()
        rates_each: tuple[Rate, ...] = ()

        def account(self, address: str) -> str:
            return "dying"

        async def send(self, message: Outgoing) -> Answer:
            raise Dies

    sender = Delivery(house.notices, house.persons, {EMAIL: Dying()}, Wording(NAMES), Pacing(house.db), house.clock)
    with pytest.raises(Dies):
        await sender.once()
    sweep = standing.sweep(house.rooms, "lapsed-claim")
    assert await sweep.once(house.clock) == 0
    house.now += CLAIM_LASTS
    assert await sweep.once(house.clock) == 1
    assert ("uncertain", None) in await mails(house)
    await a_delivery(house, mailbox).once()
    assert mailbox.taken == []


class Post:
    """A provider that takes three messages in one call, and answers each as it is told to by the address."""

    rates: tuple[Rate, ...] = ()
    rates_each: tuple[Rate, ...] = ()
    at_once = 3

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.calls: list[list[str]] = []

    def account(self, address: str) -> str:
        return "post"

    async def send(self, message: Outgoing) -> Answer:
        return (await self.send_many([message]))[0]

    async def send_many(self, messages: Sequence[Outgoing]) -> Sequence[Answer]:
        self.calls.append([message.address for message in messages])
        return [self.answers.get(message.address, Accepted()) for message in messages]


async def test_a_provider_that_takes_several_gets_each_message_once_and_answers_for_each(house: House) -> None:
    people = [f"resident-{n}" for n in range(7)]
    for person in people:
        await house.know(person, f"{person}@example.org")
        await house.take(a_case(f"case-{person}", person)[:3])
    first, second, third = (f"resident-{n}@example.org" for n in range(3))
    post = Post({first: Refused("nobody"), second: Unknown(), third: Later()})
    senders = [
        Delivery(house.notices, house.persons, {EMAIL: post}, Wording(NAMES), Pacing(house.db), house.clock)
        for _ in range(2)
    ]
    await asyncio.gather(*(sender.once() for sender in senders))
    assert sorted(address for call in post.calls for address in call) == [f"{person}@example.org" for person in people]
    assert max(len(call) for call in post.calls) > 1
    outcome = {each[0]: each[3:] for each in await house.told(channel="email")}
    assert outcome == {
        **dict.fromkeys(people, ("delivered", None)),
        "resident-0": ("suppressed", "refused"),
        "resident-1": ("uncertain", None),
        "resident-2": ("queued", None),
    }
    house.now += RETRY_AFTER[0]
    post.answers = {}
    await senders[0].once()
    assert post.calls[-1] == [third]


async def test_what_the_night_has_held_comes_in_the_morning_once_and_in_order(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    house.now = NOW + 10 * HOUR  # 22:00
    for n in range(5):
        house.now += timedelta(minutes=50)
        await house.take(a_case(f"case-{n}", at=house.now)[:3])
    house.now = NOW + 19 * HOUR - timedelta(seconds=1)
    await a_delivery(house, mailbox).once()
    assert mailbox.taken == []
    house.now += timedelta(seconds=1)
    await a_delivery(house, mailbox).once()
    notices = {each["_id"]: each["state"]["about"] for each in await house.everything()}
    ids = [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in mailbox.taken]
    assert [notices[id] for id in ids] == [f"case-{n}" for n in range(5)]


async def test_a_cancellation_wakes_somebody_only_where_the_morning_is_too_late(house: House, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    house.now = NOW + 11 * HOUR
    await house.take([scheduled(SOON), registered("resident-1", 2, SOON), cancelled(3)])
    await a_delivery(house, mailbox).once()
    assert mailbox.taken == []
