"""The catalogue of case categories of one community: data, with a version, read by the rules and by nothing else.

A code is never given another meaning; what is no longer wanted is left out of a later version.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from services.chassis.errors import Invalid
from services.contracts.issues import Priority, UnitKind
from services.contracts.marks import Code
from services.contracts.value import Value
from services.issues.catalogue.domain.questions import MAX_QUESTIONS, Question, Words


class UnknownCategory(
    Invalid, code="category.unknown", zh="没有“{category}”这一问题类别。", en="There is no category {category}."
):
    """The catalogue has no such code."""


class SpanUnit(StrEnum):
    """The unit of a deadline: plain hours, hours in which the office works, or working days."""

    HOURS = "hours"
    WORKING_HOURS = "working-hours"
    WORKING_DAYS = "working-days"


class _Datum(Value):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Datum):
    """A length of time, as a deadline counts it."""

    amount: Annotated[int, Field(ge=1, le=1000)]
    unit: SpanUnit

    @property
    def hours(self) -> int:
        """About how many hours the span takes on the clock, a working day taken as a day. This is an estimate, no
        deadline."""
        return self.amount * (24 if self.unit is SpanUnit.WORKING_DAYS else 1)


class Deadlines(_Datum):
    """The time that each phase may take: the unit signs for the case, speaks with the reporter, handles it; somebody
    verifies."""

    sign: Span
    contact: Span
    handling: Span
    verification: Span


BEFORE_DEADLINES = Deadlines(
    sign=Span(amount=4, unit=SpanUnit.WORKING_HOURS),
    contact=Span(amount=1, unit=SpanUnit.WORKING_DAYS),
    handling=Span(amount=3, unit=SpanUnit.WORKING_DAYS),
    verification=Span(amount=2, unit=SpanUnit.WORKING_DAYS),
)
"""The deadlines of a case that was filed before categories named any."""


class Category(_Datum):
    """One kind of problem, and what the committee promises about it.

    `unit`: the code of the partner responsible, where it is a certain one; else any of `unit_kind`.
    `evidence`: handling needs a photo taken afterwards. `public`: everybody may see that there is such a case.
    `filing` says when a report is taken up (立案条件), `closing` when it is done (结案条件).
    """

    code: Code
    group: Code
    zh: Words
    en: Words
    unit_kind: UnitKind
    unit: Code | None = None
    priority: Priority
    deadlines: Deadlines
    evidence: bool
    public: bool = True
    filing_zh: Words
    filing_en: Words
    closing_zh: Words
    closing_en: Words
    questions: Annotated[tuple[Question, ...], Field(max_length=MAX_QUESTIONS)] = ()

    @model_validator(mode="after")
    def _each_question_once(self) -> "Category":
        if len({question.code for question in self.questions}) != len(self.questions):
            raise ValueError("问题代码重复 (two questions have the same code)")
        return self


class Group(_Datum):
    """The first level of the catalogue."""

    code: Code
    zh: Words
    en: Words


class Catalogue(_Datum):
    """All categories of one version. The version is 0 where a community has none of its own and uses the first one.

    `retired`: categories of earlier versions. No report is taken under them; cases go on naming them.
    """

    version: int = 0
    groups: tuple[Group, ...] = ()
    categories: tuple[Category, ...]
    retired: tuple[Category, ...] = ()

    @cached_property
    def _in_force(self) -> Mapping[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def _ever(self) -> Mapping[str, Category]:
        return {category.code: category for category in (*self.retired, *self.categories)}

    def category(self, code: str) -> Category:
        """The category `code`, under which reports are taken now.

        Raises:
            UnknownCategory: there is none, or it is retired.
        """
        category = self._in_force.get(code)
        if category is None:
            raise UnknownCategory(category=code)
        return category

    def ever(self, code: str | None) -> Category | None:
        """The category `code`, retired or not; None where there never was one."""
        return None if code is None else self._ever.get(code)

    def known(self, code: str) -> Category:
        """The category `code`, retired or not: for what was found while it was in force.

        Raises:
            UnknownCategory: there never was one.
        """
        category = self.ever(code)
        if category is None:
            raise UnknownCategory(category=code)
        return category
