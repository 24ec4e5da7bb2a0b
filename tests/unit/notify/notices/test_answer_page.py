"""The page of a link: what is asked, until when, and buttons where something can be answered."""

import base64
import hashlib
import re

import pytest

from services.contracts.notices import NoticeKind
from services.notify.notices.answer_page import CSP, Shown, answer_page, no_page
from services.notify.notices.domain.answering import Standing, questions
from services.notify.notices.domain.notice import Notice
from services.notify.notices.domain.particulars import Particulars
from services.notify.notices.wording import Wording
from tests.unit.notify.given import NAMES, NOW
from tests.unit.notify.notices.test_answering import ASKED, OFFER, START, a_notice, parts

WORDING = Wording(NAMES)


def page(notice: Notice, stands: Standing = Standing.OPEN, language: str = "zh", *, certain: bool = True) -> str:
    shown = [Shown(question, stands, certain) for question in questions(notice)]
    return answer_page(notice, shown, WORDING, language, NOW)


def test_an_offer_says_what_until_when_and_has_two_buttons() -> None:
    offer = a_notice(told=OFFER.model_copy(update={"venue": "plaza", "party": 3}))
    html = page(offer)
    for words in ("阳光社区", "合唱", "11月27日 周五 12:00", "中心小广场", "11月25日 周三 12:00", "人数：3"):
        assert words in html
    assert re.findall(r'name="comes" value="(\w+)">([^<]+)', html) == [("yes", "能参加"), ("no", "不能参加")]
    english = page(offer, language="en")
    for words in ("Sunshine Community", "Fri 27 Nov, 12:00", "Central plaza", "Yes, I come", "can&#39;t come"):
        assert words in english or words.replace("&#39;", "'") in english
    assert not re.search(r"[\u4e00-\u9fff]", english.replace("合唱", "").partition("</style>")[2])


@pytest.mark.parametrize("stands", [each for each in Standing if each is not Standing.OPEN])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_can_not_be_answered_any_more_says_why_and_has_no_button(stands: Standing, language: str) -> None:
    html = page(a_notice(), stands, language)
    assert "<button" not in html
    assert 'role="status">' in html
    said = {page(a_notice(), each, language) for each in Standing}
    assert len(said) == len(Standing), "each is told in words of its own"


def test_a_yes_is_said_to_be_certain_only_once_it_is() -> None:
    assert "以随后的消息为准" in page(a_notice(), Standing.COMING, certain=False)
    assert "以随后的消息为准" not in page(a_notice(), Standing.COMING, certain=True)


def test_a_yes_to_a_reminder_may_be_taken_back() -> None:
    html = page(a_notice(NoticeKind.ACTIVITY_REMINDER, Particulars(starts_at=START)), Standing.COMING)
    assert re.findall(r'value="(yes|no)"', html) == ["no"]


def test_a_yes_to_a_reminder_promises_no_message_for_the_seat_is_had_and_none_follows() -> None:
    html = page(a_notice(NoticeKind.ACTIVITY_REMINDER, Particulars(starts_at=START)), Standing.COMING, certain=False)
    assert "以随后的消息为准" not in html


def test_several_are_answered_one_by_one_or_together() -> None:
    told = parts(("activity-moved", "activity-1", ASKED), ("activity-moved", "activity-2", ASKED))
    html = page(a_notice("activity-moved", ASKED, about="series-1", parts=told))
    assert re.findall(r'name="activity" value="([\w-]+)"', html) == ["activity-1", "activity-2", "all"]
    assert "以上 2 次一起答复" in html


def test_who_stands_in_is_told_so_and_nobody_is_named() -> None:
    html = page(a_notice(recipient="daughter-1", behalf="resident-1"))
    assert "您代家人答复" in html
    assert "daughter-1" not in html
    assert "resident-1" not in html


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_link_that_leads_nowhere_says_nothing_else(language: str) -> None:
    html = no_page(language)
    assert "<form" not in html
    assert ("链接无效" if language == "zh" else "This link does not hold") in html


def test_the_page_runs_nothing_loads_nothing_and_its_style_is_the_one_that_the_policy_names() -> None:
    html = page(a_notice(told=OFFER.model_copy(update={"title": "<script>alert(1)</script>"})))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in CSP
    assert "src=" not in html
    assert "href=" not in html
    assert 'name="robots" content="noindex' in html
    assert "script-src" not in CSP
    assert CSP.startswith("default-src 'none'")
