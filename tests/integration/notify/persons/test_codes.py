"""An address that staff have entered is sent nothing but a code, and holds once the person has told that code."""

import re
from datetime import timedelta
from typing import Any

import pytest

from services.notify.channels.email import EmailGateway, SmtpServer
from services.notify.persons.code_text import CodeText
from services.notify.persons.codes import Codes
from services.notify.persons.domain.addresses import CODE_HOLDS, CODES_A_DAY, DAY, TRIES
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.mailbox import Mailbox
from tests.integration.notify.records import a_case, registered
from tests.unit.notify.given import HERE, NAMES, NEIGHBOUR, NOW, RESIDENT, STAFF

ENTERED = {"community": HERE, "email": "someone@example.org", "phone": "13800138000"}


def codes(house: House, mailbox: Mailbox) -> Codes:
    gateway = EmailGateway(SmtpServer("127.0.0.1", mailbox.port, "board@example.org", seconds=5), house.clock)
    return Codes(house.persons, gateway, CodeText(NAMES), house.clock, timedelta(seconds=1))


@pytest.fixture
async def sender(house: House, mailbox: Mailbox) -> Codes:
    """A sender of codes, and a resident whom facts have shown to belong here."""
    await house.take([registered("resident-1", 2, NOW + DAY)])
    return codes(house, mailbox)


async def enter(api: Api, **changes: Any) -> dict[str, Any]:
    answer = await api.call(STAFF, "PUT", "/persons/resident-1/addresses", {**ENTERED, **changes})
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


async def tell(api: Api, code: str) -> tuple[int, str | None]:
    answer = await api.call(RESIDENT, "POST", "/me/addresses/confirm", {"code": code})
    return answer.status_code, answer.json().get("code")


async def me(api: Api) -> dict[str, Any]:
    return dict((await api.call(RESIDENT, "GET", "/me")).json())


def code_in(mailbox: Mailbox) -> str:
    plain = mailbox.taken[-1].get_body(("plain",))
    assert plain is not None
    [code] = re.findall(r"[0-9]{8}", plain.get_content())
    return str(code)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


REFUSED = (409, "address.code-refused")


async def test_an_entered_address_gets_nothing_but_a_code_until_the_person_has_told_that(
    house: House, api: Api, mailbox: Mailbox, sender: Codes
) -> None:
    entered = await enter(api)
    assert (entered["has_email"], entered["proposed"]["by"]) == (False, "staff-1")
    assert entered["proposed"]["unconfirmed"] == ["email", "phone"]
    await house.take(a_case())
    told = await house.told(channel="email", recipient="resident-1")
    assert {each[4] for each in told} == {"no-address"}

    assert await sender.once() == 1
    assert await sender.once() == 0
    assert mailbox.to == ["someone@example.org"]
    code = code_in(mailbox)
    kept = str([document async for document in house.db["persons"].find()])
    assert code not in kept
    assert await tell(api, another(code)) == REFUSED
    neighbour = await api.call(NEIGHBOUR, "POST", "/me/addresses/confirm", {"code": code})
    assert neighbour.status_code == 404
    assert await tell(api, code) == (200, None)
    mine = await me(api)
    assert mine["addresses"] == {"email": "someone@example.org", "phone": None, "wecom": None}
    assert mine["proposed"]["unconfirmed"] == ["phone"]
    assert await tell(api, code) == REFUSED


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a..b@example.org"},
        {"email": f"{'x' * 65}@example.org"},
        {"email": "a@127.0.0.1"},
        {"email": "a@-example.org"},
        {"phone": "1-----1"},
    ],
)
async def test_what_cannot_be_an_address_is_refused(api: Api, wrong: dict[str, str]) -> None:
    refused = await api.call(RESIDENT, "PUT", "/me/addresses", {"community": HERE, **wrong})
    assert (refused.status_code, refused.json()["code"]) == (422, "request.invalid")


