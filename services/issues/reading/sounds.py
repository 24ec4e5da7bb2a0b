"""How Chinese is typed in Latin letters: the sounds (pinyin) of a text, and what somebody means who types some.

A text is found by how each of its characters sounds, alone or beside its neighbour (行 alone, and in 银行). What is
meant by letters is a pattern of characters: 电梯 is found by `dianti` and by `dt`. One syllable alone means any
character of that sound. The last syllable may still be on its way: `diant` finds what `dianti` does.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import orjson

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # 45 MB, of which `_BESIDE` has what is asked for

from pypinyin import Style, lazy_pinyin, pinyin

_SOUND = "~"
"""Stands before sounds among the tokens, so that these are no words of a text."""
_LETTERS = re.compile("[a-z]{2,36}")
_MOST_PARSES = 4
_MOST_SYLLABLES = 12
_LONGEST_SYLLABLE = 6
_LONGEST_FIRSTS = 8
_FIRSTS = frozenset("abcdefghjklmnopqrstwxyz")
_USUAL, _ALL = range(0xB0, 0xD8), range(0xB0, 0xF8)
"""The rows of GB 2312: those of the 3,755 characters that are used most, and of all its 6,763."""
_BESIDE: dict[str, list[str]] = orjson.loads(files(__package__).joinpath("beside.json").read_bytes())
"""The pairs of characters of which one sounds otherwise beside the other than alone, with their sounds: made of the
phrases of pypinyin by `tests/unit/issues/reading/test_sounds`."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What letters may mean: `pattern`, the characters side by side; `covers`, sets of tokens, of each of which a text
    that matches has one."""

    covers: tuple[frozenset[str], ...]
    pattern: str


@lru_cache(maxsize=32_768)
def of_character(char: str) -> str:
    """The token of how `char` sounds alone; the character itself where that is not known."""
    sounds = lazy_pinyin(char, errors="ignore")
    return _SOUND + sounds[0] if sounds else char


def of_pair(pair: str) -> tuple[str, ...]:
    """The tokens of two characters side by side of which one sounds otherwise than alone; none of others."""
    return tuple(_SOUND + sound for sound in _BESIDE.get(pair, ()))


def meant(word: str) -> Iterator[Meaning]:
    """What somebody may mean who typed `word` in Latin letters. First letters have no tokens: too many texts have each
    of them."""
    plain = _plain(word)
    if not _LETTERS.fullmatch(plain):
        return
    if plain in _syllables():
        yield Meaning((frozenset({_SOUND + plain}),), _any_of([plain]))
    for *whole, typed in _parses(plain):
        ends = _beginning_with(typed)
        covers = [frozenset({_SOUND + each}) for each in whole]
        pattern = "".join(_any_of([each]) for each in whole) + _any_of(ends)
        yield Meaning((*covers, frozenset(_SOUND + each for each in ends)), pattern)
    if len(plain) <= _LONGEST_FIRSTS and _FIRSTS.issuperset(plain):
        yield Meaning((), "".join(_with_first(letter) for letter in plain))


def _plain(word: str) -> str:
    """Without the marks of tones, and without what parts syllables."""
    bare = "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
    return bare.replace("'", "").replace("\u2019", "")


def _parses(letters: str) -> list[tuple[str, ...]]:
    """The ways to read `letters` as two syllables or more, of which the last may be the beginning of one: those of the
    fewest first, four at the most."""
    syllables, found = _syllables(), list[tuple[str, ...]]()
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
    return tuple(sorted(each for each in _syllables() if each.startswith(letters)))


@cache
def _with_first(letter: str) -> str:
    """The pattern of a character of which a sound begins with `letter`."""
    return _any_of(sound for sound in _characters() if sound[0] == letter)


def _any_of(sounds: Iterable[str]) -> str:
    """The pattern of a character that sounds so."""
    return f"[{''.join(dict.fromkeys(char for sound in sounds for char in _characters()[sound]))}]"


@cache
def _syllables() -> frozenset[str]:
    """The sounds of usual characters: the odd ones of others would make syllables of any letters."""
    return frozenset(sound for sounds in _sounds_of(_USUAL).values() for sound in sounds)


@cache
def _characters() -> dict[str, str]:
    """The characters of each sound, whichever of its sounds that is."""
    found: dict[str, list[str]] = {}
    for char, sounds in _sounds_of(_ALL).items():
        for sound in sounds:
            found.setdefault(sound, []).append(char)
    return {sound: "".join(chars) for sound, chars in found.items()}


@cache
def _sounds_of(rows: range) -> dict[str, tuple[str, ...]]:
    """The sounds of each character in these rows of GB 2312."""
    codes = (bytes((high, low)) for high in rows for low in range(0xA1, 0xFF))
    chars = [char for code in codes if (char := code.decode("gb2312", "ignore"))]
    return {
        char: tuple(sound.replace("ü", "v") for sound in pinyin(char, style=Style.NORMAL, heteronym=True)[0])
        for char in chars
    }
