"""Reads the question of a search: each of its words as it is typed, and what else people mean by the word.

Other ways of writing the same number count as typed: 7层, 七楼 and 7F are one, and 3号楼, 三栋 and 3幢. A word may
also mean the community's synonyms (路灯 for 公共照明), Chinese of these sounds or first letters, a part of a number
and, if it is the last, any word that begins with it; so no result is lost by typing one more character that fits. Each
way to find a term names sets of tokens; a row must have a token of every set, and the index finds the row by any one of
the sets.
To first letters of the words of the community's vocabulary tokens lead; first letters of other words are a guess, to
which none lead.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from services.chassis.errors import Invalid
from services.issues.cases.domain.number import read_number
from services.issues.reading.case_numbers import number_begun
from services.issues.reading.numerals import CHINESE, Numeral, digit_by_digit, numerals, read_digits
from services.issues.reading.sounds import (
    begins_one,
    begun_by,
    first_letters,
    first_of_one,
    meant,
    meant_beside,
    of_character,
    whole,
    without_marks,
)
from services.issues.reading.tokenizer import (
    LONGEST_WORD,
    NOT_BEFORE_A_WORD,
    NOT_BEHIND_A_WORD,
    PART,
    PARTS,
    RUN,
    WORD_CHARACTER,
    begun,
    normal,
    pairs,
)

MOST_TERMS = 8
_TELLING = 2
"""From how many characters or letters on the beginning of a word tells which is meant."""
LONGEST_QUESTION = 100

_BETWEEN = re.compile(r"[\s,;!?、。]+")
"""Matches what separates the words of a question after NFKC, which makes full-width commas ASCII."""

_APART = re.compile(
    rf"({NOT_BEHIND_A_WORD}(?:(?<![-负下])\d{{1,4}}|[a-z](?= (?:号楼|[幢栋座])))|(?<![{CHINESE}])[{CHINESE}]{{1,5}})"
    r" (?=号楼|幢|栋|座|层|楼|单元|室|号)"
)
"""Matches a number, or the letter of a house, with a space before its noun; both are one word."""

_ORDINAL = re.compile(rf"第(?=(?:\d{{1,4}}|[{CHINESE}]{{1,5}})(?:号楼|幢|栋|座|层|楼|单元))")
"""Matches 第 before a number with its noun, which says nothing: 第七层 is 7层."""

_BEFORE = re.compile(r"^[\W_]*?(?=-\d|[^\W_]|$)")
_BEHIND = re.compile(r"(?:(?<=\d)(#))?[\W_]*$")


class NothingToSearch(
    Invalid,
    code="search.nothing-to-search",
    zh="请输入要查找的文字或数字。",
    en="There is no letter, digit or character to search for.",
):
    """The question holds nothing but spaces and punctuation."""


class TooManyTerms(
    Invalid, code="search.too-many-terms", zh="一次最多查找 {limit} 个词。", en="At most {limit} terms at once."
):
    """The question has more words than one search may have."""


Cover = frozenset[str]
"""A set of tokens, of which a row must have one."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to find a term. A row must have a token of each of the `covers`; without covers no token leads to it.
    `patterns` are regular expressions, each of which a text of the row must match or, with `by_letters`, the letters of
    a text."""

    covers: tuple[Cover, ...]
    patterns: tuple[str, ...]
    by_letters: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question: the way `near`, as it is typed, and the ways `far`, what else may be meant by it."""

    near: Way
    far: tuple[Way, ...] = ()

    @property
    def ways(self) -> tuple[Way, ...]:
        """All ways to find the term."""
        return (self.near, *self.far)

    @property
    def led(self) -> tuple[Way, ...]:
        """Those to which tokens lead. As it is typed is one."""
        return tuple(way for way in self.ways if way.covers)

    @property
    def guessed(self) -> tuple[Way, ...]:
        """Those to which none lead."""
        return tuple(way for way in self.ways if not way.covers)


