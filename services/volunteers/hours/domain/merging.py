"""Merges the accounts of two records of one person: the services of one are entered on the other, and corrected to
nothing on the first.

Each activity and each need stays entered once, and no day holds more than its cap: a service that both records had
counts once. Nothing is removed: the account that ends keeps its entries, each with a correction.
"""

from datetime import datetime

from services.chassis.aggregate import Decision, decided, derived_id, event_from
from services.chassis.principal import SYSTEM
from services.contracts.event import Event
from services.contracts.volunteers import AccountCorrected, AccountCredited
from services.volunteers.hours.domain.ledger import (
    Account,
    CoinCaps,
    CoinKind,
    Entry,
    PointKind,
    PointRules,
    Service,
    corrected_by,
    credit,
)

_REASON = "合并至同一人的另一记录"


def services_of(account: Account) -> list[Service]:
    """The services on an account with their minutes after corrections, without those that have none left."""
    found = []
    for entry in account.entries:
        minutes = _stands(account, entry)
        if entry.corrects is None and minutes > 0:
            told = {name: getattr(entry, name) for name in Service.model_fields}
            found.append(Service(**told | {"minutes": minutes}))
    return found


def take_over(
    account: Account, services: list[Service], now: datetime, caps: CoinCaps, rules: PointRules
) -> Decision[Account]:
    """Enter the services of the account that ends, except those that stand here already."""
    events: list[Event] = []
    for service in services:
        decision = credit(account, service, now, caps, rules)
        account = decision.aggregate
        events += (
            event.model_copy(update={"told": None}) if isinstance(event, AccountCredited) else event
            for event in decision.events
        )
    return Decision(account, tuple(events))


def hand_over(
    account: Account, services: list[Service], now: datetime, caps: CoinCaps, rules: PointRules
) -> Decision[Account]:
    """Correct the entries of `services` to nothing, because these were entered on the other account."""
    before = account
    for entry in before.entries:
        stands = _stands(account, entry)
        moved = any(entry.is_same_as(service) for service in services)
        if entry.corrects is not None or stands <= 0 or not moved:
            continue
        count = sum(each.corrects == entry.id for each in account.entries)
        line = corrected_by(entry, derived_id("entry", entry.id, str(count)), -stands, _REASON, SYSTEM, now)
        account = account.with_entry(line, entry, (CoinKind.CORRECTED, PointKind.CORRECTED), caps, rules, now)
    if account is before:
        return decided(account)
    added = account.minutes - before.minutes
    return decided(account, event_from(AccountCorrected, account, added=added, by=SYSTEM))


def _stands(account: Account, entry: Entry) -> int:
    return sum(each.minutes for each in account.entries if entry.id in (each.id, each.corrects))
