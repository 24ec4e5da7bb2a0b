"""The room of names. It keeps nothing of people."""

from services.chassis.room import Room
from services.volunteers.names.reactions import reactions
from services.volunteers.names.store import INDEXES


def room() -> Room:
    """The room of names."""
    return Room("names", indexes=INDEXES, reactions=reactions)
