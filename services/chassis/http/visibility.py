"""Who may know that something is there: to everybody else it answers as what isn't, by the same words."""

from collections.abc import Callable
from typing import Any, TypeVar

from services.chassis.aggregate import Aggregate
from services.chassis.errors import UnknownAggregate
from services.chassis.principal import Principal, Role
from services.chassis.store.aggregates import Aggregates, Kind, Stored

A = TypeVar("A", bound=Aggregate)


def known_to(by: Principal, *roles: Role) -> Callable[[Aggregate], bool]:
    """Whether `by` belongs to a thing's community and, where roles are given, holds one of them there."""

    def knows(aggregate: Aggregate) -> bool:
        at_home = aggregate.community in by.communities
        return at_home and (not roles or by.has(aggregate.community, *roles))

    return knows


def require_known(thing: Aggregate, kind: Kind[Any], by: Principal) -> None:
    """Raises UnknownAggregate, as if there were no `thing` of `kind`, unless `by` belongs to its community."""
    if thing.community not in by.communities:
        raise UnknownAggregate(kind=kind.name, id=thing.id)


async def known(aggregates: Aggregates[A], id: str, knows: Callable[[A], bool]) -> Stored[A]:
    """The aggregate `id`, to whom it is known.

    Raises:
        UnknownAggregate: there is none, or the caller may not know of it.
    """
    stored = await aggregates.get(id)
    if not knows(stored.aggregate):
        raise UnknownAggregate(kind=aggregates.kind.name, id=id)
    return stored
