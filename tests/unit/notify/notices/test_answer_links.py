"""Links by which a message is answered: short, marked, and for messages that ask something alone."""

import os
from typing import Any

import pytest
from pydantic import ValidationError

from services.notify.channels.calling import Calling
from services.notify.channels.gateways import Outgoing
from services.notify.channels.mail_page import mail_page
from services.notify.channels.sms import SmsAccount, SmsGateway, SmsText
from services.notify.channels.wecom import LONGEST, app_text
from services.notify.notices.answer_links import AnswerLinks
from services.notify.notices.domain.bundling import open_bundle
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.domain.planning import Bundle
from services.notify.notices.wording import Wording
from services.notify.persons.links import Link, Links
from services.notify.routing.domain.kinds import ASKING
from services.notify.routing.shipped import RULES
from services.notify.settings import NotifySettings
from services.notify.shared.texts import Words
from services.notify.shared.values import ANSWER_PATH_LENGTH, WITH_LINKS, Way
from tests.unit.notify.given import NAMES, NOW, a_queued
from tests.unit.notify.notices.test_answering import ASKED, OFFER, START, UNTIL, a_notice, parts

ASKING_SMS = "${title}有名额，答复：${answer_link}"
ORIGIN = "https://board.example.org"
_OTHERS = [way for way in Way if way not in WITH_LINKS]


async def key() -> bytes:
    return b"k" * 32


async def other_key() -> bytes:
    return b"o" * 32


async def token_of(notice: Notice, links: AnswerLinks) -> str:
    await links.ready()
    link = links.to(notice)
    assert link is not None
    assert link.startswith(f"{ORIGIN}/answer/")
    return link.rpartition("/")[2]


async def test_a_link_leads_back_to_its_notice_and_is_short_enough_for_an_sms() -> None:
    links, notice = AnswerLinks(key, ORIGIN + "/"), a_notice()
    token = await token_of(notice, links)
    assert await AnswerLinks(key, ORIGIN).read(token) == notice.id
    assert len(f"/answer/{token}") == ANSWER_PATH_LENGTH


async def test_what_asks_nothing_has_no_link_and_neither_has_anything_before_the_secret_is_there() -> None:
    links = AnswerLinks(key, ORIGIN)
    assert links.to(a_notice()) is None
    await links.ready()
    assert links.to(a_queued()) is None
    assert links.to(a_notice(channel=Way.WEBHOOK, recipient="endpoint-1", particulars=OFFER)) is None


async def test_a_token_with_any_character_changed_or_of_another_house_or_purpose_is_none_of_ours() -> None:
    links, notice = AnswerLinks(key, ORIGIN), a_notice()
    token = await token_of(notice, links)
    assert await AnswerLinks(other_key, ORIGIN).read(token) is None
    for n in range(len(token) - 1):  # the last one carries two bits alone
        assert await links.read(token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :]) is None
    unsubscribing = await Links(key, ORIGIN).unsubscribe(Link("resident-1", "place-offered", Way.EMAIL))
    strange = ["", "A", "=", "é", "%00", ".", token[:-4], token + "AAAA", token * 3, f"{token}\n", notice.id]
    for word in (*strange, unsubscribing.rpartition("/")[2], os.urandom(25).hex()):
        assert await links.read(word) is None, word


async def test_each_notice_has_a_link_of_its_own() -> None:
    links = AnswerLinks(key, ORIGIN)
    notices = [a_notice(), a_notice(cause="activity-1.9"), a_notice(recipient="daughter-1", behalf="resident-1")]
    assert len({await token_of(notice, links) for notice in notices}) == 3


