"""Answers to the questions of a category are checked, and kept as what they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.issues.catalogue.domain.questions import (
    AnswersRefused,
    Choice,
    Question,
    QuestionKind,
    answered,
    fitting,
)
from tests.unit.issues.world import a_report

QUESTIONS = (
    Question(code="where", kind=QuestionKind.STRING, zh="哪里", en="Where"),
    Question(code="count", kind=QuestionKind.NUMBER, zh="几个", en="How many", required=True),
    Question(code="when", kind=QuestionKind.DATETIME, zh="何时", en="When"),
    Question(code="story", kind=QuestionKind.TEXT, zh="经过", en="What happened"),
    Question(
        code="one",
        kind=QuestionKind.ONE_OF,
        zh="选一",
        en="One",
        choices=(Choice(code="a", zh="甲", en="A"), Choice(code="b", zh="乙", en="B")),
    ),
    Question(
        code="some",
        kind=QuestionKind.SOME_OF,
        zh="多选",
        en="Some",
        choices=(Choice(code="a", zh="甲", en="A"), Choice(code="b", zh="乙", en="B")),
    ),
)


def test_answers_are_kept_as_what_they_are_and_in_order() -> None:
    sent = {"some": ["b", "a"], "when": "2026-05-01T09:30:00+08:00", "count": "3", "where": " 楼道 ", "one": "a"}
    assert answered(QUESTIONS, sent) == {
        "where": "楼道",
        "count": 3,
        "when": "2026-05-01T01:30:00+00:00",
        "one": "a",
        "some": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("code", "value", "fault"),
    [
        ("count", None, "required"),
        ("count", "many", "type"),
        ("count", True, "type"),
        ("count", float("nan"), "out-of-range"),
        ("count", 10**400, "out-of-range"),
        ("count", -5, "out-of-range"),
        ("count", "-0.5", "out-of-range"),
        ("count", "1e999", "out-of-range"),
        ("when", "2026-05-01", "type"),
        ("when", "0001-01-01T00:00:00+14:00", "type"),
        ("when", 5, "type"),
        ("where", "a\nb", "type"),
        ("where", "x" * 121, "too-long"),
        ("where", "  ", "type"),
        ("story", "x" * 2001, "too-long"),
        ("story", {"a": 1}, "type"),
        ("one", "c", "choice"),
        ("one", ["a"], "type"),
        ("some", "a", "type"),
        ("some", ["a", "c"], "choice"),
        ("some", [1], "type"),
        ("some", ["a", "a", "a"], "too-many"),
        ("nothing", 1, "unknown"),
    ],
)
def test_each_wrong_answer_has_its_fault(code: str, value: Any, fault: str) -> None:
    with pytest.raises(AnswersRefused) as refused:
        answered(QUESTIONS, {"count": 1, code: value})
    assert refused.value.params == {"questions": code, "faults": {code: fault}}


def test_a_number_stays_within_what_its_question_says() -> None:
    degrees = Question(code="degrees", kind=QuestionKind.NUMBER, zh="温度", en="Degrees", least=-40, most=60)
    assert [answered([degrees], {"degrees": at}) for at in (-40, 60)] == [{"degrees": -40}, {"degrees": 60}]
    for at in (-40.5, 61):
        with pytest.raises(AnswersRefused):
            answered([degrees], {"degrees": at})


@pytest.mark.parametrize(
    "wrong", [{"kind": "number", "least": 5, "most": 4}, {"kind": "string", "most": 4}, {"kind": "text", "least": 1}]
)
def test_bounds_belong_to_numbers_and_leave_some(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate({"code": "x", "zh": "几个", "en": "How many", **wrong})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*(question.code for question in QUESTIONS), "x"]), anything))
def test_whatever_is_sent_is_answered_or_refused_and_stands_as_it_is_read_again(sent: dict[str, Any]) -> None:
    try:
        found = answered(QUESTIONS, sent)
    except AnswersRefused:
        return
    assert answered(QUESTIONS, found) == found


def test_answers_that_a_later_edition_asks_otherwise_are_left_out() -> None:
    assert fitting(QUESTIONS, {"where": "楼道", "count": "many", "one": "c", "gone": 1}) == {"where": "楼道"}


def test_a_report_answers_the_questions_of_its_category() -> None:
    case = a_report(category="heating", answers={"degrees": 12.5}).aggregate
    assert case.answers == {"degrees": 12.5}
    assert "12.5" not in str([event.data() for event in a_report(category="heating", answers={"degrees": 12.5}).events])
    with pytest.raises(AnswersRefused):
        a_report(category="heating")
    with pytest.raises(AnswersRefused):
        a_report(answers={"degrees": 12.5})
