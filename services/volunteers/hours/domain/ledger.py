"""The rules of the hours ledger: each service that a person gave is an entry, never changed and never removed.

Each activity and each need is entered once per person, however often its event is repeated. A mistake is corrected by a
second entry that names the first. No calendar day holds more than `DAY_CAP` minutes; the entry also keeps the minutes
before the cap.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from services.chassis.aggregate import Aggregate, Decision, decided, derived_id, event_from
from services.chassis.errors import Forbidden, Invalid
from services.chassis.principal import Principal, Role
from services.chassis.values import ZONE, Request, Text
from services.contracts.marks import Office, Officer, Someone, Thing
from services.contracts.value import Value
from services.contracts.volunteers import AccountCorrected, AccountCredited, AccountErased, AccountState, Origin
from services.volunteers.needs.domain.serving import NotGivenYet, TooManyMinutes

DAY_CAP = 720
"""The most minutes that may be entered for one calendar day, from all sources together."""


class UnknownEntry(Invalid, code="account.unknown-entry", zh="没有这条服务记录。", en="There is no such entry."):
    """There is no such entry to correct, or it is a correction itself."""


class OwnAccount(
    Forbidden,
    code="account.not-by-oneself",
    zh="本人的时长、积分须由其他工作人员办理。",
    en="Somebody else of the staff changes one's own account.",
):
    """Somebody, also of the staff, changes their own account."""


class Service(Value):
    """A service that a person gave, to an activity or to a need. `category`: its kind, where it is known; `stay`: which
    of their stays at the activity, for who left and came back."""

    model_config = ConfigDict(frozen=True)

    source: Origin
    activity: Thing[str | None] = None
    need: Thing[str | None] = None
    minutes: int
    on: date
    category: Thing[str | None] = None
    stay: int = 1

    @property
    def source_id(self) -> str:
        """The id of the activity or the need, of which each stay is entered once."""
        return self.activity or self.need or ""

    def is_same_as(self, other: "Service") -> bool:
        """Whether `other` is the same service, with whatever minutes."""
        return (self.source_id, self.stay) == (other.source_id, other.stay)


class Entry(Service):
    """A line of the ledger. `minutes` may be negative on a correction; `claimed`: before the cap."""

    id: Thing[str]
    claimed: int
    at: datetime
    corrects: Thing[str | None] = None
    reason: Office[str | None] = Field(default=None, repr=False)
    by: Officer[str | None] = None


class Correct(Request):
    """The minutes that an entry should have had, by staff, with a reason."""

    entry: Annotated[str, Field(max_length=64)]
    minutes: int = Field(ge=0, le=DAY_CAP)
    reason: Text


class CoinKind(StrEnum):
    """The origin of a line of coins. `corrected`: the entry that had earned them was corrected, or the payment was
    handed over to another account of the same person."""

    EARNED = "earned"
    CORRECTED = "corrected"
    PAID = "paid"
    RECEIVED = "received"
    GIVEN_BACK = "given-back"
    TAKEN_BACK = "taken-back"


class CoinLine(Value):
    """A line of the time bank, in minutes. `transfer` is the payment, or the entry that earned the coins; `other` is
    the other party of a payment."""

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


class PointKind(StrEnum):
    """The origin of a line of points. `corrected`: the entry that had earned them was corrected."""

    EARNED = "earned"
    CORRECTED = "corrected"
    SPENT = "spent"
    GIVEN_BACK = "given-back"


class PointLine(Value):
    """A line of points. `reference` is the entry that earned them, or the redemption; `what` describes the thing
    redeemed."""

    model_config = ConfigDict(frozen=True)

    kind: PointKind
    points: int
    reference: Thing[str]
    what: Office[str | None] = Field(default=None, repr=False)
    at: datetime
    by: Officer[str | None] = None


class PointRules(Value):
    """The points that an hour earns, by the kind of service, and the most points that a day earns and an account
    holds."""

    an_hour: int = 10
    by_category: Mapping[str, int] = Field(default_factory=dict)
    a_day: int = 80
    in_all: int = 100_000

    def earned(self, category: str | None, minutes: int) -> int:
        """The whole points of so many minutes."""
        return max(0, minutes) * self.by_category.get(category or "", self.an_hour) // 60


class Account(Aggregate):
    """One person's hours in one community, their coins of the time bank, and their points: three ledgers."""

    volunteer: Someone[str]
    entries: tuple[Entry, ...] = ()
    coins: tuple[CoinLine, ...] = ()
    point_lines: tuple[PointLine, ...] = ()
    erased: bool = False

    @property
    def minutes(self) -> int:
        """The minutes of all entries together."""
        return sum(entry.minutes for entry in self.entries)

    @property
    def balance(self) -> int:
        """The coins of all lines together."""
        return sum(line.minutes for line in self.coins)

    @property
    def points(self) -> int:
        """The points of all lines together."""
        return sum(line.points for line in self.point_lines)

    def with_points(self, line: PointLine) -> "Account":
        """The account with a further line of points."""
        return self.model_copy(update={"point_lines": (*self.point_lines, line)})

    def with_entry(
        self,
        line: Entry,
        first: Entry,
        kinds: tuple[CoinKind, PointKind],
        caps: CoinCaps,
        rules: PointRules,
        now: datetime,
    ) -> "Account":
        """The account with a further line about the entry `first`, and with the coins and points that follow."""
        account = self.model_copy(update={"entries": (*self.entries, line)})
        account = _earned(account, first, line.minutes, kinds[0], caps, now)
        return _with_points(account, first, kinds[1], rules, now)

    def with_coins(self, line: CoinLine) -> "Account":
        """The account with a further line of coins."""
        return self.model_copy(update={"coins": (*self.coins, line)})

    def public(self) -> AccountState:
        return AccountState(volunteer=self.volunteer, minutes=self.minutes)

    def on_day(self, day: date) -> int:
        """The minutes entered for a calendar day."""
        return sum(entry.minutes for entry in self.entries if entry.on == day)


