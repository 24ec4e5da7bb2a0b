"""The hours ledger: what each person has given."""

from datetime import date

from pydantic import BaseModel

from services.contracts.event import Event, State
from services.contracts.marks import Id, Internal, PersonId, Public, Thing
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers.needs import Origin


class _Account(BaseModel):
    volunteer: Public[PersonId]
    minutes: Public[int]
    """All minutes on it."""


class AccountState(_Account, State, type="cn.community.volunteers.account.state.v1", topic=VOLUNTEERS):
    """How many minutes, coins and points a person has on record."""


class AccountCredited(
    _Account, Event, type="cn.community.volunteers.account.credited.v1", topic=VOLUNTEERS, state=AccountState
):
    """A service was entered: `added` minutes (`minutes` is the new total).

    Less than was served where the day's cap was reached, and then `capped`. Once for each source and person,
    and for each stay at an activity. `told` is who hears of it: the volunteer, unless the service stood on another
    record of theirs before.
    """

    added: Public[int]
    capped: Public[bool]
    source: Public[Origin]
    activity: Public[Id | None]
    need: Public[Id | None]
    on: Public[date]
    told: Public[PersonId | None] = None


class AccountCorrected(
    Event, type="cn.community.volunteers.account.corrected.v1", topic=VOLUNTEERS, state=AccountState
):
    """Staff corrected an earlier entry by `added` minutes (may be negative); the entry itself stays as it was."""

    minutes: Public[int]
    added: Public[int]
    by: Internal[PersonId]
    volunteer: Public[PersonId | None] = None


class AccountErased(Event, type="cn.community.volunteers.account.erased.v1", topic=VOLUNTEERS, state=AccountState):
    """The person's id was replaced by a stand-in that leads nowhere; the minutes stay in the community's total."""

    volunteer: Public[PersonId]


class AccountPaid(Event, type="cn.community.volunteers.account.paid.v1", topic=VOLUNTEERS, state=AccountState):
    """Coins of the time bank left this account for that of `to`: an `account.received` follows there."""

    transfer: Public[Thing[Id]]
    to: Public[PersonId]
    coins: Public[int]
    """In minutes of time."""


class AccountReceived(Event, type="cn.community.volunteers.account.received.v1", topic=VOLUNTEERS, state=AccountState):
    """Coins of a transfer reached this account; fewer than none where they were taken back."""

    transfer: Public[Thing[Id]]
    coins: Public[int]


class AccountRedeemed(Event, type="cn.community.volunteers.account.redeemed.v1", topic=VOLUNTEERS, state=AccountState):
    """Points were taken for something, which is not told."""

    redemption: Public[Thing[Id]]
    points: Public[int]


class AccountRedemptionReversed(
    Event, type="cn.community.volunteers.account.redemption-reversed.v1", topic=VOLUNTEERS, state=AccountState
):
    """Points that were taken were given back."""

    redemption: Public[Thing[Id]]
    points: Public[int]


class AccountPaymentReversed(
    Event, type="cn.community.volunteers.account.payment-reversed.v1", topic=VOLUNTEERS, state=AccountState
):
    """A payment was given back to this account; it is taken back from that of `to`."""

    transfer: Public[Thing[Id]]
    to: Public[PersonId]
    coins: Public[int]
