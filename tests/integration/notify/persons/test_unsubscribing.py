"""A link in a mail ends that kind of mail when something is posted to it, and changes nothing when it is fetched."""

import base64
import hashlib
import re
from datetime import timedelta
from email.message import EmailMessage

import pytest

from services.contracts import issues as i
from services.notify.channels.email import EmailGateway, SmtpServer
from services.notify.channels.pacing import Pacing
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.persons.domain.choices import OfClass
from services.notify.persons.links import Link, Links
from services.notify.routing.domain.kinds import MessageClass
from services.notify.shared.values import Way
from tests.integration import standing
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.mailbox import Mailbox
from tests.integration.notify.records import a_case, cancelled, fact, registered, scheduled
from tests.unit.notify.given import DAY, HOUR, NAMES, NOW, RESIDENT

ORIGIN = "https://board.example.org"


async def mailed(house: House, mailbox: Mailbox) -> list[EmailMessage]:
    gateway = EmailGateway(SmtpServer("127.0.0.1", mailbox.port, "board@example.org", seconds=5), house.clock)
    links = Links(house.persons.secret, ORIGIN)
    sender = Delivery(
        house.notices, house.persons, {Way.EMAIL: gateway}, Wording(NAMES), Pacing(house.db), house.clock, links=links
    )
    mailbox.taken.clear()
    await sender.once()
    return mailbox.taken


async def test_fetching_changes_nothing_and_posting_ends_that_kind_alone(
    house: House, api: Api, mailbox: Mailbox
) -> None:
    await house.know("resident-1")
    await house.take(a_case())
    (mail,) = await mailed(house, mailbox)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(ORIGIN).removeprefix("/api/notify/v1")
    for method in ("GET", "HEAD", "OPTIONS") * 10:
        asked = await api.call(None, method, path)
        assert asked.status_code in (200, 204, 405)
    assert "确认退订" in (await api.call(None, "GET", path)).text
    assert (await house.persons.get("resident-1")).aggregate.choices.muted == {}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        posted = await api.send(None, "POST", path, form, content=b"List-Unsubscribe=One-Click")
        assert (posted.status_code, "已退订" in posted.text) == (200, True), posted.text
    choices = (await house.persons.get("resident-1")).aggregate.choices
    assert choices.muted == {"case-verified": frozenset({Way.EMAIL})}
    later = await api.call(None, "GET", path)
    assert (later.status_code, "已退订" in later.text, "<form" in later.text) == (200, True, False)
    (style,) = re.findall("<style>(.*)</style>", later.text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in later.headers["content-security-policy"]
    me = (await api.call(RESIDENT, "GET", "/me")).json()
    assert [(each["what"], each["given"], each["how"]) for each in me["consents"]] == [
        ("case-verified.email", False, "link")
    ]
    house.now = NOW + DAY
    await house.take([*a_case("case-2"), scheduled(NOW + 3 * DAY), registered("resident-1", 2, NOW + 3 * DAY)])
    await house.take([cancelled(3)])
    sent = {mail["Subject"]: mail for mail in await mailed(house, mailbox)}
    assert not any("已整改" in subject for subject in sent)
    (mandatory,) = [mail for subject, mail in sent.items() if "取消" in subject]
    assert mandatory["List-Unsubscribe"] is None, "what is mandatory can't be ended"


@pytest.mark.parametrize("burst", [False, True])
async def test_a_digest_and_a_burst_can_be_ended_and_are_not_sent_in_parts_instead(
    house: House, api: Api, mailbox: Mailbox, burst: bool
) -> None:
    """Two rounds of news: the link in the mail of the first ends the second."""
    chosen = OfClass(together="at-once" if burst else "daily")
    await house.know("resident-1", classes={MessageClass.SERVICE: chosen})
    extended = i.CaseExtended(extension_requested=False, extended=1, due_at=NOW + DAY, overdue=False, by="staff-1")
    rejected = i.CaseRejected(status=i.CaseStatus.REJECTED, reason="重复", closed_at=NOW, by="staff-1")
    story = [*a_case(), fact(extended, "case-1", 5), fact(rejected, "case-1", 6)]
    await house.take(story[:3])
    if burst:
        await mailed(house, mailbox)
    house.now += timedelta(minutes=1)
    await house.take(story[3:])
    house.now = NOW + 20 * HOUR
    (mail,) = await mailed(house, mailbox)
    path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(ORIGIN).removeprefix("/api/notify/v1")
    assert ("关于这件事的消息" if burst else "消息汇总") in (await api.call(None, "GET", path)).text
    posted = await api.send(None, "POST", path, content=b"List-Unsubscribe=One-Click")
    assert "已退订" in posted.text
    again = i.CaseReopened(
        **{**rejected.model_dump(include={"status", "closed_at"}), "unit": None, "due_at": None, "overdue": False},
        handled_at=None,
        rating=None,
        reopened=1,
        previous_unit=None,
        by="resident-1",
    )
    await house.take([fact(again, "case-1", 7, house.now), *([] if burst else a_case("case-2", at=house.now))])
    house.now += DAY
    assert await mailed(house, mailbox) == []
    house.now += timedelta(minutes=5)
    await standing.sweep(house.rooms, "left-behind").once(house.clock)
    assert await mailed(house, mailbox) == []
    assert {each[3:] for each in await house.told(kind="case-reopened", channel="email")} == {
        ("suppressed", "preference")
    }


async def test_a_link_to_what_comes_anyway_by_now_says_so_and_puts_nothing_on_record(house: House, api: Api) -> None:
    await house.know("resident-1")
    link = Link("resident-1", "activity-cancelled", Way.EMAIL)
    path = (await Links(house.persons.secret, ORIGIN).unsubscribe(link)).partition("/api/notify/v1")[2]
    for method in ("GET", "POST"):
        answer = await api.send(None, method, path)
        assert (answer.status_code, "必须送达" in answer.text, "已退订" in answer.text) == (200, True, False)
    person = (await house.persons.get("resident-1")).aggregate
    assert (person.choices.muted, person.consents) == ({}, ())


async def test_a_link_that_we_did_not_make_does_nothing(house: House, api: Api) -> None:
    await house.know("resident-1")
    for token in ("x", "cmVzaWRlbnQtMR9jYXNlLXZlcmlmaWVkH2VtYWls." + "0" * 40, "..", "%00.a"):
        for method in ("GET", "POST"):
            assert (await api.call(None, method, f"/unsubscribe/{token}")).status_code in (404, 422, 400)
    assert (await house.persons.get("resident-1")).aggregate.choices.muted == {}
