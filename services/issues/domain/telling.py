"""How a changed aggregate tells what happened: the events' state fields are read from its public state.

That is what makes the folding law hold by construction: a fact and the state after it can't differ in a field.
"""

from functools import cache
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.contracts.event import Event, State

E = TypeVar("E", bound=Event)


def tell(event: type[E], changed: Aggregate, **more: Any) -> E:
    """The `event` with each field that `changed` shows publicly, and `more` for what is not part of the state."""
    state = changed.public()
    shown = {} if state is None else {name: getattr(state, name) for name in _in_both(event, type(state))}
    return event(**(shown | more))


@cache
def _in_both(event: type[Event], state: type[State]) -> tuple[str, ...]:
    return tuple(event.model_fields.keys() & state.model_fields.keys())
