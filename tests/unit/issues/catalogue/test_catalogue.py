"""The catalogue: what comes with the service is sound, editions keep the meaning of codes, answers are checked."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.contracts.issues import Priority
from services.issues.cases.domain.reporting import Report, report
from services.issues.catalogue.domain.catalogue import Catalogue, Category, Span, SpanUnit, UnknownCategory
from services.issues.catalogue.domain.editions import (
    Adopt,
    CatalogueMalformed,
    CodeChangesMeaning,
    Edition,
    adopt,
    edition_id,
    says_the_same,
    with_category,
    without_category,
)
from services.issues.catalogue.domain.questions import (
    AnswersRefused,
    Choice,
    Question,
    QuestionKind,
    answered,
    fitting,
)
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.rounds.domain.visits import FoundHere, RecordVisit, faults_in
from tests.unit.issues.world import BUILDING, HERE, NOW, RESIDENT, STAFF, STRANGER, WALKER, a_report, assert_folds

FIRST_CODES = frozenset(
    {"lighting", "wall", "lift", "pipe", "fire-exit", "fire-kit", "charging", "door", "waste", "greenery", "parking"}
    | {"noise", "access", "other"}
)
"""Of before there were groups; cases, demo data and boards name them."""


def given_by(catalogue: Catalogue, **more: Any) -> Adopt:
    return Adopt(**{"groups": catalogue.groups, "categories": catalogue.categories, **more})


def adopted(command: Adopt, before: Catalogue = RESIDENTIAL, units: frozenset[str] = frozenset()) -> Edition:
    decision = adopt(HERE, command, before, units, STAFF, NOW)
    assert_folds(None, decision)
    return decision.aggregate


def changed(category: Category, **fields: Any) -> Category:
    return Category.model_validate({**category.model_dump(), **fields})


def test_what_comes_with_the_service_is_sound() -> None:
    sizes = Counter(category.group for category in RESIDENTIAL.categories)
    assert len(sizes) >= 8
    assert min(sizes.values()) >= 6
    assert {group.code for group in RESIDENTIAL.groups} == sizes.keys()
    assert len({category.code for category in RESIDENTIAL.categories}) == len(RESIDENTIAL.categories)
    assert {category.code for category in RESIDENTIAL.categories} >= FIRST_CODES
    assert adopted(given_by(RESIDENTIAL)).catalogue.categories == RESIDENTIAL.categories


@pytest.mark.parametrize("category", RESIDENTIAL.categories, ids=lambda category: category.code)
def test_each_category_is_said_in_both_languages_and_kept_in_time(category: Category) -> None:
    for zh in (category.zh, category.filing_zh, category.closing_zh, *(q.zh for q in category.questions)):
        assert not zh.isascii()
    for en in (category.en, category.filing_en, category.closing_en, *(q.en for q in category.questions)):
        assert "，" not in en
        assert "。" not in en
    if category.priority is Priority.URGENT:
        assert category.deadlines.handling.unit is SpanUnit.HOURS
        assert category.deadlines.handling.amount <= 4
    if category.code in FIRST_CODES:
        assert not any(question.required for question in category.questions)


def test_what_was_adopted_can_be_adopted_again_to_no_effect() -> None:
    first = adopted(given_by(RESIDENTIAL)).catalogue
    assert (first.version, first.retired) == (1, ())
    assert says_the_same(first, given_by(RESIDENTIAL))
    assert not says_the_same(first, given_by(RESIDENTIAL, categories=RESIDENTIAL.categories[:-1]))


def test_a_code_that_is_left_out_stays_readable_and_takes_no_report() -> None:
    second = adopted(without_category(RESIDENTIAL, "wreck", note=None)).catalogue
    assert second.known("wreck") == RESIDENTIAL.category("wreck")
    with pytest.raises(UnknownCategory):
        second.category("wreck")
    third = adopted(without_category(second, "ice", note=None), second).catalogue
    assert {category.code for category in third.retired} == {"wreck", "ice"}
    back = adopted(with_category(third, RESIDENTIAL.category("wreck"), reworded=False, note=None), third).catalogue
    assert back.category("wreck").zh == "僵尸车"
    assert {category.code for category in back.retired} == {"ice"}


def test_a_code_keeps_its_meaning_even_when_it_is_retired() -> None:
    another = changed(RESIDENTIAL.category("wreck"), zh="装修许可", en="Leave to renovate")
    gone = adopted(without_category(RESIDENTIAL, "wreck", note=None)).catalogue
    for before in (RESIDENTIAL, gone):
        with pytest.raises(CodeChangesMeaning) as refused:
            adopted(with_category(before, another, reworded=False, note=None), before)
        assert refused.value.params["category"] == "wreck"
    reworded = adopted(with_category(gone, another, reworded=True, note=None), gone)
    assert reworded.catalogue.category("wreck").en == "Leave to renovate"
    groups = (RESIDENTIAL.groups[0].model_copy(update={"en": "Cats"}), *RESIDENTIAL.groups[1:])
    with pytest.raises(CodeChangesMeaning):
        adopted(given_by(RESIDENTIAL, groups=groups))


def test_deadlines_may_change_under_the_same_code() -> None:
    slower = {**RESIDENTIAL.category("wall").model_dump()["deadlines"], "handling": {"amount": 9, "unit": "hours"}}
    edition = adopted(
        with_category(RESIDENTIAL, changed(RESIDENTIAL.category("wall"), deadlines=slower), reworded=False, note=None)
    )
    assert edition.catalogue.category("wall").deadlines.handling == Span(amount=9, unit=SpanUnit.HOURS)
    assert len(edition.categories) == len(RESIDENTIAL.categories)


def _malformed(field: str) -> Adopt:
    groups, categories = list(RESIDENTIAL.groups), list(RESIDENTIAL.categories)
    match field:
        case "groups.1.code":
            groups[1] = groups[0]
        case "categories.1.code":
            categories[1] = categories[0]
        case "categories.3.group":
            categories[3] = changed(categories[3], group="nowhere")
        case "categories.5.unit":
            categories[5] = changed(categories[5], unit="nobody")
        case "groups.9":
            groups.append(groups[0].model_copy(update={"code": "empty"}))
    return given_by(RESIDENTIAL, groups=groups, categories=categories)


@pytest.mark.parametrize(
    "field", ["groups.1.code", "categories.1.code", "categories.3.group", "categories.5.unit", "groups.9"]
)
def test_a_malformed_catalogue_is_refused_by_the_name_of_its_field(field: str) -> None:
    with pytest.raises(CatalogueMalformed) as refused:
        adopted(_malformed(field))
    assert refused.value.params["field"] == field


@pytest.mark.parametrize(
    "fields",
    [
        {"deadlines": {}},
        {"priority": "soon"},
        {"code": "Not A Code"},
        {"zh": ""},
        {"hours": 4},
        {"questions": [{"code": "q", "kind": "singlevaluelist", "zh": "问", "en": "q"}]},
        {"questions": [{"code": "q", "kind": "string", "zh": "问", "en": "q"}] * 2},
    ],
)
def test_a_malformed_category_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        changed(RESIDENTIAL.categories[0], **fields)


def test_a_unit_may_be_named_that_the_community_has() -> None:
    command = _malformed("categories.5.unit")
    assert adopted(command, units=frozenset({"nobody"})).categories[5].unit == "nobody"


def test_who_edits() -> None:
    for by in (RESIDENT, WALKER, STRANGER):
        with pytest.raises(NotYours):
            adopt(HERE, given_by(RESIDENTIAL), RESIDENTIAL, frozenset(), by, NOW)


def test_two_who_adopt_at_once_want_the_same_id() -> None:
    one = adopted(without_category(RESIDENTIAL, "ice", note=None))
    other = adopted(without_category(RESIDENTIAL, "wreck", note=None))
    assert one.id == other.id == edition_id(HERE, 1)


def test_a_case_says_under_which_edition_it_was_filed() -> None:
    seventh = RESIDENTIAL.model_copy(update={"version": 7})
    body = Report(community=HERE, category="lighting", place=BUILDING.id)
    assert report("c", body, BUILDING, seventh, RESIDENT, NOW).aggregate.catalogue == 7


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


def test_what_a_walker_found_is_taken_up_though_its_category_is_retired() -> None:
    later = adopted(without_category(RESIDENTIAL, "playground", note=None)).catalogue
    finding: dict[str, Any] = {"id": "f", "category": "playground", "fixed": False, "answers": {"hurt": "no"}}
    command = RecordVisit(id="v", building=BUILDING.id, floor=1, findings=(FoundHere(**finding),))
    assert not list(faults_in(command, {BUILDING.id: BUILDING}, later))
    wrong = command.model_copy(update={"findings": (FoundHere(**{**finding, "answers": {"hurt": "perhaps"}}),)})
    [fault] = faults_in(wrong, {BUILDING.id: BUILDING}, later)
    assert fault.error.code == "category.answers"


def test_a_report_answers_the_questions_of_its_category() -> None:
    case = a_report(category="heating", answers={"degrees": 12.5}).aggregate
    assert case.answers == {"degrees": 12.5}
    assert "12.5" not in str([event.data() for event in a_report(category="heating", answers={"degrees": 12.5}).events])
    with pytest.raises(AnswersRefused):
        a_report(category="heating")
    with pytest.raises(AnswersRefused):
        a_report(answers={"degrees": 12.5})
