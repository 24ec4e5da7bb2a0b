"""Puts the service of volunteers together from its rooms."""

from collections.abc import Sequence

from services.chassis.erasure_answers import erasure_answers
from services.chassis.loaded_holidays import loaded_holidays
from services.chassis.room import Room
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store.aggregates import Kind
from services.chassis.subscriber.erasure import Erasure, erasures_on
from services.contracts.issues import CalendarYearState
from services.contracts.notices import PersonErasureRequested
from services.contracts.topics import VOLUNTEERS
from services.contracts.volunteers import PersonDataErased
from services.volunteers.attendance import room as attendance
from services.volunteers.attendance.store import PRESENCE
from services.volunteers.calendars import room as calendars
from services.volunteers.care import room as care
from services.volunteers.care.readings import Readings
from services.volunteers.care.store import CARE_PLAN
from services.volunteers.coordination import room as coordination
from services.volunteers.coordination.api import Lists
from services.volunteers.hours import room as hours
from services.volunteers.hours.store import ACCOUNT
from services.volunteers.matching import room as matching
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import PLAN
from services.volunteers.meals import room as meals
from services.volunteers.meals.store import MEAL_ROUND
from services.volunteers.names import room as names
from services.volunteers.names.store import Names
from services.volunteers.needs import room as needs
from services.volunteers.needs.homes import Homes
from services.volunteers.needs.presenting import NeedPresenter
from services.volunteers.needs.store import NEED
from services.volunteers.people import room as people
from services.volunteers.people.store import VOLUNTEER
from services.volunteers.records import room as records
from services.volunteers.records.store import CERTIFICATE, RECORD
from services.volunteers.requests import room as requests
from services.volunteers.requests.store import HELP_REQUEST
from services.volunteers.seats import room as seats
from services.volunteers.seats.service import Seats
from services.volunteers.settings import VolunteersSettings
from services.volunteers.teams import room as teams
from services.volunteers.teams.store import TEAM
from services.volunteers.words import room as words

ERASURE: Kind[Erasure] = erasures_on(VOLUNTEERS)


def rooms(runtime: Runtime[VolunteersSettings]) -> Sequence[Room]:
    """The rooms of the service, on `runtime`."""
    clock, settings = runtime.clock, runtime.settings
    volunteers, care_plans = runtime.aggregates(VOLUNTEER), runtime.aggregates(CARE_PLAN)
    of_needs, of_teams = runtime.aggregates(NEED), runtime.aggregates(TEAM)
    accounts = runtime.aggregates(ACCOUNT)
    readings = Readings(runtime.database, runtime.gone, clock)
    of_requests = runtime.aggregates(HELP_REQUEST)
    homes = Homes(volunteers, care_plans, of_requests, readings, clock, settings.visit_window)
    of_names = Names(runtime.database)
    shown = NeedPresenter(of_needs, volunteers, of_names, clock)
    of_seats = Seats(of_needs, volunteers, clock, settings.offer_stands)
    plans = Plans(runtime.aggregates(PLAN), runtime.database, clock)
    refilling = Refilling(of_needs, volunteers, of_seats, clock, settings.quiet_hours)
    staffing = Staffing(
        of_needs, volunteers, of_seats, plans, refilling, clock, settings.staffing_every, settings.quiet_hours
    )
    return [
        loaded_holidays(runtime.database, CalendarYearState),
        names.room(),
        people.room(volunteers, of_names, clock, settings),
        teams.room(of_teams, volunteers, clock),
        care.room(care_plans, volunteers, readings, of_names, clock),
        meals.room(runtime.aggregates(MEAL_ROUND), volunteers, clock),
        requests.room(of_requests, of_names, clock),
        needs.room(of_needs, volunteers, care_plans, of_requests, homes, shown, clock, settings),
        seats.room(of_needs, volunteers, of_seats, shown, clock, staffing.wake),
        attendance.room(
            runtime.aggregates(PRESENCE),
            of_needs,
            volunteers,
            care_plans,
            of_requests,
            runtime.database,
            clock,
            settings,
        ),
        hours.room(accounts, of_needs, volunteers, settings),
        records.room(
            runtime.aggregates(RECORD),
            runtime.aggregates(CERTIFICATE),
            accounts,
            volunteers,
            runtime.database,
            clock,
            settings,
        ),
        words.room(),
        calendars.room(of_needs, of_names, runtime.database, clock, settings.public_url),
        coordination.room(
            of_needs, care_plans, of_requests, Lists(of_needs, volunteers, homes, of_names, clock), clock
        ),
        matching.room(of_needs, volunteers, of_teams, staffing, plans, clock),
        erasure_answers(runtime, ERASURE, PersonErasureRequested, PersonDataErased),
    ]


service = Service(
    name="volunteers",
    title="Sunshine Community: volunteers (people, teams, care plans, needs, hours)",
    settings=VolunteersSettings,
    kinds=(
        *(VOLUNTEER, TEAM, CARE_PLAN, MEAL_ROUND, HELP_REQUEST, NEED),
        *(PRESENCE, ACCOUNT, RECORD, CERTIFICATE, PLAN, ERASURE),
    ),
    rooms=rooms,
)
