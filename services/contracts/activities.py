"""The facts of activities and of the series they recur in: what the events service tells everybody else.

Seats and people are counted in heads, so that `taken <= capacity` holds whatever the size of the parties.
Who is registered stands in the facts as opaque ids and nowhere in the state. Hours follow from `checked-out` alone:
an activity never completes before each volunteer who checked in has been checked out, by hand or at the planned end.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, Office, PersonId, Public, Thing
from services.contracts.topics import ACTIVITIES


class ActivityKind(StrEnum):
    """What people come for."""

    CLASS = "class"
    CLINIC = "clinic"
    FESTIVAL = "festival"
    REHEARSAL = "rehearsal"
    SERVICE = "service"


class ActivityStatus(StrEnum):
    """Where an activity stands; the last two are final."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SeriesStatus(StrEnum):
    """Whether a series still brings forth activities."""

    RUNNING = "running"
    ENDED = "ended"


class _Activity(BaseModel):
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    kind: Public[ActivityKind]
    starts_at: Public[datetime]
    ends_at: Public[datetime]
    venue: Public[Code]
    building: Public[Id | None] = None
    organiser: Public[PersonId]
    capacity: Public[int]
    taken: Public[int]
    """Heads with a seat."""
    waiting: Public[int]
    """Heads on the waiting list."""
    attended: Public[int]
    """Heads of the registered parties that checked in; volunteers aren't counted."""
    volunteers_needed: Public[int]
    skill: Public[Code | None] = None
    volunteers: Public[list[PersonId]]
    min_age: Public[int | None] = None
    """Years; everybody in a party must have reached it."""
    guardian_required: Public[bool]
    """Children take part only when their guardian registers them."""
    status: Public[ActivityStatus]
    series: Public[Id | None] = None
    occurrence: Public[date | None] = None
    """The date by the series' rule, in the community's time zone; it stays when the activity is moved."""


class ActivityState(_Activity, State, type="cn.community.events.activity.state.v1", topic=ACTIVITIES):
    """An activity as anybody may see it."""


class ActivityScheduled(
    _Activity, Event, type="cn.community.events.activity.scheduled.v1", topic=ACTIVITIES, state=ActivityState
):
    """It will take place, and people may register. With `volunteers_needed` > 0 it also looks for volunteers."""


class ActivityStaffed(Event, type="cn.community.events.activity.staffed.v1", topic=ACTIVITIES, state=ActivityState):
    """All the volunteers it needs have said yes, or one of them was replaced."""

    volunteers: Public[list[PersonId]]


class ActivityUnderstaffed(
    Event, type="cn.community.events.activity.understaffed.v1", topic=ACTIVITIES, state=ActivityState
):
    """A volunteer fell out; `volunteers` are those who stay."""

    volunteers: Public[list[PersonId]]


class ActivityMoved(Event, type="cn.community.events.activity.moved.v1", topic=ACTIVITIES, state=ActivityState):
    """Another time or place. Registrations stand; whoever can't come withdraws."""

    starts_at: Public[datetime]
    ends_at: Public[datetime]
    venue: Public[Code]
    building: Public[Id | None] = None
    previous_starts_at: Public[datetime]
    previous_venue: Public[Code]


class ActivityCancelled(Event, type="cn.community.events.activity.cancelled.v1", topic=ACTIVITIES, state=ActivityState):
    """It won't take place. Registered, waiting and volunteering people are owed a word."""

    status: Public[ActivityStatus]
    reason: Public[Office[Masked | None]] = None


class ActivityCompleted(Event, type="cn.community.events.activity.completed.v1", topic=ACTIVITIES, state=ActivityState):
    """It is over, and nobody is left checked in as a volunteer."""

    status: Public[ActivityStatus]
    at: Public[datetime]


class ActivityRegistered(
    Event, type="cn.community.events.activity.registered.v1", topic=ACTIVITIES, state=ActivityState
):
    """A party has its seats. `own`: `person` came themselves, not the desk for them."""

    person: Public[PersonId]
    party: Public[int]
    starts_at: Public[datetime]
    taken: Public[int]
    own: Public[bool | None] = None


