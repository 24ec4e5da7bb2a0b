"""The room of duplicates: it says which cases may be the same, and lets people join one that stands."""

from services.chassis.room import Room
from services.issues.cases.api.changes import Changes
from services.issues.cases.joining import CaseJoining
from services.issues.duplicates import api
from services.issues.duplicates.api import Comparing


def room(changes: Changes, joining: CaseJoining, comparing: Comparing) -> Room:
    """The room of duplicates. It keeps nothing of its own."""
    return Room("duplicates", routers=[api.router(changes, joining, comparing)])
