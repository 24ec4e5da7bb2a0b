"""The room of attendance: it stores presences, and counts of wrong codes (under keyed names)."""

from functools import partial

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.chassis.store.tries import COLLECTION, Tries
from services.chassis.subscriber.erasure import Leaver, erase_each
from services.volunteers.attendance import sweeps
from services.volunteers.attendance.api import router
from services.volunteers.attendance.checking import Checking
from services.volunteers.attendance.domain import presence
from services.volunteers.attendance.domain.codes import TooManyTries
from services.volunteers.attendance.domain.presence import Presence
from services.volunteers.attendance.reactions import reactions
from services.volunteers.attendance.settings import AttendanceSettings
from services.volunteers.attendance.store import INDEXES, KINDS
from services.volunteers.care.domain.plans import CarePlan
from services.volunteers.needs.domain.need import Need
from services.volunteers.people.domain.volunteer import Volunteer
from services.volunteers.requests.domain import HelpRequest


def room(
    presences: Aggregates[Presence],
    needs: Aggregates[Need],
    volunteers: Aggregates[Volunteer],
    care_plans: Aggregates[CarePlan],
    requests: Aggregates[HelpRequest],
    database: Database,
    clock: Clock,
    settings: AttendanceSettings,
) -> Room:
    """Make the room of attendance."""
    tries = Tries(database[COLLECTION], presences.secret, settings.code_limits, TooManyTries)
    checking = Checking(needs, volunteers, care_plans, requests, tries, settings.code_time, clock)
    return Room(
        "attendance",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[router(presences, checking)],
        reactions=lambda table: reactions(table, presences, needs, volunteers),
        sweeps=[sweeps.forgotten(presences)],
        erase=partial(erase, presences),
    )


async def erase(presences: Aggregates[Presence], leaver: Leaver) -> None:
    """Leave nothing that leads from a presence to `leaver`."""
    theirs = {"state.person": leaver.person}
    await erase_each(presences, theirs, lambda p, now: presence.erase(p, leaver.stand_in), leaver)
