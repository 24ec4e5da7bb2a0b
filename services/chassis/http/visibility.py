"""Decides who may know that an aggregate exists. Everybody else gets the answer of an id that doesn't exist, in the
same words."""

from collections.abc import Callable
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.errors import UnknownAggregate
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Kind, Stored

A = TypeVar("A", bound=Aggregate)


def known_to(by: Principal, *roles: Role) -> Callable[[Aggregate], bool]:
    """A test of aggregates: whether `by` belongs to its community, may know of it and, where `roles` are given, holds
    one of them there."""

    def knows(aggregate: Aggregate) -> bool:
        at_home = aggregate.community in by.communities
        has_role = not roles or by.has(aggregate.community, *roles)
        return at_home and has_role and not aggregate.hides_from(by)

    return knows


def require_known(thing: Aggregate, kind: Kind[Any], by: Principal) -> None:
    """Raises UnknownAggregate, as if `thing` did not exist, unless `by` belongs to its community and may know of
    it."""
    if thing.community not in by.communities or thing.hides_from(by):
        raise UnknownAggregate(kind=kind.name, id=thing.id)


async def known(aggregates: Aggregates[A], id: str, knows: Callable[[A], bool]) -> Stored[A]:
    """The aggregate `id`, for a caller whom `knows` lets know of it.

    Raises:
        UnknownAggregate: there is none, or the caller may not know of it.
    """
    stored = await aggregates.get(id)
    if not knows(stored.aggregate):
        raise UnknownAggregate(kind=aggregates.kind.name, id=id)
    return stored
