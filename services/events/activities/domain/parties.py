"""The people in an activity: parties that registered, with their heads, and those who came."""

from datetime import date, datetime

from pydantic import ConfigDict

from services.contracts.marks import Code, Office, Someone, Thing, Words
from services.contracts.value import Value

MAX_PARTY = 10


class _Value(Value):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GroupHeads(_Value):
    """The number of a party's heads in one ticket group."""

    group: Thing[Code]
    heads: int


class Party(_Value):
    """One registration: `heads` people, all with a seat or all without. `by` entered it, at the counter or oneself.

    - `groups`: how the heads divide into ticket groups, where the activity has such groups.
    - `label`: how the desk recognises somebody who has no account.
    - `agreed_on`: the day for which they registered or said yes, where the activity was moved away from it.
    - `asked_until`: it was moved to another day than that, and the seats are kept until they say yes or no.
    - `offered_until`: seats are kept for a waiting party until it says yes or no.
    - `guest`: let in above the capacity, with a reason.
    - `coming`: what they answered to the reminder.
    """

    person: Someone[str]
    heads: int
    registered_at: datetime
    by: Someone[str]
    guardian: bool = False
    groups: tuple[GroupHeads, ...] = ()
    label: Words[str | None] = None
    agreed_on: date | None = None
    asked_until: datetime | None = None
    offered_until: datetime | None = None
    guest: bool = False
    reason: Office[str | None] = None
    coming: bool | None = None
    children: Someone[tuple[str, ...]] = ()

    def heads_of(self, group: str) -> int:
        """The number of the party's heads in `group`."""
        return sum(each.heads for each in self.groups if each.group == group)


class Presence(_Value):
    """Somebody's coming and going. `heads` is 0 for volunteers. `minutes` stands once they have left.

    Who comes back after a check-out is in the next `stay`, since `came_back_at`; `earlier_minutes` are those of the
    stays before it.

    `scans` are the ids that phones gave to what they saw of them, each once; `walk_in` came without a registration.
    `beyond`: the heads that have no seat, and so take a place while they are there, in a ticket `group` if one is
    named; in records that don't say it, all heads of a walk-in.
    """

    person: Someone[str]
    as_volunteer: bool
    heads: int
    arrived_at: datetime
    by: Someone[str]
    left_at: datetime | None = None
    minutes: int | None = None
    capped: bool = False
    stay: int = 1
    came_back_at: datetime | None = None
    earlier_minutes: int = 0
    walk_in: bool = False
    label: Words[str | None] = None
    scans: Thing[tuple[str, ...]] = ()
    beyond: int | None = None
    children: int = 0
    """How many heads of a walk-in are children."""
    group: Thing[Code | None] = None

    @property
    def here_since(self) -> datetime:
        """When the present stay, or the last one, began."""
        return self.came_back_at or self.arrived_at

    @property
    def places(self) -> int:
        """The number of places that they take beyond the seats that they have."""
        if self.left_at is not None:
            return 0
        return self.beyond if self.beyond is not None else self.heads if self.walk_in else 0
