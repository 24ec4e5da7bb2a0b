"""Sheets on paper: what is written can be read back, and a character without a picture is named beforehand."""

from datetime import timedelta

import pytest

from services.notify.bulletins.domain import WeekFigures, issue, week_of
from services.notify.bulletins.printing import CannotBeDrawn, printed
from services.notify.notices.call_sheet import Call, call_sheet
from services.notify.shared.paper import missing_in
from tests.unit.notify.given import HERE, NOW
from tests.unit.notify.pdf_text import words_of

FIGURES = WeekFigures(rounds=9, floors=189, found=75, on_the_spot=60, reported=1234, closed=70, open=5, activities=3)
BULLETIN = issue("bulletin-1", HERE, week_of(NOW.date()), FIGURES, None, NOW + timedelta(days=7)).aggregate


@pytest.mark.parametrize(("language", "title"), [("zh", "2026年第48周 · 11月"), ("en", "Week 48 of 2026 · Mon")])
def test_a_bulletin_says_on_paper_what_it_says_on_the_page(language: str, title: str) -> None:
    made = printed(BULLETIN, "阳光社区", "https://board.example.org/b", language)
    assert made == printed(BULLETIN, "阳光社区", "https://board.example.org/b", language), "the same file every time"
    words = words_of(made)
    for said in (title, "1,234", "189", BULLETIN.seal, "https://board.example.org/b"):
        assert said in words.replace("\n", "") or said in words


def test_a_bulletin_with_a_character_that_cannot_be_drawn_is_not_issued_and_names_it() -> None:
    with pytest.raises(CannotBeDrawn, match=r"U\+1FAE8"):
        printed(BULLETIN, "阳光🫨社区", "https://board.example.org/b", "zh")


def test_rare_names_are_drawn_or_named() -> None:
    drawn = Call("person-1", "9号楼", "13800138000", "请转告 𠮷某、阿依·某某：明天停水。", 0)
    odd = Call("person-2", "3号楼", "", "字\U0002f8b2\U0001fae8来。", 1)
    words = words_of(call_sheet([drawn, odd], "阳光社区", "zh", NOW)).replace("\n", "")
    for said in ("阿依·某某", "13800138000", "9号楼", "person-2", "□ 已转告"):
        assert said in words
    for character in ("𠮷", "\U0002f8b2", "\U0001fae8"):
        named = f"U+{ord(character):04X}"
        assert (character in words) is not (named in words), "either it is there, or it is said that it is not"
    assert missing_in("阿依·某某") == []


def test_a_list_without_calls_says_so() -> None:
    assert "目前没有需要电话通知的人" in words_of(call_sheet([], "阳光社区", "zh", NOW))
    assert "Nobody waits for a call" in words_of(call_sheet([], "Sunshine", "en", NOW))
