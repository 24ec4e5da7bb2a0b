"""A series: a plan that recurs by a rule. It names its dates a while ahead; each becomes an activity of its own.

The id of a date's activity derives from the series and the date, and a date is named once only, when it comes into
sight; so no date is ever doubled, however often the series is looked at.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from pydantic import ConfigDict, computed_field

from services.chassis import recurrence
from services.chassis.aggregate import Aggregate, Decision, decided, derived_id
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import ZONE, local_date
from services.contracts.activities import (
    ActivityDetails,
    ActivityKind,
    HelperSeats,
    Occurrence,
    Pause,
    SeriesEnded,
    SeriesExpanded,
    SeriesPersonErased,
    SeriesStarted,
    SeriesState,
    SeriesStatus,
)
from services.contracts.event import Event
from services.contracts.marks import Masked, Office, Someone, Thing
from services.contracts.value import Value
from services.events.activities.domain.privacy import BUSY_EN, BUSY_ZH, NEUTRAL, VEIL, is_among, told_neutrally
from services.events.activities.domain.scheduling import Plan, check_ages, check_times
from services.events.series.domain.reach import require_pause, require_within_reach
from services.events.series.domain.recurrence import ShortMonth, end_of, normalise
from services.events.series.domain.revision import Revision

HORIZON = timedelta(days=60)
STEP = timedelta(days=7)
"""A series is looked at again once the horizon has moved on by this much."""


class DateTaken(
    Conflict, code="series.date-taken", zh="该系列在 {on} 已有活动。", en="The series has a date on {on} already."
):
    """A series has one activity a day."""


class NoSuchDate(
    Invalid, code="series.no-such-date", zh="该系列在 {on} 没有活动。", en="The series has no date on {on}."
):
    """A command that names a date of a series names one that follows its rule, or was added, and lies ahead."""


class SeriesEndedAlready(Conflict, code="series.ended", zh="系列活动已经终止。", en="The series has ended."):
    """An ended series names no more dates."""


class Dates(Value):
    """How the dates of a series differ from what its rule gives, and what is done in months that are too short."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    skipped: tuple[date, ...] = ()
    extra: tuple[datetime, ...] = ()
    pauses: tuple[Pause, ...] = ()
    short_months: ShortMonth | None = None


_LOOKED_AT = 3_000
"""So many dates of a rule are looked at, at most: more than two years of days with those that fall out. Where a pause
hides all of them, whoever looks for the next one would go on to the year 9999."""


