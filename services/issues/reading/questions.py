"""What a question asks for: each of its words as it is typed, and what else people mean by it.

As typed is also what is only written otherwise: 7层, 七楼 and 7F are one, and 3号楼, 三栋 and 3幢. What else is meant:
the community's synonyms (路灯 for 公共照明), Chinese typed by its sounds or first letters, a part of a number, and, of
the last word, what goes on as it was typed so far: so nothing is lost by one more character that fits.
Ways of both kinds name sets of tokens, of each of which a row must have one; the index finds it by any of these sets.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from services.chassis.errors import Invalid
from services.issues.reading.numerals import Numeral, numerals
from services.issues.reading.sounds import meant, of_character
from services.issues.reading.tokenizer import HAN, LONGEST_WORD, PART, PARTS, RUN, normal, pairs

MOST_TERMS = 8
LONGEST_QUESTION = 100

_BETWEEN = re.compile(r"[\s,;!?、。]+")
"""What parts the words of a question, as people type it; after NFKC, so full-width commas are among them."""

_APART = re.compile(rf"((?<![^\W_{HAN}])(?<![-负下])\d{{1,4}}) (?=号楼|幢|栋|座|层|楼|单元|室|号)")
"""A number and its noun are one word, also with a space between."""

_BEFORE = re.compile(r"^[\W_]*?(?=-\d|[^\W_]|$)")
_BEHIND = re.compile(r"(?:(?<=\d)(#))?[\W_]*$")
_WORD_CHARACTER = rf"[^\W_{HAN}]"
_NOT_BEHIND_A_WORD, _NOT_BEFORE_A_WORD = f"(?<!{_WORD_CHARACTER})", f"(?!{_WORD_CHARACTER})"


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


Cover = frozenset[str]
"""Tokens of which a row must have one."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to find a term. `covers`: sets of tokens, of each of which a row must have one; where there are none,
    no token leads to it. `patterns`: regular expressions, each of which a text of the row must match."""

    covers: tuple[Cover, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question: `near`, as it is typed; `far`, what else may be meant by it."""

    near: Way
    far: tuple[Way, ...] = ()

    @property
    def ways(self) -> tuple[Way, ...]:
        """All of them."""
        return (self.near, *self.far)


@dataclass(frozen=True)
class Synonyms:
    """Words that mean the same, in groups."""

    groups: Sequence[Sequence[str]] = ()
    _known: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _any: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known: dict[str, tuple[str, ...]] = {}
        for group in self.groups:
            alike = tuple(dict.fromkeys(word for each in group if (word := normal(each))))
            for word in alike:
                known[word] = tuple(dict.fromkeys((*known.get(word, ()), *alike)))
        longest_first = sorted(known, key=len, reverse=True)
        object.__setattr__(self, "_known", known)
        object.__setattr__(self, "_any", re.compile("|".join(map(_whole, longest_first))) if known else None)

    def parted(self, word: str) -> list[tuple[str, tuple[str, ...]]]:
        """`word` in parts, each with all that means the same; an empty list where nothing of it has another name."""
        if self._any is None:
            return []
        parts, at = list[tuple[str, tuple[str, ...]]](), 0
        for found in self._any.finditer(word):
            if found.start() > at:
                parts.append((word[at : found.start()], ()))
            parts.append((found[0], self._known[found[0]]))
            at = found.end()
        return [*parts, *([(word[at:], ())] if at < len(word) else [])] if at else []


NO_SYNONYMS = Synonyms()


@lru_cache(maxsize=64)
def _read(groups: tuple[tuple[str, ...], ...]) -> Synonyms:
    return Synonyms(groups)


def known_as(groups: Sequence[Sequence[str]]) -> Synonyms:
    """The synonyms of these `groups`, read once: there are few vocabularies, and many questions."""
    return _read(tuple(map(tuple, groups)))


def terms(question: str, synonyms: Synonyms = NO_SYNONYMS) -> tuple[Term, ...]:
    """The words of a question; each must be found.

    Raises:
        NothingToSearch: there is none.
        TooManyTerms: more than 8.
    """
    bare = (_bare(word) for word in _BETWEEN.split(_APART.sub(r"\1", normal(question))))
    asked = tuple(dict.fromkeys(word for word in bare if RUN.search(word)))
    if not asked:
        raise NothingToSearch()
    last = _term(asked[-1], synonyms)
    on = _typed_on(asked[-1])
    if on is not None and (on.covers or len(asked) > 1):
        last = Term(last.near, (*last.far, on))
    found = (*(_term(word, synonyms) for word in asked[:-1]), last)
    if len(found) > MOST_TERMS:
        raise TooManyTerms(limit=MOST_TERMS)
    return found


