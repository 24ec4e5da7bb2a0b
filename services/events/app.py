"""Puts the service of events together from its rooms."""

from collections.abc import Sequence
from functools import partial

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
from services.events.activities.domain.formalities import Formalities
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
from services.events.enrolments.store import ENROLMENT, enrolled_in
from services.events.feedback import room as feedback
from services.events.feedback.possible import POSSIBILITIES as AFTERWARDS
from services.events.feedback.store import FEEDBACK
from services.events.names import room as names
from services.events.names.store import Names
from services.events.pages import room as pages
from services.events.pictures import room as pictures
from services.events.pictures.shown import PicturesShown
from services.events.pictures.store import Pictures
from services.events.registrations import room as registrations
from services.events.registrations.claims import COLLECTION as REGISTERING
from services.events.registrations.claims import Claims
from services.events.registrations.domain.possible import POSSIBILITIES as REGISTERED
from services.events.registrations.store import Standings
from services.events.series import room as series
from services.events.series.store import SERIES
from services.events.settings import EventsSettings
from services.events.venues import room as venues
from services.events.venues.bookings import Bookings
from services.events.venues.collisions import COLLECTION
from services.events.venues.store import VENUE

ERASURE: Kind[Erasure] = erasures_on(ACTIVITIES)


def rooms(runtime: Runtime[EventsSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    of_activities, of_series = runtime.aggregates(ACTIVITY), runtime.aggregates(SERIES)
    clock, settings = runtime.clock, runtime.settings
    of_children, of_enrolments = runtime.aggregates(CHILD), runtime.aggregates(ENROLMENT)
    of_drafts = runtime.aggregates(DRAFT)
    of_venues = runtime.aggregates(VENUE)
    of_pictures = Pictures(runtime.database, clock, settings.pictures_per_day)
    shown = PicturesShown(of_activities.collection, of_series.collection, of_drafts.collection)
    bookings = Bookings(runtime.database[COLLECTION], of_venues, clock)
    of_names = Names(of_venues, runtime.database, settings.communities)
    present = ActivityPresenter(of_names, (*REGISTERED, *MANAGING, *AT_THE_DOOR, *AFTERWARDS), clock)
    formalities = Formalities(settings.formalities)
    claims = Claims(runtime.database[REGISTERING])
    standings = Standings(of_activities, claims, settings.missed_allowed, settings.missed_within)
    coming = partial(enrolled_in, of_enrolments)
    return [
        children.room(of_children),
        pictures.room(of_pictures, shown),
        venues.room(of_venues, bookings, clock),
        names.room(of_names),
        activities.room(of_activities, bookings, of_pictures, present, formalities, clock),
        series.room(of_series, of_activities, bookings, of_pictures, of_names, formalities, coming, clock),
        drafts.room(of_drafts, of_activities, bookings, of_pictures, of_names, formalities, clock),
        registrations.room(of_activities, of_children, standings, present, clock),
        enrolments.room(of_enrolments, of_series, of_activities, of_children, standings, clock),
        attendance.room(of_activities, of_children, of_names, runtime.database, clock, settings),
        feedback.room(runtime.aggregates(FEEDBACK), of_activities, clock),
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
