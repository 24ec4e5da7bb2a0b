"""Carries commands out and holds each to the folding law: its facts alone give the new public state."""

from collections.abc import Callable
from typing import TypeVar

from services.chassis.aggregate import Decision
from services.contracts.event import fold
from services.events.activities.domain.activity import Activity
from services.events.children.domain import Child
from services.events.drafts.domain import Draft
from services.events.enrolments.domain import Enrolment
from services.events.feedback.domain import Feedback
from services.events.series.domain.series import Series
from services.events.venues.domain import Venue

A = TypeVar("A", Activity, Series, Enrolment, Child, Venue, Draft, Feedback)


def took(aggregate: A, decide: Callable[[A], Decision[A]]) -> Decision[A]:
    """The decision of `decide` about `aggregate`, once it has been held to the folding law."""
    decision = decide(aggregate)
    lawful(aggregate, decision)
    return decision


def lawful(before: A | None, decision: Decision[A]) -> None:
    """Hold a decision to the folding law. One without facts must have changed nothing."""
    after = decision.aggregate.public()
    known = None if before is None else before.public()
    state = {} if known is None else known.model_dump(mode="json")
    if after is None:  # nothing of it is public any more
        return
    for event in decision.events:
        assert event.state is type(after)
        state = fold(state, type(after), event.public_data())
    assert state == after.model_dump(mode="json")
    if not decision.events:
        assert decision.aggregate == before
