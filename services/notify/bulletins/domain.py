"""The rules of bulletins: which weeks are over, what a bulletin says, and the chain of their seals.

A seal is the SHA-256 over a bulletin's content as JSON (RFC 8259) in UTF-8 with sorted names, without spaces, whole
numbers alone, and over the seal of the bulletin before. Whoever keeps one seal can tell whether any earlier bulletin
of that community was changed, left out or put in.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from services.chassis.aggregate import Aggregate, Decision, decided, event_from
from services.chassis.values import ZONE, local_date
from services.contracts.marks import Code
from services.contracts.notices import BulletinIssued, BulletinState
from services.contracts.value import Value

WAIT = timedelta(hours=6)
"""A bulletin is issued so long after its week, when what came late has been counted."""

CAUGHT_UP = 8
"""After an outage the bulletins of so many weeks are issued, the oldest first; earlier ones are left out."""


class Week(Value):
    """A week by ISO 8601, Monday to Sunday, on the community's calendar."""

    year: int
    week: int

    @property
    def monday(self) -> date:
        """Its first day."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.monday, time(), ZONE)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.monday + timedelta(days=7), time(), ZONE)

    def later(self, weeks: int = 1) -> "Week":
        """The week so many weeks later; earlier, where negative."""
        return week_of(self.monday + timedelta(weeks=weeks))


def week_of(day: date) -> Week:
    """The week in which `day` lies."""
    year, week, _ = day.isocalendar()
    return Week(year=year, week=week)


def last_over(now: datetime) -> Week:
    """The last week whose bulletin may be issued at `now`."""
    return week_of(local_date(now - WAIT)).later(-1)


def owed(last: Week | None, now: datetime) -> list[Week]:
    """The weeks whose bulletins are to be issued at `now`, after the bulletin of `last`, the oldest first.

    A community without a bulletin begins with the week that was over last.
    """
    newest = last_over(now)
    first = newest if last is None else max(last.later(), newest.later(1 - CAUGHT_UP), key=lambda week: week.monday)
    return list(_through(first, newest))


def _through(first: Week, newest: Week) -> Iterator[Week]:
    while first.monday <= newest.monday:
        yield first
        first = first.later()


class WeekFigures(Value):
    """What happened in a week, counted. `open` alone counts what stood at its end: the cases that were open."""

    rounds: int
    floors: int
    found: int
    on_the_spot: int
    reported: int
    closed: int
    open: int
    activities: int


class Bulletin(Aggregate):
    """The bulletin of a week. It is never changed: an error is put right in the next one.

    `starts` is the first moment of the week, by which bulletins have their order.
    """

    year: int
    week: int
    starts: datetime
    figures: WeekFigures
    previous: Code | None = None
    seal: Code
    issued_at: datetime

    @property
    def of(self) -> Week:
        """Its week."""
        return Week(year=self.year, week=self.week)

    def public(self) -> BulletinState:
        return BulletinState(
            year=self.year, week=self.week, seal=self.seal, previous=self.previous, issued_at=self.issued_at
        )


def issue(
    id: str, community: str, week: Week, figures: WeekFigures, previous: str | None, now: datetime
) -> Decision[Bulletin]:
    """Issue and seal the bulletin of `week`; `previous` is the seal of the one before."""
    bulletin = Bulletin(
        id=id,
        community=community,
        year=week.year,
        week=week.week,
        starts=week.start.astimezone(UTC),
        figures=figures,
        previous=previous,
        seal=seal_of(community, week, figures, previous),
        issued_at=now,
    )
    return decided(bulletin, event_from(BulletinIssued, bulletin))


def seal_of(community: str, week: Week, figures: WeekFigures, previous: str | None) -> str:
    """The seal over what a bulletin says: an `s` and the digest in base32 (RFC 4648), small letters, unpadded."""
    content = {"community": community, **week.model_dump(), "figures": figures.model_dump(), "previous": previous}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest())
    return f"s{digest.decode().rstrip('=').lower()}"


def broken(chain: Sequence[Bulletin]) -> Bulletin | None:
    """The first bulletin of `chain`, the oldest first, that is not as it was sealed; None where all are."""
    previous: str | None = None
    for bulletin in chain:
        expected = seal_of(bulletin.community, bulletin.of, bulletin.figures, previous)
        if (bulletin.previous, bulletin.seal) != (previous, expected):
            return bulletin
        previous = bulletin.seal
    return None
