"""Providers tell later what became of messages, signed; staff see what no gateway took and have it tried again."""

import asyncio
import base64
import hmac
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.chassis.store.aggregates import Cause
from services.notify.channels.domain.mailboxes import Mailbox
from services.notify.channels.email import compose
from services.notify.channels.gateways import Accepted, Answer, Later, Outgoing, Rate, Refused, Unknown
from services.notify.notices.delivery import SIDE_BY_SIDE
from services.notify.persons.domain.addresses import Addresses
from services.notify.persons.domain.person import change
from services.notify.settings import NotifySettings
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.notices.test_bundles import DAILY, EIGHT
from tests.integration.notify.notices.test_reaching import Saying, a_delivery
from tests.integration.notify.records import a_case
from tests.unit.notify.channels.test_returned_mail import HOLIDAY, REPORT
from tests.unit.notify.given import DAY, HERE, HOUR, RESIDENT, STAFF

SECRET = "s" * 20


@pytest.fixture
def settings(mongodb_url: str, database: str, development_key: Path) -> NotifySettings:
    return standing.settings_for(
        NotifySettings,
        mongodb_url,
        database,
        development_key,
        callback_secret=SECRET,
        smtp_sender="board@example.org",
        smtp_host="127.0.0.1",
        sms_url="http://127.0.0.1:9",
        sms_secret="secret",
    )


async def told(
    house: House, api: Api, path: str, key: str = SECRET, at: int | None = None, **said: Any
) -> httpx.Response:
    when = int(house.now.timestamp()) if at is None else at
    words = f"{'.'.join(said.values())}.{when}"
    mark = hmac.digest(key.encode(), words.encode(), "sha256").hex()
    return await api.call(None, "POST", f"/callbacks/{path}", {**said, "at": when, "mark": mark})


async def sent(house: House, answer: Answer) -> str:
    await house.know("resident-1")
    await house.take(a_case())
    await a_delivery(house, email=Saying(answer)).once()
    found = await house.db["notices"].find_one({"state.channel": "email", "state.kind": "case-verified"})
    assert found is not None
    return str(found["_id"])


async def stage(house: House, id: str) -> str:
    return (await house.notices.get(id)).aggregate.stage.value


async def test_a_report_is_believed_if_it_is_signed_and_fresh(house: House, api: Api) -> None:
    id = await sent(house, Accepted("x"))
    assert await stage(house, id) == "accepted"
    wrong = await told(house, api, "deliveries", key="t" * 20, id=id, status="delivered")
    old = await told(house, api, "deliveries", at=int((house.now - HOUR).timestamp()), id=id, status="delivered")
    assert (wrong.status_code, old.status_code, await stage(house, id)) == (404, 404, "accepted")
    for _ in range(2):
        assert (await told(house, api, "deliveries", id=id, status="delivered")).status_code == 200
    assert await stage(house, id) == "delivered"
    assert (await told(house, api, "deliveries", id="notice-unknown", status="failed")).status_code == 200


async def test_a_bounce_is_written_down_and_a_holiday_is_not(house: House, api: Api) -> None:
    id = await sent(house, Accepted())
    for mail, after in (
        (HOLIDAY.replace("notice-" + "0" * 26, id), "accepted"),
        (REPORT.format(action="failed", status="5.1.1", id=id), "bounced"),
    ):
        assert (await told(house, api, "mail", raw=base64.b64encode(mail.encode()).decode())).status_code == 200
        assert await stage(house, id) == after
    why = (await api.call(STAFF, "GET", "/why", community=HERE, about="case-1")).json()["items"]
    assert ("bounced", "bounced") in {(each["stage"], each["why"]) for each in why}


async def test_what_bounces_goes_by_the_next_channel_once(house: House, api: Api) -> None:
    id, sms = await sent(house, Accepted()), Saying(Accepted())
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    for _ in range(2):
        assert (await told(house, api, "deliveries", id=id, status="failed")).status_code == 200
        await a_delivery(house, sms=sms).once()
    assert [message.kind for message in sms.taken] == ["case-verified"]


async def moves(house: House) -> None:
    """`resident-1` has another address now, which is looked at."""
    house.now += HOUR
    new = Addresses(email="new@example.org")
    await house.persons.change(
        "resident-1", lambda known, now: change(known, None, new, HERE, RESIDENT, now), Cause("resident-1")
    )
    assert await standing.sweep(house.rooms, "look-again").once(house.clock) == 1