class Series(Aggregate):
    """A plan with the rule by which it recurs. Its dates have been named until `expanded_until`.

    - `skipped` dates of the rule fall out (EXDATE), and so do all within `pauses`; `extra` starts come besides (RDATE).
    - `kept`: dates of the rule that take place though a pause covers them.
    - `revisions`: some dates differ from the plan; where two are about one date, the later one stands.
    - `restored`: dates that were skipped and then not, once for each time.
    """

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    kind: ActivityKind
    rule: Thing[Masked]
    first: datetime
    minutes: int
    venue: Office[str]
    building: Thing[str | None] = None
    organiser: Someone[str]
    instructors: Someone[tuple[str, ...]] = ()
    capacity: int
    volunteers_needed: int = 0
    skill: Thing[str | None] = None
    helpers: tuple[HelperSeats, ...] = ()
    min_age: int | None = None
    guardian_required: bool = False
    details: ActivityDetails = ActivityDetails()
    private: bool = False
    all_day: bool = False
    budget_note: Office[str | None] = None
    insurance_number: Office[str | None] = None
    filing_number: Office[str | None] = None
    status: SeriesStatus = SeriesStatus.RUNNING
    skipped: tuple[date, ...] = ()
    extra: tuple[datetime, ...] = ()
    pauses: tuple[Pause, ...] = ()
    kept: tuple[date, ...] = ()
    dropped: tuple[datetime, ...] = ()
    """The extra starts that were skipped."""
    restored: tuple[date, ...] = ()
    revisions: tuple[Revision, ...] = ()
    called_off: bool = False
    reason: Office[Masked | None] = None
    """Why it was called off."""
    shown_changes: int = 0
    """How often something changed that calendars show."""
    changed_at: datetime | None = None
    """When that was, the last time; at first, when the series was made."""
    expanded_until: date

    def shown_anew(self, now: datetime) -> "Series":
        """The series after a change that calendars show."""
        return self.model_copy(update={"shown_changes": self.shown_changes + 1, "changed_at": now})

    @computed_field  # type: ignore[prop-decorator]  # https://github.com/python/mypy/issues/1362
    @property
    def withheld(self) -> bool:
        """Whether its dates to come are private, and so is what it is. It is stored, so that queries leave it out."""
        lasting = [each.change.private for each in self.revisions if each.until is None]
        return ([self.private] + [each for each in lasting if each is not None])[-1]

    @property
    def withholds(self) -> bool:
        return self.withheld

    @property
    def veil(self) -> Mapping[str, Any] | None:
        return VEIL

    def hides_from(self, by: Principal | None) -> bool:
        return self.withheld and not is_among(by, self.community, (self.organiser, *self.instructors))

    def told(self, event: Event) -> Event:
        return told_neutrally(event)

    def public(self) -> SeriesState:
        whole = self.whole()
        new = {name: value for name, value in NEUTRAL.items() if name in SeriesState.model_fields}
        return whole.model_copy(update=new) if self.withheld else whole

    def whole(self) -> SeriesState:
        return SeriesState(
            title=self.title,
            title_en=self.title_en,
            kind=self.kind,
            rule=self.rule,
            first=self.first,
            minutes=self.minutes,
            venue=self.venue,
            organiser=self.organiser,
            status=self.status,
            skipped=list(self.skipped),
            extra=list(self.extra),
            pauses=list(self.pauses),
            kept=list(self.kept),
            details=self.details,
            private=self.withheld,
            expanded_until=self.expanded_until,
        )

    def activity_on(self, on: date) -> str:
        """The id of the activity of that date. A date that was skipped and then not has another one: who was told that
        the first would not take place was told the truth."""
        times = self.restored.count(on)
        return derived_id("activity", self.id, on.isoformat(), *([str(times)] if times else []))

    def falls_out(self, on: date) -> bool:
        """Whether a date of the rule does not take place."""
        return on in self.skipped or any(
            pause.since <= on < pause.until for pause in self.pauses if on not in self.kept
        )

    @property
    def ends_before(self) -> date:
        """The day from which on no date takes place any more, since the series has ended."""
        return self.expanded_until if self.status is SeriesStatus.ENDED else date.max

    def occurrences(self, since: date, until: date = date.max) -> Iterator[Occurrence]:
        """The dates in [since, until), in order: those of the rule that don't fall out, and the extra ones."""
        by_rule = (
            _occurrence(self, moment)
            for moment in islice(recurrence.starts(self.rule, self.first, since, until), _LOOKED_AT)
            if not self.falls_out(local_date(moment))
        )
        besides = (
            _occurrence(self, moment, extra=True) for moment in self.extra if since <= local_date(moment) < until
        )
        return merge(by_rule, besides, key=lambda occurrence: occurrence.starts_at)

    def later(self, until: date) -> Iterator[Occurrence]:
        """The dates before `until` that are no activities yet; a series that has ended has none."""
        return self.occurrences(self.expanded_until, min(until, self.ends_before))

    def occurrence_on(self, on: date) -> Occurrence | None:
        """The date of the series on that day, if there is one."""
        return next(self.occurrences(on, on + timedelta(days=1)), None)

    def require_date(self, on: date, now: datetime) -> Occurrence:
        """The date of the series on that day, which lies ahead.

        Raises:
            NoSuchDate
        """
        found = self.occurrence_on(on)
        if found is None or found.starts_at <= now:
            raise NoSuchDate(on=on.isoformat())
        return found

    def plan_of(self, occurrence: Occurrence) -> Plan:
        """The plan of one date."""
        shared = Plan.model_fields.keys() - {"starts_at", "ends_at"}
        values: dict[str, Any] = {name: getattr(self, name) for name in shared}
        for revision in self._revisions_of(occurrence.on):
            values |= revision.change.fields(values["details"])
            if revision.venue is not None:
                values |= {"venue": revision.venue, "building": revision.building}
        return Plan(starts_at=occurrence.starts_at, ends_at=occurrence.ends_at, **values)

    def called_on(self, on: date) -> tuple[str, str | None]:
        """The title of its date on that day, also of one that is skipped, in Chinese and English: a neutral one where
        that date is private."""
        called: dict[str, Any] = {name: getattr(self, name) for name in ("title", "title_en", "private")}
        for revision in self._revisions_of(on):
            asked = revision.change.fields(self.details)
            called |= {name: asked[name] for name in called if name in asked}
        return (BUSY_ZH, BUSY_EN) if called["private"] else (called["title"], called["title_en"])

    def times_on(self, starts_at: datetime) -> tuple[datetime, datetime]:
        """Start and end of the date that begins at `starts_at` by the rule."""
        minutes = self.minutes
        for revision in self._revisions_of(local_date(starts_at)):
            if revision.at is not None:
                starts_at = datetime.combine(local_date(starts_at), revision.at, ZONE).astimezone(UTC)
            minutes = revision.minutes or minutes
        return starts_at, end_of(starts_at, minutes)

    def is_over(self, today: date) -> bool:
        """Whether no date is today or later."""
        ends = recurrence.is_exhausted(self.rule, self.first, today)
        return ends and all(local_date(moment) < today for moment in self.extra)

    def _revisions_of(self, on: date) -> list[Revision]:
        return [revision for revision in self.revisions if revision.holds(on)]

    def is_desk(self, by: Principal) -> bool:
        """Whether `by` may know who comes to every date, as staff, grid workers and the organiser may."""
        if self.hides_from(by):
            return False
        acts = by.has(self.community, Role.STAFF, Role.GRID_WORKER) or by.sub == self.organiser
        return self.community in by.communities and acts

    def require_manager(self, by: Principal) -> None:
        """Raises NotYours unless `by` is staff of the community or organises this series."""
        by.require(self.community)
        if not by.has(self.community, Role.STAFF) and by.sub != self.organiser:
            raise NotYours()