def _bare(word: str) -> str:
    """`word` without signs around it, but for those that belong to a number: -1层, 3#."""
    return _BEHIND.sub(lambda found: found[1] or "", _BEFORE.sub("", word, count=1), count=1)


def _term(word: str, synonyms: Synonyms) -> Term:
    near = _as_typed(word)
    far = [Way(meaning.covers, (meaning.pattern,)) for meaning in meant(word)]
    if parts := synonyms.parted(word):
        far.append(_joined(_one_of(same) if same else _as_typed(part) for part, same in parts if RUN.search(part)))
    if word.isdecimal() and len(word) in range(2, PARTS.stop - 1):
        far.append(_part_of_a_number(word))
    return Term(near, tuple(far))


def _as_typed(word: str) -> Way:
    """All of `word` in one place, its numerals written in any way."""
    covers, pattern, at = list[Cover](), "", 0
    for numeral in numerals(word):
        covers += _tokens_of(word[at : numeral.start])
        pattern += re.escape(word[at : numeral.start]) + numeral.pattern
        covers.append(numeral.cover)
        at = numeral.end
    rest = word[at:]
    covers += _tokens_of(rest)
    begins = _NOT_BEHIND_A_WORD if _begins_with_a_word(word, numerals(word)) else ""
    ends = _NOT_BEFORE_A_WORD if rest and re.search(f"{_WORD_CHARACTER}$", rest) else ""
    return Way(tuple(dict.fromkeys(covers)), (begins + pattern + re.escape(rest) + ends,))


def _begins_with_a_word(word: str, found: Sequence[Numeral]) -> bool:
    return not (found and found[0].start == 0) and re.match(_WORD_CHARACTER, word) is not None


def _tokens_of(text: str) -> list[Cover]:
    found: list[Cover] = []
    for run in RUN.finditer(text):
        han = run["han"]
        each = [run[0][:LONGEST_WORD]] if han is None else pairs(han) if len(han) > 1 else [of_character(han)]
        found += [frozenset({token}) for token in each]
    return found


def _one_of(same: Sequence[str]) -> Way:
    """Any of several words: by the first token of each, and by the last."""
    ways = [(way, way.covers) for word in same if (way := _as_typed(word)).covers]
    first = frozenset().union(*(covers[0] for _, covers in ways))
    last = frozenset().union(*(covers[-1] for _, covers in ways))
    pattern = "|".join(way.patterns[0] for way, _ in ways)
    return Way((first, last) if first != last else (first,), (f"(?:{pattern})",))


def _joined(ways: Iterable[Way]) -> Way:
    """All of the ways, wherever each is found."""
    every = list(ways)
    return Way(
        tuple(dict.fromkeys(cover for way in every for cover in way.covers)),
        tuple(pattern for way in every for pattern in way.patterns),
    )


def _typed_on(word: str) -> Way | None:
    """What `word` may become: it ends in letters or digits, and more of them follow. What stands before is whole, and
    the index finds it by that; where nothing does, other words of the question lead to it."""
    end = re.search(f"{_WORD_CHARACTER}+$", word)
    if end is None:
        return None
    whole = _as_typed(word[: end.start()])
    begins = _NOT_BEHIND_A_WORD if end.start() == 0 else ""
    return Way(whole.covers, (whole.patterns[0] + begins + re.escape(end[0]) + _WORD_CHARACTER,))


def _part_of_a_number(digits: str) -> Way:
    begins, ends = rf"{_NOT_BEHIND_A_WORD}{digits}\d+", rf"\d+{digits}{_NOT_BEFORE_A_WORD}"
    return Way((frozenset({PART + digits}),), (f"{begins}|{ends}",))


def _whole(word: str) -> str:
    """The pattern of `word`; letters and digits at its ends end there, so that 9 does not find 19."""
    begins = _NOT_BEHIND_A_WORD if re.match(_WORD_CHARACTER, word) else ""
    ends = _NOT_BEFORE_A_WORD if re.search(f"{_WORD_CHARACTER}$", word) else ""
    return begins + re.escape(word) + ends