async def comes_back(house: House, api: Api, id: str) -> None:
    """A mail server reports that a mail failed, since its mailbox is gone."""
    raw = base64.b64encode(REPORT.format(action="failed", status="5.1.1", id=id).encode()).decode()
    assert (await told(house, api, "mail", raw=raw)).status_code == 200


@pytest.mark.parametrize("first", ["report", "address"])
async def test_mail_to_an_address_that_was_replaced_goes_to_the_new_one_and_no_old_report_touches_that(
    house: House, api: Api, first: str
) -> None:
    id, post = await sent(house, Accepted()), Saying(Accepted())
    if first == "report":
        await comes_back(house, api, id)
        assert await stage(house, id) == "bounced"
    await moves(house)
    await comes_back(house, api, id)
    await comes_back(house, api, id)
    await a_delivery(house, email=post).once()
    assert [(message.kind, message.address) for message in post.taken] == [("case-verified", "new@example.org")]
    for _ in range(2):
        await comes_back(house, api, id)
        assert (await told(house, api, "deliveries", id=id, status="failed")).status_code == 200
        await a_delivery(house, email=post).once()
        assert (len(post.taken), await stage(house, id)) == (1, "accepted")
    assert (await api.call(RESIDENT, "GET", "/me")).json()["email_bounced_at"] is None
    mail = message_from_bytes(compose("board@example.org", post.taken[0], house.now))
    assert mail["Message-ID"] == f"<{id}.1@example.org>"
    await comes_back(house, api, f"{id}.1")
    await a_delivery(house, email=post).once()
    assert (len(post.taken), await stage(house, id)) == (1, "bounced")
    assert (await api.call(RESIDENT, "GET", "/me")).json()["email_bounced_at"] is not None


async def test_what_reached_them_otherwise_does_not_go_to_the_new_address_as_well(house: House, api: Api) -> None:
    id, post, sms = await sent(house, Accepted()), Saying(Accepted()), Saying(Accepted())
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    await comes_back(house, api, id)
    await a_delivery(house, email=post, sms=sms).once()
    await moves(house)
    await comes_back(house, api, id)
    await a_delivery(house, email=post, sms=sms).once()
    assert ([message.kind for message in sms.taken], post.taken) == (["case-verified"], [])


@pytest.mark.parametrize("first", ["answer", "report"])
async def test_what_was_told_in_a_digest_that_bounces_goes_by_the_next_channel(
    house: House, api: Api, first: str
) -> None:
    """Also where the report comes before the gateway's answer."""

    class Reporting(Saying):
        async def send(self, message: Outgoing) -> Answer:
            if first == "report":
                assert (await told(house, api, "deliveries", id=message.id, status="failed")).status_code == 200
            return await super().send(message)

    await house.know("resident-1", classes=DAILY)
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    await house.take([*a_case("case-1")[:3], *a_case("case-2")[:3]])
    house.now = EIGHT
    post, sms = Reporting(Accepted()), Saying(Accepted())
    await a_delivery(house, email=post).once()
    (digest,) = post.taken
    for _ in range(2):
        assert (await told(house, api, "deliveries", id=digest.id, status="failed")).status_code == 200
        await a_delivery(house, sms=sms).once()
    assert [message.kind for message in sms.taken] == ["case-dispatched"] * 2
    why = (await api.call(STAFF, "GET", "/why", community=HERE, about="case-1")).json()["items"]
    assert ("email", "bounced", digest.id) in {(each["channel"], each["stage"], each["bundle"]) for each in why}


async def test_what_has_become_untrue_when_it_bounces_goes_by_no_other_channel(house: House, api: Api) -> None:
    *before, verified = a_case()
    await house.know("resident-1", quiet=None)
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    await house.take(before)
    await a_delivery(house, email=Saying(Accepted())).once()
    (mail,) = await house.db["notices"].find({"state.channel": "email"}).to_list(None)
    await house.take([verified])
    assert (await told(house, api, "deliveries", id=mail["_id"], status="failed")).status_code == 200
    sms = Saying(Accepted())
    await a_delivery(house, sms=sms).once()
    assert "case-dispatched" not in [message.kind for message in sms.taken]


