"""Refusals speak to people in their words; programs read the codes in the parameters."""

import re
from string import Formatter
from typing import Any

import pytest

from services.chassis import recurrence
from services.chassis.aggregate import derived_id
from services.chassis.errors import AlreadyExists, CommunityError, UnknownAggregate, declared_errors
from services.chassis.http.validation import faults
from services.contracts.issues import CaseStatus, PlaceKind
from services.issues.app import service
from services.issues.cases.domain.transitions import COMMAND_WORDS, STATUS_WORDS, CaseCommand, not_now
from services.issues.catalogue.domain.questions import AnswersRefused, answered
from services.issues.places.domain.places import misplaced
from services.issues.rounds.domain.recurrence import normalise
from tests.unit.issues.world import CATALOGUE

CODE = re.compile(r"[a-z]{2,}")
NAMES = re.compile(
    r"JSON|PDF|JPEG|HEIC|AVIF|PNG|WebP|MP3|M4A|AAC|OGG|WAV|AMR|MB|UTF-8|ASCII|Idempotency-Key|If-Match|2026-W48"
)
"""What people call so themselves: formats, headers of HTTP, a week."""
GIVEN = {
    *("id", "photo", "attachment", "client_id", "rule", "word", "category", "kpi"),  # what the caller has sent
    *("on", "day", "year", "version", "draft", "edition", "title"),
    *(
        "limit",
        "days",
        "times",
        "most",
        "count",
        "record",
        "floor",
        "kilometres",
        "size",
        "lines",
        "line",
        "column",
        "floors",
    ),
    *("megabytes", "megapixels", "others", "pages", "minutes", "uploads", "seconds", "floors"),
    *("header", "method", "expected", "character"),
}
"""Parameters that are numbers, dates, or what the caller has sent."""
SAID = {"kind", "status", "command", "field", "reason", "part", "parents", "numbers", "questions", "period"}
"""Parameters that would be codes, and are words in a sentence: see the tests below."""


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
            assert (said.sentence("zh"), said.sentence("en")) == (
                f"没有找到该{kind.zh} 7。",
                f"There is no such {kind.en} 7.",
            )
            assert said.params == {"kind": kind.name, "id": "7"}
    made = derived_id("case", "x")
    for refusal in (UnknownAggregate(kind="case", id=made), AlreadyExists(kind="case", id=made)):
        assert made not in refusal.sentence("zh") + refusal.sentence("en")
        assert refusal.params["id"] == made
    for place in PlaceKind:
        assert not CODE.search(misplaced(place).sentence("zh"))
    asking = next(category for category in CATALOGUE.categories if any(each.required for each in category.questions))
    with pytest.raises(AnswersRefused) as refused:
        answered(asking.questions, {})
    required = [each for each in asking.questions if each.required]
    assert all(each.zh in refused.value.sentence("zh") and each.en in refused.value.sentence("en") for each in required)
    assert refused.value.params["questions"] == ", ".join(each.code for each in required)


def _of_issues() -> list[type[CommunityError]]:
    """Every refusal of the service and of its border, without those of Open311, which programs alone read."""
    ours = ("services.issues", "services.chassis.http", "services.chassis.errors")
    found = [each for each in declared_errors().values() if each.__module__.startswith(ours)]
    return [each for each in found if not each.code.startswith("open311.")]


def test_no_sentence_has_a_code_in_it_and_no_parameter_that_could_be_one() -> None:
    refusals = _of_issues()
    assert len(refusals) > 100
    for refusal in refusals:
        pieces = list(Formatter().parse(refusal.zh))
        said = NAMES.sub("", "".join(text for text, *_ in pieces))
        assert not re.search("[A-Za-z]{2,}", said), (refusal.code, said)
        assert {name for _, name, *_ in pieces if name} <= GIVEN | SAID, refusal.code


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "BYDAY=MO", "每周六", "FREQ=DAILY;COUNT=3;UNTIL=20270101", "X" * 300])
def test_a_rule_of_repetition_is_refused_in_words(rule: str) -> None:
    with pytest.raises(CommunityError) as refused:
        normalise(rule)
    assert not CODE.search(refused.value.sentence("zh").lower()), refused.value.sentence("zh")


def test_every_part_of_a_rule_has_words() -> None:
    for part in ("FREQ", "BYDAY", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "INTERVAL", "RRULE", "?", "COUNT+UNTIL"):
        assert not re.search("[A-Za-z]", recurrence.part_named(part).zh)


@pytest.mark.parametrize(("language", "said"), [("zh", "两个代码重复"), ("en", "it stands twice")])
def test_what_a_rule_of_ours_says_in_both_languages_is_told_in_one(language: Any, said: str) -> None:
    wrong = {"type": "value_error", "loc": ("body", "x"), "msg": "Value error, 两个代码重复 (it stands twice)"}
    assert faults([wrong], language) == [{"detail": said, "pointer": "#/x"}]
