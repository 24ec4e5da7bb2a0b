"""A series: a plan that recurs by a rule. It names its dates a while ahead; each becomes an activity of its own.

The id of a date's activity derives from the series and the date, and a date is named once only, when it comes into
sight; so no date is ever doubled, however often the series is looked at.
"""

from datetime import date, datetime, timedelta

from services.chassis import recurrence
from services.chassis.aggregate import Aggregate, Decision, decided, derived_id
from services.chassis.errors import Conflict, Invalid, NotYours
from services.chassis.principal import Principal, Role
from services.chassis.values import local_date
from services.contracts.activities import (
    ActivityKind,
    Occurrence,
    SeriesDateSkipped,
    SeriesEnded,
    SeriesExpanded,
    SeriesPersonErased,
    SeriesStarted,
    SeriesState,
    SeriesStatus,
)
from services.contracts.event import Event
from services.contracts.marks import Masked, Office, Someone, Thing
from services.events.activities.domain.scheduling import Plan, check_times
from services.events.series.domain.recurrence import end_of, normalise

HORIZON = timedelta(days=60)
STEP = timedelta(days=7)
"""A series is looked at again once the horizon has moved on by this much."""
MAX_SKIPPED = 500


class NoSuchDate(
    Invalid, code="series.no-such-date", zh="该系列在 {on} 没有活动。", en="The series has no date on {on}."
):
    """A date can be skipped, or begin a series, only if it follows the rule and lies ahead."""


class SeriesEndedAlready(Conflict, code="series.ended", zh="系列活动已经终止。", en="The series has ended."):
    """An ended series names no more dates."""


class Series(Aggregate):
    """A plan with the rule by which it recurs. Its dates have been named until `expanded_until`."""

    title: Office[Masked]
    title_en: Office[Masked | None] = None
    kind: ActivityKind
    rule: Thing[Masked]
    first: datetime
    minutes: int
    venue: Office[str]
    building: Thing[str | None] = None
    organiser: Someone[str]
    capacity: int
    volunteers_needed: int = 0
    skill: Thing[str | None] = None
    min_age: int | None = None
    guardian_required: bool = False
    status: SeriesStatus = SeriesStatus.RUNNING
    skipped: tuple[date, ...] = ()
    expanded_until: date

    def public(self) -> SeriesState:
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
            expanded_until=self.expanded_until,
        )

    def activity_on(self, on: date) -> str:
        """The id of the activity of that date."""
        return derived_id("activity", self.id, on.isoformat())

    def plan_of(self, occurrence: Occurrence) -> Plan:
        """The plan of one date."""
        shared = Plan.model_fields.keys() - {"starts_at", "ends_at"}
        return Plan(
            starts_at=occurrence.starts_at,
            ends_at=occurrence.ends_at,
            **{name: getattr(self, name) for name in shared},
        )

    def require_manager(self, by: Principal) -> None:
        """Raises NotYours unless `by` is staff of the community or organises this series."""
        by.require(self.community)
        if not by.has(self.community, Role.STAFF) and by.sub != self.organiser:
            raise NotYours()


def start(id: str, community: str, plan: Plan, rule: str, by: Principal, now: datetime) -> Decision[Series]:
    """A series in which `plan` recurs by `rule`, first at or after its start; the dates in sight are named at once.

    Raises:
        NotYours, RuleUnreadable, StartsInThePast, EndsBeforeItStarts, TooLong
        NoSuchDate: no date follows from the rule.
    """
    by.require(community, Role.STAFF, Role.ORGANISER)
    if not by.has(community, Role.STAFF) and plan.organiser != by.sub:
        raise NotYours()
    check_times(plan.starts_at, plan.ends_at, now)
    duration = plan.ends_at - plan.starts_at
    first_date = local_date(plan.starts_at)
    series = Series(
        id=id,
        community=community,
        rule=normalise(rule),
        first=plan.starts_at,
        minutes=int(duration.total_seconds()) // 60,
        expanded_until=first_date,
        **plan.model_dump(exclude={"starts_at", "ends_at"}),
    )
    if recurrence.is_exhausted(series.rule, series.first, first_date):
        raise NoSuchDate(on=first_date.isoformat())
    started = SeriesStarted(**series.public().model_dump())
    expanded = expand(series, now)
    return decided(expanded.aggregate, started, *expanded.events)


def expand(series: Series, now: datetime) -> Decision[Series]:
    """Name the dates up to the horizon; end the series when its rule has no more."""
    if series.status is not SeriesStatus.RUNNING:
        return decided(series)
    until = local_date(now) + HORIZON
    if until <= series.expanded_until:
        return decided(series)
    since = max(series.expanded_until, local_date(now))
    occurrences = [
        _occurrence(series, moment)
        for moment in recurrence.starts(series.rule, series.first, since, until)
        if moment > now and local_date(moment) not in series.skipped
    ]
    events: list[Event] = [SeriesExpanded(expanded_until=until, occurrences=occurrences)]
    update: dict[str, object] = {"expanded_until": until}
    if recurrence.is_exhausted(series.rule, series.first, until):
        update["status"] = SeriesStatus.ENDED
        events.append(SeriesEnded(status=SeriesStatus.ENDED, at=now, cancels=False))
    return decided(series.model_copy(update=update), *events)


def skip(series: Series, on: date, by: Principal, now: datetime, reason: str | None) -> Decision[Series]:
    """One date ahead falls out. Skipping it twice changes nothing.

    Raises:
        NotYours, SeriesEndedAlready, NoSuchDate
    """
    series.require_manager(by)
    if on in series.skipped:
        return decided(series)
    found = next(recurrence.starts(series.rule, series.first, on, on + timedelta(days=1)), None)
    if found is None or found <= now:
        raise NoSuchDate(on=on.isoformat())
    if series.status is not SeriesStatus.RUNNING and on >= series.expanded_until:
        raise SeriesEndedAlready()
    skipped = tuple(sorted({*series.skipped, on}))[-MAX_SKIPPED:]
    event = SeriesDateSkipped(skipped=list(skipped), on=on, activity=series.activity_on(on), reason=reason)
    return decided(series.model_copy(update={"skipped": skipped}), event)


def end(series: Series, by: Principal, now: datetime, *, cancels: bool) -> Decision[Series]:
    """The series names no more dates; with `cancels`, the activities ahead are cancelled too.

    Raises:
        NotYours, SeriesEndedAlready
    """
    series.require_manager(by)
    if series.status is not SeriesStatus.RUNNING:
        raise SeriesEndedAlready()
    ended = series.model_copy(update={"status": SeriesStatus.ENDED})
    return decided(ended, SeriesEnded(status=SeriesStatus.ENDED, at=now, cancels=cancels))


def erase_from_series(series: Series, person: str) -> Decision[Series]:
    """A stand-in takes the place of the organiser, and staff go on with the series."""
    if series.organiser != person:
        return decided(series)
    erased = series.model_copy(update={"organiser": "erased-1"})
    return decided(erased, SeriesPersonErased(organiser=erased.organiser))


def _occurrence(series: Series, starts_at: datetime) -> Occurrence:
    on = local_date(starts_at)
    return Occurrence(
        activity=series.activity_on(on),
        on=on,
        starts_at=starts_at,
        ends_at=end_of(starts_at, series.minutes),
    )
