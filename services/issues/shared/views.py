"""The common part of views: an aggregate's public state with its id, community and version."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field

from services.chassis.aggregate import assembled
from services.chassis.store.aggregates import Stored

V = TypeVar("V", bound=BaseModel)


class Identified(BaseModel):
    """The fields that every aggregate is shown with."""

    id: str
    community: str
    version: int = Field(description="Number of events so far; also the ETag.")


def shown(view: type[V], stored: Stored[Any], **more: Any) -> V:
    """The public state of `stored` in a `view`; fields in `more` are added to it or stand in the place of its own."""
    state = stored.aggregate.public_state
    identity = {"id": stored.aggregate.id, "community": stored.aggregate.community, "version": stored.version}
    return assembled(view, {**state.__dict__, **identity, **more})