async def test_a_letter_that_has_become_untrue_is_not_listed_and_not_sent_again(house: House, api: Api) -> None:
    *before, verified = a_case()
    await house.know("resident-1", quiet=None)
    await house.take(before)
    await a_delivery(house, email=Saying(Refused("550"))).once()
    (letter,) = (await api.call(STAFF, "GET", "/undeliverable", community=HERE)).json()["items"]
    await house.take([verified])
    assert (await api.call(STAFF, "GET", "/undeliverable", community=HERE)).json()["items"] == []
    assert (await api.call(STAFF, "POST", f"/undeliverable/{letter['id']}/again")).json()["stage"] == "refused"


async def test_a_letter_whose_message_went_by_another_channel_is_not_sent_again(house: House, api: Api) -> None:
    await house.know("resident-1", quiet=None)
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    await house.take(a_case())
    for _ in range(2):
        await a_delivery(house, email=Saying(Refused("550")), sms=Saying(Accepted())).once()
    (letter,) = (await api.call(STAFF, "GET", "/undeliverable", community=HERE)).json()["items"]
    assert (await api.call(STAFF, "POST", f"/undeliverable/{letter['id']}/again")).json()["stage"] == "refused"


async def test_an_address_that_is_gone_is_not_mailed_again_until_it_is_entered_anew(house: House, api: Api) -> None:
    id = await sent(house, Accepted())
    report = REPORT.format(action="failed", status="5.1.1", id=id)
    for _ in range(2):
        assert (await told(house, api, "mail", raw=base64.b64encode(report.encode()).decode())).status_code == 200
    post, sms = Saying(Accepted()), Saying(Accepted())
    await house.db["persons"].update_one({"_id": "resident-1"}, {"$set": {"state.addresses.phone": "13800138000"}})
    await house.take(a_case("case-2"))
    await a_delivery(house, email=post, sms=sms).once()
    assert (post.taken, [message.kind for message in sms.taken]) == ([], ["case-verified"])
    why = (await api.call(STAFF, "GET", "/why", community=HERE, about="case-2")).json()["items"]
    assert {("email", "no-address", "bounced")} == {
        (each["channel"], each["reason"], each["why"]) for each in why if each["channel"] == "email"
    }
    inbox = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    assert [each["subject"] for each in inbox if each["kind"] == "address-bounced"] == ["您的邮箱收不到邮件了"]
    for who, path in ((RESIDENT, "/me"), (STAFF, "/persons/resident-1")):
        assert (await api.call(who, "GET", path)).json()["email_bounced_at"] is not None
    again = {"community": HERE, "email": "someone@example.org", "phone": "13800138000"}
    assert (await api.call(RESIDENT, "PUT", "/me/addresses", again)).json()["email_bounced_at"] is None
    await house.take(a_case("case-3"))
    await a_delivery(house, email=post, sms=sms).once()
    assert "case-verified" in [message.kind for message in post.taken]


async def test_a_mailbox_that_the_server_does_not_know_is_given_up_as_one_that_bounced(house: House, api: Api) -> None:
    await sent(house, Refused(mailbox=Mailbox.GONE))
    assert (await api.call(RESIDENT, "GET", "/me")).json()["email_bounced_at"] is not None
    assert len(await house.told(kind="address-bounced", channel="inbox")) == 1


async def test_a_gateway_that_raises_leaves_a_doubt_and_others_are_told(house: House) -> None:
    for n in range(2):
        await house.know(f"resident-{n}", f"r{n}@example.org")
        await house.take(a_case(f"case-{n}", f"resident-{n}"))

    class Broken(Saying):
        async def send(self, message: Outgoing) -> Answer:
            if message.address == "r0@example.org":
                raise TypeError("what the provider sent is of no known form")
            return await super().send(message)

    await a_delivery(house, email=Broken(Accepted())).once()
    mails = [each[::3] for each in await house.told(channel="email", kind="case-verified")]
    assert mails == [("resident-0", "uncertain"), ("resident-1", "delivered")]


async def test_what_no_gateway_took_is_listed_and_tried_again_by_staff(house: House, api: Api) -> None:
    id = await sent(house, Refused("550"))
    (letter,) = (await api.call(STAFF, "GET", "/undeliverable", community=HERE)).json()["items"]
    assert (letter["id"], letter["stage"]) == (id, "refused")
    assert (await api.call(RESIDENT, "GET", "/undeliverable", community=HERE)).status_code == 403
    assert (await api.call(RESIDENT, "POST", f"/undeliverable/{id}/again")).status_code == 404
    assert (await api.call(STAFF, "POST", f"/undeliverable/{id}/again")).json()["stage"] == "queued"
    await a_delivery(house, email=Saying(Accepted())).once()
    assert await stage(house, id) == "accepted"


