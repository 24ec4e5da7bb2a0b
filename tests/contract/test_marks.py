"""The types of public text: what they take and refuse."""

import uuid

import hypothesis
import pytest
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.chassis.aggregate import derived_id, new_id
from services.contracts.marks import CatalogueWords, Code, Id, Masked

IDS: TypeAdapter[str] = TypeAdapter(Id)
CODES: TypeAdapter[str] = TypeAdapter(Code)


def test_ids_that_are_made_are_ids() -> None:
    for made in (new_id("care-plan"), derived_id("need", "a")):
        assert IDS.validate_python(made) == made


@pytest.mark.parametrize("given", ["9", "sunshine", "a" * 64, "1234567890", "case-1.4.state"])
def test_ids_in_use_are_ids(given: str) -> None:
    assert IDS.validate_python(given) == given


@pytest.mark.parametrize(
    "personal",
    [
        "13800138000",
        "110101199003071234",
        "11010119900307123X",
        "6222021234567890123",
        "a@b.cn",
        "张三",
        "",
        "a" * 65,
        "a b",
        "a\n",
    ],
)
def test_an_id_is_never_a_number_of_a_person(personal: str) -> None:
    with pytest.raises(ValidationError):
        IDS.validate_python(personal)


@hypothesis.given(st.from_regex(r"[0-9]{11,64}", fullmatch=True))
def test_many_digits_alone_are_no_id_and_no_code(digits: str) -> None:
    for type_ in (IDS, CODES):
        with pytest.raises(ValidationError):
            type_.validate_python(digits)


@hypothesis.given(st.uuids())
def test_every_uuid_is_an_id(value: uuid.UUID) -> None:
    text = str(value)
    assert IDS.validate_python(text) == text


@pytest.mark.parametrize("word", ["0101", "fire-safety", "elder_care", "a.b"])
def test_words_of_catalogues_are_codes(word: str) -> None:
    assert CODES.validate_python(word) == word


@pytest.mark.parametrize("word", ["Fire", "13800138000", "消防", ""])
def test_what_no_catalogue_has_is_no_code(word: str) -> None:
    with pytest.raises(ValidationError):
        CODES.validate_python(word)


def test_masked_text_is_masked_as_the_model_is_built() -> None:
    assert TypeAdapter(Masked).validate_python("找 13800138000") == "找 ***********"


@pytest.mark.parametrize("control", ["\0", "\b", "\x1b", "\x85", "\ufffe", "\u202e"])
def test_what_a_fact_says_has_no_control_characters_and_hides_no_number_behind_one(control: str) -> None:
    said = TypeAdapter(Masked).validate_python(f"灯{control}坏 138{control}0013{control}8000")
    assert said == "灯坏 ***********"


@hypothesis.given(
    st.lists(st.text(max_size=30) | st.sampled_from(["公共照明", "王大爷 13800138000", "2号楼301室\x1b"]))
)
def test_words_of_a_catalogue_are_masked_as_all_text_is(texts: list[str]) -> None:
    masked, words = TypeAdapter[str](Masked), TypeAdapter[str](CatalogueWords)
    assert words.json_schema() == masked.json_schema()
    for text in (*texts, *texts):
        assert words.validate_python(text) == masked.validate_python(text)
