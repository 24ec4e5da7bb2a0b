"""The room of words. It keeps nothing."""

from services.chassis.room import Room
from services.volunteers.words.api import router


def room() -> Room:
    """The room of words."""
    return Room("words", routers=[router()])
