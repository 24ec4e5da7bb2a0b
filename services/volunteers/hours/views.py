"""How the API shows accounts, and a community's hours."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.chassis.store.aggregates import Stored
from services.contracts.volunteers import AccountState, Origin
from services.volunteers.hours.domain import Account
from services.volunteers.shared.views import Identified, shown, taken


class EntryView(BaseModel):
    """A line of the ledger."""

    id: str
    source: Origin
    activity: str | None
    need: str | None
    minutes: int
    claimed: int = Field(description="Before the day's cap.")
    on: date
    at: datetime
    corrects: str | None
    reason: str | None


class AccountView(AccountState, Identified):
    """A person's hours."""

    entries: list[EntryView]


class TotalsView(BaseModel):
    """A community's hours. `people` is the number of those who have given some."""

    community: str
    minutes: int
    people: int


def account_view(stored: Stored[Account]) -> AccountView:
    """The account with all its entries."""
    entries = [EntryView(**taken(entry, EntryView)) for entry in stored.aggregate.entries]
    return shown(AccountView, stored, entries=entries)
