"""The facts of activities.

Seats and people are counted in heads, so that `taken <= capacity` holds whatever the size of the parties.
Who is registered stands in the facts as opaque ids and nowhere in the state. Hours follow from `checked-out` alone:
an activity never completes before each volunteer who checked in has been checked out, by hand or at the planned end.
A `command` is the fact of a series, an enrolment or a child from which facts of several activities follow; whoever it
concerns may be told of all of them together.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel

from services.contracts.activities.details import ActivityDetails, HelperSeats
from services.contracts.event import Event, State
from services.contracts.marks import Code, Id, Masked, Office, PersonId, Public, Thing
from services.contracts.topics import ACTIVITIES


class ActivityKind(StrEnum):
    """What people come to an activity for."""

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


class Leaving(StrEnum):
    """Why a party no longer takes part in an activity."""

    OWN = "own"
    DESK = "desk"
    OFFER_REFUSED = "offer-refused"
    OFFER_EXPIRED = "offer-expired"
    MOVE_DECLINED = "move-declined"
    MOVE_UNANSWERED = "move-unanswered"
    NOT_COMING = "not-coming"
    SERIES_LEFT = "series-left"
    CONSENT_WITHDRAWN = "consent-withdrawn"


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
    helpers: Public[list[HelperSeats]] = []
    """The parts that helpers take, where they ask different things; `volunteers_needed` is the sum of their seats."""
    volunteers: Public[list[PersonId]]
    min_age: Public[int | None] = None
    """Years; everybody in a party must have reached it."""
    guardian_required: Public[bool]
    """Children take part only when their guardian registers them."""
    details: Public[ActivityDetails] = ActivityDetails()
    private: Public[bool] = False
    """What it is stays inside: title, kind, ages and details are neutral ones."""
    all_day: Public[bool] = False
    """It is told by its days: it begins and ends at midnight, and its end is the first day that it has no more."""
    status: Public[ActivityStatus]
    series: Public[Id | None] = None
    occurrence: Public[date | None] = None
    """The date by the series' rule, in the community's time zone; it stays when the activity is moved."""


class ActivityState(_Activity, State, type="cn.community.events.activity.state.v1", topic=ACTIVITIES):
    """An activity, as everybody may see it."""


class ActivityScheduled(
    _Activity, Event, type="cn.community.events.activity.scheduled.v1", topic=ACTIVITIES, state=ActivityState
):
    """An activity will take place, and people may register for it. Where `volunteers_needed` is above 0, volunteers are
    looked for as well.
    """


class ActivityHelpersJoined(
    Event, type="cn.community.events.activity.helpers-joined.v1", topic=ACTIVITIES, state=ActivityState
):
    """One more volunteer said yes to an activity: `volunteers` help so far, and others are still looked for."""

    volunteers: Public[list[PersonId]]


class ActivityStaffed(Event, type="cn.community.events.activity.staffed.v1", topic=ACTIVITIES, state=ActivityState):
    """All the volunteers that an activity needs have said yes, or one of them was replaced."""

    volunteers: Public[list[PersonId]]


class ActivityUnderstaffed(
    Event, type="cn.community.events.activity.understaffed.v1", topic=ACTIVITIES, state=ActivityState
):
    """A volunteer of an activity fell out; `volunteers` are those who stay."""

    volunteers: Public[list[PersonId]]


class ActivityShortStaffed(
    Event, type="cn.community.events.activity.short-staffed.v1", topic=ACTIVITIES, state=ActivityState
):
    """An activity that comes near has too few helpers. At `cancels_at` it is cancelled, unless some are found."""

    organiser: Public[PersonId]
    missing: Public[int]
    starts_at: Public[datetime]
    cancels_at: Public[datetime | None] = None


class ActivityDeskAsks(Event, type="cn.community.events.activity.desk-asks.v1", topic=ACTIVITIES, state=ActivityState):
    """So many parties of people without an account have something to answer (an offer of seats, a move to another day),
    the first of them by `until`. No message reaches them: the desk asks them, by telephone. None are left once
    `parties` is 0. `desk`: the organiser and who entered them.
    """

    desk: Public[list[PersonId]]
    parties: Public[int]
    until: Public[datetime | None] = None


class ActivityReminderDue(
    Event, type="cn.community.events.activity.reminder-due.v1", topic=ACTIVITIES, state=ActivityState
):
    """An activity begins in about `hours`. Whoever has a seat is reminded of it and says whether they come; who says no
    gives the seat up.
    """

    hours: Public[int]
    starts_at: Public[datetime]
    seated: Public[int]
    """Parties with a seat."""
    coming: Public[list[PersonId] | None] = None
    """Who has a seat and answered an earlier reminder that they come: they are asked no more."""


class ActivityMoved(Event, type="cn.community.events.activity.moved.v1", topic=ACTIVITIES, state=ActivityState):
    """An activity takes place at another time or place. On the same day registrations stand, and whoever can't come
    withdraws. On another day each seat is kept for its party until `asks_until`: who says yes by then keeps it
    (`confirmed`), who says no or nothing has withdrawn.
    """

    starts_at: Public[datetime]
    ends_at: Public[datetime]
    venue: Public[Code]
    building: Public[Id | None] = None
    previous_starts_at: Public[datetime]
    previous_ends_at: Public[datetime | None] = None
    """Null in facts from before it was told."""
    previous_venue: Public[Code]
    asks_until: Public[datetime | None] = None
    unasked: Public[list[PersonId] | None] = None
    """Who has a seat and is not asked although others are: they agreed to that day already."""
    command: Public[Thing[Id | None]] = None


class ActivityChanged(Event, type="cn.community.events.activity.changed.v1", topic=ACTIVITIES, state=ActivityState):
    """Something of an activity was changed that is neither its time nor its place; `fields` names what. `terms` stands
    there for details of which the terms alone changed.
    """

    fields: Public[list[Code]]
    title: Public[Office[Masked]]
    title_en: Public[Office[Masked | None]] = None
    previous_title: Public[Office[Masked | None]] = None
    """What it was called, where that is another name now and no secret."""
    capacity: Public[int]
    details: Public[ActivityDetails]
    min_age: Public[int | None] = None
    guardian_required: Public[bool]
    private: Public[bool] = False
    kind: Public[ActivityKind | None] = None
    """It is neutral once an activity turns private, as the words are."""
    command: Public[Thing[Id | None]] = None


class ActivityConfirmed(Event, type="cn.community.events.activity.confirmed.v1", topic=ACTIVITIES, state=ActivityState):
    """A party keeps its seats although the activity was moved to another day."""

    person: Public[PersonId]
    party: Public[int]
    starts_at: Public[datetime]


class ActivityStopped(Event, type="cn.community.events.activity.stopped.v1", topic=ACTIVITIES, state=ActivityState):
    """An activity that had begun was broken off; `ends_at` is when that was. `completed` follows at once."""

    ends_at: Public[datetime]
    reason: Public[Office[Masked | None]] = None


class ActivityCancelled(Event, type="cn.community.events.activity.cancelled.v1", topic=ACTIVITIES, state=ActivityState):
    """An activity won't take place. Registered, waiting and volunteering people are to be told so."""

    status: Public[ActivityStatus]
    reason: Public[Office[Masked | None]] = None
    command: Public[Thing[Id | None]] = None
    organised_by: Public[PersonId | None] = None
    """The organiser, where the terms of the activity cancelled it and not a person: they are to be told as well."""


