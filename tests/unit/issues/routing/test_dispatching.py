"""A dispatch by the platform says by what it was decided."""

from typing import Any

from services.contracts.issues import CaseStatus, Channel, Priority
from services.issues.cases.domain.clock import Clocks
from services.issues.catalogue.residential import RESIDENTIAL
from services.issues.routing.dispatching import Means, dispatch_by_platform
from services.issues.routing.domain.policy import (
    Routing,
    not_set_up,
)
from services.issues.routing.domain.rules import Conditions, Facts, Rule
from services.issues.routing.domain.suggesting import suggest
from tests.unit.issues.world import (
    HERE,
    NOW,
    UNIT,
    a_case,
    assert_folds,
)

LIGHTS = Rule(id="lights", title="灯", unit="unit-1", when=Conditions(categories=("lighting",)))


FACTS = Facts(category="lighting", at=NOW, channel=Channel.RESIDENT, priority=Priority.HIGH)


def routing(**fields: Any) -> Routing:
    return not_set_up(HERE).model_copy(update=fields)


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