async def test_an_address_of_ones_own_holds_once_its_code_is_told_and_the_old_one_until_then(
    house: House, api: Api, mailbox: Mailbox, sender: Codes
) -> None:
    await house.know("resident-1", "old@example.org")
    own = {"community": HERE, "email": "new@example.org", "phone": "13900139000"}
    for _ in range(2):
        assert (await api.call(RESIDENT, "PUT", "/me/addresses", own)).status_code == 200
        await sender.once()
    assert mailbox.to == ["new@example.org"]
    mine = await me(api)
    assert mine["addresses"] == {"email": "old@example.org", "phone": "13900139000", "wecom": None}
    assert mine["proposed"]["unconfirmed"] == ["email"]
    assert await tell(api, code_in(mailbox)) == (200, None)
    mine = await me(api)
    assert (mine["addresses"]["email"], mine["proposed"]) == ("new@example.org", None)
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", {"community": HERE})).status_code == 200
    assert (await me(api))["addresses"] == {"email": None, "phone": None, "wecom": None}


async def test_addresses_that_the_person_entered_go_on_to_hold(
    house: House, api: Api, mailbox: Mailbox, sender: Codes
) -> None:
    await house.know("resident-1", "own@example.org")
    own = {"community": HERE, "email": "own@example.org", "phone": "13900139000"}
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", own)).status_code == 200
    await enter(api)
    await sender.once()
    assert (await me(api))["addresses"]["email"] == "own@example.org"
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", own)).status_code == 200
    assert (await me(api))["proposed"] is None
    assert await tell(api, code_in(mailbox)) == REFUSED


async def test_a_code_is_tried_a_few_times_and_holds_a_while(
    house: House, api: Api, mailbox: Mailbox, sender: Codes
) -> None:
    await enter(api)
    await sender.once()
    code = code_in(mailbox)
    for _ in range(TRIES):
        assert await tell(api, another(code)) == REFUSED
    assert await tell(api, code) == REFUSED
    assert (await api.call(RESIDENT, "POST", "/me/addresses/code")).status_code == 200
    await sender.once()
    house.now += CODE_HOLDS
    assert await tell(api, code_in(mailbox)) == REFUSED
    await api.call(RESIDENT, "POST", "/me/addresses/code")
    await sender.once()
    assert await tell(api, code_in(mailbox)) == (200, None)


async def test_few_codes_leave_in_a_day_whatever_is_entered(
    house: House, api: Api, mailbox: Mailbox, sender: Codes
) -> None:
    for n in range(8):
        await enter(api, email=f"someone-{n}@example.org")
        await sender.once()
        await api.call(RESIDENT, "POST", "/me/addresses/code")
        await sender.once()
    assert len(mailbox.taken) == CODES_A_DAY
    house.now += DAY
    await sender.once()
    assert mailbox.to[CODES_A_DAY:] == ["someone-7@example.org"]
    assert await tell(api, code_in(mailbox)) == (200, None)


async def test_a_code_of_one_address_does_not_confirm_another(api: Api, mailbox: Mailbox, sender: Codes) -> None:
    await enter(api)
    await sender.once()
    first = code_in(mailbox)
    await enter(api, email="other@example.org")
    assert await tell(api, first) == REFUSED
    await sender.once()
    assert mailbox.to[-1] == "other@example.org"
    assert await tell(api, first if first != code_in(mailbox) else another(first)) == REFUSED
    assert await tell(api, code_in(mailbox)) == (200, None)


async def test_a_mail_server_that_takes_no_code_now_gets_another_later(
    house: House, api: Api, mailbox: Mailbox, sender: Codes
) -> None:
    mailbox.at_rcpt = "451 try later"
    await enter(api)
    await sender.once()
    mailbox.at_rcpt = None
    assert (await sender.once(), mailbox.taken) == (0, [])
    house.now += timedelta(hours=1)
    await sender.once()
    assert await tell(api, code_in(mailbox)) == (200, None)


async def test_of_two_senders_one_sends(house: House, api: Api, mailbox: Mailbox, sender: Codes) -> None:
    await enter(api)
    found = (await house.persons.get("resident-1")).aggregate
    await sender._send(found)
    await codes(house, mailbox)._send(found)
    assert len(mailbox.taken) == 1
    assert await tell(api, code_in(mailbox)) == (200, None)
