"""What a Chinese text is found by, and what a question asks for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.issues.reading.tokenizer import _BETWEEN, NothingToSearch, TooManyTerms, normal, terms, tokens

CHINESE = st.text(st.sampled_from("楼道照明灯不亮电梯漏水九号"), min_size=1, max_size=12)
MIXED = st.text(st.sampled_from("楼道灯9a B-，。 \t８号LED"), max_size=30)


def found(question: str, text: str) -> bool:
    """Whether the index and then the text itself find `question` in `text`."""
    plain = normal(text)
    index = tokens(plain)
    return all(set(term.tokens) <= index and re.search(term.pattern, plain) for term in terms(question))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("照明", "三楼公共照明灯不亮"),
        ("灯", "三楼公共照明灯不亮"),
        ("照明 不亮", "三楼公共照明灯不亮"),
        ("9号楼", "阳光小区 9号楼"),
        ("９号楼", "9号楼"),
        ("led", "LED 灯坏了"),
        ("公共照明 lighting", "公共照明 Public lighting"),
        ("(9)号", "(9)号"),
    ],
)
def test_what_stands_in_a_text_is_found(question: str, text: str) -> None:
    assert found(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("照灯", "照明灯"),
        ("9号楼", "19号楼"),
        ("light", "lighting"),
        ("照明 电梯", "公共照明"),
        ("楼道灯", "楼道 道灯"),
    ],
)
def test_what_only_looks_alike_is_not(question: str, text: str) -> None:
    assert not found(question, text)


@given(CHINESE, CHINESE, CHINESE)
def test_every_part_of_a_chinese_text_is_found(before: str, part: str, behind: str) -> None:
    assert found(part, before + part + behind)


@given(MIXED)
def test_any_question_is_refused_or_finds_itself(text: str) -> None:
    try:
        asked = terms(text)
    except NothingToSearch:
        assert not re.search(r"\w", normal(text).replace("_", ""))
    except TooManyTerms:
        assert len(_BETWEEN.split(normal(text))) > 8
    else:
        assert asked
        assert all(term.tokens for term in asked)
        assert found(text, text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_index(text: str) -> None:
    plain = normal(text)
    assert normal(plain) == plain or len(normal(plain)) <= len(plain)
    assert all(0 < len(token) <= 32 and "\0" not in token for token in tokens(plain))


def test_spaces_and_signs_ask_for_nothing() -> None:
    with pytest.raises(NothingToSearch):
        terms(" ，。_ --")


def test_too_many_terms_are_refused() -> None:
    with pytest.raises(TooManyTerms):
        terms("一 二 三 四 五 六 七 八 九")


@pytest.mark.parametrize(
    "question", ["灯。", "“楼道”", "楼道，灯", "楼道、灯！", "（楼道灯）", "LED,灯", "《led》；楼道"]
)
def test_punctuation_around_words_and_between_them_is_not_searched_for(question: str) -> None:
    assert found(question, "楼道LED灯不亮 楼道灯")


def test_punctuation_within_a_word_is() -> None:
    assert found("e-bike", "E-bike in the hall")
    assert not found("e-bike", "e bike")
