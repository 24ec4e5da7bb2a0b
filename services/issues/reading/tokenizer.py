"""Makes the tokens by which a text is found: Chinese full-text search without a dictionary. `questions` reads
questions.

Chinese runs are indexed by every pair of neighbours and by the sound of each character (`sounds`), which also leads to
a character that is asked for alone. Letters and digits are indexed as whole words, and a number by its beginnings and
ends as well, so that 70 leads to 702. Texts are folded before, so that width, case and traditional characters make no
difference. Each token is an entry of the largest index, so a text has no more of them than questions need: words of
letters are indexed by their beginnings (wi leads to WiFi) in what people wrote, and not in the titles of categories and
places, which stand in every row and are few (`beginnings`).
"""

import re
from collections.abc import Iterable, Iterator
from operator import add

from services.issues.reading.sounds import of_character, of_pair
from services.issues.shared.folding import folded

LONGEST_WORD = 32
_MOST_TOKENS = 1200
_SOUNDED = 400
"""The number of characters, from the beginning of a text, that are indexed by sounds which they have only beside each
other."""
PART = "#"
"""The prefix of parts of numbers among the tokens, so that a search for 42 does not look through all rows with 1142
first."""
PARTS = range(3, 9)
"""The lengths of numbers that are indexed by parts; longer numbers are not those of homes, floors or cases."""
_BEGUN = range(2, 9)
"""The lengths of the beginnings by which words of letters are indexed."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3007"
WORD_CHARACTER = rf"[^\W_{HAN}]"
"""Matches a letter or digit, of which words consist that are no Chinese."""
NOT_BEHIND_A_WORD, NOT_BEFORE_A_WORD = f"(?<!{WORD_CHARACTER})", f"(?!{WORD_CHARACTER})"
RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>[^\W_{HAN}]+)")


def normal(*texts: str | None) -> str:
    """The texts in the form in which they are compared: folded, with one space between words, each text on a line of
    its own."""
    parts = (" ".join(folded(text).replace("\0", " ").split()) for text in texts if text)
    return "\n".join(part for part in parts if part)


def tokens(text: str) -> set[str]:
    """The tokens of a `normal` text. Of more than 1200 different words the first are taken, and of sounds side by side
    those of the first 400 characters."""
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
    """Whether `text` may have more tokens than are kept. A character stands in at most two words."""
    return len(text) > min(_SOUNDED, _MOST_TOKENS // 2)


def words(text: str) -> Iterator[str]:
    """The tokens of the words in `text`, in its order, without sounds."""
    for run in RUN.finditer(text):
        han = run["han"]
        if han is None:
            yield from _of_word(run[0])
        else:
            yield from map(of_character, han)
            yield from pairs(han)


def sounds(text: str) -> set[str]:
    """The tokens of sounds that characters of `text` have beside each other and not alone."""
    found: set[str] = set()
    for run in RUN.finditer(text):
        if run["han"] is not None:
            found.update(*map(of_pair, pairs(run["han"])))
    return found


def beginnings(text: str) -> set[str]:
    """The tokens of the beginnings of words of letters in a `normal` text, of its first words; of a word that begins
    with a digit, as 5G does, also those of that digit."""
    found: set[str] = set()
    for run in RUN.finditer(text[:_SOUNDED]):
        word = run["word"]
        if word is not None and not word.isdecimal():
            found.update(PART + word[:length] for length in _lengths(word) if length < len(word))
    return found


def begun(word: str) -> str | None:
    """The token that leads to words which begin with `word`; None where none does."""
    return PART + word if len(word) in _lengths(word) else None


def _lengths(word: str) -> range:
    return range(1, _BEGUN.stop) if word[0].isdecimal() else _BEGUN


def pairs(han: str) -> Iterable[str]:
    """Every pair of neighbouring characters in `han`."""
    return map(add, han, han[1:])


def _all_words(text: str) -> set[str]:
    """The set of `words`, made at once, which takes half the time."""
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
