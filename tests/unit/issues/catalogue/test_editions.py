"""Editions of a catalogue keep the meaning of codes; what makes no sense is refused by its name."""

import re
from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.issues.catalogue.domain.catalogue import Span, SpanUnit, UnknownCategory
from services.issues.catalogue.domain.editions import (
    AdoptEdition,
    CatalogueMalformed,
    CodeChangesMeaning,
    adopt,
    edition_id,
    says_the_same,
    with_category,
    without_category,
)
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.rounds.domain.visits import FoundHere, RecordVisit, faults_in
from tests.unit.issues.catalogue.adopting import adopted, changed, given_by
from tests.unit.issues.world import BUILDING, HERE, NOW, RESIDENT, STRANGER, WALKER


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


def _malformed(field: str) -> AdoptEdition:
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
    assert not re.search("[a-z]{2,}", refused.value.sentence("zh")), refused.value.sentence("zh")


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


def test_what_a_walker_found_is_taken_up_though_its_category_is_retired() -> None:
    later = adopted(without_category(RESIDENTIAL, "playground", note=None)).catalogue
    finding: dict[str, Any] = {"id": "f", "category": "playground", "fixed": False, "answers": {"hurt": "no"}}
    command = RecordVisit(id="v", building=BUILDING.id, floor=1, findings=(FoundHere(**finding),))
    assert not list(faults_in(command, {BUILDING.id: BUILDING}, later))
    wrong = command.model_copy(update={"findings": (FoundHere(**{**finding, "answers": {"hurt": "perhaps"}}),)})
    [fault] = faults_in(wrong, {BUILDING.id: BUILDING}, later)
    assert fault.error.code == "category.answers"
