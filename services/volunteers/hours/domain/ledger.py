"""The rules of the hours ledger: each service that a person gave is an entry, never changed and never removed.

Each activity and each need is entered once per person, however often it is repeated. A mistake is mended by a second
entry that names the first. No calendar day holds more than `DAY_CAP` minutes; the minutes before the cap stay on the
entry.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import Request, Text
from services.contracts.marks import Office, Officer, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import AccountCorrected, AccountCredited, AccountErased, AccountState, Origin
from services.volunteers.needs.domain.serving import TooManyMinutes

DAY_CAP = 720
"""So many minutes may be entered for one calendar day, from all sources together."""


class UnknownEntry(Invalid, code="account.unknown-entry", zh="没有这条服务记录。", en="There is no such entry."):
    """Corrections name the entry they correct; a correction is not corrected itself, its entry is."""


class Service(Value):
    """A service that a person gave, to an activity or to a need."""

    model_config = ConfigDict(frozen=True)

    source: Origin
    activity: Thing[str | None] = None
    need: Thing[str | None] = None
    minutes: int
    on: date

    @property
    def source_id(self) -> str:
        """The id of the activity or the need, which is entered once."""
        return self.activity or self.need or ""


class Entry(Service):
    """A line of the ledger. `minutes` may be negative on a correction; `claimed`: before the cap."""

    id: Thing[str]
    claimed: int
    at: datetime
    corrects: Thing[str | None] = None
    reason: Office[str | None] = Field(default=None, repr=False)
    by: Officer[str | None] = None


class Correct(Request):
    """Staff say what an entry should have been."""

    entry: Annotated[str, Field(max_length=64)]
    minutes: int = Field(ge=0, le=DAY_CAP)
    reason: Text


class CoinKind(StrEnum):
    """How a line of coins came about. `corrected`: the entry that had earned them was."""

    EARNED = "earned"
    CORRECTED = "corrected"
    PAID = "paid"
    RECEIVED = "received"
    GIVEN_BACK = "given-back"
    TAKEN_BACK = "taken-back"


class CoinLine(Value):
    """A line of the time bank, in minutes. `transfer`: the payment, or the entry that earned it; `other`: with whom."""

    model_config = ConfigDict(frozen=True)

    kind: CoinKind
    minutes: int
    transfer: Thing[str]
    other: Someone[str | None] = None
    at: datetime


class CoinCaps(Value):
    """The most coins that a day earns, and that one account holds, in minutes."""

    a_day: int = 240
    in_all: int = 1_500 * 60


class Account(Aggregate):
    """One person's hours in one community, and their coins of the time bank."""

    volunteer: Someone[str]
    entries: tuple[Entry, ...] = ()
    coins: tuple[CoinLine, ...] = ()
    erased: bool = False

    @property
    def minutes(self) -> int:
        """The minutes of all entries together."""
        return sum(entry.minutes for entry in self.entries)

    @property
    def balance(self) -> int:
        """The coins of all lines together."""
        return sum(line.minutes for line in self.coins)

    def with_coins(self, line: CoinLine) -> "Account":
        """The account with a further line of coins."""
        return self.model_copy(update={"coins": (*self.coins, line)})

    def public(self) -> AccountState:
        return AccountState(volunteer=self.volunteer, minutes=self.minutes)

    def on_day(self, day: date) -> int:
        """The minutes entered for a calendar day."""
        return sum(entry.minutes for entry in self.entries if entry.on == day)


COIN_CAPS = CoinCaps()


def account_id(community: str, person: str) -> str:
    """The id of a person's account in a community."""
    return derived_id("account", community, person)


def new_account(community: str, person: str) -> Account:
    """An account before its first entry."""
    return Account(id=account_id(community, person), community=community, volunteer=person)


def credit(account: Account, service: Service, now: datetime, caps: CoinCaps = COIN_CAPS) -> Decision[Account]:
    """Enter a service, once, and the coins that it earns. An erased account takes none."""
    if account.erased or any(e.corrects is None and e.source_id == service.source_id for e in account.entries):
        return decided(account)
    claimed = max(0, service.minutes)
    minutes = max(0, min(claimed, DAY_CAP - account.on_day(service.on)))
    entry = Entry(
        **service.model_dump() | {"minutes": minutes},
        id=derived_id("entry", account.id, service.source_id),
        claimed=claimed,
        at=now,
    )
    changed = _earned(_with(account, entry), entry, minutes, CoinKind.EARNED, caps, now)
    credited = event_from(
        AccountCredited,
        changed,
        added=minutes,
        capped=minutes < claimed,
        source=service.source,
        activity=service.activity,
        need=service.need,
        on=service.on,
    )
    return decided(changed, credited)


def correct(
    account: Account, command: Correct, by: Principal, now: datetime, caps: CoinCaps = COIN_CAPS
) -> Decision[Account]:
    """Mend an entry by a further one, so that all entries for the service together have `command.minutes`.

    Raises:
        NotYours: the caller is not staff.
        UnknownEntry: there is no such entry, or it is a correction itself.
        TooManyMinutes: the day would hold more than its cap.
    """
    by.require(account.community, Role.STAFF)
    first = next((e for e in account.entries if e.id == command.entry and e.corrects is None), None)
    if first is None:
        raise UnknownEntry()
    stands = sum(e.minutes for e in account.entries if command.entry in (e.id, e.corrects))
    added = command.minutes - stands
    if added == 0:
        return decided(account)
    if account.on_day(first.on) + added > DAY_CAP:
        raise TooManyMinutes(limit=DAY_CAP)
    count = sum(e.corrects == first.id for e in account.entries)
    entry = first.model_copy(
        update={
            "id": derived_id("entry", first.id, str(count)),
            "minutes": added,
            "claimed": added,
            "at": now,
            "corrects": first.id,
            "reason": command.reason,
            "by": by.sub,
        }
    )
    changed = _earned(_with(account, entry), first, added, CoinKind.CORRECTED, caps, now)
    return decided(changed, event_from(AccountCorrected, changed, added=added, by=by.sub))


def erase(account: Account, stand_in: str) -> Decision[Account]:
    """Forget whose account it is. The minutes stay in the community's total."""
    if account.erased:
        return decided(account)
    entries = tuple(entry.model_copy(update={"reason": None}) for entry in account.entries)
    changed = account.model_copy(update={"volunteer": stand_in, "entries": entries, "erased": True})
    return decided(changed, event_from(AccountErased, changed))


def _with(account: Account, entry: Entry) -> Account:
    return account.model_copy(update={"entries": (*account.entries, entry)})


def _earned(account: Account, entry: Entry, minutes: int, kind: CoinKind, caps: CoinCaps, now: datetime) -> Account:
    """The account with the coins that `minutes` of `entry` earn or, where they are fewer than none, lose again."""
    on = {each.id for each in account.entries if each.on == entry.on}
    of_entry = sum(line.minutes for line in account.coins if line.transfer == entry.id)
    of_day = sum(line.minutes for line in account.coins if line.transfer in on)
    coins = max(-of_entry, min(minutes, caps.a_day - of_day, caps.in_all - account.balance))
    if coins == 0 or (minutes > 0) != (coins > 0):
        return account
    return account.with_coins(CoinLine(kind=kind, minutes=coins, transfer=entry.id, at=now))
