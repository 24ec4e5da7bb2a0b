"""The facts of the series in which activities recur."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.activities.activities import ActivityKind
from services.contracts.activities.details import ActivityDetails
from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, Office, PersonId, Public, Thing
from services.contracts.topics import ACTIVITIES
from services.contracts.value import Value


class SeriesStatus(StrEnum):
    """Whether a series still brings forth activities."""

    RUNNING = "running"
    ENDED = "ended"


class Occurrence(BaseModel):
    """One date of a series and the activity that it becomes."""

    model_config = ConfigDict(frozen=True)

    activity: Id
    on: date
    starts_at: datetime
    ends_at: datetime


class Pause(Value):
    """Days without a date of the series: from `since` on, before `until`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: date
    until: date


class _Series(BaseModel):
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    kind: Public[ActivityKind]
    rule: Public[Thing[Masked]]
    """RFC 5545 recurrence rule, in the community's time zone: `FREQ=MONTHLY;BYDAY=1SA`."""
    first: Public[datetime]
    """Start of the first date."""
    minutes: Public[int]
    venue: Public[Code]
    organiser: Public[PersonId]
    status: Public[SeriesStatus]
    skipped: Public[list[date]]
    extra: Public[list[datetime]] = []
    """Starts that the rule does not give (RDATE)."""
    pauses: Public[list[Pause]] = []
    kept: Public[list[date]] = []
    """Dates of the rule that take place though a pause covers them."""
    details: Public[ActivityDetails] = ActivityDetails()
    private: Public[bool] = False
    """What it is stays inside: title, kind and details are neutral ones."""
    expanded_until: Public[date]
    """Every date before it has its activity, apart from the skipped ones."""


class SeriesState(_Series, State, type="cn.community.events.series.state.v1", topic=ACTIVITIES):
    """A series as anybody may see it."""


class SeriesStarted(_Series, Event, type="cn.community.events.series.started.v1", topic=ACTIVITIES, state=SeriesState):
    """An activity will recur by a rule."""


class SeriesExpanded(Event, type="cn.community.events.series.expanded.v1", topic=ACTIVITIES, state=SeriesState):
    """The next dates of a series have become activities. An `activity.scheduled` follows for each."""

    expanded_until: Public[date]
    occurrences: Public[list[Occurrence]]


class SeriesDateSkipped(Event, type="cn.community.events.series.date-skipped.v1", topic=ACTIVITIES, state=SeriesState):
    """One date of a series is skipped; where it had its activity already, an `activity.cancelled` follows."""

    skipped: Public[list[date]]
    extra: Public[list[datetime]] = []  # noqa: RUF012  no attribute of a class, but a default that pydantic copies
    on: Public[date]
    activity: Public[Id]
    reason: Public[Office[Masked | None]] = None


class SeriesPaused(Event, type="cn.community.events.series.paused.v1", topic=ACTIVITIES, state=SeriesState):
    """A series has no date in [since, until): holidays, say. An `activity.cancelled` follows for each that had been
    announced.
    """

    pauses: Public[list[Pause]]
    extra: Public[list[datetime]]
    kept: Public[list[date]] = []  # noqa: RUF012  no attribute of a class, but a default that pydantic copies
    since: Public[date]
    until: Public[date]
    reason: Public[Office[Masked | None]] = None


class SeriesDateAdded(Event, type="cn.community.events.series.date-added.v1", topic=ACTIVITIES, state=SeriesState):
    """A series has one more date: one that the rule does not give, or one that had been skipped. An
    `activity.scheduled` follows.
    """

    skipped: Public[list[date]]
    extra: Public[list[datetime]]
    kept: Public[list[date]] = []  # noqa: RUF012  no attribute of a class, but a default that pydantic copies
    expanded_until: Public[date]
    occurrence: Public[Occurrence]


class SeriesChanged(Event, type="cn.community.events.series.changed.v1", topic=ACTIVITIES, state=SeriesState):
    """The dates of a series in [since, until) take place otherwise than before; each activity that has been announced
    tells what changed of it.
    """

    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    first: Public[datetime]
    minutes: Public[int]
    venue: Public[Code]
    details: Public[ActivityDetails]
    private: Public[bool] = False
    kind: Public[ActivityKind | None] = None
    since: Public[date]
    until: Public[date | None] = None
    fields: Public[list[Code]]
    number: Public[int]
    """Which of the series' changes it is, from 0."""


class SeriesEnded(Event, type="cn.community.events.series.ended.v1", topic=ACTIVITIES, state=SeriesState):
    """A series has no more dates. Where `cancels`, the activities that start after `at` are cancelled one by one."""

    status: Public[SeriesStatus]
    at: Public[datetime]
    cancels: Public[bool]
    reason: Public[Office[Masked | None]] = None


class SeriesPersonErased(
    Event, type="cn.community.events.series.person-erased.v1", topic=ACTIVITIES, state=SeriesState
):
    """The organiser's id was replaced by a stand-in that leads nowhere."""

    organiser: Public[PersonId]
