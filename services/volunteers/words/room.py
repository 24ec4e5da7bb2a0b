"""The room of words, which stores nothing."""

from services.chassis.room import Room
from services.volunteers.words.api import router


def room() -> Room:
    """Make the room of words."""
    return Room("words", routers=[router()])
