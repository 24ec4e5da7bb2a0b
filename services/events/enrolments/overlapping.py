"""Looks for what a party has already at the times of the dates of a series, and refuses or warns by the series' terms.

Looked at are activities in which the person has a seat, waits or helps, what they are just registering for, and dates
that are not in sight yet of other series in which they are enrolled.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.chassis.errors import Conflict
from services.chassis.store.aggregates import Aggregates
from services.chassis.values import local_date
from services.contracts.activities import ActivityStatus, Overlap
from services.events.activities.domain.activity import Activity
from services.events.activities.store import BY_START, dates_after
from services.events.enrolments.domain import Enrolment
from services.events.enrolments.store import standing_of
from services.events.registrations import domain as registering
from services.events.registrations.claims import BusyTime
from services.events.registrations.domain import Standing
from services.events.registrations.store import Standings
from services.events.series.domain.series import Series

AHEAD = timedelta(days=366)
"""How far ahead dates are compared."""
_MOST, _NAMED, _A_MOMENT = 200, 10, 0.2


class DatesOverlap(
    Conflict,
    code="enrolment.overlapping",
    zh="以下日期同一时间已报名或候补其他活动：{dates}。确认仍要报名，请再次提交并注明，或不参加这些日期。",
    en="You have or wait for something else at the time of these dates: {dates}. Confirm it, or leave them out.",
):
    """The person has something else at the time of some dates, and has not confirmed that they know it."""


class DatesOverlapRefused(
    Conflict,
    code="enrolment.overlapping-refused",
    zh="以下日期同一时间已报名或候补其他活动：{dates}，本系列不接受重叠报名；请先退出那些活动，或不参加这些日期。",
    en="You have or wait for something else at the time of {dates}, which this series refuses: leave those out.",
):
    """The person has something else at the time of some dates, which the terms of the series don't allow."""


@dataclass(frozen=True, slots=True)
class BusyDate:
    """A date on whose time the person has something else; `refused` by its terms, or warned of."""

    on: date
    refused: bool


@dataclass(frozen=True, slots=True)
class _Dated:
    on: date
    span: BusyTime
    refuses: bool


def require_time(clashes: Iterable[BusyDate], *, despite: bool) -> None:
    """Raises DatesOverlapRefused, or DatesOverlap unless they come `despite` it."""
    refused = sorted({each.on for each in clashes if each.refused})
    warned = sorted({each.on for each in clashes})
    if refused:
        raise DatesOverlapRefused(dates=_named(refused))
    if warned and not despite:
        raise DatesOverlap(dates=_named(warned))


def require_reliable(enrolment: Enrolment, series: Series, standing: Standing, now: datetime) -> None:
    """Raises MissedTooOften if some date to which the party comes is not open yet to somebody who was missed too often:
    who registers for a whole series is held to what holds for each date."""
    if standing.missed_allowed is None or standing.missed < standing.missed_allowed:
        return
    for each in series.occurrences(local_date(now)):  # the first that is not open yet decides
        if each.on not in enrolment.left_out:
            registering.require_reliable(standing, each.starts_at, now)


