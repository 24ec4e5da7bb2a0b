"""The dates of a series change: one falls out, comes back or is added, several pause, or take place otherwise."""

from datetime import UTC, date, datetime, timedelta

from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict, Invalid
from services.chassis.principal import Principal
from services.chassis.values import ZONE, local_date
from services.contracts.activities import (
    Pause,
    SeriesChanged,
    SeriesDateAdded,
    SeriesDateSkipped,
    SeriesPaused,
    SeriesStatus,
)
from services.events.activities.domain import changing as one
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.changing import Change
from services.events.activities.domain.scheduling import relocate
from services.events.series.domain.series import NoSuchDate, Revision, Series, SeriesEndedAlready

MAX_SKIPPED = 500
MAX_EXTRA = 200
MAX_PAUSES = 50
MAX_REVISIONS = 100


class TooManyChanges(
    Conflict,
    code="series.too-many-changes",
    zh="该系列的日期变动过多，请另建系列。",
    en="Too many dates of this series differ from its rule; begin another one.",
):
    """A series is one document, so what differs from its rule is bounded."""


class DateTaken(
    Conflict, code="series.date-taken", zh="该系列在 {on} 已有活动。", en="The series has a date on {on} already."
):
    """A series has one activity a day."""


class NotSkipped(
    Conflict, code="series.not-skipped", zh="{on} 没有被取消，无需恢复。", en="{on} has not been skipped."
):
    """Only a date that was skipped can come back."""


class PauseEndsBeforeItBegins(
    Invalid,
    code="series.pause-order",
    zh="停课结束日期须晚于开始日期。",
    en="A pause ends after it begins.",
):
    """A pause has a day at least."""


def skip(series: Series, on: date, by: Principal, now: datetime, reason: str | None) -> Decision[Series]:
    """One date ahead falls out. Skipping it twice changes nothing.

    Raises:
        NotYours, SeriesEndedAlready, NoSuchDate, TooManyChanges
    """
    series.require_manager(by)
    found = series.occurrence_on(on)
    if found is None and on in series.skipped:
        return decided(series)
    if found is None or found.starts_at <= now:
        raise NoSuchDate(on=on.isoformat())
    if series.status is not SeriesStatus.RUNNING and on >= series.expanded_until:
        raise SeriesEndedAlready()
    skipped = tuple(sorted({*series.skipped, on}))
    if len(skipped) > MAX_SKIPPED:
        raise TooManyChanges()
    extra = tuple(moment for moment in series.extra if local_date(moment) != on)
    changed = series.model_copy(update={"skipped": skipped, "extra": extra}).shown_anew(now)
    event = event_from(SeriesDateSkipped, changed, on=on, activity=found.activity, reason=reason)
    return decided(changed, event)


def restore(series: Series, on: date, by: Principal, now: datetime) -> Decision[Series]:
    """A date that was skipped takes place after all, as an activity of its own, for which people register anew.

    Raises:
        NotYours, SeriesEndedAlready, NotSkipped, NoSuchDate
    """
    may_restore(series, by)
    if on not in series.skipped:
        raise NotSkipped(on=on.isoformat())
    skipped = tuple(date for date in series.skipped if date != on)
    back = series.model_copy(update={"skipped": skipped, "restored": tuple(sorted((*series.restored, on)))})
    return _added(back, on, now)


def may_restore(series: Series, by: Principal) -> None:
    """Whether `by` may bring dates back.

    Raises:
        NotYours, SeriesEndedAlready
    """
    series.require_manager(by)
    _require_running(series)


def may_add(series: Series, by: Principal) -> None:
    """Whether `by` may add a date.

    Raises:
        NotYours, SeriesEndedAlready, TooManyChanges
    """
    series.require_manager(by)
    _require_running(series)
    if len(series.extra) >= MAX_EXTRA:
        raise TooManyChanges()


def add(series: Series, starts_at: datetime, by: Principal, now: datetime) -> Decision[Series]:
    """One date more, which the rule does not give.

    Raises:
        NotYours, SeriesEndedAlready, DateTaken, NoSuchDate, TooManyChanges
    """
    may_add(series, by)
    on = local_date(starts_at)
    if series.occurrence_on(on) is not None:
        raise DateTaken(on=on.isoformat())
    again = (on,) if series.falls_out(on) else ()
    update = {
        "extra": tuple(sorted((*series.extra, starts_at))),
        "restored": tuple(sorted((*series.restored, *again))),
    }
    return _added(series.model_copy(update=update), on, now)


