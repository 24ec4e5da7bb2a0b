"""What an activity holds of people: who registered with how many heads, and who came."""

from datetime import date, datetime

from pydantic import ConfigDict

from services.contracts.marks import Code, Office, Someone, Thing, Words
from services.contracts.value import Value

MAX_PARTY = 10


class _Value(Value):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GroupHeads(_Value):
    """So many heads of a party belong to one ticket group."""

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
        """How many of its heads belong to `group`."""
        return sum(each.heads for each in self.groups if each.group == group)


class Presence(_Value):
    """Somebody's coming and going. `heads` is 0 for volunteers. `minutes` stands once they have left.

    `scans` are the ids that phones gave to what they saw of them, each once; `walk_in` came without a registration.
    """

    person: Someone[str]
    as_volunteer: bool
    heads: int
    arrived_at: datetime
    by: Someone[str]
    left_at: datetime | None = None
    minutes: int | None = None
    capped: bool = False
    walk_in: bool = False
    label: Words[str | None] = None
    scans: Thing[tuple[str, ...]] = ()
