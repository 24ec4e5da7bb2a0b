"""The room of attendance. It erases nothing: presences are part of activities, and tries stand under keyed names."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.chassis.store.mongo import Database
from services.chassis.store.tries import COLLECTION, Tries
from services.events.activities.domain.activity import Activity
from services.events.attendance.api import routers
from services.events.attendance.domain.codes import TooManyTries
from services.events.attendance.door import door
from services.events.attendance.figures import figures
from services.events.attendance.reactions import reactions
from services.events.attendance.settings import AttendanceSettings
from services.events.attendance.store import INDEXES, VOLUNTEERS, Volunteers
from services.events.children.domain import Child
from services.events.names.store import Names


def room(
    activities: Aggregates[Activity],
    children: Aggregates[Child],
    names: Names,
    database: Database,
    clock: Clock,
    settings: AttendanceSettings,
) -> Room:
    """The room of attendance. It keeps its own collections in `database`."""
    tries = Tries(database[COLLECTION], activities.secret, settings.code_limits, TooManyTries)
    return Room(
        "attendance",
        indexes=INDEXES,
        routers=[
            *routers(activities, Volunteers(database[VOLUNTEERS]), tries, settings.code_time, clock),
            door(activities, children, names, clock),
            figures(activities, children),
        ],
        reactions=reactions,
    )
