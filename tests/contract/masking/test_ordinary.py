"""What masking must leave alone, that it comes to rest, and that no text makes it slow."""

import re
from re import _constants, _parser  # what a pattern is made of
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.masking import homes, mask, names, numbers, probe
from tests.contract.masking.complaints import COUNT, complaints, false_alarms


def _pieces(text: str) -> list[str]:
    return [" ", *text.split()]


TEXTS = _pieces(
    """
        王 王大 大爷 王大爷 李女士 张三 、 李四 联系人 姓名： 我叫 我是 老 某 欧阳 总 姐 3号楼 2单元 501 1-1-101 A座
        7栋 室 户 号 门 五楼 十 百 零 二 一 1 13 138 0013 8000 13800138000 021- 62345679 +86 0086 ( ) - / . · 沪A
        12345 d 使 014578 E12345678 身份证 卡号 6222 微信 QQ 号 ： a@ qq.com @ * ** *** 的 ， 楼上 隔壁 2026-11-23
        20261123 8:30 300元 Mr. Wang Li My name is 阿依·古丽 \u200b １２ Ⅷ ①
    """
)
PIECES = st.sampled_from(TEXTS)


def test_no_ordinary_complaint_is_changed() -> None:
    ordinary = complaints()
    assert len(set(ordinary)) == COUNT
    assert false_alarms(ordinary) == []


@settings(max_examples=600)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_masking_comes_to_rest_whatever_is_put_together(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert len(once) <= len(text)
    inside = mask(text, homes=False)
    assert mask(inside, homes=False) == inside


PATTERNS = [
    pytest.param(pattern, id=f"{module.__name__.rsplit('.', 1)[1]}.{name}")
    for module in (homes, names, numbers, probe)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern)
]


def unbounded(parsed: Any) -> list[Any]:
    """The repetitions in a parsed pattern that have no bound."""
    found = []
    for code, argument in parsed:
        if code in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            found += [argument] if argument[1] == _constants.MAXREPEAT else []
            found += unbounded(argument[2])
        elif code is _constants.BRANCH:
            found += [each for option in argument[1] for each in unbounded(option)]
        elif isinstance(argument, tuple):
            found += [each for part in argument if isinstance(part, _parser.SubPattern) for each in unbounded(part)]
    return found


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_reads_on_without_bound(pattern: re.Pattern[str]) -> None:
    if pattern.pattern.startswith(r"\D*"):
        return  # read on what another pattern has matched, which is short
    *others, last = _parser.parse(pattern.pattern, pattern.flags)
    assert unbounded(others) == []
    code, argument = last  # what nothing follows never has to go back
    assert unbounded(argument[2] if code is _constants.MAX_REPEAT else [last]) == []


@pytest.mark.parametrize(
    "text",
    [
        "1 2026-11-23 00112",
        "13:00 14:00 15:00 16:00",
        "101、102、103号楼",
        "《2301-2305》年",
        "3000-4000-5000元三档",
        "13:30，15:00，16:30",
        "130、1400、1500元",
        "2301/2302/2303/2304",
        "小马路、小高层、小石子、小康家庭",
        "施工说明、社区高级工程师、物业安全主任",
        "版本3.2.1、200m²、一两天、三两个人、706年",
        "3号楼、5号楼、302路",
        "居委会二楼203室，3号教学楼404教室",
    ],
)
def test_numbers_near_each_other_stay(text: str) -> None:
    assert mask(text) == text
