"""Seals the contact that a report brings, before there is a case to hold it; opens it for those who may read it."""

import logging
from collections.abc import Callable

from services.chassis.principal import Principal, Role
from services.contracts.issues import Channel
from services.issues.cases.domain.case import Case
from services.issues.cases.domain.reporting import Report
from services.issues.privacy.domain.contact import Contact, Sealed
from services.issues.privacy.sealing import NotOpened
from services.issues.privacy.vault import Vault

log = logging.getLogger(__name__)


async def opened(vault: Vault, case: Case, by: Principal) -> Contact | None:
    """The contact of `case` if `by` may read it; None as well where it was destroyed, or changed in the store."""
    if not case.shows_contact_to(by):
        return None
    try:
        return await vault.open(case.contact, case.community, case.id)
    except NotOpened:
        log.warning("a contact was changed and can't be opened", extra={"case": case.id})
        return None


async def sealing(vault: Vault, report: Report, by: Principal) -> Callable[[str], Sealed | None]:
    """Seals the contact of `report` for a case, given its id.

    The key is the reporter's. Where a worker writes down what somebody came by to say, it is the case's own.
    """
    contact = report.contact
    if contact is None:
        return lambda case: None
    by.require(report.community)
    works = by.has(report.community, Role.STAFF, Role.GRID_WORKER) and report.channel is not Channel.RESIDENT
    sealer = await vault.sealer(report.community, report.reporter or (None if works else by.sub))
    return lambda case: sealer.seal(case, contact)
