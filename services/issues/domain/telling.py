"""How a changed aggregate tells what happened: the events' state fields are read from its public state.

That is what makes the folding law hold by construction: a fact and the state after it can't differ in a field.
"""

from functools import cache
from functools import cache
from typing import Any, TypeVar, cast

from services.chassis.aggregate import Aggregate
from services.contracts.event import Event, State

E = TypeVar("E", bound=Event)


def tell(event: type[E], changed: Aggregate, **more: Any) -> E:
    """The `event` with each field that `changed` shows publicly, and `more` for what is not part of the state."""
    state = changed.shown
    if state is None:
        return event(**more)
    if not more and _is_whole(event, type(state)):
        # Validated a moment ago as the state, field by field of the same types: not again.
        made = event.model_construct(_fields_set=set(event.model_fields), **state.__dict__)
        return cast("E", made)
    shown = type(state).model_fields.keys() & event.model_fields.keys() - more.keys()
    return event(**{name: getattr(state, name) for name in shown}, **more)


@cache
def _is_whole(event: type[Event], state: type[State]) -> bool:
    """Whether `event` has the fields of `state`, of the same types, and no others."""
    return {n: f.annotation for n, f in event.model_fields.items()} == {
        n: f.annotation for n, f in state.model_fields.items()
    }
