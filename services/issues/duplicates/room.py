"""The room of duplicates: it suggests cases that may be the same, and lets people join one."""

from services.chassis.room import Room
from services.issues.cases.api.changes import Changes
from services.issues.cases.joining import CaseJoining
from services.issues.duplicates import api
from services.issues.duplicates.api import Comparing


def room(changes: Changes, joining: CaseJoining, comparing: Comparing) -> Room:
    """Make the room of duplicates, which keeps nothing of its own."""
    return Room("duplicates", routers=[api.router(changes, joining, comparing)])
