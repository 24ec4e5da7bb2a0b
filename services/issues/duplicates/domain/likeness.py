"""Compares cases with a report that somebody is typing, by place, category and words: how alike they are, and why.

Each part that the report has so far agrees with a case by a share from 0 to 1. The score is the weighted mean of these
shares, so that a report with a place alone can match as surely as one with all three parts.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

LIKELY = 0.4
"""The score from which on a case is worth showing."""

ALIKE = 0.35
"""The share from which on words count as alike."""

_WEIGHTS = {"place": 0.4, "category": 0.25, "words": 0.35}
_RUN = re.compile(r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+)|[a-z0-9]{2,}")
_MOST = 400
_FEW = 3


class LikenessReason(StrEnum):
    """The reason why a case is suggested: a part that agrees."""

    SAME_PLACE = "same-place"
    SAME_FLOOR = "same-floor"
    NEXT_FLOOR = "next-floor"
    SAME_BUILDING = "same-building"
    SAME_GROUNDS = "same-grounds"
    SAME_CATEGORY = "same-category"
    SAME_GROUP = "same-group"
    SIMILAR_WORDS = "similar-words"


@dataclass(frozen=True)
class Spot:
    """The place of a case or report: exact place, floor, building (None in open grounds) and public place."""

    at: str | None = None
    floor: int | None = None
    building: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Likeness:
    """The parts of a case or report that are compared. Parts that are not given are None."""

    spot: Spot | None = None
    category: str | None = None
    group: str | None = None
    words: str | None = None

    @cached_property
    def grams(self) -> tuple[str, ...]:
        """The pairs of neighbouring characters, and the words, of the text, in its order."""
        return tokens_of(self.words or "")


@dataclass(frozen=True)
class Match:
    """The likelihood, from 0 to 1, that a case is the same, and the reasons."""

    score: float
    why: tuple[LikenessReason, ...]

    @property
    def likely(self) -> bool:
        """Whether the case is worth showing."""
        return bool(self.why) and self.score >= LIKELY


def tokens_of(text: str) -> tuple[str, ...]:
    """Pairs of neighbouring Chinese characters, and words of Latin letters or digits, after NFKC and case folding: each
    as often as it stands in `text`, in its order."""
    plain = unicodedata.normalize("NFKC", text[: 4 * _MOST]).casefold()
    found: list[str] = []
    for run in _RUN.finditer(plain):
        han = run["han"]
        found += [run[0]] if han is None else [han[at : at + 2] for at in range(max(len(han) - 1, 1))]
    return tuple(found[:_MOST])


def alike(asked: Sequence[str], known: Sequence[str]) -> float:
    """The share, from 0 to 1, of the grams `asked` that stand in a text with the grams `known`; less where there are
    few.

    The last gram counts as soon as a gram of the text begins with it. So with each character typed that goes on as the
    text does, the text stays as alike or becomes more alike.
    """
    fewer = min(len(asked), len(known))
    return 0.0 if fewer == 0 else min(_shared(asked, known) / max(fewer, _FEW), 1.0)


def _shared(asked: Sequence[str], known: Sequence[str]) -> int:
    left = Counter(known)
    shared = 0
    for gram in asked:
        if left[gram] > 0:
            left[gram] -= 1
            shared += 1
    last = asked[-1]
    typed_on = Counter(asked)[last] > Counter(known)[last] and any(
        count > 0 and gram != last and gram.startswith(last) for gram, count in left.items()
    )
    return shared + typed_on


def match(asked: Likeness, known: Likeness) -> Match:
    """The match of a `known` case with the parts `asked`."""
    parts: list[tuple[str, float, LikenessReason | None]] = []
    weights = dict(_WEIGHTS)
    if asked.spot is not None:
        parts.append(("place", *_place(asked.spot, known.spot or Spot())))
    if asked.category is not None:
        parts.append(("category", *_category(asked, known)))
    if asked.grams:
        words = alike(asked.grams, known.grams)
        why = LikenessReason.SIMILAR_WORDS if words >= ALIKE else None
        fewer = min(len(asked.grams), len(known.grams))
        if parts and 0 < fewer < _FEW:
            # Beside a place or a category the first few words get a small weight, instead of a small share: a case at
            # the same place must not become less likely because somebody begins to type.
            parts.append(("words", _shared(asked.grams, known.grams) / fewer, why))
            weights["words"] *= fewer / _FEW
        else:
            parts.append(("words", words, why))
    weight = sum(weights[name] for name, _, _ in parts)
    score = sum(weights[name] * min(share, 1.0) for name, share, _ in parts) / weight if weight else 0.0
    return Match(round(score, 3), tuple(why for _, _, why in parts if why is not None))


def best(matches: Iterable[tuple[str, Match]], limit: int) -> list[tuple[str, Match]]:
    """Up to `limit` of `matches` that are likely, the likeliest first; equals keep their order."""
    return sorted(((id, found) for id, found in matches if found.likely), key=lambda pair: -pair[1].score)[:limit]


def _place(asked: Spot, known: Spot) -> tuple[float, LikenessReason | None]:
    if asked.at is not None and asked.at == known.at and (asked.at != asked.building or asked.floor == known.floor):
        return 1.0, LikenessReason.SAME_PLACE
    if asked.building is not None and asked.building == known.building:
        return _in_building(asked.floor, known.floor)
    if asked.building is None and known.building is None and asked.place is not None and asked.place == known.place:
        return 0.5, LikenessReason.SAME_GROUNDS
    return 0.0, None


def _in_building(asked: int | None, known: int | None) -> tuple[float, LikenessReason]:
    if asked is None or known is None:
        return 0.5, LikenessReason.SAME_BUILDING
    if asked == known:
        return 0.8, LikenessReason.SAME_FLOOR
    return (0.4, LikenessReason.NEXT_FLOOR) if abs(asked - known) == 1 else (0.25, LikenessReason.SAME_BUILDING)


def _category(asked: Likeness, known: Likeness) -> tuple[float, LikenessReason | None]:
    if asked.category == known.category:
        return 1.0, LikenessReason.SAME_CATEGORY
    if asked.group is not None and asked.group == known.group:
        return 0.4, LikenessReason.SAME_GROUP
    return 0.0, None
