"""Folds texts for comparison: full and half width, capital and small letters, traditional and simplified characters
become the same.

Characters are simplified one by one, by OpenCC's tables, and not by phrases, so that a part of a text folds to a part
of the folded text, and finds it. Forms of Hong Kong or Taiwan alone (衞, 枱) become those of the mainland, unless they
are a character of their own there.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

from opencc import OpenCC

_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
_ELSEWHERE = ("hk2t", "tw2t")


def folded(text: str) -> str:
    """`text` as it is compared. What is folded once stays as it is."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simple())


@cache
def _simple() -> dict[int, str]:
    """Each character that has a simple form, with that form."""
    every = [chr(code) for first, end in _RANGES for code in range(first, end)]
    known = dict(zip(every, _converted("t2s", every), strict=True))
    foreign = [char for char, form in known.items() if form == char and not char.encode("gb2312", "ignore")]
    for table in _ELSEWHERE:
        known |= {
            char: known.get(form, form)
            for char, form in zip(foreign, _converted(table, foreign), strict=True)
            if form != char
        }
    simple = {char: form for char, form in known.items() if form != char and len(form) == 1}
    return {ord(char): known.get(form, form) for char, form in simple.items()} | {ord("ü"): "v"}


def _converted(table: str, characters: Sequence[str]) -> list[str]:
    converted: list[str] = OpenCC(table).convert("\n".join(characters)).split("\n")
    return converted
