"""How a community routes: what is switched on, who is suggested and why, who decides, and what the figures say."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import NotYours
from services.contracts.issues import CaseStatus, Channel, Priority
from services.contracts.issues.routing import Automatic, DispatchSource, ModelStatus
from services.issues.cases.domain.clock import Clocks
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.routing.dispatching import Means, dispatch_by_platform
from services.issues.routing.domain.accuracy import SMALLEST_SAMPLE, Counted, Outcome, Tally, figures, publish
from services.issues.routing.domain.classifier import Guess
from services.issues.routing.domain.model import (
    NOT_ENOUGH,
    AskModel,
    RoutingModel,
    ask_model,
    ask_successor,
    conclude,
    successor_id,
    withdraw,
)
from services.issues.routing.domain.policy import (
    Automate,
    DraftRules,
    ModelNotReady,
    NotThatDraft,
    Routing,
    RuleTwice,
    SwitchModel,
    SwitchRules,
    automate,
    draft_rules,
    lose_model,
    not_set_up,
    open_routing,
    replace_model,
    switch_model,
    switch_rules,
)
from services.issues.routing.domain.rehearsal import Scene, tally
from services.issues.routing.domain.rules import Conditions, Facts, Rule
from services.issues.routing.domain.suggesting import Opinion, Why, is_for_the_platform, suggest
from tests.unit.issues.world import (
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    UNIT,
    a_case,
    assert_folds,
)

LIGHTS = Rule(id="lights", title="灯", unit="unit-1", when=Conditions(categories=("lighting",)))
FACTS = Facts(category="lighting", at=NOW, channel=Channel.RESIDENT, priority=Priority.HIGH)
UNITS = (Guess("unit-2", 0.7), Guess("unit-3", 0.2), Guess("unit-1", 0.1))


def routing(**fields: Any) -> Routing:
    return not_set_up(HERE).model_copy(update=fields)


def drafted(*rules: Rule) -> Routing:
    return draft_rules(routing(), DraftRules(community=HERE, rules=rules), STAFF, NOW).aggregate


def a_model(status: ModelStatus = ModelStatus.READY, **fields: Any) -> RoutingModel:
    made = ask_model("model-1", AskModel(community=HERE), STAFF, NOW).aggregate
    return made.model_copy(update={"status": status, **fields})


def test_what_is_on_is_what_was_drafted_until_it_is_switched_again() -> None:
    on = switch_rules(drafted(LIGHTS), SwitchRules(community=HERE, edition=1), STAFF, NOW)
    assert (on.aggregate.edition, on.aggregate.rules_on) == (1, (LIGHTS,))
    assert_folds(drafted(LIGHTS), on)
    edited = draft_rules(on.aggregate, DraftRules(community=HERE, rules=()), STAFF, NOW)
    assert (edited.aggregate.draft, edited.aggregate.rules_on) == (2, (LIGHTS,))
    assert_folds(on.aggregate, edited)
    with pytest.raises(NotThatDraft):
        switch_rules(edited.aggregate, SwitchRules(community=HERE, edition=3), STAFF, NOW)
    off = switch_rules(edited.aggregate, SwitchRules(community=HERE, edition=None), STAFF, NOW)
    assert (off.aggregate.edition, off.aggregate.rules_on, off.aggregate.draft) == (0, (), 2)
    assert_folds(edited.aggregate, off)


def test_what_changes_nothing_says_nothing() -> None:
    once = drafted(LIGHTS)
    assert draft_rules(once, DraftRules(community=HERE, rules=(LIGHTS,)), STAFF, NOW).events == ()
    assert switch_rules(once, SwitchRules(community=HERE, edition=None), STAFF, NOW).events == ()
    assert switch_model(once, SwitchModel(community=HERE, model=None), None, STAFF, NOW).events == ()
    assert automate(once, Automate(community=HERE, automatic=Automatic.OFF), STAFF, NOW).events == ()


def test_two_rules_with_one_id_are_refused() -> None:
    with pytest.raises(RuleTwice):
        drafted(LIGHTS, LIGHTS)


def test_only_the_staff_of_the_community_decide() -> None:
    elsewhere = routing(community="elsewhere")
    for by, where in ((RESIDENT, routing()), (STAFF, elsewhere)):
        with pytest.raises(NotYours):
            switch_rules(where, SwitchRules(community=where.community, edition=None), by, NOW)
        with pytest.raises(NotYours):
            automate(where, Automate(community=where.community, automatic=Automatic.FILED), by, NOW)
    with pytest.raises(NotYours):
        open_routing(HERE, RESIDENT)


@pytest.mark.parametrize("status", [ModelStatus.ASKED, ModelStatus.REFUSED, ModelStatus.WITHDRAWN])
def test_only_a_trained_model_is_switched_on(status: ModelStatus) -> None:
    command = SwitchModel(community=HERE, model="model-1")
    with pytest.raises(ModelNotReady):
        switch_model(routing(), command, a_model(status), STAFF, NOW)
    with pytest.raises(ModelNotReady):
        switch_model(routing(), command, a_model(community="elsewhere"), STAFF, NOW)
    on = switch_model(routing(), command, a_model(), STAFF, NOW)
    assert on.aggregate.model == "model-1"
    assert_folds(routing(), on)


def test_a_withdrawn_model_is_replaced_by_its_successor_and_by_no_other() -> None:
    on = routing(model="model-1")
    lost = lose_model(on, "model-1", "system")
    assert (lost.aggregate.model, lost.aggregate.awaiting) == (None, "model-1")
    assert_folds(on, lost)
    assert lose_model(lost.aggregate, "model-1", "system").events == ()
    withdrawn = withdraw(a_model(), NOW)
    assert_folds(a_model(), withdrawn)
    successor = ask_successor(withdrawn.aggregate, NOW).aggregate
    assert (successor.id, successor.replaces) == (successor_id("model-1"), "model-1")
    assert replace_model(lost.aggregate, successor, "system").events == ()
    ready = conclude(successor, (), None, NOW).aggregate
    assert replace_model(lost.aggregate, ready, "system").aggregate.model == successor.id
    assert replace_model(lost.aggregate, a_model(replaces="model-9"), "system").events == ()
    decided_otherwise = lost.aggregate.model_copy(update={"model": "model-5", "awaiting": None})
    assert replace_model(decided_otherwise, ready, "system").events == ()


def test_a_training_ends_once() -> None:
    asked = a_model(ModelStatus.ASKED)
    refused = conclude(asked, (), NOT_ENOUGH, NOW)
    assert (refused.aggregate.status, refused.aggregate.refusal) == (ModelStatus.REFUSED, NOT_ENOUGH)
    assert_folds(asked, refused)
    assert conclude(refused.aggregate, (), None, NOW).events == ()


def test_a_rule_comes_before_the_model_and_the_model_before_the_catalogue() -> None:
    opinion = Opinion("model-1", (Guess("lighting", 0.9),), UNITS)
    both = suggest(routing(rules_on=(LIGHTS,), edition=3), FACTS, opinion, "unit-9")
    assert (both.why, both.unit, both.rule, both.edition, both.source) == (
        Why.RULE,
        "unit-1",
        "lights",
        3,
        DispatchSource.RULE,
    )
    model = suggest(routing(), FACTS, opinion, "unit-9")
    assert (model.why, model.unit, model.confidence, model.source) == (Why.MODEL, "unit-2", 0.7, DispatchSource.MODEL)
    assert [likely.label for likely in model.units] == ["unit-2", "unit-3", "unit-1"]
    unsure = suggest(routing(threshold=0.8), FACTS, opinion, "unit-9")
    assert (unsure.why, unsure.unit, unsure.source, unsure.category) == (Why.CATALOGUE, "unit-9", None, "lighting")
    alone = suggest(routing(threshold=0.8), FACTS, opinion, None)
    assert (alone.why, alone.unit, alone.source) == (Why.UNSURE, "unit-2", None)
    nothing = suggest(routing(), FACTS, None, None)
    assert (nothing.why, nothing.unit, nothing.source) == (Why.NOTHING, None, None)


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
    assert made.why is not Why.MODEL or (made.confidence or 0) >= threshold


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


def test_counts_of_a_rehearsal_add_up_and_keep_what_was_learnt_apart() -> None:
    scenes = [
        Scene("c1", "unit-1", "unit-1", rule="a", matched=("a", "b")),
        Scene("c2", "unit-1", "unit-2", rule="a", matched=("a",)),
        Scene("c3", "unit-2", None, rule="b", matched=("b",)),
        Scene("c4", None, "unit-1"),
        Scene("c5", "unit-1", "unit-1", learnt=True),
        Scene("c6", "unit-1", "unit-2", learnt=True),
    ]
    report = tally(scenes)
    assert report.looked_at == len(scenes) == report.routed + report.unroutable
    assert report.routed == report.agree + report.differ + report.open + report.learnt_from
    assert (report.agree, report.differ, report.agreement) == (1, 1, 0.5)
    assert (report.learnt_from, report.learnt_agree) == (2, 1)
    assert [(row.rule, row.matched, row.won, row.agreed) for row in report.rules] == [("a", 2, 2, 1), ("b", 2, 1, 0)]
    assert [(d.case, d.unit, d.rehearsed) for d in report.differing] == [("c2", "unit-2", "unit-1")]
    assert tally([]).agreement is None


def counted(**outcomes: int) -> Counted:
    tallies = [
        Tally(DispatchSource.RULE, "unit-1", "lighting", Outcome(outcome), count) for outcome, count in outcomes.items()
    ]
    return Counted(tallies, 6, {"rule": 6}, {"unit-1": 6}, {"lighting": 6})


def test_accuracy_is_of_what_is_decided_and_hops_are_of_cases() -> None:
    made = figures(HERE, NOW - timedelta(days=1), NOW, counted(handled=6, returned=1, reassigned=1, open=4))
    overall = made.overall
    assert (overall.dispatches, overall.decided, overall.accuracy, overall.hops) == (12, 8, 0.75, 2.0)
    assert overall.low is not None
    assert overall.high is not None
    assert overall.low < 0.75 < overall.high
    assert [(line.source, line.accuracy) for line in made.sources] == [(DispatchSource.RULE, 0.75)]
    assert_folds(None, publish(made))


def test_a_small_sample_gives_no_rate() -> None:
    made = figures(HERE, NOW - timedelta(days=1), NOW, counted(handled=SMALLEST_SAMPLE - 1, open=50))
    assert (made.overall.accuracy, made.overall.low, made.overall.decided) == (None, None, SMALLEST_SAMPLE - 1)


def test_the_platform_files_and_dispatches_in_one_and_says_by_what() -> None:
    rule = LIGHTS.model_copy(update={"unit": UNIT.id})
    made = suggest(routing(rules_on=(rule,), edition=2), FACTS, None, None)
    case = a_case(CaseStatus.REPORTED)
    done = dispatch_by_platform(case, made, Means(UNIT, RESIDENTIAL, Clocks()), NOW)
    assert [type(event).__name__ for event in done.events] == ["CaseAccepted", "CaseDispatched"]
    assert (done.aggregate.status, done.aggregate.unit) == (CaseStatus.DISPATCHED, UNIT.id)
    told = done.events[-1].public_data()["routed"]
    assert (told["source"], told["rule"], told["edition"]) == ("rule", "lights", 2)
    assert_folds(case, done)