async def test_a_full_provider_pauses_the_account_in_every_replica_and_costs_no_attempt(house: House) -> None:
    post = Saying(Later(HOUR, full=True))
    for n in range(3):
        await house.know(f"resident-{n}", f"r{n}@example.org")
        await house.take(a_case(f"case-{n}", f"resident-{n}"))
    await a_delivery(house, email=post).once()
    asked = len(post.taken)
    post.answer = Accepted()
    await a_delivery(house, email=post).once()
    assert len(post.taken) == asked, "another replica waits as well"
    house.now += HOUR
    await a_delivery(house, email=post).once()
    assert len(post.taken) == asked + 3
    attempts = [d["state"]["attempts"] async for d in house.db["notices"].find({"state.fine": "accepted"})]
    assert attempts == [1, 1, 1]


async def test_what_a_full_provider_did_not_take_is_none_of_what_a_recipient_may_be_sent(house: House) -> None:
    post = Saying(Later(timedelta(seconds=5), full=True))
    post.rates_each = (Rate(1, HOUR), Rate(2, DAY))
    await house.know("resident-1")
    await house.take(a_case())
    await a_delivery(house, email=post).once()
    house.now += timedelta(seconds=5)
    post.answer = Accepted()
    await a_delivery(house, email=post).once()
    assert len(post.taken) == 2
    await house.take(a_case("case-2"))
    await a_delivery(house, email=post).once()
    assert len(post.taken) == 2, "what it took is"


async def test_those_that_were_on_their_way_do_not_make_the_rest_longer_and_one_asks_first(house: House) -> None:
    for n in range(20):
        await house.know(f"resident-{n}", f"r{n}@example.org", quiet=None)
        await house.take(a_case(f"case-{n}", f"resident-{n}"))
    everybody = asyncio.Barrier(SIDE_BY_SIDE)

    class Together(Saying):
        together = True

        async def send(self, message: Outgoing) -> Answer:
            self.taken.append(message)
            if self.together:
                await everybody.wait()
            return self.answer

    post = Together(Later())
    sender = a_delivery(house, email=post)
    await sender.once()
    house.now += timedelta(minutes=1)
    post.answer, post.together, asked = Unknown(), False, len(post.taken)
    await sender.once()
    assert len(post.taken) == asked + 1, "the others wait for what it says"
    post.answer = Accepted()
    for minutes in (2, 5):
        house.now += timedelta(minutes=minutes)
        await sender.once()
    assert len({message.id for message in post.taken}) >= 20


async def test_a_number_that_was_sent_enough_stops_nobody_else(house: House) -> None:
    class Enough(Saying):
        async def send(self, message: Outgoing) -> Answer:
            self.taken.append(message)
            return Later(HOUR, full=True, each=True) if message.address == "r0@example.org" else Accepted()

    post = Enough(Accepted())
    post.rates_each = (Rate(50, DAY),)
    for round in range(2):
        for n in range(7):
            if not round:
                await house.know(f"resident-{n}", f"r{n}@example.org", quiet=None)
            await house.take(a_case(f"case-{n}-{round}", f"resident-{n}"))
        await a_delivery(house, email=post).once()
        house.now += timedelta(minutes=1)
    sent = {message.address for message in post.taken}
    assert len(sent) == 7
    assert [message.address for message in post.taken].count("r0@example.org") == 1, "it is left alone for an hour"
    theirs = {"state.recipient": "resident-0", "state.channel": "email"}
    assert {d["state"]["attempts"] async for d in house.db["notices"].find(theirs)} == {0}


async def test_a_provider_that_fails_on_end_is_left_alone_for_a_while(house: House) -> None:
    post = Saying(Later())
    for n in range(12):
        await house.know(f"resident-{n}", f"r{n}@example.org", quiet=None)
        await house.take(a_case(f"case-{n}", f"resident-{n}"))
    sender = a_delivery(house, email=post)
    await sender.once()
    asked = len(post.taken)
    house.now += timedelta(seconds=59)
    for n in range(12, 15):
        await house.know(f"resident-{n}", f"r{n}@example.org", quiet=None)
        await house.take(a_case(f"case-{n}", f"resident-{n}"))
    await sender.once()
    assert len(post.taken) == asked
