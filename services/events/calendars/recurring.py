"""By which rules a series stands in a calendar, and which of its dates differ from them.

A calendar shows a series as one entry that recurs. Where its dates from some day on begin at another time or differ
otherwise, the rule ends before that day and another entry goes on, as calendars do it themselves. A date that differs
alone, or that was named and does not follow the rule any more, is an entry of its own with RECURRENCE-ID. A date that
was added to those of the rule stands by itself: much that reads calendars passes RDATE over (Outlook, node-ical).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from services.chassis import recurrence
from services.chassis.values import local_date
from services.contracts.activities import ActivityStatus, Occurrence, SeriesStatus
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import Plan
from services.events.series.domain.series import Series

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """The dates of a series in [since, until) that follow one rule, as its first one is planned.

    `without` are starts of the rule that fall out.
    """

    uid: str
    rule: str
    plan: Plan
    since: date
    until: date
    without: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class DateApart:
    """One date that differs: where the rule would have it, and how it is. `stood` is None where it stands by itself,
    `id` that of its activity, which it may not be yet."""

    uid: str
    stood: datetime | None
    plan: Plan
    id: str
    activity: Activity | None = None
    cancelled: bool = False

    def by_itself(self) -> "DateApart":
        """The same date, of no rule."""
        return replace(self, uid=self.id, stood=None)


def segments(series: Series, named: Mapping[date, Activity]) -> Sequence[Segment]:
    """The entries that recur, in order. Dates in `named` have entries of their own where they fall out."""
    end = series.expanded_until if series.status is SeriesStatus.ENDED else date.max
    borders = [
        each.since for each in series.revisions if each.until is None and local_date(series.first) < each.since < end
    ]
    edges = sorted({local_date(series.first), *borders})
    found: list[Segment] = []
    for since, until in zip(edges, [*edges[1:], end], strict=True):
        made = _segment(series, since, until, named, len(found), is_whole=len(edges) == 1 and end == date.max)
        if made is not None:
            found.append(made)
    return found


def exceptions(series: Series, parts: Sequence[Segment], named: Mapping[date, Activity]) -> Iterator[DateApart]:
    """The dates that stand in the calendar otherwise than their rule has them."""
    for part in parts:
        for on, activity in sorted(named.items()):
            if part.since <= on < part.until:
                stood = _stands(series, part, on)
                if stood is not None and not _follows(series, part, activity, stood):
                    yield _as_it_is(part.uid, stood, activity)
        revised = {
            each.on: each
            for revision in series.revisions
            if revision.until is not None and part.since <= revision.since < part.until
            for each in series.occurrences(revision.since, min(revision.until, part.until))
        }
        for on, occurrence in sorted(revised.items()):
            stood = _stands(series, part, on)
            if on not in named and stood is not None:
                yield DateApart(part.uid, stood, series.plan_of(occurrence), occurrence.activity)


def by_themselves(series: Series, parts: Sequence[Segment], named: Mapping[date, Activity]) -> Iterator[DateApart]:
    """The dates that were added, or were and fell out since."""
    for on, activity in sorted(named.items()):
        if not any(part.since <= on < part.until and _stands(series, part, on) is not None for part in parts):
            yield _as_it_is(activity.id, None, activity)
    end = series.expanded_until if series.status is SeriesStatus.ENDED else date.max
    for moment in series.extra:
        occurrence = series.occurrence_on(local_date(moment))
        if occurrence is not None and occurrence.on < end and occurrence.on not in named:
            yield DateApart(occurrence.activity, None, series.plan_of(occurrence), occurrence.activity)


def _as_it_is(uid: str, stood: datetime | None, activity: Activity) -> DateApart:
    cancelled = activity.status is ActivityStatus.CANCELLED
    return DateApart(uid, stood, plan_of(activity), activity.id, activity, cancelled)


def plan_of(activity: Activity) -> Plan:
    """An activity as it is planned."""
    return Plan(**{name: getattr(activity, name) for name in Plan.model_fields})


def _segment(
    series: Series, since: date, until: date, named: Mapping[date, Activity], number: int, *, is_whole: bool
) -> Segment | None:
    first = next(recurrence.starts(series.rule, series.first, since, until), None)
    if first is None:
        return None
    plan = _planned(series, first)
    rule = recurrence.until_in_utc(series.rule, plan.starts_at)
    if not is_whole:
        rule = _bounded(series, since, until, plan)
    added = {local_date(moment) for moment in series.extra}
    without = [
        _at(plan, moment)
        for moment in recurrence.starts(series.rule, series.first, since, min(until, _last_out(series)))
        if series.falls_out(on := local_date(moment)) and (on in added or on not in named)
    ]
    uid = series.id if number == 0 else f"{series.id}-{since:%Y%m%d}"
    return Segment(uid, rule, plan, since, until, tuple(without))


def _bounded(series: Series, since: date, until: date, plan: Plan) -> str:
    """The rule, ended by the last of its dates before `until`; COUNT would count from another first date."""
    parts = [part for part in series.rule.split(";") if not part.startswith(("COUNT=", "UNTIL="))]
    ends = len(parts) < len(series.rule.split(";"))
    if until == date.max and not ends:
        return ";".join(parts)
    *_, last = recurrence.starts(series.rule, series.first, since, until)
    return ";".join([*parts, f"UNTIL={_at(plan, last):%Y%m%dT%H%M%SZ}"])


def _planned(series: Series, by_rule: datetime) -> Plan:
    """How the dates of a segment are planned that begins with `by_rule`, apart from what holds for single dates."""
    lasting = series.model_copy(update={"revisions": tuple(r for r in series.revisions if r.until is None)})
    starts_at, ends_at = lasting.times_on(by_rule)
    on = local_date(by_rule)
    return lasting.plan_of(Occurrence(activity=series.activity_on(on), on=on, starts_at=starts_at, ends_at=ends_at))


def _stands(series: Series, part: Segment, on: date) -> datetime | None:
    """Where the rule has that date; None where it has none, or where the series has one that was added."""
    if any(local_date(moment) == on for moment in series.extra):
        return None
    by_rule = next(recurrence.starts(series.rule, series.first, on, on + _DAY), None)
    return None if by_rule is None else _at(part.plan, by_rule)


def _follows(series: Series, part: Segment, activity: Activity, stood: datetime) -> bool:
    """Whether an activity is just what the entry of its segment says of its date."""
    if activity.status is ActivityStatus.CANCELLED or activity.starts_at != stood:
        return False
    length = part.plan.ends_at - part.plan.starts_at
    same = (activity.title, activity.title_en, activity.venue, activity.details) == (
        part.plan.title,
        part.plan.title_en,
        part.plan.venue,
        part.plan.details,
    )
    return same and activity.ends_at - activity.starts_at == length


def _at(plan: Plan, by_rule: datetime) -> datetime:
    """The start of a date of the rule at the time of day of `plan`. The community's clock knows no summer time."""
    day = timedelta(days=(local_date(by_rule) - local_date(plan.starts_at)).days)
    return (plan.starts_at + day).astimezone(UTC)


def _last_out(series: Series) -> date:
    """The day after which no date falls out."""
    skipped = max(series.skipped, default=date.min)
    return max([skipped, *(pause.until for pause in series.pauses)], default=date.min) + _DAY


def current(series: Series, activities: Sequence[Activity]) -> Mapping[date, Activity]:
    """The activity of each date that has one: of a date that came back, the one that stands."""
    return {
        each.occurrence: each
        for each in activities
        if each.occurrence is not None and each.id == series.activity_on(each.occurrence)
    }
