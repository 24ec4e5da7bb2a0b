"""Finds Chinese by Latin letters: gives the sounds (pinyin) of a text, and the characters that typed letters may mean.

A text is found by the sound of each of its characters, alone or beside its neighbour (行 alone, and in 银行). Typed
letters become a pattern of characters: 电梯 is found by `dianti` and by `dt`. One syllable alone means any character of
that sound, and the beginning of some (`dia`) any character of theirs. The last syllable may be incomplete: `diant`
finds what `dianti` finds. First letters are looked for in the letters of a text, which are made when it is stored: to
find them in the text, each of its characters would be compared with the hundreds that begin so.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import orjson

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # phrases take 45 MB; `_BESIDE` has all that is needed

from pypinyin import Style, lazy_pinyin, pinyin

_SOUND = "~"
"""The prefix of sounds among the tokens, so that they differ from words of a text."""
_LETTERS = re.compile("[a-z]{2,36}")
_TONED_WORD, _TONED = re.compile("(?:[a-z]{1,6}[1-5])+"), re.compile("([a-z]{1,6})[1-5]")
"""Match a word of syllables that each have the digit of their tone, and one such syllable."""
_MOST_PARSES = 4
_MOST_SYLLABLES = 12
_LONGEST_SYLLABLE = 6
_LONGEST_FIRSTS = 8
_FIRSTS = frozenset("abcdefghjklmnopqrstwxyz")
_USUAL, _ALL = range(0xB0, 0xD8), range(0xB0, 0xF8)
"""Rows of GB 2312: those of the 3,755 most used characters, and those of all its 6,763."""
_BESIDE: dict[str, list[str]] = orjson.loads(files(__package__).joinpath("beside.json").read_bytes())
"""The pairs of characters of which one sounds otherwise beside the other than alone, with their sounds.
`tests/unit/issues/reading/test_sounds` makes them from the phrases of pypinyin."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A meaning of letters: `pattern` matches the characters or, with `by_letters`, the `letters` of a text; a text
    that matches has a token of each set in `covers`."""

    covers: tuple[frozenset[str], ...]
    pattern: str
    by_letters: bool = False


@lru_cache(maxsize=32_768)
def of_character(char: str) -> str:
    """The token of the sound of `char` alone; the character itself where its sound is not known."""
    sounds = lazy_pinyin(char, errors="ignore")
    return _SOUND + sounds[0] if sounds else char


def of_pair(pair: str) -> tuple[str, ...]:
    """The tokens of two characters side by side of which one sounds otherwise than alone; no tokens for other pairs."""
    return tuple(_SOUND + sound for sound in _BESIDE.get(pair, ()))


def first_letters(word: str) -> str:
    """The first letters of how the characters of `word` sound; empty where it has others, or one alone."""
    sounds = [of_character(char) for char in word]
    apart = len(word) < 2 or any(not sound.startswith(_SOUND) for sound in sounds)
    return "" if apart else "".join(sound[len(_SOUND)] for sound in sounds)


def whole(word: str) -> str:
    """How the characters of `word` sound beside each other; empty where it has others, or one alone."""
    sounds = [of_character(char) for char in word]
    if len(word) < 2 or any(not sound.startswith(_SOUND) for sound in sounds):
        return ""
    for at in range(len(word) - 1):
        sounds[at : at + 2] = of_pair(word[at : at + 2]) or sounds[at : at + 2]
    return "".join(sound[len(_SOUND) :] for sound in sounds)


def letters(text: str) -> str:
    """The first letters of the sounds of each character in `text`, behind a bar: `|d|t` for 电梯, `|hx` for 行. A space
    stands for everything between them."""
    known = _letters_of()
    return " ".join("".join(known.get(char, " ") for char in text).split())


def meant(word: str) -> Iterator[Meaning]:
    """The meanings of `word`, which is typed in Latin letters. A meaning as first letters has no tokens, because too
    many texts would have each of them, and so it is a guess."""
    plain = without_marks(word)
    if not _LETTERS.fullmatch(plain):
        return
    if plain in _syllables():
        yield Meaning((frozenset({_SOUND + plain}),), _any_of([plain]))
    elif ends := _beginning_with(plain):
        yield Meaning((frozenset(_SOUND + each for each in ends),), _any_of(ends))
    for *whole, typed in _parses(plain):
        ends = _beginning_with(typed)
        covers = [frozenset({_SOUND + each}) for each in whole]
        pattern = "".join(_any_of([each]) for each in whole) + _any_of(ends)
        yield Meaning((*covers, frozenset(_SOUND + each for each in ends)), pattern)
    if len(plain) <= _LONGEST_FIRSTS and _FIRSTS.issuperset(plain):
        yield Meaning((), r"[a-z]*\|[a-z]*".join(plain), by_letters=True)


def meant_beside(letters: str) -> Meaning | None:
    """The meaning of `letters` that stand beside characters, as an input method has them before it makes characters of
    them: syllables, of which the last may have begun only, as `re` is a syllable and begins `ren`. None where they are
    no beginning of any."""
    plain = without_marks(letters)
    begun = begun_by(plain)
    read = [meaning for meaning in meant(plain) if len(meaning.covers) > 1]
    return _either([*([begun] if begun else []), *read])


def begun_by(letters: str) -> Meaning | None:
    """The meaning of `letters` with which a single syllable begins, or which are one; None where none begins so."""
    plain = without_marks(letters)
    begun = _beginning_with(plain)
    if not begun:
        return None
    return Meaning((frozenset(_SOUND + each for each in begun),), _any_of(begun))


def first_of_one(letter: str) -> Meaning | None:
    """The meaning of one `letter` as the first of a syllable: a guess, since too many characters sound so for tokens to
    lead to them. None for other words."""
    return Meaning((), letter, by_letters=True) if letter in _FIRSTS else None


def begins_one(letters: str) -> bool:
    """Whether a single syllable begins with `letters`."""
    return bool(_beginning_with(letters))


def without_marks(word: str) -> str:
    """`word` without the tones of its syllables, written as marks (`diàntī`, `lǜ` is `lv`) or as digits (`dian4ti1`),
    and without signs between syllables."""
    spelt = unicodedata.normalize("NFD", word).replace("u\u0308", "v")
    bare = "".join(char for char in spelt if not unicodedata.combining(char))
    bare = bare.replace("'", "").replace("\u2019", "")
    syllables = _TONED.findall(bare) if _TONED_WORD.fullmatch(bare) else []
    return "".join(syllables) if syllables and _syllables().issuperset(syllables) else bare


def _either(meanings: Sequence[Meaning]) -> Meaning | None:
    """The meaning of what has any of these `meanings`, each of which tokens lead to; None where there are none."""
    if len(meanings) < 2:
        return next(iter(meanings), None)
    first = frozenset[str]().union(*(meaning.covers[0] for meaning in meanings))
    last = frozenset[str]().union(*(meaning.covers[-1] for meaning in meanings))
    pattern = "|".join(meaning.pattern for meaning in meanings)
    return Meaning(tuple(dict.fromkeys((first, last))), f"(?:{pattern})")


def _parses(letters: str) -> list[tuple[str, ...]]:
    """At most four ways to read `letters` as two syllables or more, those of fewest syllables first. The last syllable
    may be incomplete."""
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
    """The syllables that begin with `letters`."""
    return tuple(sorted(each for each in _syllables() if each.startswith(letters)))


def _any_of(sounds: Iterable[str]) -> str:
    """The pattern of a character with one of `sounds`."""
    return f"[{''.join(dict.fromkeys(char for sound in sounds for char in _characters()[sound]))}]"


@cache
def _syllables() -> frozenset[str]:
    """The sounds of the most used characters. Rare sounds of other characters would let almost any letters be read as
    syllables."""
    return frozenset(sound for sounds in _sounds_of(_USUAL).values() for sound in sounds)


@cache
def _characters() -> dict[str, str]:
    """The characters of each sound; a character with several sounds stands under each."""
    found: dict[str, list[str]] = {}
    for char, sounds in _sounds_of(_ALL).items():
        for sound in sounds:
            found.setdefault(sound, []).append(char)
    return {sound: "".join(chars) for sound, chars in found.items()}


@cache
def _letters_of() -> dict[str, str]:
    """The slot of each character among `letters`."""
    return {
        char: f"|{''.join(sorted({sound[0] for sound in sounds}))}"
        for char, sounds in _sounds_of(_ALL).items()
        if sounds
    }


@cache
def _sounds_of(rows: range) -> dict[str, tuple[str, ...]]:
    """The sounds of each character in the `rows` of GB 2312."""
    codes = (bytes((high, low)) for high in rows for low in range(0xA1, 0xFF))
    chars = [char for code in codes if (char := code.decode("gb2312", "ignore"))]
    return {
        char: tuple(sound.replace("ü", "v") for sound in pinyin(char, style=Style.NORMAL, heteronym=True)[0])
        for char in chars
    }
