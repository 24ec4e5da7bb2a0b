"""What callers send about series."""

from datetime import date, time
from enum import StrEnum

from pydantic import Field, model_validator

from services.chassis.recurrence import MAX_LENGTH
from services.chassis.values import Request
from services.contracts.activities import Pause
from services.contracts.marks import Code, Id
from services.events.activities.domain.requests import ChangeActivity, Day, Moment, Reason, ScheduleActivity
from services.events.series.domain.recurrence import ShortMonth
from services.events.series.domain.revision import Revision
from services.events.series.domain.series import Dates, Series


class DaysOff(Request):
    """Days without a date: from `since` on, before `until`."""

    since: Day
    until: Day


class StartSeries(ScheduleActivity):
    """An activity that recurs; `starts_at` and `ends_at` are those of the first date."""

    rule: str = Field(
        max_length=MAX_LENGTH, description="RFC 5545 rule in Asia/Shanghai.", examples=["FREQ=MONTHLY;BYDAY=1SA"]
    )
    skipped: tuple[Day, ...] = Field(default=(), max_length=200, description="Dates of the rule that fall out.")
    extra: tuple[Moment, ...] = Field(default=(), max_length=200, description="Starts that the rule does not give.")
    pauses: tuple[DaysOff, ...] = Field(default=(), max_length=50, description="Holidays, for what has school days.")
    short_months: ShortMonth | None = Field(
        default=None, description="For a monthly date on the 29th to 31st: what is done in months that lack it."
    )

    def dates(self) -> Dates:
        """How its dates differ from what the rule gives."""
        return Dates(
            skipped=self.skipped,
            extra=self.extra,
            pauses=tuple(Pause(since=each.since, until=each.until) for each in self.pauses),
            short_months=self.short_months,
        )


class SkipDate(Request):
    """A date of the series that falls out."""

    on: Day
    reason: Reason | None = None


class RestoreDate(Request):
    """A date that was skipped, falls into a pause, or was cancelled as an activity, and takes place after all."""

    on: Day


class AddDate(Request):
    """A date more."""

    starts_at: Moment


class PauseSeries(DaysOff):
    """No dates for a while."""

    reason: Reason | None = None


class Scope(StrEnum):
    """Which dates a change is about."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class ChangeSeries(ChangeActivity):
    """What is to be otherwise, and on which dates: `one` (that of `on`), `following` (from `on`), `all` that lie ahead.
    `on` is a date of the series that lies ahead.

    The day of a date does not change in this way: whoever has a place is asked first (see moving one activity).
    """

    scope: Scope
    on: Day | None = None
    at: time | None = Field(default=None, description="Another time of day in Asia/Shanghai.", examples=["16:30"])
    minutes: int | None = Field(default=None, ge=1, le=14 * 24 * 60)
    venue: Code | None = None
    building: Id | None = None

    @model_validator(mode="after")
    def _says_which(self) -> "ChangeSeries":
        if self.scope is not Scope.ALL and self.on is None:
            raise ValueError("请说明日期 on (say which date: on)")
        if self.at is not None and self.at.tzinfo is not None:
            raise ValueError("at 是社区当地时间，不带时区 (at is the local time of day, without an offset)")
        return self

    def revision(self, series: Series, today: date) -> Revision:
        """The change as the series keeps it.

        Raises:
            TermsUnclear, PriorityUnexplained, WindowEmpty
        """
        since = today if self.scope is Scope.ALL or self.on is None else self.on
        at = None if self.at is None else self.at.replace(second=0, microsecond=0, tzinfo=None)
        return Revision(
            since=since,
            until=date.fromordinal(since.toordinal() + 1) if self.scope is Scope.ONE else None,
            change=self.to(series.details),
            at=at,
            minutes=self.minutes,
            venue=self.venue,
            building=self.building,
        )


class EndSeries(Request):
    """Whether the dates ahead are cancelled too, and why, for everybody to read."""

    cancels: bool = True
    reason: Reason | None = None