COIN_CAPS = CoinCaps()
POINT_RULES = PointRules()


def account_id(community: str, person: str) -> str:
    """The id of a person's account in a community."""
    return derived_id("account", community, person)


def new_account(community: str, person: str) -> Account:
    """An account before its first entry."""
    return Account(id=account_id(community, person), community=community, volunteer=person)


def credit(
    account: Account, service: Service, now: datetime, caps: CoinCaps = COIN_CAPS, rules: PointRules = POINT_RULES
) -> Decision[Account]:
    """Enter a service, once, and the coins and points that it earns. An erased account takes none."""
    if account.erased or any(e.corrects is None and e.is_same_as(service) for e in account.entries):
        return decided(account)
    claimed = max(0, service.minutes)
    minutes = max(0, min(claimed, DAY_CAP - account.on_day(service.on)))
    entry = Entry(
        **service.model_dump() | {"minutes": minutes},
        id=derived_id("entry", account.id, service.source_id, *([] if service.stay == 1 else [str(service.stay)])),
        claimed=claimed,
        at=now,
    )
    changed = account.with_entry(entry, entry, (CoinKind.EARNED, PointKind.EARNED), caps, rules, now)
    credited = event_from(
        AccountCredited,
        changed,
        added=minutes,
        capped=minutes < claimed,
        source=service.source,
        activity=service.activity,
        need=service.need,
        on=service.on,
        told=account.volunteer,
    )
    return decided(changed, credited)


