"""The synonyms of a community: staff set them, each word once."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from services.chassis.errors import NotYours
from services.contracts.issues import VocabularyChanged
from services.issues.vocabulary.domain import SetSynonyms, Vocabulary, WordTwice, open_vocabulary, set_synonyms
from services.issues.vocabulary.residential import RESIDENTIAL
from tests.unit.issues.world import HERE, RESIDENT, STAFF, WALKER

NOW, LATER = datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)
LIGHTS = SetSynonyms(groups=(("路灯", "庭院灯"), ("噪声", "吵")))


def begun() -> Vocabulary:
    return open_vocabulary(HERE, RESIDENTIAL, STAFF, NOW).aggregate


def test_a_community_begins_with_the_words_that_come_with_the_service() -> None:
    assert begun().groups == RESIDENTIAL


def test_staff_set_all_groups_at_once() -> None:
    decision = set_synonyms(begun(), LIGHTS, STAFF, LATER)
    assert (decision.aggregate.groups, decision.aggregate.changed_at) == (LIGHTS.groups, LATER)
    [event] = decision.events
    assert isinstance(event, VocabularyChanged)
    assert event.groups == [["路灯", "庭院灯"], ["噪声", "吵"]]
    assert decision.aggregate.public().groups == event.groups


def test_the_same_again_changes_nothing() -> None:
    once = set_synonyms(begun(), LIGHTS, STAFF, NOW).aggregate
    assert not set_synonyms(once, LIGHTS, STAFF, LATER).events


@pytest.mark.parametrize("groups", [(("路灯", "路灯"),), (("LED", "灯"), ("led", "灯泡"))])
def test_a_word_belongs_to_one_group(groups: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(WordTwice):
        set_synonyms(begun(), SetSynonyms(groups=groups), STAFF, NOW)


@pytest.mark.parametrize("groups", [[["路灯"]], [["路灯", " "]], [["路灯", "。"]], [["路灯", "灯" * 21]]])
def test_a_group_is_of_two_words_and_more(groups: list[list[str]]) -> None:
    with pytest.raises(ValidationError):
        SetSynonyms.model_validate({"groups": groups})


@pytest.mark.parametrize("by", [RESIDENT, WALKER])
def test_others_may_not(by: object) -> None:
    with pytest.raises(NotYours):
        set_synonyms(begun(), LIGHTS, by, NOW)  # type: ignore[arg-type]
