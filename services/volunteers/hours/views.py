"""The views of accounts, and of a community's hours, in the API."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import AccountState, Origin
from services.volunteers.hours.domain.ledger import Account, CoinKind, PointKind
from services.volunteers.hours.domain.stars import hours_text, stars_of
from services.volunteers.shared.views import Identified, shown, taken


class EntryView(BaseModel):
    """A line of the ledger."""

    id: str
    source: Origin
    activity: str | None
    need: str | None
    category: str | None
    minutes: int
    claimed: int = Field(description="Before the day's cap.")
    on: date
    at: datetime
    corrects: str | None
    reason: str | None


class CoinView(BaseModel):
    """A line of the time bank, in minutes. `other` is the person whom it was paid to, or who paid it."""

    kind: CoinKind
    minutes: int
    transfer: str
    other: str | None
    at: datetime


class PointView(BaseModel):
    """A line of points. `reference` is the entry that earned them, or the redemption."""

    kind: PointKind
    points: int
    reference: str
    what: str | None
    at: datetime


class AccountView(AccountState, Identified):
    """A person's account. `hours` are the minutes as hours, cut and never rounded up; `stars` is the number of stars
    earned.

    `balance` is the coins of the time bank, in minutes; `points` is the number of points left.
    """

    entries: list[EntryView]
    hours: str
    stars: int
    balance: int
    coins: list[CoinView]
    points: int
    point_lines: list[PointView]


FEWEST = 5
"""What fewer people have given together says too much about each of them."""


class TotalsView(BaseModel):
    """The total of a community's hours. `people` is the number of people who have given some; where these are one to
    four, staff alone read the figures, and everybody else gets null."""

    community: str
    minutes: int | None
    people: int | None


def account_view(stored: Stored[Account]) -> AccountView:
    """The view of an account, with all its entries, coins and points."""
    entries = [EntryView(**taken(entry, EntryView)) for entry in stored.aggregate.entries]
    account = stored.aggregate
    return shown(
        AccountView,
        stored,
        entries=entries,
        hours=hours_text(account.minutes),
        stars=stars_of(account.minutes),
        balance=account.balance,
        coins=[CoinView(**taken(line, CoinView)) for line in account.coins],
        points=account.points,
        point_lines=[PointView(**taken(line, PointView)) for line in account.point_lines],
    )
