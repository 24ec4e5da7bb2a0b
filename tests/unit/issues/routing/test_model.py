"""A model is trained once, withdrawn when it must forget, and replaced by its successor alone."""

from typing import Any

from services.contracts.issues.routing import ModelStatus
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
    Routing,
    lose_model,
    not_set_up,
    replace_model,
)
from tests.unit.issues.world import (
    HERE,
    NOW,
    STAFF,
    assert_folds,
)


def routing(**fields: Any) -> Routing:
    return not_set_up(HERE).model_copy(update=fields)


def a_model(status: ModelStatus = ModelStatus.READY, **fields: Any) -> RoutingModel:
    made = ask_model("model-1", AskModel(community=HERE), STAFF, NOW).aggregate
    return made.model_copy(update={"status": status, **fields})


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
