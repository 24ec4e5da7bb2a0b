"""How Chinese is typed in Latin letters: the sounds (pinyin) of a text, and what somebody means who types some.

A text is found by the sounds of every two characters that stand side by side, and by their first letters: 电梯 by
`dianti` and by `dt`; longer questions by all pairs in them. One syllable alone means any usual character of that sound.
The last syllable may still be on its way: `diant` finds what `dianti` does.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import orjson

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # 45 MB, of which `_BESIDE` has what is asked for

from pypinyin import Style, lazy_pinyin, pinyin

_SOUND, _FIRST = "~", "^"
"""Stand before sounds and first letters among the tokens, so that these are no words of a text."""
_LETTERS = re.compile("[a-z]{2,36}")
_MOST_PARSES = 4
_MOST_CHARACTERS = 80
_MOST_SYLLABLES = 12
_LONGEST_SYLLABLE = 6
_LONGEST_FIRSTS = 8
_FIRSTS = frozenset("abcdefghjklmnopqrstwxyz")
_USUAL = [bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
"""The characters of the first level of GB 2312, the 3,755 that are used most."""
_BESIDE: dict[str, list[str]] = orjson.loads(files(__package__).joinpath("beside.json").read_bytes())
"""The pairs of characters of which one sounds otherwise beside the other than alone, with their sounds: made of the
phrases of pypinyin by `tests/unit/issues/reading/test_sounds`."""


@lru_cache(maxsize=65_536)
def of_pair(pair: str) -> tuple[str, str]:
    """The tokens of two characters side by side: their sounds, and the first letters of these."""
    sounds = _BESIDE.get(pair) or [sound for char in pair for sound in lazy_pinyin(char, errors="ignore")]
    if len(sounds) < 2:  # a rare character whose sound is not known
        return ("", "")
    one, other = sounds
    return f"{_SOUND}{one}{other}", f"{_FIRST}{one[0]}{other[0]}"


def meant(word: str) -> Iterator[tuple[frozenset[str], ...]]:
    """What somebody may mean who typed `word` in Latin letters. Each meaning is sets of tokens; a text that has one of
    every set is found."""
    plain = _plain(word)
    if not _LETTERS.fullmatch(plain):
        return
    if characters := _characters().get(plain):
        yield (characters,)
    for syllables in _parses(plain):
        *whole, last_but_one, typed = syllables
        covers = [frozenset({f"{_SOUND}{one}{other}"}) for one, other in pairwise((*whole, last_but_one))]
        yield (*covers, frozenset(f"{_SOUND}{last_but_one}{each}" for each in _beginning_with(typed)))
    if len(plain) <= _LONGEST_FIRSTS and _FIRSTS.issuperset(plain):
        yield tuple(frozenset({f"{_FIRST}{one}{other}"}) for one, other in pairwise(plain))


def _plain(word: str) -> str:
    """Without the marks of tones, and without what parts syllables."""
    bare = "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
    return bare.replace("'", "").replace("\u2019", "")


def _parses(letters: str) -> list[tuple[str, ...]]:
    """The ways to read `letters` as two syllables or more, of which the last may be the beginning of one: those of the
    fewest first, four at the most."""
    syllables, found = _characters().keys(), list[tuple[str, ...]]()
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while waiting and len(found) < _MOST_PARSES:
        following: list[tuple[int, tuple[str, ...]]] = []
        for at, read in waiting:
            if read and _beginning_with(letters[at:]):
                found.append((*read, letters[at:]))
            ends = range(min(at + _LONGEST_SYLLABLE, len(letters) - 1), at, -1)
            following += [(end, (*read, letters[at:end])) for end in ends if letters[at:end] in syllables]
        waiting = following[:64] if not following or len(following[0][1]) < _MOST_SYLLABLES else []
    return found[:_MOST_PARSES]


@cache
def _beginning_with(letters: str) -> tuple[str, ...]:
    """The syllables that begin so."""
    return tuple(sorted(each for each in _characters() if each.startswith(letters)))


@cache
def _characters() -> dict[str, frozenset[str]]:
    """The usual characters of each syllable."""
    found: dict[str, list[str]] = {}
    for code in _USUAL:
        char = code.decode("gb2312", "ignore")
        if char:
            for sound in pinyin(char, style=Style.NORMAL, heteronym=True)[0]:
                found.setdefault(sound.replace("ü", "v"), []).append(char)
    return {sound: frozenset(chars[:_MOST_CHARACTERS]) for sound, chars in found.items()}
