"""The room of the catalogue: the categories under which a community takes reports, and when people work there."""

from services.chassis.room import Room
from services.issues.catalogue.api import calendars as calendar_routes
from services.issues.catalogue.api import editions
from services.issues.catalogue.calendars import Calendars
from services.issues.catalogue.store import INDEXES, KINDS, Catalogues
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit


def room(catalogues: Catalogues, calendars: Calendars, units: Unchanging[Unit]) -> Room:
    """The room of `catalogues` and `calendars`. A category may name one of `units`."""
    return Room(
        "catalogue",
        kinds=KINDS,
        indexes=INDEXES,
        routers=[editions.router(catalogues, units), calendar_routes.router(calendars)],
        tasks=[calendars.follow],
    )