class ActivityCompleted(Event, type="cn.community.events.activity.completed.v1", topic=ACTIVITIES, state=ActivityState):
    """An activity is over, and no volunteer is checked in there any more."""

    status: Public[ActivityStatus]
    at: Public[datetime]


class ActivityRegistered(
    Event, type="cn.community.events.activity.registered.v1", topic=ACTIVITIES, state=ActivityState
):
    """A party has its seats. `own`: `person` registered the party themselves, the desk did not do it for them. `guest`:
    the desk let the party in above the capacity, and it is counted in no seat.
    """

    person: Public[PersonId]
    party: Public[int]
    starts_at: Public[datetime]
    taken: Public[int]
    own: Public[bool | None] = None
    guest: Public[bool] = False
    reason: Public[Office[Masked | None]] = None
    series: Public[Id | None] = None
    """The series that the activity is a date of."""
    as_enrolled: Public[bool] = False
    """The party comes to every date of the series, and this one, as the rule gives it, has come into sight."""
    restored: Public[bool] = False
    """The party comes to every date of the series, and this one takes place after all."""
    command: Public[Thing[Id | None]] = None


class ActivityWaitlisted(
    Event, type="cn.community.events.activity.waitlisted.v1", topic=ACTIVITIES, state=ActivityState
):
    """A party found too few seats and stands on the waiting list; `position` counts parties from 1, and `own` is meant
    as for registered.
    """

    person: Public[PersonId]
    party: Public[int]
    position: Public[int]
    waiting: Public[int]
    own: Public[bool | None] = None
    series: Public[Id | None] = None
    """The series that the activity is a date of."""
    command: Public[Thing[Id | None]] = None


