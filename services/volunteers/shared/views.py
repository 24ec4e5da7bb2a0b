"""The shape that all views of volunteers have: an aggregate's public state and its identity."""

import re
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from services.chassis.errors import UnknownAggregate
from services.chassis.store.aggregates import Stored

V = TypeVar("V", bound=BaseModel)


class Identified(BaseModel):
    """The fields that every view of an aggregate has beside its state."""

    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")


def shown(view: type[V], stored: Stored[Any], **more: Any) -> V:
    """The aggregate as a `view`: its public state, its identity, and `more`.

    Raises:
        UnknownAggregate: the aggregate was erased and has no public state any more.
    """
    aggregate = stored.aggregate
    state = aggregate.public_state
    if state is None:
        raise UnknownAggregate(kind=_kind_of(aggregate), id=aggregate.id)
    identity = {"id": aggregate.id, "community": aggregate.community, "version": stored.version}
    return view(**{name: getattr(state, name) for name in type(state).model_fields} | identity | more)


def _kind_of(aggregate: object) -> str:
    """The name of the kind of an aggregate, as its class is called: care-plan for CarePlan."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(aggregate).__name__).lower()


def taken(source: BaseModel, model: type[BaseModel]) -> dict[str, Any]:
    """The fields of `source` that `model` has."""
    return {name: getattr(source, name) for name in model.model_fields}