async def test_every_text_of_what_asks_has_the_link_in_a_line_of_its_own_and_no_other_text_has_one() -> None:
    links = AnswerLinks(key, ORIGIN)
    wording = Wording(NAMES, answering=links)
    await wording.ready([])
    told = Particulars(title="合唱", starts_at=START, answer_by=UNTIL, asks_until=UNTIL)
    for kind in sorted(ASKING):
        for version in range(1, RULES[kind].template + 1):
            for language in ("zh", "en"):
                notice = a_notice(kind, told, template=version)
                words, link = wording.words(notice, language), links.to(notice)
                assert link in words.body.splitlines(), (kind, version, language)
                assert link not in words.subject
                others = [a_notice(kind, told, channel=way, template=version) for way in _OTHERS]
                assert not any("/answer/" in wording.words(each, language).body for each in others)
                assert not any("answer_link" in wording.values(each, language) for each in others)
    assert "/answer/" not in wording.words(a_queued(), "zh").body


async def test_a_message_about_several_names_its_link_before_the_dates_so_that_no_cut_takes_it() -> None:
    links = AnswerLinks(key, ORIGIN)
    wording = Wording(NAMES, answering=links)
    await wording.ready([])
    told = parts(*(("activity-moved", f"activity-{n}", ASKED) for n in range(12)))
    notice = a_notice("activity-moved", ASKED, about="series-1", parts=told)
    for language in ("zh", "en"):
        body = wording.words(notice, language).body
        assert body.index(str(links.to(notice))) < body.index("\n- ")


async def test_a_digest_has_the_link_of_each_message_in_it() -> None:
    links = AnswerLinks(key, ORIGIN)
    wording = Wording(NAMES, answering=links)
    await wording.ready([])
    each = [a_notice(cause=f"activity-{n}.1", about=f"activity-{n}") for n in (1, 2)]
    bundle = open_bundle(each[0].becoming(bundle="digest-1"), Bundle.DIGEST, NOW).aggregate
    body = wording.words(bundle, "zh", each).body
    assert all(str(links.to(notice)) in body for notice in each)
    assert wording.link(bundle) is None


def test_in_the_page_of_a_mail_the_link_is_a_button_and_no_other_line_is() -> None:
    link = f"{ORIGIN}/answer/abc"
    words = Words("s", f"请点这里：\n{link}\n\nhttps://elsewhere.example/x\n")
    mail = Outgoing("n-1", "someone@example.org", words, "zh", answers=(link,))
    html = mail_page(mail, "zh-CN")
    assert html.count("<a ") == 1
    assert f'<a class="answer" href="{link}"' in html
    assert "<br><a" in html


def test_wecom_cuts_words_and_never_the_link() -> None:
    link = f"{ORIGIN}/answer/abc"
    long = Outgoing("n-1", "someone", Words("s", "字" * 4000 + f"\n{link}\n"), "zh", answers=(link,))
    text = app_text(long)
    assert text.splitlines()[-1] == link
    assert len(text.encode()) <= LONGEST
    short = Outgoing("n-1", "someone", Words("s", f"字\n{link}\n\n社区\n"), "zh", answers=(link,))
    assert app_text(short) == f"s\n字\n{link}\n\n社区"


def test_an_sms_has_the_whole_link_and_a_text_without_room_for_it_is_refused_at_the_start() -> None:
    link = f"{ORIGIN}/answer/{'A' * 34}"
    approved = {"place-offered": SmsText(code="T1", text=ASKING_SMS)}
    account = SmsAccount("https://sms.example", "a", "k", "社区", approved)
    words = Words("s", "b\n")
    message = Outgoing(
        "n-1", "1", words, "zh", "place-offered", values={"title": "题" * 50, "answer_link": link}, answers=(link,)
    )
    text = SmsGateway(account, Calling(5.0)).text(message)
    assert text == f"【社区】{'题' * 35}有名额，答复：{link}"
    stores = {"mongodb_url": "mongodb://127.0.0.1", "kafka_bootstrap": "127.0.0.1:9"}
    given: dict[str, Any] = {"environment": "test", "public_url": ORIGIN, **stores}
    with pytest.raises(ValidationError, match="longest of place-offered is below 67"):
        NotifySettings(**given, sms_texts=approved)
    NotifySettings(**given, sms_texts={"place-offered": SmsText(code="T1", text=ASKING_SMS, longest=67)})
