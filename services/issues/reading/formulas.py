"""The formulas of the figures as data: which cases are counted out of which, the weight of a figure, and its interval.

A condition is a list of clauses that must all hold. A clause is a mark, with `!` before it to deny it, or a choice of
marks with `|`: `["filed", "!merged", "rating-4|rating-5"]`. The defaults follow the assessment of digital city
management in China (GB/T 30428.4) and the three rates of hotlines. Cities differ, so a deployment may bring formulas of
its own.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.contracts.marks import Code
from services.issues.reading.facts import BITS, OF_DEADLINES, Mark, When

_FORMER = BITS[Mark.FORMER]
_Z = 1.959963984540054
"""The standard normal quantile of a 95 % interval."""


def _known(clause: str) -> str:
    for word in clause.split("|"):
        if word.removeprefix("!") not in BITS:
            raise ValueError(f"no mark is called {word}")
    return clause


Clause = Annotated[str, Field(max_length=200), AfterValidator(_known)]
Condition = tuple[Clause, ...]


class Kpi(BaseModel):
    """One figure: of the cases whose day `when` lies in the period and which fulfil `of` (the sample), the share that
    also fulfils `part`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    zh: str = Field(max_length=60)
    en: str = Field(max_length=60)
    when: When
    of: Condition
    part: Condition
    better: Literal["higher", "lower"] = "higher"
    weight: float = Field(default=1.0, ge=0, le=1000)

    def counts_in(self, signature: int) -> bool:
        """Whether a case with these marks belongs to the sample. For a unit that has the case no more, it belongs only
        to figures of deadlines."""
        if signature & _FORMER and not self._is_of_deadlines:
            return False
        return holds(self.of, signature)

    @property
    def _is_of_deadlines(self) -> bool:
        return any(word.removeprefix("!") in OF_DEADLINES for clause in self.part for word in clause.split("|"))

    def counts_for(self, signature: int) -> bool:
        """Whether a case of the sample with these marks belongs to the part."""
        return self.counts_in(signature) and holds(self.part, signature)

    def points(self, rate: float) -> float:
        """The points of a rate, from 0 (bad) to 1 (good)."""
        return rate if self.better == "higher" else 1 - rate


class Formulas(BaseModel):
    """All figures. A figure with a smaller sample than `minimum` is shown with its interval, but neither ranked nor
    scored.

    A total score is given where the figures with a sufficient sample carry at least `coverage` of all weight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(max_length=40)
    minimum: int = Field(default=10, ge=1, le=1_000_000)
    coverage: float = Field(default=0.5, gt=0, le=1)
    kpis: tuple[Kpi, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({kpi.code for kpi in self.kpis}) != len(self.kpis):
            raise ValueError("two figures have the same code")
        return self


def holds(condition: Condition, signature: int) -> bool:
    """Whether every clause of `condition` holds for a case with these marks."""
    return all(any(_is(word, signature) for word in clause.split("|")) for clause in condition)


def _is(word: str, signature: int) -> bool:
    return not signature & BITS[word[1:]] if word.startswith("!") else bool(signature & BITS[word])


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of the rate `part` of `whole` (Wilson 1927), which holds for small samples and near 0 and 1.
    For an empty sample it is 0 to 1."""
    if whole == 0:
        return 0.0, 1.0
    rate, z2 = part / whole, _Z * _Z
    centre = (rate + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z * math.sqrt(rate * (1 - rate) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    low = 0.0 if part == 0 else max(0.0, centre - half)
    high = 1.0 if part == whole else min(1.0, centre + half)
    return low, high


def score(formulas: Formulas, counted: Iterable[tuple[Kpi, int, int]]) -> float | None:
    """The weighted mean of the figures' points, from 0 to 100; None where figures with a sufficient sample carry too
    little of the weight."""
    points = weight = 0.0
    for kpi, part, whole in counted:
        if whole >= formulas.minimum:
            points += kpi.weight * kpi.points(part / whole)
            weight += kpi.weight
    total = sum(kpi.weight for kpi in formulas.kpis)
    return round(100 * points / weight, 2) if weight and weight >= formulas.coverage * total else None


_VALID = ("!merged",)
_SHOULD_CLOSE = ("filed", "!merged", "!paused")
_RATED = ("closed", "rating-1|rating-2|rating-3|rating-4|rating-5")

DEFAULT = Formulas(
    version="default-2",
    kpis=(
        Kpi(code="filing", zh="立案率", en="Filed", when=When.REPORTED, of=_VALID, part=("filed",), weight=5),
        Kpi(code="closing", zh="结案率", en="Closed", when=When.SETTLED, of=_SHOULD_CLOSE, part=("closed",), weight=20),
        Kpi(
            code="on-time",
            zh="按期结案率",
            en="Closed, handled on time",
            when=When.SETTLED,
            of=_SHOULD_CLOSE,
            part=("on-time",),
            weight=30,
        ),
        Kpi(
            code="missed",
            zh="超时率",
            en="Missed a deadline",
            when=When.REPORTED,
            of=("dispatched", "!merged"),
            part=("missed-sign|missed-contact|missed-handling",),
            better="lower",
            weight=10,
        ),
        Kpi(
            code="verification-missed",
            zh="核查超时率",
            en="Verification missed its deadline",
            when=When.REPORTED,
            of=("handled", "!merged"),
            part=("missed-verification",),
            better="lower",
            weight=0,
        ),
        Kpi(
            code="rework",
            zh="返工率",
            en="Sent back",
            when=When.CLOSED,
            of=_VALID,
            part=("reworked",),
            better="lower",
            weight=10,
        ),
        Kpi(
            code="extension",
            zh="延期率",
            en="Extended",
            when=When.SETTLED,
            of=_SHOULD_CLOSE,
            part=("extended",),
            better="lower",
            weight=5,
        ),
        Kpi(
            code="response",
            zh="响应率",
            en="Contacted in time",
            when=When.REPORTED,
            of=("contact-owed", "!merged"),
            part=("contacted-in-time",),
            weight=10,
        ),
        Kpi(
            code="solved",
            zh="解决率",
            en="Solved, as rated",
            when=When.CLOSED,
            of=_RATED,
            part=("rating-3|rating-4|rating-5",),
            weight=10,
        ),
        Kpi(
            code="satisfied",
            zh="满意率",
            en="Satisfied, as rated",
            when=When.CLOSED,
            of=_RATED,
            part=("rating-4|rating-5",),
            weight=10,
        ),
    ),
)


def read_formulas(file: Path | None) -> Formulas:
    """The formulas in a JSON file of the form that `GET /kpis/formulas` shows, or the default ones without a file.

    Raises:
        OSError, ValidationError: the file can't be read, or has another form.
    """
    return DEFAULT if file is None else Formulas.model_validate_json(file.read_bytes())