@dataclass(frozen=True)
class Synonyms:
    """Words that mean the same, in groups, and the `titles` of categories, which are found by their beginnings."""

    groups: Sequence[Sequence[str]] = ()
    titles: Sequence[str] = ()
    _known: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _any: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    _by_letters: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _by_sound: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _of_titles: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known: dict[str, tuple[str, ...]] = {}
        for group in self.groups:
            alike = tuple(dict.fromkeys(word for each in group if (word := normal(each))))
            for word in alike:
                known[word] = tuple(dict.fromkeys((*known.get(word, ()), *alike)))
        longest_first = sorted(known, key=len, reverse=True)
        titled = {run[0] for title in self.titles for run in RUN.finditer(normal(title)) if run["word"]}
        object.__setattr__(self, "_known", known)
        object.__setattr__(self, "_any", re.compile("|".join(map(_whole, longest_first))) if known else None)
        object.__setattr__(self, "_by_letters", _alike_by(first_letters, known))
        object.__setattr__(self, "_by_sound", _alike_by(whole, known))
        object.__setattr__(self, "_of_titles", tuple(sorted(titled)))

    def with_letters(self, letters: str) -> tuple[str, ...]:
        """The words that have these first letters, and their synonyms."""
        return self._by_letters.get(letters, ())

    def with_sound(self, sound: str) -> tuple[str, ...]:
        """The words that sound like this, and their synonyms."""
        return self._by_sound.get(sound, ())

    def on_their_way(self, word: str) -> tuple[str, ...]:
        """What somebody may mean who types `word` first: words of titles that begin with these letters, and words that
        begin so, or sound so beyond their first syllable, with their synonyms, where `word` has no synonyms itself."""
        found = dict.fromkeys(each for each in self._of_titles if each.startswith(word) and each != word)
        if word not in self._known and len(word) >= _TELLING:
            begun = [alike for each, alike in self._known.items() if each.startswith(word)]
            if not begins_one(word):
                begun += [alike for sound, alike in self._by_sound.items() if sound.startswith(word)]
            found |= dict.fromkeys(each for alike in begun for each in alike)
        return tuple(found)

    def parted(self, word: str) -> list[tuple[str, tuple[str, ...]]]:
        """`word` in parts, each with its synonyms; an empty list where no part has any."""
        if self._any is None:
            return []
        parts, at = list[tuple[str, tuple[str, ...]]](), 0
        for found in self._any.finditer(word):
            if found.start() > at:
                parts.append((word[at : found.start()], ()))
            parts.append((found[0], self._known[found[0]]))
            at = found.end()
        return [*parts, *([(word[at:], ())] if at < len(word) else [])] if at else []


