"""Seals the contact that a report brings, before there is a case to hold it."""

from collections.abc import Callable

from services.chassis.principal import Principal, Role
from services.contracts.issues import Channel
from services.issues.domain.contact import Sealed
from services.issues.domain.reporting import Report
from services.issues.vault import Vault


async def sealing(vault: Vault, report: Report, by: Principal) -> Callable[[str], Sealed | None]:
    """Seals the contact of `report` for a case, given its id.

    The key is the reporter's. Where a worker writes down what somebody came by to say, it is the case's own.
    """
    contact = report.contact
    if contact is None:
        return lambda case: None
    by.require(report.community)
    works = by.has(Role.STAFF, Role.GRID_WORKER) and report.channel is not Channel.RESIDENT
    sealer = await vault.sealer(report.community, report.reporter or (None if works else by.sub))
    return lambda case: sealer.seal(case, contact)