def start(
    id: str,
    community: str,
    plan: Plan,
    rule: str,
    by: Principal,
    now: datetime,
    *,
    dates: Dates | None = None,
) -> Decision[Series]:
    """A series in which `plan` recurs by `rule`, first at or after its start; the dates in sight are named at once.

    Raises:
        NotYours, RuleUnreadable, ShortMonths, StartsInThePast, EndsBeforeItStarts, TooLong, NotWholeDays,
        AgesEmpty
        NoSuchDate: no date follows from the rule, none does on a day that is skipped, or an extra start lies behind.
        DateTaken, TooFarAhead: an extra start is on the day of another date, or in a wrong year.
        PauseEndsBeforeItBegins, PauseTooLong
    """
    dates = dates or Dates()
    by.require(community, Role.STAFF, Role.ORGANISER)
    if not by.has(community, Role.STAFF) and plan.organiser != by.sub:
        raise NotYours()
    check_times(plan.starts_at, plan.ends_at, now, whole_days=plan.all_day)
    check_ages(plan.min_age, plan.details.max_age)
    for pause in dates.pauses:
        require_pause(pause.since, pause.until, now)
    duration = plan.ends_at - plan.starts_at
    first_date = local_date(plan.starts_at)
    series = Series(
        id=id,
        community=community,
        rule=normalise(rule, plan.starts_at, dates.short_months),
        first=plan.starts_at,
        minutes=int(duration.total_seconds()) // 60,
        expanded_until=first_date,
        changed_at=now,
        skipped=tuple(sorted({*dates.skipped})),
        extra=tuple(sorted({*dates.extra})),
        pauses=dates.pauses,
        **{name: getattr(plan, name) for name in Plan.model_fields.keys() - {"starts_at", "ends_at"}},
    )
    if next(series.occurrences(first_date), None) is None:
        raise NoSuchDate(on=first_date.isoformat())
    _require_skipped(series)
    _require_extra(series, now)
    started = SeriesStarted(**series.whole().model_dump())
    expanded = expand(series, now)
    return decided(expanded.aggregate, started, *expanded.events)


