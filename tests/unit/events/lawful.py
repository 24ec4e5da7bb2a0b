"""Carries commands out and holds each to the folding law: its facts alone give the new public state."""

from collections.abc import Callable
from typing import TypeVar

from services.chassis.aggregate import Decision
from services.contracts.event import fold
from services.events.activities.domain.activity import Activity
from services.events.series.domain.series import Series

A = TypeVar("A", Activity, Series)


def took(aggregate: A, decide: Callable[[A], Decision[A]]) -> Decision[A]:
    """The decision of `decide` about `aggregate`, once it has been held to the folding law."""
    decision = decide(aggregate)
    lawful(aggregate, decision)
    return decision


def lawful(before: A | None, decision: Decision[A]) -> None:
    """Hold a decision to the folding law. One without facts must have changed nothing."""
    after = decision.aggregate.public()
    state = {} if before is None else before.public().model_dump(mode="json")
    for event in decision.events:
        assert event.state is type(after)
        state = fold(state, type(after), event.public_data())
    assert state == after.model_dump(mode="json")
    if not decision.events:
        assert decision.aggregate == before
