"""A case has a short number that people can say, and that is read however they type it."""

from datetime import UTC, datetime

import pytest

from services.chassis.aggregate import decided
from services.contracts.issues import CaseStatus
from services.issues.cases.domain.number import give_number, number_in, prefix_of, read_number, series_of
from services.issues.cases.settings import CaseSettings
from tests.unit.issues.world import a_case, assert_folds


def test_a_number_is_the_community_the_month_in_china_and_a_count() -> None:
    late_on_the_thirtieth = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    already_december = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert number_in(series_of("YG", late_on_the_thirtieth), 42) == "YG-2611-0042"
    assert number_in(series_of("YG", already_december), 12345) == "YG-2612-12345"


@pytest.mark.parametrize(
    ("community", "prefix"),
    [("sunshine", "YG"), ("hong-qi.garden", "HQG"), ("riverside", "RI"), ("42", "C"), ("a-b-c-d-e-f", "ABCD")],
)
def test_the_prefix_is_the_chosen_one_or_initials(community: str, prefix: str) -> None:
    assert prefix_of(community, {"sunshine": "YG"}) == prefix


@pytest.mark.parametrize(
    "typed",
    [
        "YG-2611-0042",
        "yg-2611-42",
        "yg261142",
        "YG26110042",
        " ＹＧ－２６１１－００４２ ",
        "YG–2611–0042",
        "yg 2611 0042",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert read_number(typed) == "YG-2611-0042"


@pytest.mark.parametrize(
    "typed", ["", "电梯", "2611-0042", "YG-261", "case-0011ff", "YG-2611-0042-1", "YGYGYGYG-2611-1"]
)
def test_other_words_are_no_number(typed: str) -> None:
    assert read_number(typed) is None


def test_a_case_of_older_days_is_given_a_number_once() -> None:
    case = a_case(CaseStatus.IN_PROGRESS)
    assert case.number is None
    decision = give_number(case, "YG-2401-0001")
    assert_folds(case, decision)
    assert decision.aggregate.number == "YG-2401-0001"
    assert give_number(decision.aggregate, "YG-2401-0002") == decided(decision.aggregate)


def test_prefixes_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MONGODB_URL": "mongodb://here:9", "KAFKA_BOOTSTRAP": "here:9", "ENVIRONMENT": "test"}.items():
        monkeypatch.setenv(f"ISSUES_{name}", value)
    monkeypatch.setenv("ISSUES_NUMBER_PREFIXES", "sunshine:YG, garden:HY")
    assert CaseSettings().number_prefixes == {"sunshine": "YG", "garden": "HY"}
    for wrong in ("sunshine", "sunshine:yg", "sunshine:阳光", "sunshine:YG,garden:YG"):
        monkeypatch.setenv("ISSUES_NUMBER_PREFIXES", wrong)
        with pytest.raises(ValueError, match="must"):
            CaseSettings()
