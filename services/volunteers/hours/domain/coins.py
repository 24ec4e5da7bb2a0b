"""The time bank: coins that are earned by minutes given, paid to others, and given back where a service is withdrawn.

Coins are a ledger of their own beside the hours, in whole minutes: a certificate shows hours alone. Lines are added and
never changed. A payment leaves one account by one write and reaches the other by its event, once. So the sum over all
accounts equals the coins earned, once every payment has arrived.
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
    """The account has fewer coins than are to be paid, and a payment never overdraws it."""


class NoSuchPayment(Invalid, code="account.no-such-payment", zh="没有这笔支付。", en="There is no such payment."):
    """The payment to be reversed was not made from this account."""


class ReversedAlready(
    Conflict, code="account.reversed-already", zh="这笔支付已经退回。", en="The payment was given back already."
):
    """The payment was reversed before, and can be reversed only once."""


class PayToOneself(Invalid, code="account.pay-to-oneself", zh="不能付给自己。", en="Nobody pays themselves."):
    """The payer and the payee are the same person."""


class Pay(Request):
    """The order to pay somebody for their time, in whole minutes."""

    to: Id
    minutes: Minutes = Field(strict=True)


class Reverse(Request):
    """The payment to be reversed, because the service was withdrawn."""

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
    """Receive a payment. Receiving it again changes nothing."""
    if _has(account, transfer, CoinKind.RECEIVED):
        return decided(account)
    changed = account.with_coins(_line(CoinKind.RECEIVED, minutes, transfer, payer, now))
    return decided(changed, AccountReceived(transfer=transfer, coins=minutes))


def reverse(account: Account, command: Reverse, by: Principal, now: datetime) -> Decision[Account]:
    """Reverse a payment, as staff, on the account from which it was made. The payment itself stays on record.

    Raises:
        NotYours: the caller is not staff.
        NoSuchPayment: the payment was not made from this account.
        ReversedAlready: the payment was reversed before.
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
    """Take back a received payment that was reversed. Taking it back again changes nothing. The balance may become
    negative."""
    if _has(account, transfer, CoinKind.TAKEN_BACK):
        return decided(account)
    changed = account.with_coins(_line(CoinKind.TAKEN_BACK, -minutes, transfer, payer, now))
    return decided(changed, AccountReceived(transfer=transfer, coins=-minutes))


def forget_other(account: Account, person: str, stand_in: str) -> Decision[Account]:
    """Replace an erased person, whom the account paid or who paid it, by `stand_in`."""
    if all(line.other != person for line in account.coins):
        return decided(account)
    lines = tuple(c.model_copy(update={"other": stand_in}) if c.other == person else c for c in account.coins)
    return decided(account.model_copy(update={"coins": lines}), AccountReceived(transfer="erased", coins=0))


def _line(kind: CoinKind, minutes: int, transfer: str, other: str, now: datetime) -> CoinLine:
    return CoinLine(kind=kind, minutes=minutes, transfer=transfer, other=other, at=now)


def _has(account: Account, transfer: str, kind: CoinKind) -> bool:
    return any(line.transfer == transfer and line.kind is kind for line in account.coins)
