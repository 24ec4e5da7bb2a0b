"""The dates of a series change: one falls out, comes back or is added, several pause, or take place otherwise."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from services.chassis import recurrence
from services.chassis.aggregate import Decision, decided, event_from
from services.chassis.errors import Conflict
from services.chassis.principal import Principal, Role, system
from services.chassis.values import ZONE, local_date
from services.contracts.activities import (
    Pause,
    SeriesChanged,
    SeriesDateAdded,
    SeriesDateSkipped,
    SeriesPaused,
    SeriesStatus,
)
from services.contracts.event import Event
from services.events.activities.domain import changing as one
from services.events.activities.domain.activity import Activity
from services.events.activities.domain.scheduling import check_ages, relocate
from services.events.series.domain.reach import AHEAD, require_pause, require_within_reach
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import (
    DateTaken,
    NoSuchDate,
    Series,
    SeriesEndedAlready,
)

MAX_SKIPPED = 500
MAX_EXTRA = 200
MAX_PAUSES = 50
MAX_REVISIONS = 100
TAKEN_BY_THEN = "场地届时已有其他活动 (the place is taken then)"


class TooManyChanges(
    Conflict,
    code="series.too-many-changes",
    zh="该系列的日期变动过多，请另建系列。",
    en="Too many dates of this series differ from its rule; begin another one.",
):
    """A series is one document, so what differs from its rule is bounded."""


class NotSkipped(
    Conflict, code="series.not-skipped", zh="{on} 没有被取消，无需恢复。", en="{on} has not been skipped."
):
    """Only a date that was skipped can come back."""


def skip(series: Series, on: date, by: Principal, now: datetime, reason: str | None) -> Decision[Series]:
    """One date ahead falls out. Skipping it twice changes nothing.

    Raises:
        NotYours, SeriesEndedAlready, NoSuchDate, TooManyChanges
    """
    series.require_manager(by)
    found = series.occurrence_on(on)
    if found is None and on in series.skipped:
        return decided(series)
    found = series.require_date(on, now)
    if series.status is not SeriesStatus.RUNNING and on >= series.expanded_until:
        raise SeriesEndedAlready()
    skipped = tuple(sorted({*series.skipped, on}))
    if len(skipped) > MAX_SKIPPED:
        raise TooManyChanges()
    extra = tuple(moment for moment in series.extra if local_date(moment) != on)
    dropped = tuple(moment for moment in series.extra if local_date(moment) == on)
    changes = {"skipped": skipped, "extra": extra, "dropped": (*series.dropped, *dropped)}
    changed = series.model_copy(update=changes).shown_anew(now)
    event = event_from(SeriesDateSkipped, changed, on=on, activity=found.activity, reason=reason)
    return decided(changed, event)


def dates_without(series: Series, since: date, until: date) -> list[date]:
    """The dates that a pause in [since, until) takes from `series`, of those that are no activities yet."""
    pauses = tuple(each for each in series.pauses if (each.since, each.until) != (since, until))
    before = series.model_copy(update={"pauses": pauses})
    return [each.on for each in before.occurrences(max(since, series.expanded_until), until)]


def dates_given_up(series: Series, now: datetime) -> list[date]:
    """The dates of two years that `series` would have had, and has no more since it ended; those that it has named are
    not among them."""
    if series.status is not SeriesStatus.ENDED:
        return []
    return [each.on for each in series.occurrences(series.expanded_until, local_date(now) + AHEAD)]


def give_way(series: Series, days: Sequence[date], now: datetime) -> Decision[Series]:
    """Dates far ahead fall out because their place was given away before they came into sight."""
    by, events = system(series.community, Role.STAFF), list[Event]()
    for on in days:
        with suppress(NoSuchDate, SeriesEndedAlready):
            skipped = skip(series, on, by, now, TAKEN_BY_THEN)
            series, events = skipped.aggregate, [*events, *skipped.events]
    return decided(series, *events)


def restore(series: Series, on: date, by: Principal, now: datetime, cancelled: str | None = None) -> Decision[Series]:
    """A date that was skipped, or falls into a pause, takes place after all, as an activity of its own, for which
    people register anew. So does one whose activity, `cancelled`, was cancelled by itself.

    Raises:
        NotYours, SeriesEndedAlready, NotSkipped, NoSuchDate, TooManyChanges
        DateTaken: another date was added on that day.
    """
    may_restore(series, by)
    if cancelled == series.activity_on(on) and series.occurrence_on(on) is not None:
        return _again(series, on, now)
    if on not in series.skipped:
        by_rule = next(recurrence.starts(series.rule, series.first, on, on + timedelta(days=1)), None)
        if by_rule is None or not series.falls_out(on) or series.occurrence_on(on) is not None:
            raise NotSkipped(on=on.isoformat())
        return _keep(series, on, now)
    if series.occurrence_on(on) is not None:
        raise DateTaken(on=on.isoformat())
    besides = [moment for moment in series.dropped if local_date(moment) == on]
    changes = {
        "skipped": tuple(date for date in series.skipped if date != on),
        "extra": tuple(sorted((*series.extra, *besides[-1:]))),
        "dropped": tuple(moment for moment in series.dropped if moment not in besides),
        "restored": tuple(sorted((*series.restored, on))),
    }
    return _added(series.model_copy(update=changes), on, now)


def _again(series: Series, on: date, now: datetime) -> Decision[Series]:
    """A date that stands by the plan has another activity, since its first one was cancelled."""
    if len(series.restored) >= MAX_SKIPPED:
        raise TooManyChanges()
    return _added(series.model_copy(update={"restored": tuple(sorted((*series.restored, on)))}), on, now)


def _keep(series: Series, on: date, now: datetime) -> Decision[Series]:
    """A date of the rule takes place though a pause covers it, and follows what is changed of the rule's dates."""
    if len(series.kept) >= MAX_EXTRA:
        raise TooManyChanges()
    kept, restored = (tuple(sorted((*days, on))) for days in (series.kept, series.restored))
    return _added(series.model_copy(update={"kept": kept, "restored": restored}), on, now)


