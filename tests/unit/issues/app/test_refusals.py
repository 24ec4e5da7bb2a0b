"""Refusals speak to people in their words; programs read the codes in the parameters."""

import re

import pytest

from services.chassis.errors import UnknownAggregate
from services.contracts.issues import CaseStatus, PlaceKind
from services.issues.app import service
from services.issues.cases.domain.transitions import COMMAND_WORDS, STATUS_WORDS, CaseCommand, not_now
from services.issues.catalogue.domain.questions import AnswersRefused, answered
from services.issues.places.domain.places import misplaced
from tests.unit.issues.world import CATALOGUE

CODE = re.compile(r"[a-z]{2,}")


def test_a_command_that_is_not_possible_now_is_refused_in_words() -> None:
    refusal = not_now(CaseStatus.REPORTED, CaseCommand.VERIFY)
    assert refusal.sentence("zh") == "案件当前状态为“已上报”，不能“核查”。"
    assert refusal.sentence("en") == "The case is reported: “verify” is not possible now."
    assert refusal.params == {"status": "reported", "command": "verify"}


@pytest.mark.parametrize("status", CaseStatus)
def test_every_status_and_every_command_has_words(status: CaseStatus) -> None:
    assert set(COMMAND_WORDS) == set(CaseCommand)
    for command in CaseCommand:
        assert not CODE.search(not_now(status, command).sentence("zh"))
    assert "-" not in STATUS_WORDS[status].en


def test_kinds_of_things_questions_and_places_are_called_by_their_words() -> None:
    for kind in service.kinds:
        if kind.name != "person-data":
            assert kind.zh is not None, kind.name
            said = UnknownAggregate(kind=kind.name, id="7")
            assert (said.sentence("zh"), said.sentence("en")) == (f"没有找到{kind.zh} 7。", f"There is no {kind.en} 7.")
            assert said.params == {"kind": kind.name, "id": "7"}
    for place in PlaceKind:
        assert not CODE.search(misplaced(place).sentence("zh"))
    asking = next(category for category in CATALOGUE.categories if any(each.required for each in category.questions))
    with pytest.raises(AnswersRefused) as refused:
        answered(asking.questions, {})
    required = [each for each in asking.questions if each.required]
    assert all(each.zh in refused.value.sentence("zh") and each.en in refused.value.sentence("en") for each in required)
    assert refused.value.params["questions"] == ", ".join(each.code for each in required)