class ActivityPromoted(Event, type="cn.community.events.activity.promoted.v1", topic=ACTIVITIES, state=ActivityState):
    """A waiting party got its seats. Where it had waited for another day, they are kept for it until `asks_until`."""

    person: Public[PersonId]
    party: Public[int]
    starts_at: Public[datetime]
    taken: Public[int]
    waiting: Public[int]
    asks_until: Public[datetime | None] = None
    command: Public[Thing[Id | None]] = None


class ActivityWithdrawn(Event, type="cn.community.events.activity.withdrawn.v1", topic=ACTIVITIES, state=ActivityState):
    """A party gave up its seats, or its place on the waiting list where `waitlisted`; or it lost them, for the cause
    that `why` names.
    """

    person: Public[PersonId]
    party: Public[int]
    waitlisted: Public[bool]
    taken: Public[int]
    waiting: Public[int]
    why: Public[Leaving | None] = None
    reason: Public[Office[Masked | None]] = None
    """What the desk says about it."""
    series: Public[Id | None] = None
    """The series that the activity is a date of."""
    command: Public[Thing[Id | None]] = None


class ActivityPartyChanged(
    Event, type="cn.community.events.activity.party-changed.v1", topic=ACTIVITIES, state=ActivityState
):
    """A party that registered is larger or smaller by now, or others are in it; who waits keeps their place."""

    person: Public[PersonId]
    party: Public[int]
    waitlisted: Public[bool]
    taken: Public[int]
    waiting: Public[int]
    own: Public[bool]
    command: Public[Thing[Id | None]] = None


class ActivityOffered(Event, type="cn.community.events.activity.offered.v1", topic=ACTIVITIES, state=ActivityState):
    """Seats are kept for a waiting party until `until`; the party accepts them (`promoted`) or not (`withdrawn`)."""

    person: Public[PersonId]
    party: Public[int]
    until: Public[datetime]
    starts_at: Public[datetime]
    registered_at: Public[datetime | None] = None
    """When the party registered. Who withdrew and registered anew is another party, to which other offers are made."""
    command: Public[Thing[Id | None]] = None


class ActivityMovedUp(Event, type="cn.community.events.activity.moved-up.v1", topic=ACTIVITIES, state=ActivityState):
    """The desk put a waiting party before others, against the published order; `reason` says why."""

    person: Public[PersonId]
    position: Public[int]
    reason: Public[Office[Masked]]


class ActivityCheckedIn(
    Event, type="cn.community.events.activity.checked-in.v1", topic=ACTIVITIES, state=ActivityState
):
    """Somebody has arrived at an activity: a volunteer, or a party, checked in by the person who registered it."""

    person: Public[PersonId]
    as_volunteer: Public[bool]
    at: Public[datetime]
    by: Public[PersonId]
    attended: Public[int]


class ActivityPresenceCorrected(
    Event, type="cn.community.events.activity.presence-corrected.v1", topic=ACTIVITIES, state=ActivityState
):
    """Somebody who had been checked in was checked in again, by another phone or from a list: `at` is the first time,
    `seen` how often they were. Where `seen` is 0, the desk corrected that they were there at all.
    """

    person: Public[PersonId]
    as_volunteer: Public[bool]
    at: Public[datetime]
    seen: Public[int]
    attended: Public[int | None] = None


class ActivityCheckedOut(
    Event, type="cn.community.events.activity.checked-out.v1", topic=ACTIVITIES, state=ActivityState
):
    """Somebody has left an activity after `minutes` whole minutes, which are never counted beyond the planned end.
    `capped`: the check-out came later than the planned end or never, and `at` is the planned end. At most one per
    person in one role and `stay`: who volunteers and also brings a party may have two, and only the one with
    `as_volunteer` is service. Who comes back after a check-out begins the next `stay`, whose minutes count beside those
    of the stays before.
    """

    person: Public[PersonId]
    as_volunteer: Public[bool]
    at: Public[datetime]
    minutes: Public[int]
    capped: Public[bool]
    stay: Public[int] = 1


class ActivityPersonErased(
    Event, type="cn.community.events.activity.person-erased.v1", topic=ACTIVITIES, state=ActivityState
):
    """A person's id was replaced by a stand-in that leads nowhere; the counts stay."""

    volunteers: Public[list[PersonId]]
    organiser: Public[PersonId]
