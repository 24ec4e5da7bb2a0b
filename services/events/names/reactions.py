"""What names take from events: copies of teams, units and buildings as their services publish them."""

from services.chassis.subscriber.handlers import Handlers
from services.contracts.issues import PlaceState, UnitState
from services.contracts.volunteers import TeamState
from services.events.names.store import PLACES, TEAMS, UNITS


def reactions(handlers: Handlers) -> None:
    """Put the copies of this room into the table."""
    handlers.copy(TeamState, TEAMS)
    handlers.copy(UnitState, UNITS)
    handlers.copy(PlaceState, PLACES)
