"""Parts of volunteers that tests put together by hand: the indexes of all rooms, and staffing on its aggregates."""

from collections.abc import Mapping, Sequence
from typing import cast

from services.chassis.clock import Clock
from services.chassis.store import calendar_tokens
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database, IndexModel
from services.volunteers.attendance.store import INDEXES as OF_ATTENDANCE
from services.volunteers.care.store import INDEXES as OF_CARE
from services.volunteers.hours.store import INDEXES as OF_HOURS
from services.volunteers.matching.plans import Plans
from services.volunteers.matching.quiet import QuietHours
from services.volunteers.matching.refilling import Refilling
from services.volunteers.matching.staffing import Staffing
from services.volunteers.matching.store import INDEXES as OF_MATCHING
from services.volunteers.matching.store import PLAN
from services.volunteers.names.store import INDEXES as OF_NAMES
from services.volunteers.needs.domain.need import Need
from services.volunteers.needs.store import INDEXES as OF_NEEDS
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.people.store import INDEXES as OF_PEOPLE
from services.volunteers.records.store import INDEXES as OF_RECORDS
from services.volunteers.requests.store import INDEXES as OF_REQUESTS
from services.volunteers.seats.service import Seats
from services.volunteers.teams.store import INDEXES as OF_TEAMS
from tests.unit.volunteers.world import DAY

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    **OF_PEOPLE,
    **OF_TEAMS,
    **OF_CARE,
    **OF_REQUESTS,
    **OF_NEEDS,
    **OF_ATTENDANCE,
    **OF_HOURS,
    **OF_RECORDS,
    **OF_NAMES,
    **calendar_tokens.INDEXES,
    **OF_MATCHING,
}


def seats_of(needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock) -> Seats:
    """Seats that are held for an answer for a day."""
    return Seats(needs, volunteers, clock, DAY)


def plans_of(database: Database, clock: Clock) -> Plans:
    """The plans of all communities."""
    return Plans(Aggregates(PLAN, database, clock), database, clock)


def staffing_of(needs: Aggregates[Need], volunteers: Aggregates[Volunteer], clock: Clock) -> Staffing:
    """Staffing whose passes are made by hand, at any hour of the day."""
    plans = plans_of(cast(Database, needs.collection.database), clock)
    seats, never_quiet = seats_of(needs, volunteers, clock), QuietHours(0, 0)
    refilling = Refilling(needs, volunteers, seats, clock, never_quiet)
    return Staffing(needs, volunteers, seats, plans, refilling, clock, DAY, never_quiet)