def correct(
    account: Account,
    command: Correct,
    by: Principal,
    now: datetime,
    caps: CoinCaps = COIN_CAPS,
    rules: PointRules = POINT_RULES,
) -> Decision[Account]:
    """Correct an entry by a further one, so that all entries for the service together have `command.minutes`.

    Raises:
        NotYours: the caller is not staff.
        OwnAccount: the account is the caller's own.
        UnknownEntry: there is no such entry, it is a correction itself, or the owner was erased.
        TooManyMinutes: the day would hold more than its cap.
        NotGivenYet: so many minutes of the service's day have not gone by.
    """
    by.require(account.community, Role.STAFF)
    if by.sub == account.volunteer:
        raise OwnAccount()
    first = next((e for e in account.entries if e.id == command.entry and e.corrects is None), None)
    if first is None or account.erased:
        raise UnknownEntry()
    stands = sum(e.minutes for e in account.entries if command.entry in (e.id, e.corrects))
    added = command.minutes - stands
    if added == 0:
        return decided(account)
    if account.on_day(first.on) + added > DAY_CAP:
        raise TooManyMinutes(limit=DAY_CAP)
    if added > 0 and datetime.combine(first.on, time(), ZONE) + timedelta(minutes=command.minutes) > now:
        raise NotGivenYet(minutes=command.minutes)
    count = sum(e.corrects == first.id for e in account.entries)
    entry = corrected_by(first, derived_id("entry", first.id, str(count)), added, command.reason, by.sub, now)
    changed = account.with_entry(entry, first, (CoinKind.CORRECTED, PointKind.CORRECTED), caps, rules, now)
    return decided(changed, event_from(AccountCorrected, changed, added=added, by=by.sub))


def corrected_by(first: Entry, id: str, added: int, reason: str, by: str, now: datetime) -> Entry:
    """The entry that corrects `first` by `added` minutes, which may be negative."""
    return first.model_copy(
        update={
            "id": id,
            "minutes": added,
            "claimed": added,
            "at": now,
            "corrects": first.id,
            "reason": reason,
            "by": by,
        }
    )


def erase(account: Account, stand_in: str) -> Decision[Account]:
    """Replace the owner by `stand_in`. The minutes stay in the community's total."""
    if account.erased:
        return decided(account)
    entries = tuple(entry.model_copy(update={"reason": None}) for entry in account.entries)
    points = tuple(line.model_copy(update={"what": None}) for line in account.point_lines)
    forgotten = {"volunteer": stand_in, "entries": entries, "point_lines": points, "erased": True}
    changed = account.model_copy(update=forgotten)
    return decided(changed, event_from(AccountErased, changed))


def _earned(account: Account, entry: Entry, minutes: int, kind: CoinKind, caps: CoinCaps, now: datetime) -> Account:
    """The account with the coins that `minutes` of `entry` earn or, if negative, lose again."""
    on = {each.id for each in account.entries if each.on == entry.on}
    of_entry = sum(line.minutes for line in account.coins if line.transfer == entry.id)
    of_day = sum(line.minutes for line in account.coins if line.transfer in on)
    coins = max(-of_entry, min(minutes, caps.a_day - of_day, caps.in_all - account.balance))
    if coins == 0 or (minutes > 0) != (coins > 0):
        return account
    return account.with_coins(CoinLine(kind=kind, minutes=coins, transfer=entry.id, at=now))


def _with_points(account: Account, entry: Entry, kind: PointKind, rules: PointRules, now: datetime) -> Account:
    """The account with the points that `entry`, with all its corrections, has earned by now."""
    minutes = sum(each.minutes for each in account.entries if entry.id in (each.id, each.corrects))
    on = {each.id for each in account.entries if each.on == entry.on}
    of_entry = sum(line.points for line in account.point_lines if line.reference == entry.id)
    of_day = sum(line.points for line in account.point_lines if line.reference in on)
    owed = rules.earned(entry.category, minutes) - of_entry
    points = min(owed, max(0, min(rules.a_day - of_day, rules.in_all - account.points)))
    if points == 0:
        return account
    return account.with_points(PointLine(kind=kind, points=points, reference=entry.id, at=now))
