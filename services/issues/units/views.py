"""The view of units in the API."""

from services.chassis.store.aggregates import Stored
from services.contracts.issues import UnitState
from services.issues.shared.views import Identified, shown
from services.issues.units.domain import Unit


class UnitView(UnitState, Identified):
    """A partner organisation."""


def unit_view(stored: Stored[Unit]) -> UnitView:
    """The unit as every member of its community may see it."""
    return shown(UnitView, stored)
