"""How a community routes: which rules and which model are switched on, and who decides that."""

from typing import Any

import pytest

from services.chassis.errors import NotYours
from services.contracts.issues.routing import Automatic, ModelStatus
from services.issues.routing.domain.model import (
    AskModel,
    RoutingModel,
    ask_model,
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
    not_set_up,
    open_routing,
    switch_model,
    switch_rules,
)
from services.issues.routing.domain.rules import Conditions, Rule
from tests.unit.issues.world import (
    HERE,
    NOW,
    RESIDENT,
    STAFF,
    assert_folds,
)

LIGHTS = Rule(id="lights", title="灯", unit="unit-1", when=Conditions(categories=("lighting",)))


def routing(**fields: Any) -> Routing:
    return not_set_up(HERE).model_copy(update=fields)


def drafted(*rules: Rule) -> Routing:
    return draft_rules(routing(), DraftRules(community=HERE, rules=rules), STAFF, NOW).aggregate


def a_model(status: ModelStatus = ModelStatus.READY, **fields: Any) -> RoutingModel:
    made = ask_model("model-1", AskModel(community=HERE), STAFF, NOW).aggregate
    return made.model_copy(update={"status": status, **fields})


def test_the_rules_that_are_on_stay_those_that_were_switched_on() -> None:
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


def test_a_command_that_changes_nothing_tells_nothing() -> None:
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
