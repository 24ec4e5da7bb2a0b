"""Chinese full-text search without a dictionary: what a text is found by, and what a question asks for.

Chinese runs are indexed by every character and every pair of neighbours, letters and digits as whole words, after NFKC
and case folding. A question's pairs find the candidates; that they stand together is verified in the text itself.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import add

from services.chassis.errors import Invalid

MOST_TERMS = 8
LONGEST_QUESTION = 100
_LONGEST_WORD = 32
_MOST_TOKENS = 1200

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3007"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")
_BETWEEN = re.compile(r"[\s,;!?、。]+")
"""What parts the words of a question, as people type it; after NFKC, so full-width commas are among them."""

_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_WORD_CHARACTER = rf"[^\W_{_HAN}]"


class NothingToSearch(
    Invalid,
    code="search.nothing-to-search",
    zh="请输入要查找的文字或数字。",
    en="There is no letter, digit or character to search for.",
):
    """Spaces and punctuation find nothing."""


class TooManyTerms(
    Invalid, code="search.too-many-terms", zh="一次最多查找 {limit} 个词。", en="At most {limit} terms at once."
):
    """A bound on the work of one question."""


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a question. `tokens`: what the index has of it; `pattern`: the regular expression it must match."""

    tokens: tuple[str, ...]
    pattern: str


def normal(*texts: str | None) -> str:
    """The texts as they are compared: NFKC, lower case, one space between words; parts on lines of their own."""
    parts = (
        " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\0", " ").split()) for text in texts if text
    )
    return "\n".join(part for part in parts if part)


def tokens(text: str) -> set[str]:
    """What a `normal` text is found by; a text with more than 1200 different ones is found by the first of them."""
    if not may_be_cut_off(text):
        return _all_tokens(text)
    found: dict[str, None] = {}
    for token in _tokens(text):
        found[token] = None
        if len(found) >= _MOST_TOKENS:
            break
    return set(found)


def may_be_cut_off(text: str) -> bool:
    """Whether `text` may have more tokens than are kept: each character stands in two at the most."""
    return 2 * len(text) > _MOST_TOKENS


def terms(question: str) -> tuple[Term, ...]:
    """The parts of a question; each must be found.

    Raises:
        NothingToSearch: there is none.
        TooManyTerms: more than 8.
    """
    found = tuple(dict.fromkeys(term for word in _BETWEEN.split(normal(question)) if (term := _term(word)).tokens))
    if not found:
        raise NothingToSearch()
    if len(found) > MOST_TERMS:
        raise TooManyTerms(limit=MOST_TERMS)
    return found


def _all_tokens(text: str) -> set[str]:
    """As `_tokens`; told one by one they take twice the time."""
    found: set[str] = set()
    for run in _RUN.finditer(text):
        han = run["han"]
        if han is None:
            found.add(run[0][:_LONGEST_WORD])
        else:
            found.update(han, _pairs(han))
    return found


def _tokens(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        han = run["han"]
        if han is None:
            yield run[0][:_LONGEST_WORD]
        else:
            yield from han
            yield from _pairs(han)


def _term(word: str) -> Term:
    found: list[str] = []
    for run in _RUN.finditer(word):
        han = run["han"]
        found += [run[0][:_LONGEST_WORD]] if han is None else _pairs(han) if len(han) > 1 else [han]
    return Term(tuple(dict.fromkeys(found)), _pattern(_AROUND.sub("", word)))


def _pairs(han: str) -> Iterable[str]:
    return map(add, han, han[1:])


def _pattern(word: str) -> str:
    """`word` as it stands; letters and digits at its ends end there, so that 9 does not find 19."""
    begins = f"(?<!{_WORD_CHARACTER})" if re.match(_WORD_CHARACTER, word) else ""
    ends = f"(?!{_WORD_CHARACTER})" if re.search(f"{_WORD_CHARACTER}$", word) else ""
    return begins + re.escape(word) + ends
