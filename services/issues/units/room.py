"""The room of units: partner organisations."""

from services.chassis.room import Room
from services.issues.shared.unchanging import Unchanging
from services.issues.units import api
from services.issues.units.domain import Unit
from services.issues.units.store import INDEXES, KINDS


def room(units: Unchanging[Unit]) -> Room:
    """The room of `units`."""
    return Room("units", kinds=KINDS, indexes=INDEXES, routers=[api.router(units)])
