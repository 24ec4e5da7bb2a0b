"""The room of the catalogue: the categories under which a community takes reports, edition by edition."""

from services.chassis.room import Room
from services.issues.catalogue import api
from services.issues.catalogue.store import INDEXES, KINDS, Catalogues
from services.issues.shared.unchanging import Unchanging
from services.issues.units.domain import Unit


def room(catalogues: Catalogues, units: Unchanging[Unit]) -> Room:
    """The room of `catalogues`. A category may name one of `units`."""
    return Room("catalogue", kinds=KINDS, indexes=INDEXES, routers=[api.router(catalogues, units)])
