"""The time bank: coins that are earned by minutes given, paid to others, and given back where a service is withdrawn.

Coins are a ledger of their own beside the hours, in whole minutes: a certificate shows hours alone. Lines are added and
never changed. A payment leaves one account by one write and reaches the other by its event, once; so the sum over all
accounts is what was earned, as soon as everything under way has arrived.
"""

from datetime import datetime

from pydantic import Field

from services.chassis.aggregate import Decision, decided
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import Request
from services.contracts.marks import Id
from services.contracts.volunteers import AccountPaid, AccountPaymentReversed, AccountReceived
from services.volunteers.hours.domain.ledger import Account, CoinKind, CoinLine
from services.volunteers.shared.values import Minutes


class NotEnoughCoins(
    Conflict, code="account.not-enough-coins", zh="时间币余额不足。", en="There are not enough coins."
):
    """An account is never overdrawn by a payment."""


class NoSuchPayment(Invalid, code="account.no-such-payment", zh="没有这笔支付。", en="There is no such payment."):
    """What is given back was paid from this account."""


class ReversedAlready(
    Conflict, code="account.reversed-already", zh="这笔支付已经退回。", en="The payment was given back already."
):
    """A payment is given back once."""


class PayToOneself(Invalid, code="account.pay-to-oneself", zh="不能付给自己。", en="Nobody pays themselves."):
    """Time goes from one person to another."""


class Pay(Request):
    """Pay somebody for their time, in whole minutes."""

    to: Id
    minutes: Minutes = Field(strict=True)


class Reverse(Request):
    """The payment that is given back, since the service was withdrawn."""

    transfer: Id


def pay(account: Account, command: Pay, transfer: str, by: Principal, now: datetime) -> Decision[Account]:
    """Pay from one's own account.

    Raises:
        NotYours: the account is somebody else's.
        PayToOneself: the payee is the payer.
        NotEnoughCoins: the account has fewer coins.
    """
    by.require(account.community)
    if by.sub != account.volunteer or account.erased:
        raise NotYours()
    if command.to == account.volunteer:
        raise PayToOneself()
    if account.balance < command.minutes:
        raise NotEnoughCoins()
    changed = account.with_coins(_line(CoinKind.PAID, -command.minutes, transfer, command.to, now))
    return decided(changed, AccountPaid(transfer=transfer, to=command.to, coins=command.minutes))


def receive(account: Account, transfer: str, payer: str, minutes: int, now: datetime) -> Decision[Account]:
    """A payment arrives, once."""
    if _has(account, transfer, CoinKind.RECEIVED):
        return decided(account)
    changed = account.with_coins(_line(CoinKind.RECEIVED, minutes, transfer, payer, now))
    return decided(changed, AccountReceived(transfer=transfer, coins=minutes))


def reverse(account: Account, command: Reverse, by: Principal, now: datetime) -> Decision[Account]:
    """Staff give a payment back to the account from which it was paid. The payment itself stays.

    Raises:
        NotYours: the caller is not staff.
        NoSuchPayment: it was not paid from here.
        ReversedAlready: it was given back before.
    """
    by.require(account.community, Role.STAFF)
    paid = next((c for c in account.coins if c.transfer == command.transfer and c.kind is CoinKind.PAID), None)
    if paid is None or paid.other is None:
        raise NoSuchPayment()
    if _has(account, command.transfer, CoinKind.GIVEN_BACK):
        raise ReversedAlready()
    changed = account.with_coins(_line(CoinKind.GIVEN_BACK, -paid.minutes, command.transfer, paid.other, now))
    told = AccountPaymentReversed(transfer=command.transfer, to=paid.other, coins=-paid.minutes)
    return decided(changed, told)


def take_back(account: Account, transfer: str, payer: str, minutes: int, now: datetime) -> Decision[Account]:
    """A payment that had arrived is taken back, once. The balance may fall below nothing by that."""
    if _has(account, transfer, CoinKind.TAKEN_BACK):
        return decided(account)
    changed = account.with_coins(_line(CoinKind.TAKEN_BACK, -minutes, transfer, payer, now))
    return decided(changed, AccountReceived(transfer=transfer, coins=-minutes))


def forget_other(account: Account, person: str, stand_in: str) -> Decision[Account]:
    """Somebody whom the account paid, or who paid it, is erased."""
    if all(line.other != person for line in account.coins):
        return decided(account)
    lines = tuple(c.model_copy(update={"other": stand_in}) if c.other == person else c for c in account.coins)
    return decided(account.model_copy(update={"coins": lines}), AccountReceived(transfer="erased", coins=0))


def _line(kind: CoinKind, minutes: int, transfer: str, other: str, now: datetime) -> CoinLine:
    return CoinLine(kind=kind, minutes=minutes, transfer=transfer, other=other, at=now)


def _has(account: Account, transfer: str, kind: CoinKind) -> bool:
    return any(line.transfer == transfer and line.kind is kind for line in account.coins)
