"""Merges the accounts of two records of one person: the services, payments and redemptions of one are entered on the
other, and corrected to nothing on the first.

Each activity and each need stays entered once, and no day holds more than its cap: a service that both records had
counts once. A payment or redemption is entered under its own id, so that it can be reversed where the person goes on.
Nothing is removed: the account that ends keeps its lines, each with a correction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.aggregate import Decision, derived_id, event_from
from services.chassis.principal import SYSTEM
from services.contracts.event import Event
from services.contracts.volunteers import (
    AccountCorrected,
    AccountCredited,
    AccountReceived,
    AccountRedeemed,
    AccountRedemptionReversed,
)
from services.volunteers.hours.domain.ledger import (
    Account,
    CoinCaps,
    CoinKind,
    CoinLine,
    Entry,
    PointKind,
    PointLine,
    PointRules,
    Service,
    corrected_by,
    credit,
)

_REASON = "合并至同一人的另一记录"


_PAYMENTS = frozenset({CoinKind.PAID, CoinKind.RECEIVED, CoinKind.GIVEN_BACK, CoinKind.TAKEN_BACK})
_REDEMPTIONS = frozenset({PointKind.SPENT, PointKind.GIVEN_BACK})


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account that ends hands over: its services, its lines of payments, and its lines of redemptions."""

    services: tuple[Service, ...] = ()
    payments: tuple[CoinLine, ...] = ()
    redemptions: tuple[PointLine, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.services or self.payments or self.redemptions)


def holding_of(account: Account) -> Holding:
    """What an account that ends has still to hand over: payments and redemptions once, and each service that stands."""
    moved = {line.transfer for line in account.coins} | {line.reference for line in account.point_lines}
    payments = (line for line in account.coins if line.kind in _PAYMENTS)
    redemptions = (line for line in account.point_lines if line.kind in _REDEMPTIONS)
    return Holding(
        tuple(services_of(account)),
        tuple(line for line in payments if _correcting(line.kind, line.transfer) not in moved),
        tuple(line for line in redemptions if _correcting(line.kind, line.reference) not in moved),
    )


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
    account: Account, holding: Holding, now: datetime, caps: CoinCaps, rules: PointRules
) -> Decision[Account]:
    """Enter what the account that ends holds, except what stands here already."""
    events: list[Event] = []
    for service in holding.services:
        decision = credit(account, service, now, caps, rules)
        account = decision.aggregate
        events += (
            event.model_copy(update={"told": None}) if isinstance(event, AccountCredited) else event
            for event in decision.events
        )
    if account.erased:
        return Decision(account, tuple(events))
    there = {(line.kind, line.transfer) for line in account.coins}
    for line in holding.payments:
        if (line.kind, line.transfer) not in there:
            account = account.with_coins(line.model_copy(update={"at": now}))
            events.append(AccountReceived(transfer=line.transfer, coins=line.minutes))
    known = {(line.kind, line.reference) for line in account.point_lines}
    for redeemed in holding.redemptions:
        if (redeemed.kind, redeemed.reference) not in known:
            account = account.with_points(redeemed.model_copy(update={"at": now}))
            events.append(_told(redeemed.reference, redeemed.points))
    return Decision(account, tuple(events))


def hand_over(
    account: Account, holding: Holding, now: datetime, caps: CoinCaps, rules: PointRules
) -> Decision[Account]:
    """Correct to nothing what was entered on the other account."""
    changed = _without_services(account, holding.services, now, caps, rules)
    events: list[Event] = []
    if changed is not account:
        added = changed.minutes - account.minutes
        events.append(event_from(AccountCorrected, changed, added=added, by=SYSTEM))
    left = holding_of(account)
    for line in (each for each in left.payments if each in holding.payments):
        id = _correcting(line.kind, line.transfer)
        changed = changed.with_coins(CoinLine(kind=CoinKind.CORRECTED, minutes=-line.minutes, transfer=id, at=now))
        events.append(AccountReceived(transfer=line.transfer, coins=-line.minutes))
    for redeemed in (each for each in left.redemptions if each in holding.redemptions):
        id = _correcting(redeemed.kind, redeemed.reference)
        changed = changed.with_points(
            PointLine(kind=PointKind.CORRECTED, points=-redeemed.points, reference=id, at=now)
        )
        events.append(_told(redeemed.reference, -redeemed.points))
    return Decision(changed, tuple(events))


def _without_services(
    account: Account, services: Iterable[Service], now: datetime, caps: CoinCaps, rules: PointRules
) -> Account:
    for entry in account.entries:
        stands = _stands(account, entry)
        moved = any(entry.is_same_as(service) for service in services)
        if entry.corrects is not None or stands <= 0 or not moved:
            continue
        count = sum(each.corrects == entry.id for each in account.entries)
        line = corrected_by(entry, derived_id("entry", entry.id, str(count)), -stands, _REASON, SYSTEM, now)
        account = account.with_entry(line, entry, (CoinKind.CORRECTED, PointKind.CORRECTED), caps, rules, now)
    return account


def _stands(account: Account, entry: Entry) -> int:
    return sum(each.minutes for each in account.entries if entry.id in (each.id, each.corrects))


def _told(redemption: str, points: int) -> Event:
    """The event of a line of a redemption that changes the points of an account by `points`."""
    if points < 0:
        return AccountRedeemed(redemption=redemption, points=-points)
    return AccountRedemptionReversed(redemption=redemption, points=points)


def _correcting(kind: CoinKind | PointKind, id: str) -> str:
    """The id of the line that corrects a line of a payment or redemption that was handed over."""
    return derived_id("handed-over", kind.value, id)
