"""Numbers as people write them in places: 7层, 七楼, 7F, F7; 3号楼, 三栋, 叁幢, 3#; A栋, A座; -1层, 负一楼, B1; 2单元,
二单元; 廿一号楼.

A numeral in a question becomes a pattern that matches all these ways of writing, and a set of tokens of which every
matching text has one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cn2an import an2cn

from services.issues.reading.tokenizer import LONGEST_WORD, NOT_BEFORE_A_WORD, NOT_BEHIND_A_WORD, RUN, WORD_CHARACTER
from services.issues.shared.chinese_numbers import read_chinese

CHINESE = "〇零一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾佰廿卅"
_NUMBER = rf"(?:{NOT_BEHIND_A_WORD}\d{{1,4}}|(?<![{CHINESE}])[{CHINESE}]{{1,5}})"
_HOUSES = ("号楼", "幢", "栋", "座", "#楼", "#")
_FLOORS = ("层", "楼")
_LETTERS = "a-z甲乙丙丁"
"""What houses that have no number are called by, of which letters stand apart from other letters."""
_OTHERS = (
    "单元", "号", "室", "户", "门", "梯", "天", "个", "次", "年", "月", "日", "台", "部", "盏", "辆", "人", "位", "级",
    "块", "根", "处", "家", "米", "点",
)  # fmt: skip
_BELOW = rf"(?:负|地下|-|{NOT_BEHIND_A_WORD}b)"
_AND_NO_MORE = rf"(?!{WORD_CHARACTER}|[{CHINESE}])"
_FOUND = re.compile(
    rf"{_BELOW}(?P<depth>\d|[一二三四五六七八九])(?:层|楼|f?{_AND_NO_MORE})"
    rf"|(?P<lettered>{NOT_BEHIND_A_WORD}[{_LETTERS}])(?:{'|'.join(map(re.escape, _HOUSES))}|楼)"
    rf"|(?P<house>{_NUMBER})(?:{'|'.join(map(re.escape, _HOUSES))})"
    rf"|(?<!负)(?<!地下)(?P<floor>{_NUMBER})(?:层|楼|f{NOT_BEFORE_A_WORD})"
    rf"|{NOT_BEHIND_A_WORD}f(?P<storey>\d{{1,2}}){NOT_BEFORE_A_WORD}"
    rf"|(?P<other>{_NUMBER})(?P<what>{'|'.join(_OTHERS)})"
)
_MOST = 9999
_HOME = re.compile("([0-9]{3,4}|[零〇一二三四五六七八九]{3,4})[室户]?")
_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number with its noun, and its place in a word. `pattern` matches all ways to write it; `cover` has a token of
    each way."""

    start: int
    end: int
    pattern: str
    cover: frozenset[str]


@lru_cache(maxsize=1024)
def numerals(word: str) -> Sequence[Numeral]:
    """The numerals in a folded `word`, in order."""
    return [numeral for found in _FOUND.finditer(word) if (numeral := _numeral(found)) is not None]


def _numeral(found: re.Match[str]) -> Numeral | None:
    if found["lettered"]:
        return _lettered(found)
    written = next(found[name] for name in ("depth", "house", "floor", "storey", "other") if found[name])
    number = _value(written)
    if number is None:
        return None
    chinese = _in_chinese(number)
    cover, above = {str(number), f"0{number}", _first_token(found[0])}, ""
    if found["depth"]:
        nouns: tuple[str, ...] = _FLOORS
        pattern = rf"{_BELOW}(?:{number}|{chinese[0]})(?: ?[层楼]|f?{_AND_NO_MORE})"
        cover |= {f"b{number}", f"b{number}f", f"{number}f", f"负{chinese[0]}", f"下{chinese[0]}"}
    else:
        if found["house"]:
            nouns, noun = _HOUSES[:4], rf"(?:号楼|[{''.join(_HOUSES[1:4])}]|#)"
        elif found["floor"] or found["storey"]:
            nouns, noun, above = _FLOORS, rf"(?:[层楼]|f{NOT_BEFORE_A_WORD})", "(?<!负)(?<!地下)"
            cover |= {f"{number}f", f"f{number}"}
        else:
            nouns, noun = (found["what"],), re.escape(found["what"])
        digits, characters = rf"{NOT_BEHIND_A_WORD}0?{number} ?", rf"(?<![{CHINESE}])(?:{'|'.join(chinese)})"
        pattern = rf"(?:{digits}|{characters}){noun}"
        if nouns is _FLOORS:
            pattern = rf"(?:{pattern}|{NOT_BEHIND_A_WORD}f{number}{NOT_BEFORE_A_WORD})"
    before = NOT_BEHIND_A_WORD if re.match(r"[a-z\d]", found[0]) else f"(?<![{CHINESE}])"
    whole = f"{above}(?:{pattern}|{before}{re.escape(found[0])})"
    return Numeral(found.start(), found.end(), whole, frozenset(cover | _ends(chinese, nouns)))


def _lettered(found: re.Match[str]) -> Numeral:
    letter = found["lettered"]
    latin = letter.isascii()
    pattern = rf"{NOT_BEHIND_A_WORD if latin else ''}{letter} ?(?:号楼|[{''.join(_HOUSES[1:4])}楼]|#)"
    cover = {letter} if latin else {_first_token(found[0]), *(letter + noun[0] for noun in (*_HOUSES, "楼"))}
    return Numeral(found.start(), found.end(), pattern, frozenset(cover))


def read_digits(written: str) -> str | None:
    """The digits of the number of a home, which is `written` in digits or digit by digit in Chinese characters and may
    have 室 or 户 behind it: 702 for 七〇二室. None for anything else."""
    found = _HOME.fullmatch(written)
    return None if found is None else found[1].translate(_DIGITS)


def digit_by_digit(digits: str) -> tuple[str, str]:
    """`digits` in Chinese characters, digit by digit, with either zero: 七零二 and 七〇二."""
    zero, circle = (digits.translate(str.maketrans("0123456789", each + "一二三四五六七八九")) for each in "零〇")
    return zero, circle


def _first_token(written: str) -> str:
    run = RUN.search(written)
    if run is None:
        return written
    return run[0][:2] if run["han"] else run[0][:LONGEST_WORD]


def _ends(chinese: Sequence[str], nouns: Sequence[str]) -> set[str]:
    """The pairs of the last character of a number and the first of a noun."""
    return {number[-1] + noun[0] for number in chinese for noun in nouns}


def _value(written: str) -> int | None:
    number = int(written) if written.isdecimal() else read_chinese(written)
    return number if number is not None and number <= _MOST else None


def _in_chinese(number: int) -> tuple[str, ...]:
    """`number` in Chinese characters: in the usual way, as on a cheque, with 廿 for twenty, and digit by digit, as
    numbers of homes are read."""
    usual = an2cn(number, "low")
    found = [usual, *(["两"] if number == 2 else []), an2cn(number, "up")]
    if 20 <= number < 40:
        found.append(usual.replace("二十", "廿", 1).replace("三十", "卅", 1))
    if number >= 100:
        direct = an2cn(number, "direct")
        found += [direct, direct.replace("零", "〇")]
    return tuple(dict.fromkeys(found))
