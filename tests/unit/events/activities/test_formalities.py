"""Papers that a rule asks for: named before people are told of an activity, and kept however it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.activities import ActivityDetails, ActivityKind
from services.events.activities.domain.changing import Change, change
from services.events.activities.domain.formalities import (
    ORDER_505,
    Formalities,
    FormalitiesMissing,
    Formality,
    FormalityRule,
    Terms,
)
from tests.unit.events.given import NOW, STAFF, activity

CLINICS = FormalityRule(kind=ActivityKind.CLINIC, asks=(Formality.FILING, Formality.INSURANCE))
PAPERS = {"insurance": "policy-7", "filing": "file-12"}
NUMBERS = {"insurance_number": "PDAA202611010000123456", "filing_number": "京公治许字[2026]第3号"}


@given(
    kind=st.sampled_from(ActivityKind),
    capacity=st.integers(1, 1000),
    named=st.sets(st.sampled_from(sorted(PAPERS))),
    numbered=st.sets(st.sampled_from(sorted(NUMBERS))),
)
def test_what_is_missing_is_what_some_rule_asks_for_and_nobody_named(
    kind: ActivityKind, capacity: int, named: set[str], numbered: set[str]
) -> None:
    details = ActivityDetails.model_validate({name: PAPERS[name] for name in named})
    asked = {"filing"} if capacity >= 1000 else set[str]()
    asked |= {"filing", "insurance"} if kind is ActivityKind.CLINIC else set()
    given = named | {name.removesuffix("_number") for name in numbered}
    terms = Terms(kind, capacity, details, **{name: NUMBERS[name] for name in numbered})
    assert Formalities((ORDER_505, CLINICS)).missing(terms) == asked - given
    assert Formalities(()).missing(terms) == set()


def test_the_refusal_names_the_papers_in_both_languages() -> None:
    with pytest.raises(FormalitiesMissing) as refused:
        Formalities((CLINICS,)).require(Terms(ActivityKind.CLINIC, 20, ActivityDetails()))
    assert refused.value.sentence("zh") == "按规定，此类活动须先填写：备案、保险。"
    assert refused.value.sentence("en") == "A rule asks of such an activity: filing, insurance."


def test_a_change_that_takes_a_paper_away_is_refused_and_what_lacked_it_before_the_rule_may_change_otherwise() -> None:
    keeping = Formalities((CLINICS,)).keeping(lambda found, now: change(found, asked, STAFF, now))
    asked = Change(title="义诊（新址）")
    lacking = activity(capacity=20)
    assert keeping(lacking, NOW).aggregate.title == "义诊（新址）"
    full = activity(capacity=20, details=ActivityDetails(insurance="policy-7", filing="file-12"))
    asked = Change(details=ActivityDetails(insurance="policy-7"), given=("filing",))
    with pytest.raises(FormalitiesMissing):
        keeping(full, NOW)