def may_restore(series: Series, by: Principal) -> None:
    """Raises NotYours or SeriesEndedAlready unless `by` may bring dates back."""
    series.require_manager(by)
    _require_running(series)


def may_add(series: Series, by: Principal) -> None:
    """Raises NotYours, SeriesEndedAlready or TooManyChanges unless `by` may add a date."""
    series.require_manager(by)
    _require_running(series)
    if len(series.extra) >= MAX_EXTRA:
        raise TooManyChanges()


def add(series: Series, starts_at: datetime, by: Principal, now: datetime) -> Decision[Series]:
    """One date more, which the rule does not give.

    Raises:
        NotYours, SeriesEndedAlready, DateTaken, NoSuchDate, TooFarAhead, TooManyChanges
    """
    may_add(series, by)
    require_within_reach(starts_at, now)
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
        NotYours, SeriesEndedAlready, PauseEndsBeforeItBegins, PauseTooLong, TooManyChanges
    """
    series.require_manager(by)
    _require_running(series)
    require_pause(since, until, now)
    added = Pause(since=since, until=until)
    if added in series.pauses:
        return decided(series)
    if len(series.pauses) >= MAX_PAUSES:
        raise TooManyChanges()
    extra = tuple(moment for moment in series.extra if not since <= local_date(moment) < until)
    kept = tuple(on for on in series.kept if not since <= on < until)
    changes = {"pauses": (*series.pauses, added), "extra": extra, "kept": kept}
    paused = series.model_copy(update=changes).shown_anew(now)
    return decided(paused, event_from(SeriesPaused, paused, since=since, until=until, reason=reason))


def revise(
    series: Series, revision: Revision, by: Principal, now: datetime, *, every: bool = False
) -> Decision[Series]:
    """Some dates ahead, those of `revision`, take place otherwise; with `every`, the series as a whole is so now.

    Raises:
        NotYours, SeriesEndedAlready, TooManyChanges, AgesEmpty
        NoSuchDate: no date of the series is among them, or (but with `every`) it has none ahead on the first day.
    """
    series.require_manager(by)
    if series.called_off:
        raise SeriesEndedAlready()
    if not every:
        series.require_date(revision.since, now)
    since = max(revision.since, local_date(now))
    revision = revision.model_copy(update={"since": since})
    if next(series.occurrences(since, revision.until or date.max), None) is None:
        raise NoSuchDate(on=since.isoformat())
    if not revision.fields():
        return decided(series)
    if len(series.revisions) >= MAX_REVISIONS:
        raise TooManyChanges()
    new = revision.change.fields(series.details)
    check_ages(new.get("min_age", series.min_age), new.get("details", series.details).max_age)
    whole = _planned(series, revision) if every else {}
    revised = series.model_copy(update={"revisions": (*series.revisions, revision), **whole})
    if _shows(series, revision):
        revised = revised.shown_anew(now)
    event = event_from(
        SeriesChanged,
        revised,
        since=since,
        until=revision.until,
        fields=sorted(revision.fields() - one.INSIDE),
        number=len(series.revisions),
    )
    return decided(revised, event)


def _shows(series: Series, revision: Revision) -> bool:
    """Whether calendars show something of `revision`."""
    asked = revision.change.fields(series.details)
    return revision.moves or one.shows(asked, series.details)


def _planned(series: Series, revision: Revision) -> dict[str, object]:
    """The fields of the plan that `revision` replaces for every date. Times stay with it: earlier dates had others."""
    fields = revision.change.fields(series.details)
    return fields if revision.venue is None else fields | {"venue": revision.venue, "building": revision.building}


def is_as_told(series: Series, on: date | None) -> bool:
    """Whether whoever comes to every date knows of that one already: it is one of the rule, was neither added nor
    restored, and is not the first of those that a change moved to another time or place before they were activities.
    """
    added = any(local_date(moment) == on for moment in series.extra)
    if on is None or added or on in series.restored:
        return False
    return not any(_begins_with(series, revision, on) for revision in series.revisions)


def _begins_with(series: Series, revision: Revision, on: date) -> bool:
    """Whether `on` is the first date that `revision` moves."""
    if not revision.moves or not revision.holds(on):
        return False
    return next(series.occurrences(revision.since, on), None) is None


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
