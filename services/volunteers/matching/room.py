"""The room of matching. It keeps nothing of its own, and asks volunteers for the seats of needs all the time."""

from services.chassis.room import Room
from services.volunteers.matching.reactions import reactions
from services.volunteers.matching.staffing import Staffing


def room(staffing: Staffing) -> Room:
    """The room of matching."""
    return Room("matching", reactions=lambda table: reactions(table, staffing), tasks=[staffing.run])
