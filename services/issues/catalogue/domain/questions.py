"""The questions that a category asks in a report besides the text, typed after the attributes of Open311."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.chassis.errors import Invalid
from services.chassis.words import Worded
from services.contracts.marks import Code, Office
from services.contracts.text import Plain
from services.contracts.value import Value

MAX_QUESTIONS = 20
_LARGEST = 10**15
_LONGEST = {"string": 120, "text": 2000}

Words = Office[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Plain]]
"""A short sentence of the catalogue."""

Answer = str | float | int | list[str]
"""What stands in a case: text, a number, a moment in UTC (RFC 3339), the code of a choice, or several."""

Bound = Annotated[int | float, Field(ge=-_LARGEST, le=_LARGEST, allow_inf_nan=False)]
"""The least, or the most, that a number may be."""

Answers = Annotated[dict[Code, Any], Field(max_length=MAX_QUESTIONS)]
"""Answers as they are sent, by the codes of their questions."""


class AnswersRefused(
    Invalid,
    code="category.answers",
    zh="以下问题未回答或回答有误：{questions}。",
    en="These questions are not answered, or not rightly: {questions}.",
):
    """`faults` has a word for each answer that is refused: required, unknown, type, choice, too-long, too-many,
    out-of-range."""


class QuestionKind(StrEnum):
    """The type of an answer, by the datatypes of Open311. `string` is one line, `text` a paragraph."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    ONE_OF = "singlevaluelist"
    SOME_OF = "multivaluelist"


LISTS = frozenset({QuestionKind.ONE_OF, QuestionKind.SOME_OF})


class Choice(Value):
    """One answer of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    zh: Words
    en: Words


class Question(Value):
    """One question; its place among the category's questions is its order. `choices` belong to the lists alone.

    `least` and `most` belong to numbers alone. Most of them count something, so that none is below 0 by default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    kind: QuestionKind
    zh: Words
    en: Words
    required: bool = False
    choices: Annotated[tuple[Choice, ...], Field(max_length=50)] = ()
    least: Bound = 0
    most: Bound | None = None

    @model_validator(mode="after")
    def _choices_of_lists(self) -> "Question":
        if (self.kind in LISTS) != bool(self.choices):
            raise ValueError("选项只用于单选和多选，且至少一个 (choices belong to lists, which have one at least)")
        if len({choice.code for choice in self.choices}) != len(self.choices):
            raise ValueError("选项代码重复 (two choices have the same code)")
        return self

    @model_validator(mode="after")
    def _bounds_of_numbers(self) -> "Question":
        if self.kind is not QuestionKind.NUMBER and (self.least != 0 or self.most is not None):
            raise ValueError("只有数字题可设上下限 (least and most belong to numbers)")
        if self.most is not None and self.most < self.least:
            raise ValueError("上限不得小于下限 (most is not below least)")
        return self


def answered(questions: Sequence[Question], answers: Mapping[str, Any], *, whole: bool = True) -> dict[str, Answer]:
    """`answers`, checked and in the order of `questions`. Not `whole`: what is required may be missing.

    Null is no answer. Nothing of what was sent is repeated in a refusal.

    Raises:
        AnswersRefused: with the fault of each question, where there is one.
    """
    faults = {code: "unknown" for code in answers if code not in {question.code for question in questions}}
    found: dict[str, Answer] = {}
    for question in questions:
        value = answers.get(question.code)
        if value is None:
            if question.required and whole:
                faults[question.code] = "required"
            continue
        try:
            found[question.code] = _READ[question.kind](question, value)
        except _Fault as fault:
            faults[question.code] = fault.word
    if faults:
        words = {each.code: Worded(each.code, each.zh, each.en) for each in questions}
        asked = Worded.several(words.get(code) or Worded(code, code, code) for code in faults)
        raise AnswersRefused(questions=asked, faults=faults)
    return found


def fitting(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Answer]:
    """Those of `answers` that fit `questions`, which may have changed since they were checked."""
    found: dict[str, Answer] = {}
    for question in questions:
        if answers.get(question.code) is not None:
            with suppress(_Fault):
                found[question.code] = _READ[question.kind](question, answers[question.code])
    return found


class _Fault(Exception):
    """The fault of one answer, in a word."""

    def __init__(self, word: str) -> None:
        self.word = word


def _words(question: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise _Fault("type")
    text = value.strip()
    if not text or "\x00" in text or (question.kind is QuestionKind.STRING and len(text.splitlines()) > 1):
        raise _Fault("type")
    if len(text) > _LONGEST[question.kind]:
        raise _Fault("too-long")
    return text


def _number(question: Question, value: Any) -> float | int:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise _Fault("type") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Fault("type")
    most = _LARGEST if question.most is None else question.most
    if not question.least <= value <= most:
        raise _Fault("out-of-range")
    return int(value) if value == int(value) else value


def _moment(question: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise _Fault("type")
    try:
        moment = datetime.fromisoformat(value.strip().upper())  # RFC 3339 lets t and z be small
        if moment.tzinfo is None:
            raise _Fault("type")
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        raise _Fault("type") from None


def _one_of(question: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise _Fault("type")
    if value not in {choice.code for choice in question.choices}:
        raise _Fault("choice")
    return value


def _some_of(question: Question, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise _Fault("type")
    if len(value) > len(question.choices):
        raise _Fault("too-many")
    chosen = {_one_of(question, each) for each in value}
    if not chosen and question.required:
        raise _Fault("required")
    return [choice.code for choice in question.choices if choice.code in chosen]


_READ = {
    QuestionKind.STRING: _words,
    QuestionKind.TEXT: _words,
    QuestionKind.NUMBER: _number,
    QuestionKind.DATETIME: _moment,
    QuestionKind.ONE_OF: _one_of,
    QuestionKind.SOME_OF: _some_of,
}
