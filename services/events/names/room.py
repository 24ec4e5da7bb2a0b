"""The room of names. Of people it keeps who leads a team, as the copy of that team's public state says."""

from services.chassis.room import Room
from services.events.names.api import router
from services.events.names.reactions import reactions
from services.events.names.store import INDEXES, Names


def room(names: Names) -> Room:
    """The room of names."""
    return Room("names", indexes=INDEXES, routers=[router(names)], reactions=reactions)
