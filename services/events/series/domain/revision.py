"""A revision of a series: some of its dates take place otherwise than planned."""

from datetime import date, time, timedelta

from pydantic import ConfigDict

from services.contracts.marks import Office, Thing
from services.contracts.value import Value
from services.events.activities.domain.changing import CHANGING, Change


class Revision(Value):
    """How the dates in [since, until) differ from the plan; None is as planned. `at` is a time of day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: date
    until: date | None = None
    change: Change = Change()
    at: time | None = None
    minutes: int | None = None
    venue: Office[str | None] = None
    building: Thing[str | None] = None

    def holds(self, on: date) -> bool:
        """Whether it is about that date."""
        return self.since <= on and (self.until is None or on < self.until)

    @property
    def is_of_one_date(self) -> bool:
        """Whether it is about a single day."""
        return self.until is not None and self.until - self.since <= timedelta(days=1)

    @property
    def moves(self) -> bool:
        """Whether it is about the time or the place."""
        return (self.at, self.minutes, self.venue) != (None, None, None)

    def fields(self) -> frozenset[str]:
        """The names of what it changes."""
        own = {name for name in ("at", "minutes", "venue") if getattr(self, name) is not None}
        given = {name for name in CHANGING if getattr(self.change, name) is not None}
        return frozenset(own | given | {*self.change.cleared})
