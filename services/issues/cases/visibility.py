"""Which cases somebody may know of: what a caller may not know of is answered as what does not exist."""

from collections.abc import Callable

from services.chassis.errors import UnknownAggregate
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Stored
from services.issues.cases.domain.case import Case
from services.issues.store import Store


async def known_case(store: Store, id: str, principal: Principal) -> tuple[Stored[Case], Principal]:
    """Case `id`, and the caller with their alias.

    Raises:
        UnknownAggregate: there is none, or they may not know of it. This comes first, so that a 403 tells nothing.
        NotYours: they are no member of its community.
    """
    stored = await store.cases.get(id)
    by = await store.vault.known(principal)
    if not stored.aggregate.shows_itself_to(by):
        raise UnknownAggregate(kind="case", id=id)
    by.require(stored.aggregate.community)
    return stored, by


def known_by(by: Principal) -> Callable[[Case], bool]:
    """Whether `by`, who has their alias, may know of a case."""
    return lambda case: case.shows_itself_to(by)
