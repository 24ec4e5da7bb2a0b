"""What this service does on events."""

from services.chassis.subscriber.handlers import Handlers
from services.issues.reading.reading import feed
from services.issues.routing.reactions import react
from services.issues.store import Store


def reactions(handlers: Handlers, store: Store) -> None:
    """Put the handlers of this service into the table."""
    feed(handlers, store.reading)
    react(handlers, store)
