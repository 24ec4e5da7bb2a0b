"""Numbers as people write them in places: 7层, 七楼, 7F; 3号楼, 三栋, 3幢, 3#; -1层, 负一楼, B1; 2单元, 二单元.

A numeral of a question becomes a pattern that matches all these ways, and tokens of which whatever matches has one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cn2an import an2cn, cn2an

from services.issues.reading.tokenizer import HAN

_CHINESE = "〇零一二三四五六七八九十百两"
_NUMBER = rf"(?:(?<![^\W_{HAN}])\d{{1,4}}|(?<![{_CHINESE}])[{_CHINESE}]{{1,5}})"
_HOUSES = ("号楼", "幢", "栋", "座", "#楼", "#")
_FLOORS = ("层", "楼")
_OTHERS = (
    "单元", "号", "室", "户", "门", "梯", "天", "个", "次", "年", "月", "日", "台", "部", "盏", "辆", "人", "位", "级",
    "块", "根", "处", "家", "米", "点",
)  # fmt: skip
_BELOW = rf"(?:负|地下|-|(?<![^\W_{HAN}])b)"
_AND_NO_MORE = rf"(?![^\W_{HAN}]|[{_CHINESE}])"
_FOUND = re.compile(
    rf"{_BELOW}(?P<depth>\d|[一二三四五六七八九])(?:层|楼|f?{_AND_NO_MORE})"
    rf"|(?P<house>{_NUMBER})(?:{'|'.join(map(re.escape, _HOUSES))})"
    rf"|(?P<floor>{_NUMBER})(?:层|楼|f(?![^\W_{HAN}]))"
    rf"|(?P<other>{_NUMBER})(?P<what>{'|'.join(_OTHERS)})"
)
_MOST = 9999


@dataclass(frozen=True, slots=True)
class Numeral:
    """Where a number with its noun stands in a word; `pattern`: all ways to write it; `cover`: one token of each."""

    start: int
    end: int
    pattern: str
    cover: frozenset[str]


@lru_cache(maxsize=1024)
def numerals(word: str) -> Sequence[Numeral]:
    """The numerals in a folded `word`, in order."""
    return [numeral for found in _FOUND.finditer(word) if (numeral := _numeral(found)) is not None]


def _numeral(found: re.Match[str]) -> Numeral | None:
    written = next(found[name] for name in ("depth", "house", "floor", "other") if found[name])
    number = _value(written)
    if number is None:
        return None
    chinese = _in_chinese(number)
    if found["depth"]:
        nouns: tuple[str, ...] = _FLOORS
        pattern = rf"{_BELOW}(?:{number}|{chinese[0]})(?:层|楼|f?{_AND_NO_MORE})"
        cover = {str(number), f"b{number}", f"b{number}f", f"{number}f", f"负{chinese[0]}", f"下{chinese[0]}"}
        return Numeral(found.start(), found.end(), pattern, frozenset(cover | _ends(chinese, nouns)))
    if found["house"]:
        nouns, noun, cover = _HOUSES[:4], rf"(?:号楼|[{''.join(_HOUSES[1:4])}]|#)", {str(number)}
    elif found["floor"]:
        nouns, noun, cover = _FLOORS, rf"(?:[层楼]|f(?![^\W_{HAN}]))", {str(number), f"{number}f"}
    else:
        nouns, noun, cover = (found["what"],), re.escape(found["what"]), {str(number)}
    above = "(?<!负)(?<!地下)" if found["floor"] else ""
    digits, characters = rf"(?<![^\W_{HAN}])0?{number} ?", rf"(?<![{_CHINESE}])(?:{'|'.join(chinese)})"
    pattern = rf"{above}(?:{digits}|{characters}){noun}"
    cover |= {f"0{number}", *([written] if written.isdecimal() else [])}
    return Numeral(found.start(), found.end(), pattern, frozenset(cover | _ends(chinese, nouns)))


def _ends(chinese: Sequence[str], nouns: Sequence[str]) -> set[str]:
    """The pairs of characters in which numbers and nouns meet."""
    return {number[-1] + noun[0] for number in chinese for noun in nouns}


def _value(written: str) -> int | None:
    if written.isdecimal():
        return int(written)
    try:
        number = int(cn2an(written.replace("〇", "零"), "smart"))
    except ValueError:
        return None
    return number if 0 <= number <= _MOST else None


def _in_chinese(number: int) -> tuple[str, ...]:
    """`number` in Chinese characters, the usual way first: also digit by digit, as homes are called."""
    found = [an2cn(number, "low"), *(["两"] if number == 2 else [])]
    if number >= 100:
        direct = an2cn(number, "direct")
        found += [direct, direct.replace("零", "〇")]
    return tuple(dict.fromkeys(found))