def _require_skipped(series: Series) -> None:
    """Raises NoSuchDate unless the rule gives each day that a new series skips."""
    for on in series.skipped:
        if next(recurrence.starts(series.rule, series.first, on, on + timedelta(days=1)), None) is None:
            raise NoSuchDate(on=on.isoformat())


def _require_extra(series: Series, now: datetime) -> None:
    """Raises NoSuchDate, DateTaken or TooFarAhead unless each extra start of a new series makes a date of its own: a
    series has one activity a day."""
    for moment in series.extra:
        require_within_reach(moment, now)
        on = local_date(moment)
        if moment <= now:
            raise NoSuchDate(on=on.isoformat())
        if sum(1 for _ in series.occurrences(on, on + timedelta(days=1))) > 1:
            raise DateTaken(on=on.isoformat())


def expand(series: Series, now: datetime) -> Decision[Series]:
    """Name the dates up to the horizon; end the series when its rule has no more."""
    if series.status is not SeriesStatus.RUNNING:
        return decided(series)
    until = local_date(now) + HORIZON
    if until <= series.expanded_until:
        return decided(series)
    since = max(series.expanded_until, local_date(now))
    occurrences = [each for each in series.occurrences(since, until) if each.starts_at > now]
    events: list[Event] = [SeriesExpanded(expanded_until=until, occurrences=occurrences)]
    update: dict[str, object] = {"expanded_until": until}
    if series.is_over(local_date(now)):
        update["status"] = SeriesStatus.ENDED
        events.append(SeriesEnded(status=SeriesStatus.ENDED, at=now, cancels=False))
    return decided(series.model_copy(update=update), *events)


def end(series: Series, by: Principal, now: datetime, *, cancels: bool, reason: str | None = None) -> Decision[Series]:
    """The series names no more dates; with `cancels`, the activities ahead are cancelled too, also of a series that has
    named its last date already.

    Raises:
        NotYours, SeriesEndedAlready
    """
    series.require_manager(by)
    calls_off = cancels and not series.called_off and series.expanded_until > local_date(now)
    if series.status is not SeriesStatus.RUNNING and not calls_off:
        raise SeriesEndedAlready()
    off = {"called_off": True, "reason": reason} if cancels else {}
    ended = series.model_copy(update={"status": SeriesStatus.ENDED, **off}).shown_anew(now)
    return decided(ended, SeriesEnded(status=SeriesStatus.ENDED, at=now, cancels=cancels, reason=reason))


def erase_from_series(series: Series, person: str) -> Decision[Series]:
    """A stand-in takes the place of the organiser, and staff go on with the series."""
    if person != series.organiser and person not in series.instructors:
        return decided(series)
    organiser = "erased-1" if series.organiser == person else series.organiser
    instructors = tuple(each for each in series.instructors if each != person)
    erased = series.model_copy(update={"organiser": organiser, "instructors": instructors})
    return decided(erased, SeriesPersonErased(organiser=erased.organiser))


def _occurrence(series: Series, by_rule: datetime, *, extra: bool = False) -> Occurrence:
    on = local_date(by_rule)
    starts_at, ends_at = series.times_on(by_rule)
    if extra:  # its own time of day, and as long as the others
        starts_at, ends_at = by_rule, by_rule + (ends_at - starts_at)
    return Occurrence(activity=series.activity_on(on), on=on, starts_at=starts_at, ends_at=ends_at)
