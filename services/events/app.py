"""Puts the service of events together from its rooms."""

from collections.abc import Sequence

from services.chassis.erasure_answers import erasure_answers
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store.aggregates import Kind
from services.chassis.subscriber.erasure import Erasure, erasures_on
from services.contracts.activities import PersonErasedFromActivities
from services.contracts.notices import PersonErasureRequested
from services.contracts.topics import ACTIVITIES
from services.events.activities import room as activities
from services.events.activities.domain.possible import POSSIBILITIES as MANAGING
from services.events.activities.presenting import ActivityPresenter
from services.events.activities.store import ACTIVITY
from services.events.attendance import room as attendance
from services.events.attendance.domain.possible import POSSIBILITIES as AT_THE_DOOR
from services.events.calendars import room as calendars
from services.events.children import room as children
from services.events.children.store import CHILD
from services.events.drafts import room as drafts
from services.events.drafts.store import DRAFT
from services.events.enrolments import room as enrolments
from services.events.enrolments.store import ENROLMENT
from services.events.feedback import room as feedback
from services.events.feedback.possible import POSSIBILITIES as AFTERWARDS
from services.events.feedback.store import FEEDBACK
from services.events.names import room as names
from services.events.names.store import Names
from services.events.pages import room as pages
from services.events.registrations import room as registrations
from services.events.registrations.domain.possible import POSSIBILITIES as REGISTERING
from services.events.series import room as series
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from services.events.venues import room as venues
from services.events.venues.bookings import COLLECTION, Bookings
from services.events.venues.store import VENUE

ERASURE: Kind[Erasure] = erasures_on(ACTIVITIES)


def rooms(runtime: Runtime[EventsSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    of_activities, of_series = runtime.aggregates(ACTIVITY), runtime.aggregates(SERIES)
    clock, settings = runtime.clock, runtime.settings
    of_children, of_enrolments = runtime.aggregates(CHILD), runtime.aggregates(ENROLMENT)
    of_drafts = runtime.aggregates(DRAFT)
    of_venues = runtime.aggregates(VENUE)
    bookings = Bookings(runtime.database[COLLECTION], of_venues, clock)
    of_names = Names(of_venues, runtime.database)
    present = ActivityPresenter(of_names, (*REGISTERING, *MANAGING, *AT_THE_DOOR, *AFTERWARDS), clock)
    return [
        children.room(of_children),
        venues.room(of_venues, bookings),
        names.room(of_names),
        activities.room(of_activities, bookings, present, clock),
        series.room(of_series, of_activities, bookings, of_names, clock),
        drafts.room(of_drafts, of_activities, bookings, clock),
        registrations.room(of_activities, of_children, present, clock, settings),
        enrolments.room(of_enrolments, of_series, of_activities, clock),
        attendance.room(of_activities, of_children, runtime.database, clock, settings),
        feedback.room(runtime.aggregates(FEEDBACK), of_activities),
        calendars.room(of_activities, of_series, of_names, runtime.database, clock, settings.public_url),
        pages.room(of_activities, of_series, of_names, clock, settings),
        erasure_answers(runtime, ERASURE, PersonErasureRequested, PersonErasedFromActivities),
    ]


service = Service(
    name="events",
    title="Sunshine Community: events (activities, series, registrations, attendance)",
    settings=EventsSettings,
    kinds=(CHILD, VENUE, ACTIVITY, SERIES, DRAFT, ENROLMENT, FEEDBACK, ERASURE),
    rooms=rooms,
)
