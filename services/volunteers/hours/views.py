"""How the API shows accounts, and a community's hours."""

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
    """A line of the time bank, in minutes. `other`: the person whom it was paid to, or who paid it."""

    kind: CoinKind
    minutes: int
    transfer: str
    other: str | None
    at: datetime


class PointView(BaseModel):
    """A line of points. `reference`: the entry that earned them, or what was taken."""

    kind: PointKind
    points: int
    reference: str
    what: str | None
    at: datetime


class AccountView(AccountState, Identified):
    """A person's hours and coins. `hours`: the minutes as hours, cut and never rounded up; `stars`: what they earned.

    `balance`: the coins of the time bank, in minutes. `points`: those that are left.
    """

    entries: list[EntryView]
    hours: str
    stars: int
    balance: int
    coins: list[CoinView]
    points: int
    point_lines: list[PointView]


class TotalsView(BaseModel):
    """A community's hours. `people` is the number of those who have given some."""

    community: str
    minutes: int
    people: int


def account_view(stored: Stored[Account]) -> AccountView:
    """The account with all its entries and coins."""
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