class BusyDates:
    """Compares dates of series with what people have."""

    def __init__(
        self,
        enrolments: Aggregates[Enrolment],
        series: Aggregates[Series],
        activities: Aggregates[Activity],
        standings: Standings,
    ) -> None:
        self._enrolments = enrolments
        self._series = series
        self._activities = activities
        self._standings = standings

    @asynccontextmanager
    async def claimed(
        self, owner: str, person: str, series: Series, left_out: Collection[date], now: datetime
    ) -> AsyncIterator[Sequence[BusyDate]]:
        """The dates of `series`, but for those left out, at whose time `person` has something else, while the enrolment
        `owner` is written. Until its seats are there, whoever registers them for something else sees the claim."""
        dates = [each async for each in self._dates(series, now) if each.on not in left_out]
        soon = [each.span for each in dates if each.on < series.expanded_until]
        await self._standings.claims.lay(owner, person, soon, everywhere=True)
        try:
            clashes = await self._clashes(owner, person, series, dates, now)
            yield clashes
        except BaseException:
            await self._standings.claims.take_back(person, owner, everywhere=True)
            raise

    async def reliable(self, person: str, now: datetime) -> Standing:
        """How often `person` was missed lately."""
        return await self._standings.reliable(person, now)

    async def on_date(self, enrolment: Enrolment, series: Series, on: date, now: datetime) -> Sequence[BusyDate]:
        """The same for one date that an enrolment had left out."""
        dates = [each async for each in self._dates(series, now) if each.on == on]
        return await self._clashes(enrolment.id, enrolment.person, series, dates, now)

    async def _clashes(
        self, owner: str, person: str, series: Series, dates: Sequence[_Dated], now: datetime
    ) -> Sequence[BusyDate]:
        if not dates:
            return ()
        until = max(each.span.ends_at for each in dates)
        claims = await self._standings.claims.by_others(person, owner, everywhere=True)
        if _colliding(dates, claims):  # a moment later it is decided
            await asyncio.sleep(_A_MOMENT)
            claims = await self._standings.claims.by_others(person, owner, everywhere=True)
        busy = [*claims, *await self._standings.busy(person, now, until, beside=series.id)]
        return _colliding(dates, [*busy, *[each async for each in self._planned(person, series, now)]])

    async def _dates(self, series: Series, now: datetime) -> AsyncIterator[_Dated]:
        """The dates of `series` ahead, those in sight as their activities are."""
        page = await self._activities.select(dates_after(series.id, now), sort=BY_START, descending=False, limit=_MOST)
        named: Mapping[str, Activity] = {each.aggregate.id: each.aggregate for each in page.items}
        for occurrence in series.occurrences(local_date(now), local_date(now) + AHEAD):
            activity = named.get(occurrence.activity)
            if activity is not None:
                if activity.status is ActivityStatus.SCHEDULED:
                    refuses = activity.details.terms.overlapping is Overlap.REFUSED
                    yield _Dated(occurrence.on, BusyTime(activity.id, activity.starts_at, activity.ends_at), refuses)
            elif occurrence.starts_at > now:
                refuses = series.plan_of(occurrence).details.terms.overlapping is Overlap.REFUSED
                span = BusyTime(occurrence.activity, occurrence.starts_at, occurrence.ends_at)
                yield _Dated(occurrence.on, span, refuses)

    async def _planned(self, person: str, beside: Series, now: datetime) -> AsyncIterator[BusyTime]:
        """The dates of other series to which `person` comes that are not in sight yet."""
        page = await self._enrolments.select(standing_of(person), limit=_MOST)
        for enrolment in (stored.aggregate for stored in page.items):
            if enrolment.series == beside.id:
                continue
            other = (await self._series.get(enrolment.series)).aggregate
            for each in other.later(local_date(now) + AHEAD):
                if each.on not in enrolment.left_out:
                    yield BusyTime(each.activity, each.starts_at, each.ends_at)


def _colliding(dates: Sequence[_Dated], busy: Iterable[BusyTime]) -> Sequence[BusyDate]:
    by_day: dict[date, list[BusyTime]] = defaultdict(list)
    for span in busy:
        for day in _days(span):
            by_day[day].append(span)
    return [
        BusyDate(each.on, each.refuses)
        for each in dates
        if any(span.is_beside(each.span) for day in _days(each.span) for span in by_day.get(day, ()))
    ]


def _days(span: BusyTime) -> Iterator[date]:
    """The days that `span` touches."""
    day = local_date(span.starts_at)
    while day <= local_date(span.ends_at):
        yield day
        day += timedelta(days=1)


def _named(dates: Sequence[date]) -> str:
    return "、".join([each.isoformat() for each in dates[:_NAMED]] + ["…"] * (len(dates) > _NAMED))
