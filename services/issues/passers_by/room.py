"""The room of passers-by. What they report are cases, and it keeps nothing of its own."""

from services.chassis.clock import Clock
from services.chassis.room import Room
from services.issues.cases.api.changes import Changes
from services.issues.cases.api.filing import Filing
from services.issues.passers_by.api import router
from services.issues.passers_by.taking import TakingIn
from services.issues.places.links import Links


def room(changes: Changes, filing: Filing, links: Links, clock: Clock) -> Room:
    """The room of passers-by, in the communities of `links` that allow it. Where none does, it has no route."""
    taking = TakingIn(
        changes.cases,
        filing.catalogues,
        filing.places,
        filing.photos,
        changes.vault,
        clock,
        changes.numbers,
        links.without_account,
    )
    return Room("passers_by", routers=[router(taking)])
