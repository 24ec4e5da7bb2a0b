"""What is masked, what is not, and that nothing personal gets through whatever way it is written."""

import re
import unicodedata
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.masking import mask, names

SEPARATORS = st.sampled_from(["", " ", "-", ".", "  ", " - ", "－", "\u200b", "\u00a0", "·", "—"])
AROUND = st.sampled_from(["", "电话", "联系：", "（", "周六", "Tel ", "，", "。", " 找王师傅 "])
FULL_WIDTH = str.maketrans("0123456789Xx@.", "０１２３４５６７８９Ｘｘ＠．")


def spelled(groups: list[str], separator: str, wide: bool) -> str:
    text = separator.join(groups)
    return text.translate(FULL_WIDTH) if wide else text


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in text if unicodedata.decimal(char, None) is not None)


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once_and_never_lengthens(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert len(once) <= len(text)


@given(st.text(alphabet="0123456789 -.*xX@aé室单元号楼１３８一三八零QQ微信沪A\u200b", max_size=80))
def test_masking_comes_to_rest_on_what_looks_personal(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert len(once) <= len(text)


@given(
    number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    split=st.sampled_from([(3, 7), (4, 8), (3, 8), (2, 6), (5, 9)]),
    separator=SEPARATORS,
    before=AROUND,
    after=AROUND,
    country=st.sampled_from(["", "+86", "86", "+86 ", "0086", "0"]),
    wide=st.booleans(),
)
def test_a_mobile_number_never_stays(
    number: str, split: tuple[int, int], separator: str, before: str, after: str, country: str, wide: bool
) -> None:
    first, second = split
    written = spelled([country + number[:first], number[first:second], number[second:]], separator, wide)
    assert len(digits_of(mask(before + written + after))) == 0


@given(
    region=st.from_regex(r"[1-8][0-9]{5}", fullmatch=True),
    born=st.dates().filter(lambda day: 1900 <= day.year < 2030),
    serial=st.from_regex(r"[0-9]{3}[0-9Xx]", fullmatch=True),
    separator=st.sampled_from(["", " ", "-", "－"]),
    before=AROUND,
    wide=st.booleans(),
)
def test_an_identity_number_never_stays(
    region: str, born: object, serial: str, separator: str, before: str, wide: bool
) -> None:
    written = spelled([region, str(born).replace("-", ""), serial], separator, wide)
    masked = mask(before + written + "。")
    assert digits_of(masked) == ""
    assert "X" not in masked.upper().replace("ＴＥＬ", "")


@given(st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True))
def test_eighteen_characters_in_a_row_never_stay_even_where_the_date_is_mistyped(number: str) -> None:
    assert not re.search(r"\d{4}", mask(f"证件{number}号"))


@given(st.emails(), AROUND)
def test_an_email_address_never_stays(address: str, before: str) -> None:
    domain = address.rsplit("@", 1)[1]
    masked = mask(before + address + " 谢谢")
    assert "@" not in masked
    assert domain not in masked


@given(st.from_regex(r"(62|4|5[1-5])[0-9]{14,17}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_a_bank_card_never_stays(number: str, separator: str) -> None:
    grouped = separator.join(number[n : n + 4] for n in range(0, len(number), 4))
    assert digits_of(mask(f"卡号 {grouped} 建行")) == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("ａｂ@qq.com 见", "********* 见"),
        ("user @ qq.com", "***********"),
        ("021-62345678", "***********"),
        ("(0571)87654321", "***********"),
        ("微信号：zhang_88", "微信号：********"),
        ("QQ 123456789", "QQ *********"),
        ("一三八零零一三八零零零", "***********"),
        ("沪A·D12345 占道", "********* 占道"),
        ("9号楼301室漏水", "9号楼***室漏水"),
        ("3号楼2单元501堆物", "3号楼2单元***堆物"),
        ("6222 0212 3456 7890 123", "***********"),
        ("两个：13800138000、13900139000", "两个：***********、***********"),
        ("１３８００１３８０００，３号楼", "***********，３号楼"),
    ],
)
def test_it_is_masked_and_the_rest_stays(typed: str, shown: str) -> None:
    assert mask(typed) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23 08:00-10:30",
        "2026-11-23 2026-11-24",
        "150 2026-11-23",
        "2026年11月23日 8:30",
        "20号楼 2535户",
        "20号楼2535户，6000人",
        "1-9号楼",
        "第1、3、5、7、9、11、13、15层",
        "2025 2026 2027 2028",
        "20261123000123",
        "2026112300012345",
        "case-01hx3j5kq0zzzzzzzzzzzzzzzz",
        "￥13,800,138,000",
        "12345热线",
        "会议室201",
        "3单元 120人",
        "FREQ=MONTHLY;BYDAY=1SA;UNTIL=20271231T160000Z",
        "31.2304,121.4737",
        "群里@所有人",
        "微信群 2026",
        "电梯 13:05-15:20 停运",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == text


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.times(), st.integers(1, 20), st.integers(1, 9999))
def test_dates_buildings_and_households_stay(day: date, at: time, building: int, households: int) -> None:
    text = f"{day} {at:%H:%M} {building}号楼 {households}户"
    assert mask(text) == text


@given(st.text(alphabet="阳光社区居民楼道电动充电-，。 abcXYZ", max_size=60))
def test_words_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("word", ["车充电", "车子", "车棚", "车道", "车门", "车牌", "车停"])
def test_a_word_that_begins_as_a_surname_does_stays(word: str) -> None:
    assert mask(f"居民{word}，不便") == f"居民{word}，不便"


NAMELY = st.text(alphabet="王李欧阳张司徒姓工老小阿的说电话业主家百同大中 ，x", max_size=12)


@given(NAMELY)
def test_what_is_looked_for_where_its_letter_stands_is_nowhere_else(text: str) -> None:
    """Patterns that can't match without one of some letters are not tried where there is none."""
    for letters, patterns in (("姓工", [names._OF_A_NAME]), ("老小阿", [names._FAMILIAR, names._FAMILIAR_TOO])):
        bare = text.translate(dict.fromkeys(map(ord, letters)))
        assert not any(pattern.search(bare) for pattern in patterns)
        assert all(set(match[0]) & set(letters) for pattern in patterns for match in pattern.finditer(text))
