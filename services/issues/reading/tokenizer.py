"""Chinese full-text search without a dictionary: what a text is found by. `questions` says what a question asks for.

Chinese runs are indexed by every pair of neighbours and by how each character sounds (`sounds`), which also leads to a
character that is asked for alone; letters and digits as whole words, and a number by its beginnings and ends as well,
so that 70 leads to 702. All of it after folding: width, case, and traditional characters make no difference. Each token
is an entry of the largest index, so there are no more of them than lead to what a question asks for.
"""

import re
from collections.abc import Iterable, Iterator
from operator import add

from services.issues.reading.sounds import of_character, of_pair
from services.issues.shared.folding import folded

LONGEST_WORD = 32
_MOST_TOKENS = 1200
_SOUNDED = 400
"""How many characters of a text are found by sounds that they have beside each other alone: the first ones."""
PART = "#"
"""Stands before a part of a number among the tokens: so who asks for 42 does not look through all of 1142 first."""
PARTS = range(3, 9)
"""The lengths of numbers that are found by parts; longer ones are not read as numbers of homes, floors or cases."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3007"
RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>[^\W_{HAN}]+)")


def normal(*texts: str | None) -> str:
    """The texts as they are compared: folded, one space between words; parts on lines of their own."""
    parts = (" ".join(folded(text).replace("\0", " ").split()) for text in texts if text)
    return "\n".join(part for part in parts if part)


def tokens(text: str) -> set[str]:
    """What a `normal` text is found by; a text with more than 1200 different words is found by the first of them, and
    by the sounds of its first 400 characters."""
    if not may_be_cut_off(text):
        found = _all_words(text)
    else:
        first: dict[str, None] = {}
        for token in words(text):
            first[token] = None
            if len(first) >= _MOST_TOKENS:
                break
        found = set(first)
    found.update(sounds(text[:_SOUNDED]))
    return found


def may_be_cut_off(text: str) -> bool:
    """Whether `text` may have more tokens than are kept: a character stands in two words at the most."""
    return len(text) > min(_SOUNDED, _MOST_TOKENS // 2)


def words(text: str) -> Iterator[str]:
    """The tokens of what is written in `text`, in its order."""
    for run in RUN.finditer(text):
        han = run["han"]
        if han is None:
            yield from _of_word(run[0])
        else:
            yield from map(of_character, han)
            yield from pairs(han)


def sounds(text: str) -> set[str]:
    """The tokens of how characters of `text` sound beside each other, where they sound otherwise than alone."""
    found: set[str] = set()
    for run in RUN.finditer(text):
        if run["han"] is not None:
            found.update(*map(of_pair, pairs(run["han"])))
    return found


def pairs(han: str) -> Iterable[str]:
    """Every two characters that stand side by side."""
    return map(add, han, han[1:])


def _all_words(text: str) -> set[str]:
    """As `words`; told one by one they take twice the time."""
    found: set[str] = set()
    for run in RUN.finditer(text):
        han = run["han"]
        if han is None:
            found.update(_of_word(run[0]))
        else:
            found.update(map(of_character, han), pairs(han))
    return found


def _of_word(word: str) -> Iterable[str]:
    if len(word) not in PARTS or not word.isdecimal():
        return (word[:LONGEST_WORD],)
    inner = range(2, len(word))
    return (word, *(PART + word[:end] for end in inner), *(PART + word[-end:] for end in inner))