class ActivityWaitlisted(
    Event, type="cn.community.events.activity.waitlisted.v1", topic=ACTIVITIES, state=ActivityState
):
    """A party found too few seats and waits; `position` counts parties from 1, `own` as for registered."""

    person: Public[PersonId]
    party: Public[int]
    position: Public[int]
    waiting: Public[int]
    own: Public[bool | None] = None


class ActivityPromoted(Event, type="cn.community.events.activity.promoted.v1", topic=ACTIVITIES, state=ActivityState):
    """A waiting party got its seats."""

    person: Public[PersonId]
    party: Public[int]
    starts_at: Public[datetime]
    taken: Public[int]
    waiting: Public[int]


class ActivityWithdrawn(Event, type="cn.community.events.activity.withdrawn.v1", topic=ACTIVITIES, state=ActivityState):
    """A party gave up its seats, or its place on the waiting list where `waitlisted`."""

    person: Public[PersonId]
    party: Public[int]
    waitlisted: Public[bool]
    taken: Public[int]
    waiting: Public[int]


class ActivityCheckedIn(
    Event, type="cn.community.events.activity.checked-in.v1", topic=ACTIVITIES, state=ActivityState
):
    """Somebody is there: a volunteer, or a party by the person who registered it."""

    person: Public[PersonId]
    as_volunteer: Public[bool]
    at: Public[datetime]
    by: Public[PersonId]
    attended: Public[int]


class ActivityCheckedOut(
    Event, type="cn.community.events.activity.checked-out.v1", topic=ACTIVITIES, state=ActivityState
):
    """Somebody has left, after `minutes` whole minutes; never counted beyond the planned end.

    `capped`: the check-out came later than the planned end or never, and `at` is the planned end.
    At most one per person in one role: who volunteers and also brings a party may have two, and only the one with
    `as_volunteer` is service.
    """

    person: Public[PersonId]
    as_volunteer: Public[bool]
    at: Public[datetime]
    minutes: Public[int]
    capped: Public[bool]


class ActivityPersonErased(
    Event, type="cn.community.events.activity.person-erased.v1", topic=ACTIVITIES, state=ActivityState
):
    """A person's id was replaced by a stand-in that leads nowhere; the counts stay."""

    volunteers: Public[list[PersonId]]
    organiser: Public[PersonId]


class Occurrence(BaseModel):
    """One date of a series and the activity that it becomes."""

    model_config = ConfigDict(frozen=True)

    activity: Id
    on: date
    starts_at: datetime
    ends_at: datetime


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
    expanded_until: Public[date]
    """Every date before it has its activity, apart from the skipped ones."""


class SeriesState(_Series, State, type="cn.community.events.series.state.v1", topic=ACTIVITIES):
    """A series as anybody may see it."""


class SeriesStarted(_Series, Event, type="cn.community.events.series.started.v1", topic=ACTIVITIES, state=SeriesState):
    """An activity will recur."""


class SeriesExpanded(Event, type="cn.community.events.series.expanded.v1", topic=ACTIVITIES, state=SeriesState):
    """The dates that came into sight. An `activity.scheduled` follows for each."""

    expanded_until: Public[date]
    occurrences: Public[list[Occurrence]]


class SeriesDateSkipped(Event, type="cn.community.events.series.date-skipped.v1", topic=ACTIVITIES, state=SeriesState):
    """One date falls out; where it had its activity already, an `activity.cancelled` follows."""

    skipped: Public[list[date]]
    on: Public[date]
    activity: Public[Id]
    reason: Public[Office[Masked | None]] = None


class SeriesEnded(Event, type="cn.community.events.series.ended.v1", topic=ACTIVITIES, state=SeriesState):
    """No more dates. Where `cancels`, the activities that start after `at` are cancelled one by one."""

    status: Public[SeriesStatus]
    at: Public[datetime]
    cancels: Public[bool]


class SeriesPersonErased(
    Event, type="cn.community.events.series.person-erased.v1", topic=ACTIVITIES, state=SeriesState
):
    """The organiser's id was replaced by a stand-in that leads nowhere."""

    organiser: Public[PersonId]


class PersonErasedFromActivities(Event, type="cn.community.events.person-data.erased.v1", topic=ACTIVITIES):
    """This service's answer to an erasure request: what it held of `person` is gone. `request` is that request's id."""

    person: Public[Id]
    request: Public[Id]