def _alike_by(key: Callable[[str], str], known: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The synonyms in `known` by the `key` of each word that has one."""
    found: dict[str, tuple[str, ...]] = {}
    for word, alike in known.items():
        if letters := key(word):
            found[letters] = tuple(dict.fromkeys((*found.get(letters, ()), *alike)))
    return found


NO_SYNONYMS = Synonyms()


@lru_cache(maxsize=64)
def _read(groups: tuple[tuple[str, ...], ...], titles: tuple[str, ...]) -> Synonyms:
    return Synonyms(groups, titles)


def known_as(groups: Sequence[Sequence[str]], titles: Sequence[str] = ()) -> Synonyms:
    """The synonyms of these `groups`, beside `titles` of categories. The result is cached, because there are few
    vocabularies and many questions."""
    return _read(tuple(map(tuple, groups)), tuple(titles))


def terms(question: str, synonyms: Synonyms = NO_SYNONYMS) -> tuple[Term, ...]:
    """The terms of a question, all of which must be found.

    Raises:
        NothingToSearch: the question has no word.
        TooManyTerms: it has more than 8.
    """
    bare = (_bare(word) for word in _BETWEEN.split(_ORDINAL.sub("", _APART.sub(r"\1", normal(question)))))
    asked = tuple(dict.fromkeys(word for word in bare if RUN.search(word)))
    if not asked:
        raise NothingToSearch()
    last = _term(asked[-1], synonyms)
    on = [way for way in (*_begun(asked[-1]), *_typed_on(asked[-1])) if way.covers or len(asked) > 1]
    if coming := synonyms.on_their_way(without_marks(asked[-1])):
        on.insert(0, _one_of(coming))
    last = Term(last.near, tuple(dict.fromkeys((*last.far, *on))))
    found = (*(_term(word, synonyms) for word in asked[:-1]), last)
    if len(found) > MOST_TERMS:
        raise TooManyTerms(limit=MOST_TERMS)
    return found


def _bare(word: str) -> str:
    """`word` without punctuation around it, except signs that belong to a number: -1层, 3#."""
    return _BEHIND.sub(lambda found: found[1] or "", _BEFORE.sub("", word, count=1), count=1)


def _term(word: str, synonyms: Synonyms) -> Term:
    near = _as_typed(word)
    far = [Way(meaning.covers, (meaning.pattern,), meaning.by_letters) for meaning in meant(word)]
    if named := synonyms.with_letters(word):
        far.append(_one_of(named))
    far += _sounding(without_marks(word), synonyms)
    if (number := read_number(word)) and normal(number) != word:
        far.append(_as_typed(normal(number)))
    if (begins := number_begun(word)) is not None:
        far.append(Way(begins[0], (begins[1],)))
    far += _of_a_home(word)
    if parts := [(part, same) for part, same in synonyms.parted(word) if RUN.search(part)]:
        far.append(_joined(_one_of(same) if same else _as_typed(part) for part, same in parts))
        if any(not same and meant_beside(part) for part, same in parts):
            far.append(_joined(_one_of(same) if same else _half(part) for part, same in parts))
    if (half := _half_typed(word)) is not None:
        far.append(half)
    if word.isdecimal() and len(word) in range(2, PARTS.stop - 1):
        far.append(_part_of_a_number(word))
    return Term(near, tuple(far))


def _as_typed(word: str) -> Way:
    """The way to find all of `word` in one place of a text, with its numerals written in any way."""
    covers, pattern, at = list[Cover](), "", 0
    for numeral in numerals(word):
        covers += _tokens_of(word[at : numeral.start])
        pattern += re.escape(word[at : numeral.start]) + numeral.pattern
        covers.append(numeral.cover)
        at = numeral.end
    rest = word[at:]
    covers += _tokens_of(rest)
    begins = NOT_BEHIND_A_WORD if _begins_with_a_word(word, numerals(word)) else ""
    ends = NOT_BEFORE_A_WORD if rest and re.search(f"{WORD_CHARACTER}$", rest) else ""
    return Way(tuple(dict.fromkeys(covers)), (begins + pattern + re.escape(rest) + ends,))


def _begins_with_a_word(word: str, found: Sequence[Numeral]) -> bool:
    return not (found and found[0].start == 0) and re.match(WORD_CHARACTER, word) is not None


def _tokens_of(text: str) -> list[Cover]:
    found: list[Cover] = []
    for run in RUN.finditer(text):
        han = run["han"]
        each = [run[0][:LONGEST_WORD]] if han is None else pairs(han) if len(han) > 1 else [of_character(han)]
        found += [frozenset({token}) for token in each]
    return found


def _of_a_home(word: str) -> Iterable[Way]:
    """The ways to find the number of a home where it is written otherwise: 702室 and 七〇二 for 702."""
    digits = read_digits(word)
    if digits is not None:
        if digits != word:
            yield _as_typed(digits)
        apart = f"(?<![{CHINESE}]){{}}(?![{CHINESE}])"
        for written in digit_by_digit(digits):
            yield Way(tuple(_tokens_of(written)), (apart.format(written),))


def _half_typed(word: str) -> Way | None:
    """`word` as it is while somebody types Chinese: characters, with letters beside them that are to become some."""
    runs = list(RUN.finditer(word))
    meanings = [None if run["han"] else meant_beside(run[0]) for run in runs]
    if not any(meanings) or not any(run["han"] for run in runs):
        return None
    covers, pattern, at = list[Cover](), "", 0
    for run, meaning in zip(runs, meanings, strict=True):
        covers += _tokens_of(run[0]) if meaning is None else meaning.covers
        pattern += re.escape(word[at : run.start()]) + (re.escape(run[0]) if meaning is None else meaning.pattern)
        at = run.end()
    return Way(tuple(dict.fromkeys(covers)), (pattern + re.escape(word[at:]),))


def _sounding(letters: str, synonyms: Synonyms) -> Iterable[Way]:
    """The ways to find synonyms of words that sound like `letters`, or like their beginning, before other sounds."""
    if same := synonyms.with_sound(letters):
        yield _one_of(same)
    for end in range(len(letters) - 1, 1, -1):
        same, rest = synonyms.with_sound(letters[:end]), meant_beside(letters[end:])
        if same and rest is not None:
            yield _joined([_one_of(same), Way(rest.covers, (rest.pattern,))])
            return


def _half(part: str) -> Way:
    """The way to find `part`, which may be letters that are to become characters."""
    meaning = meant_beside(part)
    return _as_typed(part) if meaning is None else Way(meaning.covers, (meaning.pattern,))


def _one_of(same: Sequence[str]) -> Way:
    """The way to find any of the words `same`: by the first token of each, and by the last."""
    ways = [(way, way.covers) for word in same if (way := _as_typed(word)).covers]
    first = frozenset().union(*(covers[0] for _, covers in ways))
    last = frozenset().union(*(covers[-1] for _, covers in ways))
    pattern = "|".join(way.patterns[0] for way, _ in ways)
    return Way((first, last) if first != last else (first,), (f"(?:{pattern})",))


def _joined(ways: Iterable[Way]) -> Way:
    """The way to find all of `ways`, each anywhere in the row."""
    every = list(ways)
    return Way(
        tuple(dict.fromkeys(cover for way in every for cover in way.covers)),
        tuple(pattern for way in every for pattern in way.patterns),
    )


def _begun(word: str) -> list[Way]:
    """The ways to find characters whose sound begins with `word`: `hua` is a syllable, and on the way to `huang`."""
    meaning = begun_by(word) if len(word) > 1 else first_of_one(word)
    return [] if meaning is None else [Way(meaning.covers, (meaning.pattern,), meaning.by_letters)]


def _typed_on(word: str) -> list[Way]:
    """The ways to find words that begin with `word`, which ends in letters or digits; there are none for other words.
    The index finds them by the complete part before these letters; without such a part, by the beginnings of words that
    people wrote, and any other words by the rest of the question."""
    end = re.search(f"{WORD_CHARACTER}+$", word)
    if end is None:
        return []
    whole = _as_typed(word[: end.start()])
    begins = NOT_BEHIND_A_WORD if end.start() == 0 else ""
    pattern = whole.patterns[0] + begins + re.escape(end[0]) + WORD_CHARACTER
    token = begun(word) if end.start() == 0 else None
    by_beginning = [] if token is None else [Way((frozenset({token}),), (pattern,))]
    return [*by_beginning, Way(whole.covers, (pattern,))]


def _part_of_a_number(digits: str) -> Way:
    begins, ends = rf"{NOT_BEHIND_A_WORD}{digits}\d+", rf"\d+{digits}{NOT_BEFORE_A_WORD}"
    return Way((frozenset({PART + digits}),), (f"{begins}|{ends}",))


def _whole(word: str) -> str:
    """The pattern of `word`, which matches no longer run of letters or digits, so that 9 does not find 19."""
    begins = NOT_BEHIND_A_WORD if re.match(WORD_CHARACTER, word) else ""
    ends = NOT_BEFORE_A_WORD if re.search(f"{WORD_CHARACTER}$", word) else ""
    return begins + re.escape(word) + ends
