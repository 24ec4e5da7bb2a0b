"""Dates of series that lie further ahead than dates are named, and are no activities yet."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest

from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.contracts.activities import Occurrence
from services.events.activities.domain.scheduling import Plan
from services.events.series.domain.reach import AHEAD
from services.events.series.domain.series import Series
from services.events.series.store import naming_until

SPAN = timedelta(days=100)
"""So many days are asked for at once."""
MOST = 1000
_PAGE = 100


@dataclass(frozen=True, slots=True)
class LaterDate:
    """A date of a series that is no activity yet, as it is planned."""

    series: Series
    occurrence: Occurrence
    plan: Plan


async def later_dates(
    series: Aggregates[Series], community: str, since: datetime, until: datetime, now: datetime
) -> list[LaterDate]:
    """The dates in `community` that begin in [since, until), are no activities yet and not private; in order, and no
    more than `MOST` and one."""
    until = min(until, now + AHEAD)
    found = [each async for each in _all(series, community, since, until)] if since < until else []
    return nsmallest(MOST + 1, found, key=lambda each: (each.occurrence.starts_at, each.series.id))


async def _all(
    series: Aggregates[Series], community: str, since: datetime, until: datetime
) -> AsyncIterator[LaterDate]:
    first, last, cursor = local_date(since), local_date(until) + timedelta(days=1), None
    while True:
        page = await series.select(naming_until(community, last), limit=_PAGE, cursor=cursor)
        for stored in page.items:
            each = stored.aggregate
            await asyncio.sleep(0)  # a rule takes a millisecond or two: others have their turn between
            for occurrence in each.occurrences(max(first, each.expanded_until), last):
                plan = each.plan_of(occurrence)
                if since <= occurrence.starts_at < until and not plan.private:
                    yield LaterDate(each, occurrence, plan)
        if (cursor := page.next) is None:
            return
