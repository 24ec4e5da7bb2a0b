"""The link of a message: fetched it changes nothing, posted to it answers for that message alone, and once."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from services.chassis.principal import Principal, member
from services.chassis.store.aggregates import Cause
from services.contracts import activities as a
from services.contracts.notices import NoticeAnswered
from services.notify.channels.email import EmailGateway, SmtpServer
from services.notify.channels.gateways import Accepted, Answer, Outgoing
from services.notify.channels.pacing import Pacing
from services.notify.notices.answer_links import AnswerLinks
from services.notify.notices.answer_page import CSP
from services.notify.notices.delivery import Delivery
from services.notify.notices.wording import Wording
from services.notify.persons.domain.erasure import request_erasure
from services.notify.persons.domain.standing_in import agree, let_go, name_proxy
from services.notify.shared.values import Way
from tests.integration.notify.calling import Api
from tests.integration.notify.house import House
from tests.integration.notify.mailbox import Mailbox
from tests.integration.notify.records import (
    Record,
    cancelled,
    fact,
    moved,
    registered,
    reminder_due,
    scheduled,
    waitlisted,
    withdrawn,
)
from tests.integration.notify.records import promoted as seated
from tests.unit.notify.given import DAY, HERE, HOUR, NAMES, NOW, RESIDENT

ORIGIN = "https://board.example.org"
START = NOW + 5 * DAY
UNTIL = NOW + DAY
CAUSE = Cause("resident-1", "test")
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh"}


def offered(sequence: int, person: str = "resident-1", until: datetime = UNTIL, id: str = "activity-1") -> Record:
    event = a.ActivityOffered(person=person, party=1, until=until, starts_at=START, registered_at=NOW - HOUR)
    return fact(event, id, sequence)


def story(*more: Record) -> list[Record]:
    """Somebody waits for a place in an activity, is offered one, and what follows."""
    return [scheduled(START), waitlisted("resident-1", 2), offered(3), *more]


def sender(house: House, gateways: dict[Way, Any]) -> Delivery:
    wording = Wording(NAMES, answering=AnswerLinks(house.notices.secret, ORIGIN))
    return Delivery(house.notices, house.persons, gateways, wording, Pacing(house.db), house.clock)


async def mailed(house: House, mailbox: Mailbox) -> list[EmailMessage]:
    gateway = EmailGateway(SmtpServer("127.0.0.1", mailbox.port, "board@example.org", seconds=5), house.clock)
    mailbox.taken.clear()
    await sender(house, {Way.EMAIL: gateway}).once()
    return mailbox.taken


def link_in(mail: EmailMessage) -> str:
    """The path of the link in a mail, which stands in its text and is a button in its page."""
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    (link,) = re.findall(rf"^{ORIGIN}(/answer/\S+)$", plain.get_content(), re.MULTILINE)
    assert re.findall(r'<a class="answer" href="([^"]+)"', page.get_content()) == [ORIGIN + link]
    return str(link)


async def post(api: Api, path: str, comes: str, activity: str = "activity-1") -> httpx.Response:
    """Post the form, and read the page to which that leads."""
    answer = await api.send(None, "POST", path, FORM, content=f"activity={activity}&comes={comes}".encode())
    if answer.status_code != 303:
        return answer
    assert answer.headers["Location"] == path
    return await api.call(None, "GET", path)


async def answers(house: House) -> list[tuple[Any, ...]]:
    """What was said to events: (person, activity, comes)."""
    found = await house.db["journal"].find({"type": NoticeAnswered.type}).sort("_id", 1).to_list(None)
    waiting = await house.db["notices"].find({"outbox.0": {"$exists": True}}).to_list(None)
    told = [entry for each in waiting for entry in each["outbox"] if entry["type"] == NoticeAnswered.type]
    return [(e["data"]["person"], e["data"]["activity"], e["data"]["comes"]) for e in [*found, *told]]


async def test_fetching_changes_nothing_and_posting_answers_once(house: House, api: Api, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    await house.take(story())
    (mail,) = await mailed(house, mailbox)
    path = link_in(mail)
    before = await house.everything()
    for method in ("GET", "HEAD", "OPTIONS") * 5:
        assert (await api.call(None, method, path)).status_code in (200, 204, 405)
    page = await api.call(None, "GET", path, utm_source="mail")
    assert (page.status_code, "能参加" in page.text, "不能参加" in page.text) == (200, True, True)
    assert page.headers["Content-Security-Policy"] == CSP
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert await house.everything() == before
    for comes in ("no", "no", "yes"):
        said = await post(api, path, comes)
        assert (said.status_code, "您已答复：不参加" in said.text, "<button" in said.text) == (200, True, False)
    assert await answers(house) == [("resident-1", "activity-1", False)]


async def test_a_yes_is_certain_once_events_has_said_so(house: House, api: Api, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    await house.take(story())
    path = link_in((await mailed(house, mailbox))[0])
    assert "以随后的消息为准" in (await post(api, path, "yes")).text
    await house.take([seated("resident-1", 4, START)])
    page = (await api.call(None, "GET", path)).text
    assert ("您已答复：参加" in page, "以随后的消息为准" in page) == (True, False)


@pytest.mark.parametrize(
    ("since", "at", "said"),
    [
        ([], UNTIL, "已过答复时间"),
        ([seated("resident-1", 4, START)], NOW, "您已有名额"),
        ([withdrawn("resident-1", 4)], NOW, "已不在报名名单上"),
        ([withdrawn("resident-1", 4), waitlisted("resident-1", 5), offered(6)], NOW, "请看最新的消息"),
        ([moved(START, START + DAY, 4)], NOW, "请看最新的消息"),
        ([cancelled(4)], NOW, "这次活动已取消"),
    ],
)
async def test_what_is_not_open_any_more_says_so_and_is_not_answered(
    house: House, api: Api, mailbox: Mailbox, since: Sequence[Record], at: datetime, said: str
) -> None:
    await house.know("resident-1")
    await house.take(story())
    path = link_in((await mailed(house, mailbox))[0])
    await house.take(since)
    house.now = at
    for answer in (await api.call(None, "GET", path), *[await post(api, path, word) for word in ("yes", "no")]):
        assert (answer.status_code, said in answer.text, "<button" in answer.text) == (200, True, False), answer.text
    assert await answers(house) == []


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (FORM, b"activity=activity-1"),
        (FORM, b"comes=no"),
        (FORM, b"activity=activity-1&comes=maybe"),
        (FORM, b"\xff=%"),
        (FORM, b"&".join(b"a=b" for _ in range(50))),
        (FORM, b""),
        ({"Content-Type": "application/json"}, b'{"comes": "no"}'),
        ({"Content-Type": "multipart/form-data"}, b"--x"),
    ],
)
async def test_a_form_that_is_none_of_the_page_asks_again(
    house: House, api: Api, mailbox: Mailbox, headers: dict[str, str], form: bytes
) -> None:
    await house.know("resident-1")
    await house.take(story())
    path = link_in((await mailed(house, mailbox))[0])
    answer = await api.send(None, "POST", path, headers, content=form)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "<button" in answer.text
    assert (await api.send(None, "POST", "/answer/x", headers, content=form)).status_code == 404
    assert await answers(house) == []


async def test_a_link_with_a_stroke_at_its_end_is_the_same(house: House, api: Api, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    await house.take(story())
    path = link_in((await mailed(house, mailbox))[0])
    assert "<button" in (await api.call(None, "GET", f"{path}/")).text
    answer = await api.send(None, "POST", f"{path}/", FORM, content=b"activity=activity-1&comes=no")
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert await answers(house) == [("resident-1", "activity-1", False)]
    assert "链接无效" in (await api.call(None, "GET", "/answer/x/")).text


async def test_a_link_that_we_did_not_make_or_of_who_is_gone_is_one_page(
    house: House, api: Api, mailbox: Mailbox
) -> None:
    await house.know("resident-1")
    await house.take(story())
    path = link_in((await mailed(house, mailbox))[0])
    token = path.rpartition("/")[2]
    forged = base64.urlsafe_b64encode(base64.urlsafe_b64decode(token + "==")[:13] + b"0" * 12).decode().rstrip("=")
    pages = {(await api.call(None, "GET", f"/answer/{word}")).text for word in (forged, "x", "A" * 500, token[1:])}
    for word in (forged, "x", "A" * 500):
        answer = await post(api, f"/answer/{word}", "no")
        assert answer.status_code == 404
        pages.add(answer.text)
    await house.persons.change(
        "resident-1", lambda person, now: request_erasure(person, "request-1", HERE, RESIDENT, now), CAUSE
    )
    for answer in (await api.call(None, "GET", path), await post(api, path, "no")):
        assert answer.status_code == 404
        pages.add(answer.text)
    (page,) = pages
    assert "链接无效" in page
    assert await answers(house) == []


@dataclass
class _Post:
    """A gateway that keeps what it is handed."""

    taken: list[Outgoing]
    rates: tuple[Any, ...] = ()
    rates_each: tuple[Any, ...] = ()

    def account(self, address: str) -> str:
        return "post"

    async def send(self, message: Outgoing) -> Answer:
        self.taken.append(message)
        return Accepted()


async def _with_a_daughter(house: House) -> Principal:
    """Somebody whose daughter receives what they are told."""
    daughter = member("daughter-1", HERE)
    await house.know("resident-1", None)
    await house.know(daughter.sub, "daughter@example.org")
    for step in (
        lambda person, now: name_proxy(person, daughter.sub, HERE, RESIDENT, now),
        lambda person, now: agree(person, daughter, now),
    ):
        await house.persons.change("resident-1", step, CAUSE)
    return daughter


async def test_what_a_fact_makes_untrue_does_not_wait_for_who_stands_in_either(house: House) -> None:
    await _with_a_daughter(house)
    await house.take(story(withdrawn("resident-1", 4)))
    hers = await house.told(recipient="daughter-1", channel="email")
    assert {(kind, reason) for _, kind, _, _, reason in hers} == {
        ("registration-waiting", "superseded"),
        ("place-offered", "superseded"),
    }


async def test_who_stands_in_answers_for_the_other_until_they_do_not_any_more(
    house: House, api: Api, mailbox: Mailbox
) -> None:
    daughter = await _with_a_daughter(house)
    await house.take(story())
    (mail,) = await mailed(house, mailbox)
    assert mailbox.to == ["daughter@example.org"]
    path = link_in(mail)
    assert "您代家人答复" in (await api.call(None, "GET", path)).text
    assert "您已答复：不参加" in (await post(api, path, "no")).text
    assert await answers(house) == [("resident-1", "activity-1", False)]
    await house.persons.change("resident-1", lambda person, _: let_go(person, daughter.sub, HERE, RESIDENT), CAUSE)
    assert (await api.call(None, "GET", path)).status_code == 404


async def test_who_is_asked_for_two_others_and_for_herself_answers_for_each(
    house: House, api: Api, mailbox: Mailbox
) -> None:
    daughter = await _with_a_daughter(house)
    await house.know("mother-1", None)
    for step in (
        lambda person, now: name_proxy(person, daughter.sub, HERE, member("mother-1", HERE), now),
        lambda person, now: agree(person, daughter, now, "妈妈"),
    ):
        await house.persons.change("mother-1", step, CAUSE)
    asked = ("resident-1", "mother-1", daughter.sub)
    await house.take([scheduled(START), *(registered(person, n, START) for n, person in enumerate(asked, 2))])
    await mailed(house, mailbox)
    house.now = START - DAY
    await house.take([reminder_due(START, 5)])
    mails = await mailed(house, mailbox)  # and what of their seats was waiting to be told together
    plain = {mail["Message-ID"]: mail.get_body(("plain",)) for mail in mails}
    asking = [id for id, body in plain.items() if body is not None and "/answer/" in body.get_content()]
    paths = {link_in(mail) for mail in mails if mail["Message-ID"] in asking}
    assert (len(paths), set(mailbox.to)) == (3, {"daughter@example.org"})
    for path in sorted(paths):
        page = await post(api, path, "no" if "您代“妈妈”答复" in (await api.call(None, "GET", path)).text else "yes")
        assert "您已答复" in page.text
    said = {person: comes for person, _, comes in await answers(house)}
    assert said == {"resident-1": True, "mother-1": False, daughter.sub: True}


async def test_a_reminder_is_answered_and_a_yes_may_turn_into_a_no(house: House, api: Api, mailbox: Mailbox) -> None:
    await house.know("resident-1")
    await house.take([scheduled(START), registered("resident-1", 2, START)])
    await mailed(house, mailbox)
    house.now = START - DAY
    await house.take([reminder_due(START, 3)])
    path = link_in((await mailed(house, mailbox))[0])
    said = await post(api, path, "yes")
    assert ("您已答复：参加" in said.text, "如果又不能来了" in said.text) == (True, True)
    await house.take([fact(a.ActivityConfirmed(person="resident-1", party=1, starts_at=START), "activity-1", 4)])
    assert "您已答复：不参加" in (await post(api, path, "no")).text
    await post(api, path, "yes")
    assert [each[2] for each in await answers(house)] == [True, False]


async def test_who_answered_the_first_reminder_with_yes_is_reminded_by_the_next_and_may_still_say_no(
    house: House, api: Api, mailbox: Mailbox
) -> None:
    await house.know("resident-1")
    await house.take([scheduled(START), registered("resident-1", 2, START), registered("resident-2", 3, START)])
    await mailed(house, mailbox)
    house.now = START - 2 * HOUR
    due = a.ActivityReminderDue(hours=2, starts_at=START, seated=2, coming=["resident-1"])
    await house.take([fact(due, "activity-1", 4)])
    (mail,) = await mailed(house, mailbox)
    plain = mail.get_body(("plain",))
    body = "" if plain is None else plain.get_content()
    assert ("您已答复参加" in body, "请答复是否参加" in body) == (True, False)
    page = (await api.call(None, "GET", link_in(mail))).text
    assert ("您已答复：参加" in page, 'value="yes"' in page, 'value="no"' in page) == (True, False, True)
    assert "您已答复：不参加" in (await post(api, link_in(mail), "no")).text
    assert await answers(house) == [("resident-1", "activity-1", False)]
    assert {each[0] for each in await house.told(channel="inbox", kind="activity-reminder")} == {
        "resident-1",
        "resident-2",
    }


async def test_wecom_has_the_link_and_the_inbox_knows_it_beside_the_words(house: House, api: Api) -> None:
    await house.know("resident-1")
    await house.take(story())
    gateway = _Post([])
    await sender(house, {Way.EMAIL: gateway}).once()
    (message,) = gateway.taken
    assert message.answers == (message.values["answer_link"],)
    assert message.answers[0] in message.words.body
    inbox = (await api.call(RESIDENT, "GET", "/me/notices")).json()["items"]
    (item,) = [each for each in inbox if each["kind"] == "place-offered"]
    assert "/answer/" not in item["body"]
    assert "您已答复：不参加" in (await post(api, item["answer_at"].removeprefix(ORIGIN), "no")).text
    (other,) = [each for each in inbox if each["kind"] == "registration-waiting"]
    assert other["answer_at"] is None
