"""Looks at decisions: whether their events fold to the state after, and which events they have."""

from typing import Any

from services.chassis.aggregate import Decision
from services.contracts.event import fold


def assert_folds(before: Any, decision: Decision[Any]) -> None:
    """The law of folding: the events' public data over the state before give the state after."""
    after = decision.aggregate.public()
    state = {} if before is None else before.public().model_dump(mode="json")
    for event in decision.events:
        if not event.internal:
            state = fold(state, type(after), event.public_data())
    assert state == after.model_dump(mode="json")


def said(decision: Decision[Any], which: int = 0) -> Any:
    """One of a decision's events."""
    return decision.events[which]