def pause(
    series: Series, since: date, until: date, by: Principal, now: datetime, reason: str | None
) -> Decision[Series]:
    """No date of the rule in [since, until) takes place: holidays, building work.

    Raises:
        NotYours, SeriesEndedAlready, PauseEndsBeforeItBegins, TooManyChanges
    """
    series.require_manager(by)
    _require_running(series)
    if until <= since:
        raise PauseEndsBeforeItBegins()
    added = Pause(since=since, until=until)
    if added in series.pauses:
        return decided(series)
    if len(series.pauses) >= MAX_PAUSES:
        raise TooManyChanges()
    extra = tuple(moment for moment in series.extra if not since <= local_date(moment) < until)
    paused = series.model_copy(update={"pauses": (*series.pauses, added), "extra": extra}).shown_anew(now)
    return decided(paused, event_from(SeriesPaused, paused, since=since, until=until, reason=reason))


def revise(
    series: Series, revision: Revision, by: Principal, now: datetime, *, every: bool = False
) -> Decision[Series]:
    """Some dates ahead, those of `revision`, take place otherwise; with `every`, the series as a whole is so now.

    Raises:
        NotYours, SeriesEndedAlready, TooManyChanges
        NoSuchDate: no date of the series is among them.
    """
    series.require_manager(by)
    if series.called_off:
        raise SeriesEndedAlready()
    since = max(revision.since, local_date(now))
    revision = revision.model_copy(update={"since": since})
    if next(series.occurrences(since, revision.until or date.max), None) is None:
        raise NoSuchDate(on=since.isoformat())
    if not revision.fields():
        return decided(series)
    if len(series.revisions) >= MAX_REVISIONS:
        raise TooManyChanges()
    whole = _planned(revision) if every else {}
    revised = series.model_copy(update={"revisions": (*series.revisions, revision), **whole})
    if _shows(series, revision):
        revised = revised.shown_anew(now)
    event = event_from(
        SeriesChanged,
        revised,
        since=since,
        until=revision.until,
        fields=sorted(revision.fields() - {"budget_note"}),
        number=len(series.revisions),
    )
    return decided(revised, event)


def _shows(series: Series, revision: Revision) -> bool:
    """Whether calendars show something of `revision`."""
    asked = {name: value for name, value in vars(revision.change).items() if value is not None}
    elsewhere = (revision.at, revision.minutes, revision.venue) != (None, None, None)
    return elsewhere or one.shows(asked, series.details)


def _planned(revision: Revision) -> dict[str, object]:
    """The fields of the plan that `revision` replaces for every date. Times stay with it: earlier dates had others."""
    asked = {name: getattr(revision.change, name) for name in Change.model_fields}
    fields = {name: value for name, value in asked.items() if value is not None}
    return fields if revision.venue is None else fields | {"venue": revision.venue, "building": revision.building}


def conform(activity: Activity, series: Series, revision: Revision, now: datetime) -> Decision[Activity]:
    """An activity that has been named follows a revision of its series, in what the revision is about alone.

    One that has begun stays as it is. One that was moved to another day on its own, and a date that the rule does not
    give, keep their time of day: they are not where the rule would have them.
    """
    on = activity.occurrence
    if on is None or not revision.holds(on) or not activity.is_ahead(now):
        return decided(activity)
    moved = _relocated(activity, series, revision, now)
    changed = one.alter(moved.aggregate, revision.change, now)
    return decided(changed.aggregate, *moved.events, *changed.events)


def _relocated(activity: Activity, series: Series, revision: Revision, now: datetime) -> Decision[Activity]:
    starts_at, ends_at = activity.starts_at, activity.ends_at
    if activity.day == activity.occurrence:
        if revision.at is not None and all(local_date(moment) != activity.day for moment in series.extra):
            begins = datetime.combine(activity.day, revision.at, ZONE).astimezone(UTC)
            starts_at, ends_at = begins, begins + (ends_at - starts_at)
        if revision.minutes is not None:
            ends_at = starts_at + timedelta(minutes=revision.minutes)
    if starts_at <= now:
        return decided(activity)
    venue, building = activity.venue, activity.building
    if revision.venue is not None:
        venue, building = revision.venue, revision.building
    return relocate(activity, now, starts_at=starts_at, ends_at=ends_at, venue=venue, building=building)


def _added(series: Series, on: date, now: datetime) -> Decision[Series]:
    occurrence = series.occurrence_on(on)
    if occurrence is None or occurrence.starts_at <= now:
        raise NoSuchDate(on=on.isoformat())
    added = series.shown_anew(now)
    return decided(added, event_from(SeriesDateAdded, added, occurrence=occurrence))


def _require_running(series: Series) -> None:
    if series.status is not SeriesStatus.RUNNING:
        raise SeriesEndedAlready()
