"""How a changed aggregate tells what happened: the events' state fields are read from its public state.

So a fact and the state after it can't differ in a field, which is the law of folding. Fields of a first event are all
fields of the state, since its model has them all.
"""

from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.contracts.event import Event

E = TypeVar("E", bound=Event)


def tell(event: type[E], changed: Aggregate, **more: Any) -> E:
    """The `event` with each field that `changed` shows publicly, and `more` for what is not part of the state."""
    state = changed.public()
    shown = set() if state is None else type(state).model_fields.keys() & event.model_fields.keys() - more.keys()
    return event(**{name: getattr(state, name) for name in shown}, **more)
