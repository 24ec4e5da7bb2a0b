"""The people in an activity: parties that registered, with their heads, and those who came."""

from datetime import date, datetime, timedelta

from pydantic import ConfigDict

from services.contracts.marks import Code, Office, Someone, Thing, Words
from services.contracts.value import Value

MAX_PARTY = 10
WITHOUT_ACCOUNT = "guest"
"""The kind of id that somebody without an account is given, whom the desk enters."""
TOLD_AGAIN = timedelta(hours=24)
"""So long before an answer is due the desk is told again to ask for it, where there was twice that time."""


class _Value(Value):
    model_config = ConfigDict(frozen=True, extra="ignore")


class GroupHeads(_Value):
    """The number of a party's heads in one ticket group."""

    group: Thing[Code]
    heads: int


class Party(_Value):
    """One registration: `heads` people, all with a seat or all without. `by` entered it, at the counter or oneself.

    - `groups`: how the heads divide into ticket groups, where the activity has such groups.
    - `label`: how the desk calls them. Somebody without an account has no other name.
    - `agreed_on`: the day for which they registered or said yes, where the activity was moved away from it.
    - `asked_until`: it was moved to another day than that, and the seats are kept until they say yes or no.
    - `offered_until`: seats are kept for a waiting party until it says yes or no.
    - `guest`: let in above the capacity, with a reason.
    - `coming`: what they answered to the reminder.
    - `desk_told`: the desk was told that it is to ask them for an answer by then; `desk_told_again`: for the last time.
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
    desk_told: datetime | None = None
    desk_told_again: bool = False

    @property
    def answer_until(self) -> datetime | None:
        """Until when it has to answer an offer or a move to another day; None where it is asked nothing."""
        return self.offered_until or self.asked_until

    @property
    def has_account(self) -> bool:
        """Whether messages may reach them. Others are asked by the desk alone."""
        return not self.person.startswith(f"{WITHOUT_ACCOUNT}-")

    @property
    def desk_due(self) -> datetime | None:
        """When the desk is told next that it is to ask them: at once, and again before the answer is due."""
        until = self.answer_until
        if until is None or self.has_account:
            return None
        if self.desk_told != until:
            return self.registered_at
        return None if self.desk_told_again else until - TOLD_AGAIN

    def told_to_desk(self, now: datetime) -> "Party":
        """The party, once the desk was told at `now` that it is to ask them."""
        until = self.answer_until
        if until is None:
            return self
        last = until - now < 2 * TOLD_AGAIN if self.desk_told != until else until - now <= TOLD_AGAIN
        return self.model_copy(update={"desk_told": until, "desk_told_again": last})

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
