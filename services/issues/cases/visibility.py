"""Which cases somebody may know of: a case that a caller may not know of is answered as one that does not exist."""

from collections.abc import Callable

from services.chassis.errors import UnknownAggregate
from services.chassis.principal import Principal
from services.chassis.store.aggregates import Aggregates, Stored
from services.issues.cases.domain.case import Case
from services.issues.privacy.vault import Vault


async def known_case(
    cases: Aggregates[Case], vault: Vault, id: str, principal: Principal
) -> tuple[Stored[Case], Principal]:
    """Case `id`, and the caller with their alias.

    Raises:
        UnknownAggregate: there is none, or they may not know of it: it is of a community of others, or private.
    """
    stored = await cases.get(id)
    by = await vault.known(principal)
    if not stored.aggregate.shows_itself_to(by):
        raise UnknownAggregate(kind="case", id=id)
    return stored, by


def known_by(by: Principal) -> Callable[[Case], bool]:
    """Whether `by`, who has their alias, may know of a case."""
    return lambda case: case.shows_itself_to(by)
