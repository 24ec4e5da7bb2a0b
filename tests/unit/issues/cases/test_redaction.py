"""What leaves the committee is masked; whoever wrote something, and the committee, read it as it was typed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.principal import Principal, Role
from services.contracts import marks
from services.contracts.issues import CaseStatus
from services.contracts.masking import mask
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.redaction import WordsAsRead, masked_inside, masked_outside, unmasked, words_for
from services.issues.cases.domain.verdict import Reopen, reopen
from services.issues.cases.views import CaseInside
from tests.unit.issues.world import (
    HANDLER,
    NEIGHBOUR,
    NOW,
    OTHER_HANDLER,
    RESIDENT,
    STAFF,
    STRANGER,
    SUPERVISOR,
    WALKER,
    a_case,
    person,
)

PHONE = "13812345678"
CARD = "6222021234567890123"
ID_NUMBER = "11010519491231002X"
TYPED = f"张三家3单元502室漏水，电话{PHONE}，身份证{ID_NUMBER}，卡{CARD}"


def written(words: WordsAsRead) -> str:
    return " ".join(remark.text for remark in words.remarks)


def a_dispatched(**fields: Any) -> Case:
    case = a_case(CaseStatus.DISPATCHED, text=TYPED, spot=f"502室门口，{PHONE}", **fields)
    return case.model_copy(update={"answers": {"where": f"问{PHONE}", "kinds": ["a", PHONE], "many": 3}})


@pytest.mark.parametrize("by", [STAFF, SUPERVISOR, WALKER, RESIDENT])
def test_the_committee_and_the_reporter_read_what_was_typed(by: Principal) -> None:
    words = words_for(a_dispatched(), by)
    assert words is not None
    assert (words.text, words.answers["where"], words.minor) == (TYPED, f"问{PHONE}", False)


def test_the_unit_reads_where_to_go_and_no_number_of_a_person() -> None:
    words = words_for(a_dispatched(minor=True), HANDLER)
    assert words is not None
    told = f"{words.text} {words.spot} {words.answers} {written(words)}"
    for number in (PHONE, ID_NUMBER, CARD):
        assert number not in told
    assert "502室" in str(words.text)
    assert "502室" in str(words.spot)
    assert words.answers["many"] == 3
    assert words.minor is None


@pytest.mark.parametrize("by", [NEIGHBOUR, OTHER_HANDLER, STRANGER])
def test_others_read_no_word(by: Principal) -> None:
    assert words_for(a_dispatched(), by) is None


def test_remarks_are_masked_for_all_outside_but_their_writers() -> None:
    case = a_case(CaseStatus.VERIFIED)
    case = reopen(case, Reopen(reason=f"又坏了，打{PHONE}"), RESIDENT, NOW).aggregate
    case = case.model_copy(update={"unit": a_case(CaseStatus.DISPATCHED).unit})
    for by, plain in ((RESIDENT, True), (STAFF, True), (HANDLER, False)):
        words = words_for(case, by)
        assert words is not None
        assert (PHONE in written(words)) is plain
    staff_wrote = tuple(remark.model_copy(update={"by": STAFF.sub}) for remark in case.remarks)
    words = words_for(case.model_copy(update={"remarks": staff_wrote}), RESIDENT)
    assert words is not None
    assert PHONE not in written(words)


def test_a_name_is_not_found_by_a_pattern() -> None:
    """Not a promise: what masking can't do is known."""
    assert "张三" in str(masked_outside(TYPED))


PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
AROUND = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="一幺"), max_size=20)


@given(before=AROUND, number=PHONES, after=AROUND)
def test_no_phone_number_gets_out_whatever_stands_around_it(before: str, number: str, after: str) -> None:
    for shown in (masked_inside(before + number + after), masked_outside(before + number + after)):
        assert number not in str(shown)


@given(text=st.text(max_size=200))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text, homes=False)
    assert mask(once, homes=False) == once
    assert len(once) <= len(text)


@given(
    region=st.from_regex(r"[1-6][1-9][0-9]{4}", fullmatch=True),
    born=st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 1, 1)),
    serial=st.integers(1, 999),
)
def test_every_identity_number_is_masked(region: str, born: date, serial: int) -> None:
    body = f"{region}{born:%Y%m%d}{serial:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    assert number not in str(masked_inside(f"证号{number}。"))


def test_an_anonymous_reporter_is_known_by_their_alias_alone() -> None:
    nameless = replace(RESIDENT, alias="anon-1")
    case = a_case(CaseStatus.DISPATCHED, text=TYPED).model_copy(update={"anonymous": True, "reporter": "anon-1"})
    assert case.whole().reporter is None
    assert words_for(case, RESIDENT) is None
    assert words_for(case, nameless) is not None
    assert case.acting(nameless).sub == "anonymous"
    assert case.acting(STAFF) is STAFF
    worker = person("staff-2", Role.STAFF)
    assert not case.is_reporter(worker)


class Told(Case):
    access_hint: marks.Words[str | None] = None


class Inside(CaseInside):
    access_hint: str | None


def test_no_words_of_a_person_are_shown_unmasked() -> None:
    assert unmasked(Case, CaseInside) == set()


def test_words_that_nobody_masks_are_found() -> None:
    assert unmasked(Told, Inside) == {"access_hint"}
