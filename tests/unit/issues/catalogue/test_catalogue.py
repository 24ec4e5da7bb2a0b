"""The catalogue that comes with the service is sound; a case says under which edition it was filed."""

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.issues import Priority
from services.issues.cases.domain.reporting import Report, report
from services.issues.catalogue.domain.catalogue import Category, SpanUnit
from services.issues.catalogue.residential import RESIDENTIAL
from tests.unit.issues.catalogue.adopting import adopted, changed, given_by
from tests.unit.issues.world import BUILDING, HERE, NOW, RESIDENT

FIRST_CODES = frozenset(
    {"lighting", "wall", "lift", "pipe", "fire-exit", "fire-kit", "charging", "door", "waste", "greenery", "parking"}
    | {"noise", "access", "other"}
)
"""Of before there were groups; cases, demo data and boards name them."""


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


def test_a_case_says_under_which_edition_it_was_filed() -> None:
    seventh = RESIDENTIAL.model_copy(update={"version": 7})
    body = Report(community=HERE, category="lighting", place=BUILDING.id)
    assert report("c", body, BUILDING, seventh, RESIDENT, NOW).aggregate.catalogue == 7
