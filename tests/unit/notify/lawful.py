"""Holds decisions about notices to the folding law: their facts alone give the new public state."""

from typing import Any

from services.chassis.aggregate import Decision
from services.contracts.event import fold
from services.notify.notices.domain.notice import Notice


def assert_folds(before: Notice | None, decision: Decision[Notice]) -> None:
    """Folding the public data of the events over the public state before gives the public state after."""
    state: dict[str, Any] = {} if before is None else before.whole().model_dump(mode="json")
    for event in decision.events:
        state = fold(state, type(decision.aggregate.whole()), event.public_data())
    assert state == decision.aggregate.whole().model_dump(mode="json")
