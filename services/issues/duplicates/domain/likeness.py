"""Which cases may be the same as what somebody is about to report, and why: by place, category and words. Pure.

Each thing that was asked with can agree with a case more or less, from 0 to 1; the score is the weighted mean of these
over what was asked with. So a question by place alone is answered as surely as one by all three.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

LIKELY = 0.4
"""From here on a case is worth showing."""

ALIKE = 0.35
"""From here on words are alike."""

_WEIGHTS = {"place": 0.4, "category": 0.25, "words": 0.35}
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_WORD = re.compile(r"[a-z0-9]{2,}")
_MOST = 400
_FEW = 3


class LikenessReason(StrEnum):
    """What agrees."""

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
    """Where something is: the exact place, the floor, the building (None in open grounds) and the public place."""

    at: str | None = None
    floor: int | None = None
    building: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Likeness:
    """What is compared. What was not asked with is None."""

    spot: Spot | None = None
    category: str | None = None
    group: str | None = None
    words: str | None = None

    @cached_property
    def grams(self) -> frozenset[str]:
        """The pairs of neighbouring characters and the words of it."""
        return grams(self.words or "")


@dataclass(frozen=True)
class Match:
    """How likely it is the same, 0 to 1, and why."""

    score: float
    why: tuple[LikenessReason, ...]

    @property
    def likely(self) -> bool:
        """Whether it is worth showing."""
        return bool(self.why) and self.score >= LIKELY


def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters, and words of Latin letters or digits, after NFKC and case folding."""
    plain = unicodedata.normalize("NFKC", text[: 4 * _MOST]).casefold()
    found = [run[at : at + 2] for run in _HAN.findall(plain) for at in range(max(len(run) - 1, 1))]
    return frozenset([*found, *_WORD.findall(plain)][:_MOST])


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter text stands in the longer one, 0 to 1; less where there is little to go by."""
    fewer = min(len(one), len(other))
    return 0.0 if fewer == 0 else len(one & other) / max(fewer, _FEW)


def match(asked: Likeness, known: Likeness) -> Match:
    """How much `known` is like what was `asked` with."""
    parts: list[tuple[str, float, LikenessReason | None]] = []
    if asked.spot is not None:
        parts.append(("place", *_place(asked.spot, known.spot or Spot())))
    if asked.category is not None:
        parts.append(("category", *_category(asked, known)))
    if asked.grams:
        words = alike(asked.grams, known.grams)
        parts.append(("words", words, LikenessReason.SIMILAR_WORDS if words >= ALIKE else None))
    weight = sum(_WEIGHTS[name] for name, _, _ in parts)
    score = sum(_WEIGHTS[name] * share for name, share, _ in parts) / weight if weight else 0.0
    return Match(round(score, 3), tuple(why for _, _, why in parts if why is not None))


def best(matches: Iterable[tuple[str, Match]], limit: int) -> list[tuple[str, Match]]:
    """The likely ones of `matches`, the likeliest first; what comes first of equals stays first."""
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
