"""Weeks and months of the community's calendar, day by day, and which activities stand on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.chassis.values import ZONE, local_date
from services.events.activities.domain.activity import MAX_DURATION, Activity

_DAY = timedelta(days=1)


class Span(StrEnum):
    """How much a page shows."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Day:
    """A day, whether it is of the month that is shown, and the activities on it in order."""

    on: date
    inside: bool
    activities: tuple[Activity, ...]


def first_day(span: Span, on: date) -> date:
    """The first day that a page shows: a Monday."""
    first = on.replace(day=1) if span is Span.MONTH else on
    return first - timedelta(days=first.weekday())


def after_last(span: Span, on: date) -> date:
    """The first day that it shows no more."""
    if span is Span.WEEK:
        return first_day(span, on) + 7 * _DAY
    next_month = (on.replace(day=1) + 31 * _DAY).replace(day=1)
    return next_month + timedelta(days=-next_month.weekday() % 7)


def neighbours(span: Span, on: date) -> tuple[date, date]:
    """A day of the page before, and one of the page after."""
    if span is Span.WEEK:
        return on - 7 * _DAY, on + 7 * _DAY
    first = on.replace(day=1)
    return (first - _DAY).replace(day=1), (first + 31 * _DAY).replace(day=1)


def bounds(span: Span, on: date) -> tuple[datetime, datetime]:
    """From when until when activities begin that may stand on a page: one may last several days."""
    return _midnight(first_day(span, on)) - MAX_DURATION, _midnight(after_last(span, on))


def laid_out(span: Span, on: date, activities: Sequence[Activity]) -> list[Day]:
    """Each day of a page. What lasts several days stands on each of them."""
    days: list[Day] = []
    day, end = first_day(span, on), after_last(span, on)
    while day < end:
        these = tuple(each for each in activities if takes_place_on(each, day))
        days.append(Day(day, span is Span.WEEK or day.month == on.month, these))
        day += _DAY
    return days


def takes_place_on(activity: Activity, day: date) -> bool:
    """Whether some of it is on `day`; the end is no part of it."""
    last = local_date(activity.ends_at - timedelta(microseconds=1))
    return local_date(activity.starts_at) <= day <= last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)
