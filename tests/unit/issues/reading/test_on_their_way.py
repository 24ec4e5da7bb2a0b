"""What a part of a word finds that people type on, where it is a synonym or stands in the title of a category."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from services.issues.reading.questions import known_as, terms
from services.issues.reading.sounds import begins_one, whole
from services.issues.reading.tokenizer import normal, tokens
from services.issues.vocabulary.residential import RESIDENTIAL
from tests.unit.issues.reading.test_tokenizer import FIRST, HAN_RUN, REAL, found, stays_found


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("zaoyin", "装修噪声"),
        ("zaoy", "装修噪声"),
        ("zaoyinda", "噪声大"),
        ("zaoyind", "噪声大"),
        ("噪音d", "噪声大"),
        ("噪音da", "噪声大"),
        ("zy", "装修噪声"),
        ("sjj", "七楼电梯异响"),
        ("shengjiangji", "七楼电梯异响"),
        ("shēngjiàngj", "七楼电梯异响"),
        ("升降", "七楼电梯异响"),
        ("elev", "七楼电梯异响"),
        ("dianpingche", "电动车进楼充电"),
        ("l", "公共照明 Public lighting"),
        ("ligh", "公共照明 Public lighting"),
        ("public li", "公共照明 Public lighting"),
    ],
)
def test_synonyms_are_found_by_their_sounds_and_titles_of_categories_by_their_beginnings(
    question: str, text: str
) -> None:
    known = known_as(RESIDENTIAL, ["公共照明", "Public lighting"])
    plain, index = normal(text), tokens(normal(text))  # as a row has them: titles are not indexed by their beginnings
    for term in terms(question, known):
        assert any(
            all(cover & index for cover in way.covers) and all(re.search(each, plain) for each in way.patterns)
            for way in term.led
        )


@pytest.mark.parametrize(("question", "text"), [("dian", "升降机旁"), ("ab", "Public lighting"), ("ting", "车库")])
def test_what_begins_otherwise_is_not_meant(question: str, text: str) -> None:
    assert not found(question, text, known_as(RESIDENTIAL, ["Public lighting"]))


@given(st.sampled_from([(one, other) for group in RESIDENTIAL for one in group[:2] for other in group[-2:]]))
def test_a_synonym_is_found_by_how_it_sounds_ever_since_that_tells_which_it_is(words: tuple[str, str]) -> None:
    typed = whole(normal(words[0]))
    for length in range(2, len(typed) + 1):
        assert begins_one(typed[:length]) or found(typed[:length], f"在{words[1]}旁", FIRST), typed[:length]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("没renshou", "门口没人收"),
        ("工dan", "工单"),
        ("漏shui", "漏水"),
        ("dian ti", "电梯"),
        ("dian ti huai", "电梯坏了"),
        ("hu xing shi", "户型是"),
        ("huangmei", "12家商户，黄梅天"),
        ("shuomei", "上面说没有"),
        ("黄hua", "黄花"),
    ],
)
def test_a_syllable_that_may_go_on_loses_nothing(typed: str, text: str) -> None:
    """`re` is a syllable, and on the way to `ren`; a letter apart is on the way to any that begins so."""
    stays_found([typed[:length] for length in range(1, len(typed) + 1)], text)


@given(st.data())
def test_what_people_write_is_found_while_it_is_typed_in_any_mixture(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(REAL))
    run = data.draw(st.sampled_from(HAN_RUN.findall(normal(text)) or [""]))
    assume(run)
    start = data.draw(st.integers(0, len(run) - 2))
    part = run[start : start + data.draw(st.integers(2, 4))]
    cut = data.draw(st.integers(0, len(part) - 1))
    sounds = lazy_pinyin(part)
    between = data.draw(st.sampled_from(["", " "])) if cut == 0 else ""
    typed = part[:cut] + between.join(sounds[cut:])
    assume(found(typed, text))
    stays_found([typed[:length] for length in range(1, len(typed) + 1)], text)
