"""The rules of bulletins: the weeks that need one, its content, and the chain of seals.

A seal is the SHA-256 over a bulletin's content as JSON (RFC 8259, in UTF-8 with sorted names, without spaces, with
whole numbers alone) and the seal of the bulletin before. Somebody who keeps one seal can tell whether any earlier
bulletin of that community was changed, removed or inserted.
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
"""The time after the end of a week at which its bulletin is issued, so that late events are counted."""

CAUGHT_UP = 8
"""The most bulletins that are issued after an outage, the oldest first; earlier weeks get none."""


class Week(Value):
    """A week by ISO 8601, from Monday to Sunday, in the community's time zone."""

    year: int
    week: int

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def start(self) -> datetime:
        """The first moment of the week."""
        return datetime.combine(self.monday, time(), ZONE)

    @property
    def end(self) -> datetime:
        """The first moment after the week."""
        return datetime.combine(self.monday + timedelta(days=7), time(), ZONE)

    def later(self, weeks: int = 1) -> "Week":
        """The week that is `weeks` later, or earlier where `weeks` is negative."""
        return week_of(self.monday + timedelta(weeks=weeks))


def week_of(day: date) -> Week:
    """The week in which `day` lies."""
    year, week, _ = day.isocalendar()
    return Week(year=year, week=week)


def last_over(now: datetime) -> Week:
    """The last week whose bulletin may be issued at `now`."""
    return week_of(local_date(now - WAIT)).later(-1)


def owed(last: Week | None, now: datetime) -> list[Week]:
    """The weeks after `last` whose bulletins are to be issued at `now`, the oldest first.

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
    """The counts of a week's events. `open` alone counts a state: the cases that were open at the end of the week."""

    rounds: int
    floors: int
    found: int
    on_the_spot: int
    reported: int
    closed: int
    open: int
    activities: int


class Bulletin(Aggregate):
    """The bulletin of a week, which is never changed: an error is corrected in the next one.

    `starts` is the first moment of the week, by which bulletins are ordered.
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
        """The week of the bulletin."""
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
    """The seal over a bulletin's content: an `s` and the digest in base32 (RFC 4648), in lower case without padding."""
    content = {"community": community, **week.model_dump(), "figures": figures.model_dump(), "previous": previous}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest())
    return f"s{digest.decode().rstrip('=').lower()}"


def broken(chain: Sequence[Bulletin]) -> Bulletin | None:
    """The first bulletin of `chain` (the oldest first) whose content does not fit its seal; None where all fit."""
    previous: str | None = None
    for bulletin in chain:
        expected = seal_of(bulletin.community, bulletin.of, bulletin.figures, previous)
        if (bulletin.previous, bulletin.seal) != (previous, expected):
            return bulletin
        previous = bulletin.seal
    return None
