"""Lays out weeks and months of the community's calendar, with the activities of each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.chassis.values import ZONE, local_date
from services.events.activities.domain.activity import MAX_DURATION, Activity
from services.events.activities.domain.scheduling import Plan
from services.events.series.coming import LaterDate

_DAY = timedelta(days=1)


class Span(StrEnum):
    """The span that a page shows: a week or a month."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its activities in order, and whether it belongs to the month that is shown."""

    on: date
    inside: bool
    activities: tuple[Activity, ...]
    later: tuple[LaterDate, ...] = ()
    """Dates of series that are no activities yet."""


def first_day(span: Span, on: date) -> date:
    """The first day that the page of `on` shows, which is a Monday."""
    first = on.replace(day=1) if span is Span.MONTH else on
    return first - timedelta(days=first.weekday())


def after_last(span: Span, on: date) -> date:
    """The day after the last one that the page of `on` shows."""
    if span is Span.WEEK:
        return first_day(span, on) + 7 * _DAY
    next_month = (on.replace(day=1) + 31 * _DAY).replace(day=1)
    return next_month + timedelta(days=-next_month.weekday() % 7)


def neighbours(span: Span, on: date) -> tuple[date, date]:
    """A day on the page before, and a day on the page after."""
    if span is Span.WEEK:
        return on - 7 * _DAY, on + 7 * _DAY
    first = on.replace(day=1)
    return (first - _DAY).replace(day=1), (first + 31 * _DAY).replace(day=1)


def bounds(span: Span, on: date) -> tuple[datetime, datetime]:
    """The times between which activities may begin that stand on a page. They reach back before the page, because an
    activity may last several days."""
    return _midnight(first_day(span, on)) - MAX_DURATION, _midnight(after_last(span, on))


def laid_out(span: Span, on: date, activities: Sequence[Activity], later: Sequence[LaterDate] = ()) -> list[Day]:
    """The days of a page. An activity that lasts several days stands on each of them."""
    days: list[Day] = []
    day, end = first_day(span, on), after_last(span, on)
    while day < end:
        these = tuple(each for each in activities if takes_place_on(each, day))
        planned = tuple(each for each in later if takes_place_on(each.plan, day))
        days.append(Day(day, span is Span.WEEK or day.month == on.month, these, planned))
        day += _DAY
    return days


def takes_place_on(activity: Activity | Plan, day: date) -> bool:
    """Whether a part of the activity is on `day`. The moment of its end is no part of it."""
    last = local_date(activity.ends_at - timedelta(microseconds=1))
    return local_date(activity.starts_at) <= day <= last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)
