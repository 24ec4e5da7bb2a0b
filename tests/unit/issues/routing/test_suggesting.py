"""Who is suggested and why, and what the platform may dispatch without a person."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.issues import CaseStatus, Channel, Priority
from services.contracts.issues.routing import Automatic, DispatchSource
from services.issues.routing.domain.classifier import Guess
from services.issues.routing.domain.policy import (
    Routing,
    not_set_up,
)
from services.issues.routing.domain.rules import Conditions, Facts, Rule
from services.issues.routing.domain.suggesting import Opinion, SuggestionReason, is_for_the_platform, suggest
from tests.unit.issues.world import (
    HERE,
    NOW,
    a_case,
)

LIGHTS = Rule(id="lights", title="灯", unit="unit-1", when=Conditions(categories=("lighting",)))


FACTS = Facts(category="lighting", at=NOW, channel=Channel.RESIDENT, priority=Priority.HIGH)


UNITS = (Guess("unit-2", 0.7), Guess("unit-3", 0.2), Guess("unit-1", 0.1))


def routing(**fields: Any) -> Routing:
    return not_set_up(HERE).model_copy(update=fields)


def test_a_rule_comes_before_the_model_and_the_model_before_the_catalogue() -> None:
    opinion = Opinion("model-1", (Guess("lighting", 0.9),), UNITS)
    both = suggest(routing(rules_on=(LIGHTS,), edition=3), FACTS, opinion, "unit-9")
    assert (both.why, both.unit, both.rule, both.edition, both.source) == (
        SuggestionReason.RULE,
        "unit-1",
        "lights",
        3,
        DispatchSource.RULE,
    )
    model = suggest(routing(), FACTS, opinion, "unit-9")
    assert (model.why, model.unit, model.confidence, model.source) == (
        SuggestionReason.MODEL,
        "unit-2",
        0.7,
        DispatchSource.MODEL,
    )
    assert [likely.label for likely in model.units] == ["unit-2", "unit-3", "unit-1"]
    unsure = suggest(routing(threshold=0.8), FACTS, opinion, "unit-9")
    assert (unsure.why, unsure.unit, unsure.source, unsure.category) == (
        SuggestionReason.CATALOGUE,
        "unit-9",
        None,
        "lighting",
    )
    alone = suggest(routing(threshold=0.8), FACTS, opinion, None)
    assert (alone.why, alone.unit, alone.source) == (SuggestionReason.UNSURE, "unit-2", None)
    nothing = suggest(routing(), FACTS, None, None)
    assert (nothing.why, nothing.unit, nothing.source) == (SuggestionReason.NOTHING, None, None)


@given(
    returned=st.sets(st.sampled_from(["unit-1", "unit-2", "unit-3", "unit-9"])),
    threshold=st.floats(0.05, 1),
    rules=st.sampled_from([(), (LIGHTS,)]),
    responsible=st.sampled_from([None, "unit-9"]),
)
def test_no_unit_is_suggested_again_for_what_it_has_returned(
    returned: set[str], threshold: float, rules: tuple[Rule, ...], responsible: str | None
) -> None:
    made = suggest(
        routing(rules_on=rules, threshold=threshold), FACTS, Opinion("model-1", (), UNITS), responsible, returned
    )
    assert made.unit not in returned
    assert made.why is not SuggestionReason.MODEL or (made.confidence or 0) >= threshold


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("automatic", list(Automatic))
def test_the_platform_dispatches_what_is_new_and_as_far_as_it_was_told(
    status: CaseStatus, automatic: Automatic
) -> None:
    sure = suggest(routing(rules_on=(LIGHTS,)), FACTS, None, None)
    case = a_case(CaseStatus.REPORTED).model_copy(update={"status": status})
    wanted = {Automatic.OFF: set(), Automatic.FILED: {"accepted"}, Automatic.REPORTED: {"accepted", "reported"}}
    assert is_for_the_platform(case, sure, automatic) == (status in wanted[automatic])
    assert not is_for_the_platform(case.model_copy(update={"returned": 1}), sure, automatic)
    assert not is_for_the_platform(case.model_copy(update={"reopened": 1}), sure, automatic)
    assert not is_for_the_platform(case, suggest(routing(), FACTS, None, "unit-9"), automatic)
