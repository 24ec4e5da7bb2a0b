"""What names take from events: copies of buildings and catalogues, as issues publishes them."""

from services.chassis.subscriber.handlers import Handlers
from services.contracts.issues import CatalogueState, PlaceState
from services.volunteers.names.store import CATALOGUES, PLACES


def reactions(handlers: Handlers) -> None:
    """Put the copies of this room into the table."""
    handlers.copy(PlaceState, PLACES)
    handlers.copy(CatalogueState, CATALOGUES)
