"""Whom a change, a pause or the end of a series would affect among those who are enrolled in its dates further ahead,
which are no activities yet."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from services.chassis.values import local_date
from services.contracts.activities import Occurrence, SeriesStatus
from services.events.activities.domain.changing import Effect
from services.events.series.domain.reach import AHEAD
from services.events.series.domain.series import Series

MOST = 60
"""So many dates that are no activities yet are shown at most."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody who comes with so many `heads` to every date of a series but those left out."""

    person: str
    heads: int
    left_out: Sequence[date]


EnrolledIn = Callable[[str], Awaitable[Sequence[Enrolled]]]
"""Finds who is enrolled in the series of that id, in the order in which they enrolled."""


def beyond(
    series: Series,
    enrolled: Sequence[Enrolled],
    now: datetime,
    *,
    since: date = date.min,
    until: date | None = None,
    told: tuple[str, ...] = (),
) -> list[Effect]:
    """The effect on the dates of `series` in [since, until) that are no activities yet and to which somebody comes."""
    if series.status is not SeriesStatus.RUNNING:
        return []
    last = local_date(now) + AHEAD
    dates = series.occurrences(max(series.expanded_until, since), last if until is None else min(last, until))
    return coming_to(islice(dates, MOST), enrolled, told=told)


def coming_to(dates: Iterable[Occurrence], enrolled: Sequence[Enrolled], *, told: tuple[str, ...] = ()) -> list[Effect]:
    """The effect on those of `dates` to which somebody comes who is `enrolled`, and in which nobody has a seat yet."""
    found = []
    for each in dates:
        coming = [party for party in enrolled if each.on not in party.left_out]
        if coming:
            found.append(
                Effect(
                    activity=each.activity,
                    starts_at=each.starts_at,
                    seated=0,
                    seated_heads=0,
                    waiting=0,
                    volunteers=0,
                    told=told,
                    enrolled=tuple(party.person for party in coming),
                    enrolled_heads=sum(party.heads for party in coming),
                )
            )
    return found
