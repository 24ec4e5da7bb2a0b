"""The room of duplicates: it says which cases may be the same, and lets people join one that stands."""

from services.chassis.room import Room
from services.chassis.store.aggregates import Aggregates
from services.issues.cases.domain.case import Case
from services.issues.cases.joining import CaseJoining
from services.issues.duplicates import api
from services.issues.duplicates.api import Comparing
from services.issues.privacy.vault import Vault


def room(cases: Aggregates[Case], vault: Vault, joining: CaseJoining, comparing: Comparing) -> Room:
    """The room of duplicates. It keeps nothing of its own."""
    return Room("duplicates", routers=[api.router(cases, vault, joining, comparing)])
